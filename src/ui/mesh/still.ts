/**
 * The still layers of the mesh picture. Below the live layer, redrawn only when document, placement, size or theme change: tiles of
 * every kind, regions, ids and stages. Above it, redrawn also with what is selected and as foreign flits are counted: letters and marks.
 */
import { hops } from '../../model/mesh.ts';
import type { ForeignLink } from '../../report/network.ts';
import { paintForeignCounts, paintForeignLanes } from './foreign.ts';
import { centre, insetOutline, lane, NUMBER_SIDE, outlines, tieBend, type Geometry, type Point } from './geometry.ts';
import { font, hatch, WHO_COLOURS, type Palette } from './palette.ts';
import { ringOf } from './ring.ts';
import { badged, badgeTile, owners, type Scene, type SceneTenant, type Selection } from './scene.ts';
import { cut, stageLabels } from './stage-label.ts';

interface ScenePicture {
  readonly geometry: Geometry;
  readonly palette: Palette;
  readonly scene: Scene;
  /** 1, or 1.5 for a projector. */
  readonly textScale: number;
}

export interface StillPicture extends ScenePicture {
  readonly memoryLabel: string;
}

export interface MarksPicture extends ScenePicture {
  readonly selection: Selection;
  /** Where the tenant that moved last was before. */
  readonly left: { readonly tenant: number; readonly tiles: readonly number[] } | null;
  /** Links that carry a tenant's data over tiles of another, by how many flits. */
  readonly foreign: readonly ForeignLink[];
}

type Ctx = CanvasRenderingContext2D;
const OUTLINE = 2.5;

export function paintStill(ctx: Ctx, picture: StillPicture): void {
  const { geometry, scene } = picture;
  if (geometry.detail !== 'heat') paintLanes(ctx, picture);
  scene.tenants.forEach((tenant, i) => {
    if (!tenant.away) paintRegion(ctx, picture, tenant, i % WHO_COLOURS);
  });
  paintTiles(ctx, picture);
}

/** Above the live layer: whose a region is, where it was, and what is selected. Small tiles are filled, so outlines go here too. */
export function paintMarks(ctx: Ctx, picture: MarksPicture): void {
  const { geometry, scene } = picture;
  const filled = geometry.detail === 'fill' || geometry.detail === 'heat';
  scene.tenants.forEach((tenant, i) => {
    if (tenant.away) paintAway(ctx, picture, tenant.tiles, i);
    else if (filled) paintOutline(ctx, picture, tenant, i % WHO_COLOURS);
  });
  if (picture.left) paintAway(ctx, picture, picture.left.tiles, picture.left.tenant);
  if (geometry.detail !== 'heat') paintForeignLanes(ctx, picture);
  for (const [i, tenant] of badged(scene)) paintBadge(ctx, picture, tenant, i % WHO_COLOURS);
  if (geometry.detail === 'full' || geometry.detail === 'ring') paintForeignCounts(ctx, picture);
  paintSelection(ctx, picture);
}

/** Every lane as a hair line, so that the network is there before anything moves. */
function paintLanes(ctx: Ctx, { geometry, palette }: StillPicture): void {
  ctx.beginPath();
  for (let tile = 0; tile < geometry.mesh.width * geometry.mesh.height; tile++) {
    for (let port = 0; port < 4; port++) {
      const ends = lane(geometry, tile, port);
      if (!ends) continue;
      ctx.moveTo(ends.from.x, ends.from.y);
      ctx.lineTo(ends.to.x, ends.to.y);
    }
  }
  ctx.strokeStyle = palette.line;
  ctx.lineWidth = 1.5;
  ctx.stroke();
}

/** A closed path with rounded corners. */
export function roundedPath(ctx: Ctx, points: readonly Point[], radius: number): void {
  const last = points[points.length - 1];
  ctx.moveTo((last.x + points[0].x) / 2, (last.y + points[0].y) / 2);
  points.forEach((point, i) => {
    const next = points[(i + 1) % points.length];
    ctx.arcTo(point.x, point.y, next.x, next.y, radius);
  });
  ctx.closePath();
}

const regionInset = (g: Geometry): number => Math.min(5, g.pitch * 0.05);

export function regionPath(ctx: Ctx, g: Geometry, tiles: readonly number[]): void {
  ctx.beginPath();
  for (const loop of outlines(g.mesh, tiles)) {
    roundedPath(ctx, insetOutline(g, loop, regionInset(g)), Math.min(14, g.pitch * 0.16));
  }
}

function paintRegion(ctx: Ctx, { geometry, palette }: ScenePicture, tenant: SceneTenant, colour: number): void {
  regionPath(ctx, geometry, tenant.tiles);
  ctx.fillStyle = palette.fills[colour];
  ctx.fill();
  ctx.strokeStyle = palette.edges[colour];
  ctx.lineWidth = OUTLINE;
  ctx.stroke();
  paintStretches(ctx, geometry, tenant, palette.edges[colour]);
}

/** The outline of a region with a rim of paper, which sets it off from causes on both sides. */
function paintOutline(ctx: Ctx, { geometry, palette }: ScenePicture, tenant: SceneTenant, colour: number): void {
  regionPath(ctx, geometry, tenant.tiles);
  ctx.strokeStyle = palette.paper;
  ctx.lineWidth = OUTLINE + 2;
  ctx.stroke();
  ctx.strokeStyle = palette.edges[colour];
  ctx.lineWidth = OUTLINE;
  ctx.stroke();
}

/** A thin broken outline where a tenant was before its last move, or will be once it is on the chip. */
function paintAway(ctx: Ctx, { geometry, palette }: MarksPicture, tiles: readonly number[], tenant: number): void {
  if (tiles.length === 0) return;
  regionPath(ctx, geometry, tiles);
  ctx.setLineDash([5, 5]);
  ctx.strokeStyle = palette.edges[tenant % WHO_COLOURS];
  ctx.lineWidth = 1.5;
  ctx.stroke();
  ctx.setLineDash([]);
}

/** From one tile's centre to another's, bent beside what lies between. */
export function tiePath(ctx: Ctx, a: Point, b: Point): void {
  const bend = tieBend(a, b);
  ctx.moveTo(a.x, a.y);
  ctx.quadraticCurveTo(bend.x, bend.y, b.x, b.y);
}

/** Virtual neighbours that are not neighbours on the chip are tied by a broken line. */
function paintStretches(ctx: Ctx, g: Geometry, { tiles, width }: SceneTenant, colour: string): void {
  ctx.save();
  ctx.setLineDash([2, 5]);
  ctx.lineCap = 'round';
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2;
  ctx.beginPath();
  tiles.forEach((tile, v) => {
    const peers = [(v + 1) % width > 0 ? v + 1 : -1, v + width].filter((peer) => peer >= 0 && peer < tiles.length);
    for (const peer of peers) {
      if (hops(g.mesh, tile, tiles[peer]) === 1) continue;
      tiePath(ctx, centre(g, tile), centre(g, tiles[peer]));
    }
  });
  ctx.stroke();
  ctx.restore();
}

function square(ctx: Ctx, g: Geometry, tile: number, grow = 0): void {
  const { x, y } = centre(g, tile);
  const half = g.side / 2 + grow;
  ctx.beginPath();
  ctx.roundRect(x - half, y - half, 2 * half, 2 * half, Math.max(1.5, g.side * 0.13 + grow));
}

function paintTiles(ctx: Ctx, picture: StillPicture): void {
  const { geometry, palette, scene } = picture;
  const owned = owners(scene);
  const free = geometry.detail === 'heat' ? palette.sunken : palette.paper;
  const struck = hatch(palette.sunken, palette.lineStrong, 7, 1);
  const stages = scene.tenants.map((tenant) => shownStages(ctx, picture, tenant));
  scene.chip.tiles.forEach((kind, tile) => {
    if (kind === 'memory') return paintMemory(ctx, picture, tile);
    square(ctx, geometry, tile);
    const user = owned[tile] && !scene.tenants[owned[tile].tenant].away ? owned[tile].tenant : null;
    ctx.fillStyle = kind === 'disabled' ? struck : user !== null ? palette.tile : free;
    ctx.fill();
    ctx.lineWidth = 1;
    ctx.strokeStyle = user !== null ? palette.edges[user % WHO_COLOURS] : palette.tileLine;
    if (geometry.pitch >= 10) ctx.stroke();
    if (kind === 'terminal') return paintNumber(ctx, picture, tile);
    const owner = owned[tile];
    if (!owner) return;
    const { tenant, vcore, others } = owner;
    const id = `${scene.tenants[tenant].letter}${[vcore, ...others].join('·')}`;
    paintLabels(ctx, picture, tile, id, stages[tenant][vcore]);
  });
}

/** A router by itself has its number, in a corner, where no way runs: routes and packets are named by it. */
function paintNumber(ctx: Ctx, { geometry: g, palette, textScale }: StillPicture, tile: number): void {
  if (g.detail === 'fill' || g.detail === 'heat' || g.side < NUMBER_SIDE) return;
  const { x, y } = centre(g, tile);
  const corner = g.side / 2 - Math.max(3, g.side * 0.08);
  ctx.fillStyle = palette.ink2;
  ctx.font = font(14 * textScale);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'top';
  ctx.fillText(String(tile), x - corner, y - corner);
}

/** What each tile of a tenant says about its stage; nothing where tiles are too small. */
function shownStages(ctx: Ctx, { geometry, textScale }: StillPicture, { stages }: SceneTenant): string[] {
  if (geometry.detail !== 'full') return [];
  ctx.font = font(14 * textScale);
  return stageLabels(stages, geometry.side - Math.min(9, geometry.side * 0.13), (text) => ctx.measureText(text).width);
}

function paintLabels(ctx: Ctx, picture: StillPicture, tile: number, id: string, stage: string | undefined): void {
  const { geometry: g, palette, textScale } = picture;
  if (g.detail === 'fill' || g.detail === 'heat') return;
  const ring = ringOf(g, tile, textScale);
  const room = (ring.radius - ring.width / 2) * 2;
  ctx.fillStyle = palette.ink;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.font = font(Math.max(14, Math.min(16 * textScale, room * 0.55)), 600);
  ctx.fillText(ctx.measureText(id).width <= room ? id : id.replace(/^\D+/, ''), ring.x, ring.y + 0.5);
  if (!stage) return;
  ctx.font = font(14 * textScale);
  ctx.fillStyle = palette.ink2;
  ctx.fillText(stage, ring.x, centre(g, tile).y + g.side / 2 - 10.5 * textScale);
}

/** A memory interface: a stack of dies. */
function paintMemory(ctx: Ctx, { geometry: g, palette, textScale, memoryLabel }: StillPicture, tile: number): void {
  const { x, y } = centre(g, tile);
  const side = g.side;
  square(ctx, g, tile);
  ctx.fillStyle = g.detail === 'heat' ? palette.lineStrong : palette.sunken;
  ctx.fill();
  ctx.strokeStyle = palette.lineStrong;
  ctx.lineWidth = 1;
  if (g.pitch >= 10) ctx.stroke();
  if (g.detail !== 'full' && g.detail !== 'ring') return;
  const label = g.detail === 'full' ? 17 * textScale : 0;
  const high = (side - label) * 0.5;
  const top = y - label / 2 - high / 2;
  ctx.fillStyle = palette.lineStrong;
  for (let die = 0; die < 4; die++) {
    ctx.beginPath();
    ctx.roundRect(x - side * 0.26, top + (die * high) / 4, side * 0.52, high / 4 - Math.max(1.5, high * 0.07), 1.5);
    ctx.fill();
  }
  if (!label) return;
  ctx.fillStyle = palette.ink2;
  ctx.font = font(14 * textScale);
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  const word = cut(memoryLabel, side - 6, (text) => ctx.measureText(text).width);
  ctx.fillText(word, x, y + side / 2 - 10 * textScale);
}

/** Where a tenant's letter badge sits: on the corner of its region. */
export function badgeAt(g: Geometry, tenant: SceneTenant): { x: number; y: number; size: number } {
  const { x, y } = centre(g, badgeTile(tenant));
  const size = Math.max(18, Math.min(28, g.pitch * 0.28));
  const inset = regionInset(g) + size * 0.22;
  return { x: x - g.pitch / 2 + inset, y: y - g.pitch / 2 + inset, size };
}

export function paintBadge(
  ctx: Ctx,
  { geometry, palette, textScale }: Omit<ScenePicture, 'scene'>,
  tenant: SceneTenant,
  colour: number,
): void {
  const { x, y, size: plain } = badgeAt(geometry, tenant);
  const size = plain * textScale;
  ctx.beginPath();
  ctx.roundRect(x - size / 2, y - size / 2, size, size, size * 0.28);
  ctx.fillStyle = palette.edges[colour];
  ctx.fill();
  ctx.fillStyle = '#ffffff';
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.font = font(Math.max(14, size * 0.6), 700);
  ctx.fillText(tenant.letter, x, y + 0.5);
}

function paintSelection(ctx: Ctx, { geometry: g, palette, selection }: MarksPicture): void {
  ctx.strokeStyle = palette.ink;
  ctx.lineWidth = 2.5;
  if (selection?.kind === 'core') {
    square(ctx, g, selection.tile, 3.5);
    ctx.stroke();
  } else if (selection?.kind === 'link') {
    const ends = lane(g, selection.link.tile, selection.link.port);
    if (!ends) return;
    const x = Math.min(ends.from.x, ends.to.x) - 6;
    const y = Math.min(ends.from.y, ends.to.y) - 6;
    ctx.beginPath();
    ctx.roundRect(x, y, Math.abs(ends.to.x - ends.from.x) + 12, Math.abs(ends.to.y - ends.from.y) + 12, 7);
    ctx.stroke();
  }
}
