/**
 * Where annealing begins: a request as it would lie on an empty chip, laid over the free cores of the real one in every place, turned
 * and mirrored. Where most cores are free the best placement is nearly one of these.
 */
import type { MappingProblem } from '../model/mapping.ts';
import { tileX, tileY, type Mesh } from '../model/mesh.ts';

/** An empty chip is never narrower, and has some room around a request that lies as a square. */
const SMALLEST_SIDE = 8;
/** A place counts if at least so much of the request finds free cores there. */
const LEAST_FITTING = 0.6;

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
  const { mesh, free } = problem;
  const coreAt = new Int32Array(mesh.width * mesh.height).fill(-1);
  free.forEach((tile, core) => (coreAt[tile] = core));
  const laid: Laid[] = [];
  for (const cells of orientations(placement.map((tile) => [tileX(empty, tile), tileY(empty, tile)]))) {
    const [right, bottom] = [0, 1].map((axis) => Math.max(...cells.map((cell) => cell[axis])));
    for (let top = -bottom; top < mesh.height; top++) {
      for (let left = -right; left < mesh.width; left++) {
        const cost = likelyCost(cells, left, top, coreAt, problem);
        if (cost < Infinity) laid.push({ cells, left, top, cost });
      }
    }
  }
  const best = laid.sort((a, b) => a.cost - b.cost).slice(0, most);
  return best.map(({ cells, left, top }) => cells.map((cell) => coreUnder(cell, left, top, mesh, coreAt)));
}

function coreUnder([x, y]: Cell, left: number, top: number, { width, height }: Mesh, coreAt: Int32Array): number {
  const [column, row] = [left + x, top + y];
  return column < 0 || row < 0 || column >= width || row >= height ? -1 : coreAt[column + width * row];
}

/** Infinity where too few nodes find a core. */
function likelyCost(
  cells: readonly Cell[],
  left: number,
  top: number,
  coreAt: Int32Array,
  { mesh, nodeCosts, edges }: MappingProblem,
): number {
  const most = cells.length * (1 - LEAST_FITTING);
  let missing = 0;
  let ofNodes = 0;
  for (let node = 0; node < cells.length; node++) {
    const core = coreUnder(cells[node], left, top, mesh, coreAt);
    if (core < 0 && ++missing > most) return Infinity;
    if (core >= 0 && nodeCosts) ofNodes += nodeCosts[node][core];
  }
  const mean = edges.reduce((sum, [, , weight = 1]) => sum + weight, 0) / Math.max(1, edges.length);
  return missing * MISSING_EDGES * mean + ofNodes;
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
