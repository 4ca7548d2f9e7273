/**
 * The live layer of the mesh picture: rings of causes, traffic on the lanes, and packets at slow speed. Cells that look as they did
 * are left alone, and of a large mesh only a part is looked at per frame: what is shown is a mean of half a second, so fifteen times
 * a second is enough, while painting without a graphics processor would fill the frame. Strokes are gathered by colour.
 */
import { CAUSE_GROUPS } from '../../model/causes.ts';
import { LOCAL } from '../../model/mesh.ts';
import type { FlitInMotion } from '../../engine/snapshot.ts';
import { lane, type Geometry } from './geometry.ts';
import {
  BLOCKED,
  cellBox,
  cellOf,
  ENDS,
  FLITS,
  lanesOf,
  levelShare,
  LOOK_BYTES,
  readLook,
  RING_STEPS,
  type Live,
} from './look.ts';
import { WHO_COLOURS, type Palette } from './palette.ts';
import { ringOf } from './ring.ts';

interface Style {
  readonly geometry: Geometry;
  readonly palette: Palette;
  readonly textScale: number;
}

export interface LivePicture extends Style, Live {
  /** Bring every cell up to date at once. */
  readonly whole: boolean;
}

type Ctx = CanvasRenderingContext2D;
const GROUPS = CAUSE_GROUPS.length;
const IDLE = CAUSE_GROUPS.indexOf('idle');
const TOP = -Math.PI / 2;
const TURN = 2 * Math.PI;
/** So many cells per frame, or a quarter of the mesh if that is more. */
const CELLS_PER_FRAME = 64;

export class LiveLayer {
  private style: Style | null = null;
  private lanes: readonly (readonly number[])[] = [];
  /** Looks of the cells as they are painted, LOOK_BYTES each; all zero is a blank cell. */
  private looks = new Uint8Array(0);
  private readonly fresh = new Uint8Array(LOOK_BYTES);
  private next = 0;

  /** The canvas has been wiped, or will be painted in another style: every cell is blank. */
  private blank({ geometry, palette, textScale }: Style): void {
    this.style = { geometry, palette, textScale };
    const tiles = geometry.mesh.width * geometry.mesh.height;
    this.lanes = Array.from({ length: tiles }, (_, tile) => lanesOf(geometry.mesh, tile));
    this.looks = new Uint8Array(tiles * LOOK_BYTES);
    this.next = 0;
  }

  /** Nothing to show. */
  clear(context: (wipe: boolean) => Ctx): void {
    if (this.style) context(true);
    this.style = null;
  }

  /** @param context gives the canvas's context, wiped and fitted to its box when that is asked for */
  paint(context: (wipe: boolean) => Ctx, picture: LivePicture): void {
    const { geometry, palette, textScale } = picture;
    const old = this.style;
    const restyled = old?.geometry !== geometry || old.palette !== palette || old.textScale !== textScale;
    if (restyled) this.blank(picture);
    const cells = this.changed(picture);
    if (cells.length === 0 && !restyled) return;
    const ctx = context(restyled);
    for (const tile of cells) ctx.clearRect(...cellBox(geometry, tile));
    if (geometry.detail !== 'heat') this.paintTraffic(ctx, cells, picture);
    if (geometry.detail === 'fill' || geometry.detail === 'heat') return this.paintFills(ctx, cells, picture);
    this.paintRings(ctx, cells, picture);
    const renewed = new Set(cells);
    const flits = picture.flits.filter((flit) => renewed.has(cellOf(geometry.mesh, flit)));
    paintFlits(ctx, { geometry, palette, textScale }, flits);
  }

  /** Cells to paint in this frame; their looks are noted. */
  private changed(picture: LivePicture): number[] {
    const tiles = this.lanes.length;
    const most = picture.whole || picture.instant ? tiles : Math.max(CELLS_PER_FRAME, tiles / 4);
    const packets = new Set(picture.flits.map((flit) => cellOf(picture.geometry.mesh, flit)));
    const cells: number[] = [];
    for (let seen = 0; seen < tiles && cells.length < most; seen++) {
      const tile = this.next;
      this.next = (tile + 1) % tiles;
      readLook(picture.geometry, picture, tile, this.lanes[tile], packets.has(tile), this.fresh);
      if (this.note(tile)) cells.push(tile);
    }
    return cells;
  }

  /** Keep the fresh look of a cell; true if it is another than the one before. */
  private note(tile: number): boolean {
    const { fresh, looks } = this;
    const at = tile * LOOK_BYTES;
    if (fresh.every((byte, i) => byte === looks[at + i])) return false;
    looks.set(fresh, at);
    return true;
  }

  private paintRings(ctx: Ctx, cells: readonly number[], { geometry: g, palette, textScale }: Style): void {
    for (let group = 0; group < GROUPS; group++) {
      ctx.beginPath();
      let width = 4;
      for (const tile of cells) {
        const at = tile * LOOK_BYTES + ENDS + group;
        const from = group === 0 ? 0 : this.looks[at - 1];
        if (this.looks[at] === from) continue;
        const ring = ringOf(g, tile, textScale);
        width = ring.width;
        const begin = TOP + (from / RING_STEPS) * TURN;
        const end = TOP + (this.looks[at] / RING_STEPS) * TURN;
        const edges = group === IDLE ? [ring.width / 2 - 0.5, 0.5 - ring.width / 2] : [0];
        for (const edge of edges) {
          ctx.moveTo(ring.x + Math.cos(begin) * (ring.radius + edge), ring.y + Math.sin(begin) * (ring.radius + edge));
          ctx.arc(ring.x, ring.y, ring.radius + edge, begin, end);
        }
      }
      ctx.strokeStyle = group === IDLE ? palette.idleEdge : palette.why[group];
      ctx.lineWidth = group === IDLE ? 1 : width;
      ctx.stroke();
    }
  }

  /** Small tiles: the leading cause fills them. */
  private paintFills(ctx: Ctx, cells: readonly number[], { geometry: g, palette }: Style): void {
    for (let group = 0; group < GROUPS; group++) {
      if (group === IDLE) continue;
      ctx.beginPath();
      for (const tile of cells) {
        if (this.looks[tile * LOOK_BYTES + ENDS] !== group + 1) continue;
        const [x, y, width, height] = cellBox(g, tile);
        const gap = Math.round(g.pitch - g.side);
        ctx.rect(x, y, width - gap, height - gap);
      }
      ctx.fillStyle = g.pitch >= 16 ? palette.why[group] : palette.plain[group];
      ctx.fill();
    }
  }

  /** Grey and width by flits per cycle; inside it, in the network's colour, the share of cycles in which it was blocked. */
  private paintTraffic(ctx: Ctx, cells: readonly number[], { geometry: g, palette }: Style): void {
    const widest = Math.max(2.5, g.side * 0.13);
    const byLevel = (offset: number, style: (share: number) => void): void => {
      for (const [level, lanes] of this.lanesByLevel(cells, offset)) {
        ctx.beginPath();
        for (const id of lanes) {
          const { from, to } = lane(g, Math.floor(id / LOCAL), id % LOCAL)!;
          ctx.moveTo(from.x, from.y);
          ctx.lineTo(to.x, to.y);
        }
        style(levelShare(level));
        ctx.stroke();
      }
    };
    ctx.strokeStyle = palette.ink2;
    byLevel(FLITS, (share) => {
      ctx.globalAlpha = 0.25 + 0.6 * share;
      ctx.lineWidth = 1.5 + (widest - 1.5) * share;
    });
    ctx.globalAlpha = 1;
    ctx.strokeStyle = palette.network;
    byLevel(BLOCKED, (share) => (ctx.lineWidth = Math.max(1.2, widest * 0.7 * share)));
  }

  /** The busy lanes of some cells by their level of flits or of blocked cycles. */
  private lanesByLevel(cells: readonly number[], offset: number): ReadonlyMap<number, readonly number[]> {
    const byLevel = new Map<number, number[]>();
    for (const tile of cells) {
      this.lanes[tile].forEach((id, i) => {
        const level = this.looks[tile * LOOK_BYTES + offset + i];
        if (level === 0) return;
        const lanes = byLevel.get(level);
        if (lanes) lanes.push(id);
        else byLevel.set(level, [id]);
      });
    }
    return byLevel;
  }
}

/** Packets as dots, in the colours of their tenant, a third of the lane per cycle. */
function paintFlits(ctx: Ctx, { geometry: g, palette }: Style, flits: readonly FlitInMotion[]): void {
  const gap = g.pitch - g.side;
  const radius = Math.min(4.5, Math.max(2, g.pitch * 0.05), gap / 2 - 1);
  ctx.lineWidth = Math.min(1.8, radius);
  for (const { tile, port, age, tenant } of flits) {
    const { from, to } = lane(g, tile, port)!;
    const length = gap - 2;
    const along = Math.min(1 - (radius + 1) / length, Math.max((radius + 1) / length, (age + 0.5) / 3));
    ctx.beginPath();
    ctx.arc(from.x + (to.x - from.x) * along, from.y + (to.y - from.y) * along, radius, 0, TURN);
    ctx.fillStyle = palette.fills[tenant % WHO_COLOURS];
    ctx.strokeStyle = palette.edges[tenant % WHO_COLOURS];
    ctx.fill();
    ctx.stroke();
  }
}
