/** What is painted while a core or a vNPU is held: where it may go, what that stretches, and the thing itself. */
import type { MovePreview } from '../../hypervisor/move.ts';
import { centre, tieMiddle, type Geometry, type Point } from './geometry.ts';
import { font, hatch, WHO_COLOURS, type Palette } from './palette.ts';
import { badged, type Held, type Scene } from './scene.ts';
import { paintBadge, regionPath, tiePath } from './still.ts';

export interface TokenPicture {
  readonly geometry: Geometry;
  readonly palette: Palette;
  /** 1, or 1.5 for a projector. */
  readonly textScale: number;
}

export interface ProposalPicture extends TokenPicture {
  readonly scene: Scene;
}

export interface HeldPicture extends ProposalPicture {
  readonly held: Held;
  /** Tile and reason or cost, in words, line by line. */
  readonly text: readonly string[];
}

type Ctx = CanvasRenderingContext2D;

export function paintHeld(ctx: Ctx, picture: HeldPicture): void {
  const { held, scene } = picture;
  paintLegal(ctx, picture);
  const { preview } = held.state;
  if (preview?.ok) {
    paintProposal(ctx, picture, held.state.grip.tenant, preview);
  } else if (preview && held.state.over !== null) {
    paintRefused(ctx, picture, held.state.over);
  }
  paintThing(ctx, picture, scene.tenants[held.state.grip.tenant].letter);
}

/** Where a tenant would lie, and which of its edges that stretches. */
export function paintProposal(ctx: Ctx, picture: ProposalPicture, tenant: number, preview: MovePreview): void {
  const { geometry, palette, scene } = picture;
  regionPath(ctx, geometry, preview.tiles);
  ctx.setLineDash([7, 5]);
  ctx.strokeStyle = palette.edges[tenant % WHO_COLOURS];
  ctx.lineWidth = 2.5;
  ctx.stroke();
  ctx.setLineDash([]);
  paintStretched(ctx, picture, preview);
  for (const [i, shown] of badged(scene)) paintBadge(ctx, picture, shown, i % WHO_COLOURS);
}

function paintLegal(ctx: Ctx, { geometry: g, palette, held }: HeldPicture): void {
  ctx.beginPath();
  held.legal.forEach((legal, tile) => {
    if (!legal) return;
    const { x, y } = centre(g, tile);
    const half = g.side / 2 + 2.5;
    ctx.roundRect(x - half, y - half, 2 * half, 2 * half, g.side * 0.15);
  });
  ctx.strokeStyle = palette.ink2;
  ctx.lineWidth = 1.5;
  ctx.stroke();
}

/** Requested edges that a drop would leave longer than one hop: a red tie, and on its middle how many hops it takes. */
function paintStretched(ctx: Ctx, picture: TokenPicture, { tiles, after }: MovePreview): void {
  const { geometry: g, palette } = picture;
  const ties = after.stretched.map(({ from, to, hops }) => ({
    from: centre(g, tiles[from]),
    to: centre(g, tiles[to]),
    hops,
  }));
  ctx.lineCap = 'round';
  for (const [colour, width] of [
    [palette.paper, 6],
    [palette.stretched, 3],
  ] as const) {
    ctx.beginPath();
    ties.forEach(({ from, to }) => tiePath(ctx, from, to));
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.stroke();
  }
  ctx.lineCap = 'butt';
  if (g.detail === 'full' || g.detail === 'ring') {
    ties.forEach(({ from, to, hops }) => paintHops(ctx, picture, tieMiddle(from, to), hops));
  }
}

function paintHops(ctx: Ctx, { palette, textScale }: TokenPicture, { x, y }: Point, hops: number): void {
  ctx.beginPath();
  ctx.arc(x, y, 10 * textScale, 0, 2 * Math.PI);
  ctx.fillStyle = palette.paper;
  ctx.fill();
  ctx.strokeStyle = palette.stretched;
  ctx.lineWidth = 1.5;
  ctx.stroke();
  ctx.fillStyle = palette.stretched;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.font = font(14 * textScale, 700);
  ctx.fillText(`${hops}`, x, y + 0.5);
}

function paintRefused(ctx: Ctx, { geometry: g, palette }: HeldPicture, tile: number): void {
  const { x, y } = centre(g, tile);
  const half = g.side / 2 + 2;
  ctx.beginPath();
  ctx.roundRect(x - half, y - half, 2 * half, 2 * half, g.side * 0.15);
  ctx.globalAlpha = 0.85;
  ctx.fillStyle = hatch(palette.panel, palette.ink2, 8, 1.6);
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.strokeStyle = palette.ink;
  ctx.lineWidth = 2;
  ctx.stroke();
}

/** A core as a small tile of its own, above the picture: held, or on its way. */
export function paintToken(
  ctx: Ctx,
  { palette, textScale, geometry: g }: TokenPicture,
  tenant: number,
  id: string,
  at: Point,
): void {
  const colour = tenant % WHO_COLOURS;
  const side = Math.max(34, Math.min(56, g.side)) * textScale;
  ctx.save();
  ctx.shadowColor = 'rgb(0 0 0 / 30%)';
  ctx.shadowBlur = 14;
  ctx.shadowOffsetY = 4;
  ctx.beginPath();
  ctx.roundRect(at.x - side / 2, at.y - side / 2, side, side, 9);
  ctx.fillStyle = palette.fills[colour];
  ctx.fill();
  ctx.restore();
  ctx.strokeStyle = palette.edges[colour];
  ctx.lineWidth = 2.5;
  ctx.stroke();
  ctx.fillStyle = palette.ink;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.font = font(16 * textScale, 700);
  ctx.fillText(id, at.x, at.y + 0.5);
}

/** The held thing, and what a drop would do as a line above it. */
function paintThing(ctx: Ctx, picture: HeldPicture, letter: string): void {
  const { geometry: g, held, textScale } = picture;
  const { grip, at, over } = held.state;
  const place = at ?? centre(g, over ?? grip.tile);
  paintToken(ctx, picture, grip.tenant, grip.vcore === 'all' ? letter : `${letter}${grip.vcore}`, place);
  const side = Math.max(34, Math.min(56, g.side)) * textScale;
  if (picture.text.length > 0) paintWords(ctx, picture, place, side);
}

/** Are the stretched edges above the held thing rather than below it? */
function tiesGoUp({ geometry: g, held }: HeldPicture, at: Point): boolean {
  const { preview } = held.state;
  if (!preview?.ok) return false;
  const ends = preview.after.stretched.flatMap(({ from, to }) => [preview.tiles[from], preview.tiles[to]]);
  return ends.reduce((sum, tile) => sum + centre(g, tile).y - at.y, 0) < 0;
}

/** Lines above a thing, or below it where they would cover its ties and no finger is, and never beyond the picture. */
function paintWords(ctx: Ctx, picture: HeldPicture, at: Point, side: number): void {
  const { geometry: g, palette, textScale, text, held } = picture;
  ctx.font = font(14 * textScale, 500);
  const edge = g.left * 2 + g.pitch * g.mesh.width;
  const line = 20 * textScale;
  const wide = Math.min(edge - 8, Math.max(...text.map((words) => ctx.measureText(words).width)) + 18);
  const high = text.length * line + 6 * textScale;
  const middle = Math.max(wide / 2 + 4, Math.min(edge - wide / 2 - 4, at.x));
  const above = at.y - side / 2 - 3 - high;
  const below = at.y + side / 2 + 6;
  const room = below + high < 2 * g.top + g.pitch * g.mesh.height;
  const top = above < 3 || (room && !held.state.touch && tiesGoUp(picture, at)) ? below : above;
  ctx.beginPath();
  ctx.roundRect(middle - wide / 2, top, wide, high, 6);
  ctx.fillStyle = palette.ink;
  ctx.fill();
  ctx.fillStyle = palette.paper;
  text.forEach((words, i) =>
    ctx.fillText(words, middle, top + high / 2 + (i + 0.5 - text.length / 2) * line, wide - 8),
  );
}
