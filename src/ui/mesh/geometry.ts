/**
 * Where things are on the mesh picture, in CSS pixels: tiles, lanes, region outlines, and what lies under a point.
 * The pitch decides how much a tile can say. Leaves out all drawing.
 */
import { LOCAL, neighbour, tileAt, tileCount, tileX, tileY, type Mesh } from '../../model/mesh.ts';

/** How much detail fits: ring, id and stage; ring and id; the leading cause as fill; a heat image. */
export type Detail = 'full' | 'ring' | 'fill' | 'heat';

export interface Geometry {
  readonly mesh: Mesh;
  readonly pitch: number;
  /** Side of a tile's square. */
  readonly side: number;
  readonly left: number;
  readonly top: number;
  readonly detail: Detail;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface LinkId {
  readonly tile: number;
  readonly port: number;
}

const MARGIN = 10;
const LARGEST_PITCH = 118;

export const detailOf = (pitch: number): Detail =>
  pitch >= 56 ? 'full' : pitch >= 24 ? 'ring' : pitch >= 10 ? 'fill' : 'heat';

const SIDE: Readonly<Record<Exclude<Detail, 'full'>, number>> = { ring: 0.8, fill: 0.84, heat: 1 };

/** Routers by themselves leave their room to the links, where all is to be seen; their number needs so many pixels. */
const ROUTER_SIDE = 0.56;
export const NUMBER_SIDE = 26;

/** Side of a tile: where words must fit, small tiles leave less between them. */
function sideOf(pitch: number, isBare: boolean): number {
  const detail = detailOf(pitch);
  if (isBare && detail !== 'heat') {
    const least = SIDE.ring * pitch < NUMBER_SIDE ? 0 : NUMBER_SIDE;
    return Math.max(ROUTER_SIDE * pitch, least);
  }
  const share = detail === 'full' ? Math.min(0.84, Math.max(0.71, 0.71 + (90 - pitch) * 0.0035)) : SIDE[detail];
  return share * pitch;
}

/**
 * The mesh as large as the box allows, centred.
 * @param isBare tiles are routers without cores
 */
export function layOut(mesh: Mesh, width: number, height: number, isBare = false): Geometry {
  const room = Math.min((width - 2 * MARGIN) / mesh.width, (height - 2 * MARGIN) / mesh.height);
  const pitch = Math.max(1, Math.min(LARGEST_PITCH, room));
  return {
    mesh,
    pitch,
    side: sideOf(pitch, isBare),
    left: (width - pitch * mesh.width) / 2,
    top: (height - pitch * mesh.height) / 2,
    detail: detailOf(pitch),
  };
}

export const centre = (g: Geometry, tile: number): Point => ({
  x: g.left + (tileX(g.mesh, tile) + 0.5) * g.pitch,
  y: g.top + (tileY(g.mesh, tile) + 0.5) * g.pitch,
});

/** How a tie between two tiles bends: the control point of a quadratic curve, beside the middle, so that it passes what lies between. */
export const tieBend = (a: Point, b: Point): Point => ({
  x: (a.x + b.x) / 2 + (b.y - a.y) * 0.12,
  y: (a.y + b.y) / 2 - (b.x - a.x) * 0.12,
});

/** The middle of such a tie: halfway between the middle of its ends and its control point. */
export const tieMiddle = (a: Point, b: Point): Point => {
  const bend = tieBend(a, b);
  return { x: ((a.x + b.x) / 2 + bend.x) / 2, y: ((a.y + b.y) / 2 + bend.y) / 2 };
};

/** The tile whose cell holds the point, or null outside the mesh. */
export function tileUnder(g: Geometry, { x, y }: Point): number | null {
  const column = Math.floor((x - g.left) / g.pitch);
  const row = Math.floor((y - g.top) / g.pitch);
  if (column < 0 || row < 0 || column >= g.mesh.width || row >= g.mesh.height) return null;
  return tileAt(g.mesh, column, row);
}

/** Distance of a lane from the middle between its two tiles' centres. */
export const laneOffset = (g: Geometry): number => g.side * 0.11;

/** Both ends of the lane behind an output port. Traffic keeps to the right of its direction. */
export function lane(g: Geometry, tile: number, port: number): { from: Point; to: Point } | null {
  const next = neighbour(g.mesh, tile, port);
  if (next < 0 || port === LOCAL) return null;
  const a = centre(g, tile);
  const b = centre(g, next);
  const dx = Math.sign(b.x - a.x);
  const dy = Math.sign(b.y - a.y);
  const reach = g.side / 2 + 1;
  const off = laneOffset(g);
  return {
    from: { x: a.x + dx * reach - dy * off, y: a.y + dy * reach + dx * off },
    to: { x: b.x - dx * reach - dy * off, y: b.y - dy * reach + dx * off },
  };
}

/** The link under a point: between two tiles, on the side of the lane; null on a tile or outside. */
export function linkUnder(g: Geometry, point: Point): LinkId | null {
  if (g.pitch < 24) return null;
  for (let tile = 0; tile < tileCount(g.mesh); tile++) {
    for (const port of [0, 2]) {
      const ends = lane(g, tile, port);
      if (!ends) continue;
      const dx = ends.to.x - ends.from.x;
      const dy = ends.to.y - ends.from.y;
      const off = laneOffset(g);
      const alongX = port === 0;
      const middle = alongX ? ends.from.y - off : ends.from.x + off;
      const along = alongX ? (point.x - ends.from.x) / dx : (point.y - ends.from.y) / dy;
      const across = (alongX ? point.y : point.x) - middle;
      if (along < 0 || along > 1 || Math.abs(across) > g.side * 0.3) continue;
      const forward = alongX ? across > 0 : across < 0;
      return forward ? { tile, port } : { tile: neighbour(g.mesh, tile, port), port: port + 1 };
    }
  }
  return null;
}

type Corner = readonly [x: number, y: number];

/** Directed unit edges of the boundary of a set of cells, the inside on the right of each. */
function boundary(mesh: Mesh, tiles: ReadonlySet<number>): Map<string, Corner[]> {
  const edges = new Map<string, Corner[]>();
  const add = (x0: number, y0: number, x1: number, y1: number): void => {
    const key = `${x0},${y0}`;
    edges.set(key, [...(edges.get(key) ?? []), [x1, y1]]);
  };
  for (const tile of tiles) {
    const x = tileX(mesh, tile);
    const y = tileY(mesh, tile);
    const open = (port: number): boolean => !tiles.has(neighbour(mesh, tile, port));
    if (open(3)) add(x, y, x + 1, y);
    if (open(0)) add(x + 1, y, x + 1, y + 1);
    if (open(2)) add(x + 1, y + 1, x, y + 1);
    if (open(1)) add(x, y + 1, x, y);
  }
  return edges;
}

/** Corners of the closed outlines around a set of tiles, in cells, clockwise around the inside; straight runs merged. */
export function outlines(mesh: Mesh, tiles: readonly number[]): Corner[][] {
  const edges = boundary(mesh, new Set(tiles));
  const loops: Corner[][] = [];
  for (const start of edges.keys()) {
    while (edges.get(start)!.length > 0) {
      const [x, y] = start.split(',').map(Number);
      loops.push(withoutStraights(follow(edges, [x, y])));
    }
  }
  return loops;
}

/** Walk the edges from a corner back to it; where two outlines touch in a corner, turn right to keep them apart. */
function follow(edges: Map<string, Corner[]>, start: Corner): Corner[] {
  const loop: Corner[] = [];
  let at = start;
  let direction: Corner = [0, 0];
  do {
    loop.push(at);
    const ways = edges.get(`${at[0]},${at[1]}`)!;
    const right = ways.findIndex(([x, y]) => x - at[0] === -direction[1] && y - at[1] === direction[0]);
    const [next] = ways.splice(Math.max(0, right), 1);
    direction = [next[0] - at[0], next[1] - at[1]];
    at = next;
  } while (at[0] !== start[0] || at[1] !== start[1]);
  return loop;
}

function withoutStraights(loop: Corner[]): Corner[] {
  return loop.filter((corner, i) => {
    const before = loop[(i + loop.length - 1) % loop.length];
    const after = loop[(i + 1) % loop.length];
    return !(before[0] === corner[0] && corner[0] === after[0]) && !(before[1] === corner[1] && corner[1] === after[1]);
  });
}

/** The outline corners in pixels, moved inwards by `inset`, so that neighbouring regions do not touch. */
export function insetOutline(g: Geometry, loop: readonly Corner[], inset: number): Point[] {
  return loop.map(([x, y], i) => {
    const before = loop[(i + loop.length - 1) % loop.length];
    const after = loop[(i + 1) % loop.length];
    const inX = Math.sign(x - before[0]);
    const inY = Math.sign(y - before[1]);
    const outX = Math.sign(after[0] - x);
    const outY = Math.sign(after[1] - y);
    return { x: g.left + x * g.pitch - (inY + outY) * inset, y: g.top + y * g.pitch + (inX + outX) * inset };
  });
}
