/**
 * Ways over the mesh, above the live layer: routes made by hand as broken lines, the circle of channels that wait for each other in
 * the network's colour, and the packet that is followed with the way it has come. Redrawn when one of them changes.
 */
import type { PacketDetail, WaitingChannel } from '../../engine/snapshot.ts';
import { LOCAL, neighbour } from '../../model/mesh.ts';
import { centre, lane, type Geometry, type LinkId, type Point } from './geometry.ts';
import type { Palette } from './palette.ts';

export interface WayPicture {
  readonly geometry: Geometry;
  readonly palette: Palette;
  /** Tiles of each route made by hand. */
  readonly routes: readonly (readonly number[])[];
  readonly circle: readonly WaitingChannel[];
  readonly packet: PacketDetail | null;
}

type Ctx = CanvasRenderingContext2D;
const TURN = 2 * Math.PI;

export function paintWays(ctx: Ctx, picture: WayPicture): void {
  const { geometry: g, palette, circle, packet } = picture;
  ctx.save();
  ctx.lineJoin = ctx.lineCap = 'round';
  for (const tiles of picture.routes) paintRoute(ctx, g, palette, linksOf(g, tiles));
  if (circle.length > 0) {
    const links = circle.map(({ from, port }) => ({ tile: from, port }));
    paintSolid(ctx, g, palette, links, { colour: palette.network, width: Math.max(4, g.side * 0.08), closed: true });
  }
  if (packet) paintPacket(ctx, picture, packet);
  ctx.restore();
}

/** The links between tiles that lie beside each other. */
function linksOf({ mesh }: Geometry, tiles: readonly number[]): LinkId[] {
  return tiles.slice(1).map((to, i) => {
    const port = [0, 1, 2, 3].find((way) => neighbour(mesh, tiles[i], way) === to)!;
    return { tile: tiles[i], port };
  });
}

/** Both ends of a link; where tiles are too small for lanes, the middles of its tiles. */
function endsOf(g: Geometry, { tile, port }: LinkId): { from: Point; to: Point } {
  if (g.detail === 'full' || g.detail === 'ring') return lane(g, tile, port)!;
  return { from: centre(g, tile), to: centre(g, neighbour(g.mesh, tile, port)) };
}

/** Along the links, bent through the tiles where they turn. */
function trace(ctx: Ctx, g: Geometry, links: readonly LinkId[], closed: boolean): void {
  const first = endsOf(g, links[0]);
  ctx.beginPath();
  ctx.moveTo(first.from.x, first.from.y);
  links.forEach((link, i) => {
    const { to } = endsOf(g, link);
    ctx.lineTo(to.x, to.y);
    if (i === links.length - 1 && !closed) return;
    const next = links[(i + 1) % links.length];
    const { from } = endsOf(g, next);
    const bend = centre(g, next.tile);
    if (next.port === link.port) ctx.lineTo(from.x, from.y);
    else ctx.quadraticCurveTo(bend.x, bend.y, from.x, from.y);
  });
}

/** A head in the middle of a link, pointing along it. */
function paintHead(ctx: Ctx, g: Geometry, link: LinkId, size: number): void {
  const { from, to } = endsOf(g, link);
  const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [dx, dy] = [((to.x - from.x) / length) * size, ((to.y - from.y) / length) * size];
  ctx.beginPath();
  ctx.moveTo(x + dx, y + dy);
  ctx.lineTo(x - dx - dy, y - dy + dx);
  ctx.lineTo(x - dx + dy, y - dy - dx);
  ctx.closePath();
  ctx.fill();
}

function paintRoute(ctx: Ctx, g: Geometry, palette: Palette, links: readonly LinkId[]): void {
  trace(ctx, g, links, false);
  ctx.setLineDash([2, 5]);
  ctx.lineWidth = 2;
  ctx.strokeStyle = palette.ink;
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.fillStyle = palette.ink;
  for (const link of links) paintHead(ctx, g, link, 4);
}

interface Stroke {
  readonly colour: string;
  readonly width: number;
  readonly closed: boolean;
}

/** A line with a rim of paper, which sets it off from the traffic under it, and a head on every link. */
function paintSolid(
  ctx: Ctx,
  g: Geometry,
  palette: Palette,
  links: readonly LinkId[],
  { colour, width, closed }: Stroke,
): void {
  trace(ctx, g, links, closed);
  for (const [style, wide] of [
    [palette.paper, width + 3],
    [colour, width],
  ] as const) {
    ctx.strokeStyle = style;
    ctx.lineWidth = wide;
    ctx.stroke();
  }
  ctx.fillStyle = colour;
  for (const link of links) paintHead(ctx, g, link, width * 1.5);
}

function paintPacket(ctx: Ctx, { geometry: g, palette }: WayPicture, packet: PacketDetail): void {
  const links = packet.hops
    .filter(({ left, out }) => left !== null && out !== null && out !== LOCAL)
    .map(({ tile, out }) => ({ tile, port: out! }));
  const goal = centre(g, packet.target);
  ctx.lineWidth = 2.5;
  ctx.strokeStyle = palette.ink;
  ctx.setLineDash([4, 4]);
  ctx.beginPath();
  ctx.arc(goal.x, goal.y, Math.max(5, g.side * 0.2), 0, TURN);
  ctx.stroke();
  ctx.setLineDash([]);
  if (links.length > 0) paintSolid(ctx, g, palette, links, { colour: palette.ink, width: 3, closed: false });
  if (packet.arrived !== null) return;
  const { x, y } = headAt(g, packet);
  ctx.beginPath();
  ctx.arc(x, y, Math.max(5, Math.min(9, g.pitch * 0.09)), 0, TURN);
  ctx.fillStyle = palette.ink;
  ctx.strokeStyle = palette.paper;
  ctx.fill();
  ctx.stroke();
}

/** Where its head is: in a router, or on the link behind it. */
export function headAt(g: Geometry, { hops, source, age, stage }: PacketDetail): Point {
  const { tile = source, out = null } = hops.at(-2) ?? {};
  if (out !== null && (stage === 'crossbar' || stage === 'link')) {
    const { from, to } = endsOf(g, { tile, port: out });
    const along = Math.min(1, age / 3);
    return { x: from.x + (to.x - from.x) * along, y: from.y + (to.y - from.y) * along };
  }
  return centre(g, hops.at(-1)?.tile ?? source);
}
