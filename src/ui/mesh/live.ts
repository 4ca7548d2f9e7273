/**
 * The live layer of the mesh picture, redrawn for every frame: rings of causes, traffic on the lanes, packets at slow speed, and
 * what is being held. Strokes are gathered by colour, so that 256 tiles cost some twenty canvas calls that draw.
 */
import { CAUSE_GROUPS } from '../../model/causes.ts';
import type { FlitInMotion } from '../../engine/snapshot.ts';
import type { RateWindow } from '../window.ts';
import { centre, lane, type Geometry } from './geometry.ts';
import { WHO_COLOURS, type Palette } from './palette.ts';
import { ringOf, shareOf, sharesOf, type RingShares } from './ring.ts';

export interface LivePicture {
  readonly geometry: Geometry;
  readonly palette: Palette;
  readonly textScale: number;
  readonly rates: RateWindow;
  /** Cause of the last cycle per tile: drawn instead of the shares when the run is slow enough to see single cycles. */
  readonly instant: Uint8Array | null;
  readonly flits: readonly FlitInMotion[];
}

type Ctx = CanvasRenderingContext2D;
const GROUPS = CAUSE_GROUPS.length;
const IDLE = CAUSE_GROUPS.indexOf('idle');
const TOP = -Math.PI / 2;
const TURN = 2 * Math.PI;
const LEVELS = 8;

export function paintLive(ctx: Ctx, picture: LivePicture): void {
  if (picture.geometry.detail !== 'heat') paintTraffic(ctx, picture);
  if (picture.geometry.detail === 'full' || picture.geometry.detail === 'ring') paintRings(ctx, picture);
  else paintFills(ctx, picture);
  paintFlits(ctx, picture);
}

function paintRings(ctx: Ctx, picture: LivePicture): void {
  const { geometry: g, rates, palette, textScale } = picture;
  const shares = sharesOf(picture);
  const start = new Float32Array(rates.tiles);
  for (let group = 0; group < GROUPS; group++) {
    ctx.beginPath();
    let width = 4;
    for (let tile = 0; tile < rates.tiles; tile++) {
      const share = shareOf(shares, tile, group);
      if (share < 0.004) continue;
      const ring = ringOf(g, tile, textScale);
      const from = TOP + start[tile] * TURN;
      const to = from + Math.min(share, 1 - start[tile]) * TURN;
      start[tile] += share;
      width = ring.width;
      const radius = group === IDLE ? ring.radius + ring.width / 2 - 0.5 : ring.radius;
      ctx.moveTo(ring.x + Math.cos(from) * radius, ring.y + Math.sin(from) * radius);
      ctx.arc(ring.x, ring.y, radius, from, to);
      if (group === IDLE) {
        const inner = ring.radius - ring.width / 2 + 0.5;
        ctx.moveTo(ring.x + Math.cos(from) * inner, ring.y + Math.sin(from) * inner);
        ctx.arc(ring.x, ring.y, inner, from, to);
      }
    }
    ctx.strokeStyle = group === IDLE ? palette.idleEdge : palette.why[group];
    ctx.lineWidth = group === IDLE ? 1 : width;
    ctx.stroke();
  }
}

/** Small tiles: the leading cause fills them. */
function paintFills(ctx: Ctx, picture: LivePicture): void {
  const { geometry: g, rates, palette } = picture;
  const shares = sharesOf(picture);
  const half = g.detail === 'heat' ? g.pitch / 2 : g.side / 2;
  for (let group = 0; group < GROUPS; group++) {
    if (group === IDLE) continue;
    ctx.beginPath();
    for (let tile = 0; tile < rates.tiles; tile++) {
      if (leading(shares, tile) !== group) continue;
      const { x, y } = centre(g, tile);
      ctx.rect(x - half, y - half, 2 * half, 2 * half);
    }
    ctx.fillStyle = g.pitch >= 16 ? palette.why[group] : palette.plain[group];
    ctx.fill();
  }
}

function leading(shares: RingShares, tile: number): number {
  let best = -1;
  let most = 0.004;
  for (let group = 0; group < GROUPS; group++) {
    const share = shareOf(shares, tile, group);
    if (share > most) [best, most] = [group, share];
  }
  return best;
}

/** Grey and width by flits per cycle; inside it, in the network's colour, the share of cycles in which it was blocked. */
function paintTraffic(ctx: Ctx, { geometry: g, rates, palette }: LivePicture): void {
  const widest = Math.max(2.5, g.side * 0.13);
  const stroke = (level: number, values: Float32Array, width: number, alpha: number): void => {
    ctx.beginPath();
    for (let i = 0; i < values.length; i++) {
      if (levelOf(values[i]) !== level) continue;
      const ends = lane(g, i >> 2, i & 3);
      if (!ends) continue;
      ctx.moveTo(ends.from.x, ends.from.y);
      ctx.lineTo(ends.to.x, ends.to.y);
    }
    ctx.globalAlpha = alpha;
    ctx.lineWidth = width;
    ctx.stroke();
  };
  for (let level = 1; level <= LEVELS; level++) {
    ctx.strokeStyle = palette.ink2;
    stroke(level, rates.flits, 1.5 + ((widest - 1.5) * level) / LEVELS, 0.25 + (0.6 * level) / LEVELS);
  }
  ctx.strokeStyle = palette.network;
  for (let level = 1; level <= LEVELS; level++)
    stroke(level, rates.blocked, Math.max(1.2, (widest * 0.7 * level) / LEVELS), 1);
  ctx.globalAlpha = 1;
}

/** Eight levels on a square-root scale: half of a flit per cycle is already three quarters of the way. */
function levelOf(rate: number): number {
  return rate < 0.002 ? 0 : Math.max(1, Math.round(Math.sqrt(Math.min(1, rate)) * LEVELS));
}

/** Packets as dots, in the colours of their tenant, a third of the lane per cycle. */
function paintFlits(ctx: Ctx, { geometry: g, palette, flits }: LivePicture): void {
  const radius = Math.max(2, Math.min(4.5, g.pitch * 0.05));
  for (const { tile, port, age, tenant } of flits) {
    const ends = lane(g, tile, port);
    if (!ends) continue;
    const along = (age + 0.5) / 3;
    ctx.beginPath();
    ctx.arc(
      ends.from.x + (ends.to.x - ends.from.x) * along,
      ends.from.y + (ends.to.y - ends.from.y) * along,
      radius,
      0,
      TURN,
    );
    ctx.fillStyle = palette.fills[tenant % WHO_COLOURS];
    ctx.strokeStyle = palette.edges[tenant % WHO_COLOURS];
    ctx.lineWidth = 1.8;
    ctx.fill();
    ctx.stroke();
  }
}
