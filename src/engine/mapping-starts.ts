/**
 * Where annealing begins: a request as it would lie on an empty chip, laid over the free cores of the real one in every place, turned
 * and mirrored. Where most cores are free the best placement is nearly one of these.
 */
import type { MappingProblem } from '../model/mapping.ts';
import { tileAt, tileX, tileY, type Mesh } from '../model/mesh.ts';

/** An empty chip is never narrower, and has some room around a request that lies as a square. */
const SMALLEST_SIDE = 8;
/** A place counts if at least so much of the request finds free cores there. */
const LEAST_FITTING = 0.6;

/** Of so many starts one is favoured. */
const FAVOURED = 4;

/** A placement from which annealing begins: core of each node or -1, and the costs in which its turns have ended, added up. */
export interface Start {
  readonly cores: readonly number[];
  ends: number;
  turns: number;
}

/**
 * The start of a turn: each in its order, and from the second round on every other turn one of those that have ended lowest on average.
 * Annealing that keeps what is good about a start hardly leaves its surroundings, so its ends tell how good these are; but now and then
 * the best placement lies where most turns end badly, so that none is given up (a bandit with steady exploration: Robbins 1952).
 */
export function startOf(starts: readonly Start[], turn: number): Start {
  const later = turn - starts.length;
  if (later < 0) return starts[turn];
  const choice = later >> 1;
  if (later % 2 === 1) return starts[choice % starts.length];
  const mean = ({ ends, turns }: Start): number => ends / turns;
  return [...starts].sort((a, b) => mean(a) - mean(b))[choice % Math.ceil(starts.length / FAVOURED)];
}

/** The same request where nothing is taken and all cores are alike. */
export function emptyChip({
  mesh,
  nodes,
  edges,
  insertionCost,
  connected,
  stretch,
  seed,
}: MappingProblem): MappingProblem {
  const room = SMALLEST_SIDE + 2 * Math.ceil(Math.sqrt(nodes));
  const side = Math.min(room, Math.max(SMALLEST_SIDE, 2 * mesh.width, 2 * mesh.height));
  const free = Array.from({ length: side * side }, (_, tile) => tile);
  return {
    mesh: { width: side, height: side },
    free,
    nodes,
    edges,
    insertionCost,
    connected,
    stretch,
    seed,
  };
}

/** What a node without a core is taken to cost, in edges of mean weight. */
const MISSING_EDGES = 3;

/** A placement shifted by so much, and what it is likely to cost there. */
interface Laid {
  readonly cells: readonly Cell[];
  readonly left: number;
  readonly top: number;
  readonly cost: number;
}

/** A placement laid over the free tiles: core of each node or -1, for the places where most find one, the likely cheapest first. */
export function laidOver(
  empty: Mesh,
  placement: readonly number[],
  problem: MappingProblem,
  most: number,
): (readonly number[])[] {
  const ways = orientations(placement.map((tile) => [tileX(empty, tile), tileY(empty, tile)]));
  const laid = (problem.nodeCosts ? ways : withoutDoubles(ways)).flatMap((cells) => placesOf(cells, problem));
  const best = laid.sort((a, b) => a.cost - b.cost).slice(0, most);
  return best.map(({ cells, left, top }) => coresUnder(cells, left, top, problem));
}

/** Where all cores are alike, one of several that cover the same cells. */
function withoutDoubles(ways: readonly Cell[][]): Cell[][] {
  const covered = ways.map((cells) => cells.map(String).sort().join(' '));
  return ways.filter((_, i) => covered.indexOf(covered[i]) === i);
}

/** Every place where enough nodes find a core. */
function placesOf(cells: readonly Cell[], problem: MappingProblem): Laid[] {
  const { mesh, nodeCosts, edges } = problem;
  const [right, bottom] = [0, 1].map((axis) => Math.max(...cells.map((cell) => cell[axis])));
  const stride = mesh.width + 2 * right;
  const coreAt = new Int16Array(stride * (mesh.height + 2 * bottom)).fill(-1); // with a margin as wide as the request
  const at = (x: number, y: number): number => right + x + stride * (bottom + y);
  problem.free.forEach((tile, core) => (coreAt[at(tileX(mesh, tile), tileY(mesh, tile))] = core));
  const offsets = Int32Array.from(cells, ([x, y]) => x + stride * y);
  const mean = edges.reduce((sum, [, , weight = 1]) => sum + weight, 0) / Math.max(1, edges.length);
  const lost = cells.length * (1 - LEAST_FITTING);
  const places: Laid[] = [];
  for (let top = -bottom; top < mesh.height; top++) {
    for (let left = -right; left < mesh.width; left++) {
      const missing = missingAt(coreAt, offsets, at(left, top), lost);
      if (missing > lost) continue;
      const ofNodes = nodeCosts ? costUnder(coreAt, offsets, at(left, top), nodeCosts) : 0;
      places.push({ cells, left, top, cost: missing * MISSING_EDGES * mean + ofNodes });
    }
  }
  return places;
}

/** Nodes without a core, counted until there are too many. */
function missingAt(coreAt: Int16Array, offsets: Int32Array, base: number, most: number): number {
  let missing = 0;
  for (let node = 0; node < offsets.length && missing <= most; node++) if (coreAt[base + offsets[node]] < 0) missing++;
  return missing;
}

function costUnder(
  coreAt: Int16Array,
  offsets: Int32Array,
  base: number,
  nodeCosts: NonNullable<MappingProblem['nodeCosts']>,
): number {
  return offsets.reduce((sum, offset, node) => sum + (nodeCosts[node][coreAt[base + offset]] ?? 0), 0);
}

function coresUnder(cells: readonly Cell[], left: number, top: number, { mesh, free }: MappingProblem): number[] {
  const core = new Map(free.map((tile, index) => [tile, index]));
  return cells.map(([x, y]) => {
    const [column, row] = [left + x, top + y];
    const inside = column >= 0 && row >= 0 && column < mesh.width && row < mesh.height;
    return inside ? (core.get(tileAt(mesh, column, row)) ?? -1) : -1;
  });
}

type Cell = readonly [x: number, y: number];

/** Turned and mirrored, each with its upper left corner at 0, 0. */
function orientations(cells: readonly Cell[]): Cell[][] {
  const signs = [1, -1];
  const turned = signs.flatMap((sx) =>
    signs.flatMap((sy) => [
      cells.map(([x, y]): Cell => [sx * x, sy * y]),
      cells.map(([x, y]): Cell => [sy * y, sx * x]),
    ]),
  );
  return turned.map((some) => {
    const [left, top] = [0, 1].map((axis) => Math.min(...some.map((cell) => cell[axis])));
    return some.map(([x, y]): Cell => [x - left, y - top]);
  });
}
