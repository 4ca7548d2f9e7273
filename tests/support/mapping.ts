/** Mapping problems for tests, and what they cost by code that shares nothing with the search. */
import { readFileSync } from 'node:fs';
import { solveMapping } from '../../src/engine/mapping.ts';
import type { Edge, MappingAnswer, MappingProblem } from '../../src/model/mapping.ts';

export const mappingModule = new WebAssembly.Module(readFileSync('build/mapping.wasm'));

/** Enough for everything in the tests to be proven. */
const PLENTY = 1e12;
export const solve = (problem: MappingProblem, work = PLENTY): MappingAnswer =>
  solveMapping(mappingModule, problem, work);

export const gridEdges = (width: number, height: number): Edge[] => {
  const all = Array.from({ length: width * height }, (_, node) => node);
  return all.flatMap((node) => [
    ...((node + 1) % width === 0 ? [] : [[node, node + 1] as const]),
    ...(node + width < width * height ? [[node, node + width] as const] : []),
  ]);
};

/** A request on a width x height chip of cores, some of them taken. */
export function problemOf(
  [width, height]: readonly [number, number],
  taken: readonly number[],
  nodes: number,
  edges: readonly Edge[],
  more: Partial<MappingProblem> = {},
): MappingProblem {
  const free = Array.from({ length: width * height }, (_, tile) => tile).filter((tile) => !taken.includes(tile));
  return {
    ...{ mesh: { width, height }, free, nodes, edges, insertionCost: 1, connected: true, stretch: 'once', seed: 1 },
    ...more,
  } as MappingProblem;
}

/** Hops between two tiles, by coordinates. */
const apart = ({ mesh: { width } }: MappingProblem, a: number, b: number): number =>
  Math.abs((a % width) - (b % width)) + Math.abs(Math.floor(a / width) - Math.floor(b / width));

/** What node u adds to the nodes before it, by the formula of the reference, pair by pair. */
function added(problem: MappingProblem, placement: readonly number[], u: number): number {
  const { edges, insertionCost, nodeCosts, free, stretch } = problem;
  const tile = placement[u];
  let cost = nodeCosts?.[u][free.indexOf(tile)] ?? 0;
  for (let v = 0; v < u; v++) {
    const hops = apart(problem, tile, placement[v]);
    const edge = edges.find(([a, b]) => (a === u && b === v) || (a === v && b === u));
    if (edge === undefined) cost += hops === 1 ? insertionCost : 0;
    else if (hops > 1) cost += (edge[2] ?? 1) * (stretch === 'once' ? 1 : hops - 1);
  }
  return cost;
}

export const recount = (problem: MappingProblem, placement: readonly number[]): number =>
  placement.reduce((cost, _, u) => cost + added(problem, placement, u), 0);

export function inOnePiece(problem: MappingProblem, placement: readonly number[]): boolean {
  const piece = new Set(placement.slice(0, 1));
  for (const tile of piece) for (const other of placement) if (apart(problem, tile, other) === 1) piece.add(other);
  return piece.size === placement.length;
}

/** The least cost by trying every placement; Infinity if there is none. */
export function bruteForce(problem: MappingProblem): number {
  let best = Infinity;
  const tiles: number[] = [];
  const place = (cost: number): void => {
    if (cost >= best) return; // costs only grow with every node that is added
    if (tiles.length === problem.nodes) {
      if (!problem.connected || inOnePiece(problem, tiles)) best = cost;
      return;
    }
    for (const tile of problem.free) {
      if (tiles.includes(tile)) continue;
      tiles.push(tile);
      place(cost + added(problem, tiles, tiles.length - 1));
      tiles.pop();
    }
  };
  place(0);
  return best;
}
