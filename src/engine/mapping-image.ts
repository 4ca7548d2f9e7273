/** A mapping problem as its module reads it: the sections of assembly/mapping/layout.ts, written once; symmetries may follow later. */
import * as L from '../../assembly/mapping/layout.ts';
import type { MappingProblem } from '../model/mapping.ts';
import { LOCAL, neighbour, tileX, tileY } from '../model/mesh.ts';
import { chipSymmetry, requestSymmetry } from './mapping-symmetry.ts';

/** Weight of each node's edges by the other end. */
export type Weights = readonly ReadonlyMap<number, number>[];

export function weightsOf({ nodes, edges }: MappingProblem): Weights {
  const weights = Array.from({ length: nodes }, () => new Map<number, number>());
  for (const [u, v, weight = 1] of edges) {
    weights[u].set(v, weight);
    weights[v].set(u, weight);
  }
  return weights;
}

/** Pairs of symmetric nodes that a request of so many nodes has at most. */
export const mostPairs = (nodes: number): number => (nodes * (nodes - 1)) / 2;

/** Where a section begins, in words. */
const begin = (words: Int32Array, section: number): number => words[section >>> 2] >>> 2;

function write(words: Int32Array, section: number, values: readonly number[]): void {
  words.set(values, begin(words, section));
}

/** Write everything that the search needs to know; no symmetry is known yet. `words`: memory in which the sections are reserved. */
export function writeProblem(words: Int32Array, problem: MappingProblem, weights: Weights): void {
  const { seed, insertionCost, connected, edges } = problem;
  words[L.INSERTION_COST >>> 2] = insertionCost;
  words[L.NEEDS_CONNECTION >>> 2] = Number(connected);
  words[L.SEED >>> 2] = seed;
  const total = edges.reduce((sum, [, , weight = 1]) => sum + weight, 0);
  words[L.SCALE >>> 2] = Math.max(1, Math.round(total / Math.max(1, edges.length)));
  writeRequest(words, problem, weights);
  writeChip(words, problem);
  words[L.FIRST_NODE >>> 2] = 0;
  words[L.PAIRS >>> 2] = 0;
  const orbit = begin(words, L.ORBIT_AT);
  words.fill(0, orbit, orbit + problem.nodes);
}

function writeRequest(words: Int32Array, { stretch }: MappingProblem, weights: Weights): void {
  const arcs = weights.map((edges) => [...edges].sort((a, b) => a[1] - b[1]));
  let start = 0;
  write(words, L.ARC_START_AT, [0, ...arcs.map(({ length }) => (start += length))]);
  write(
    words,
    L.ARC_NODE_AT,
    arcs.flat().map(([node]) => node),
  );
  write(
    words,
    L.ARC_WEIGHT_AT,
    arcs.flat().map(([, weight]) => weight),
  );
  const costs = Array.from({ length: L.MOST_HOPS }, (_, hops) => Math.max(0, hops - 1));
  write(words, L.STRETCH_AT, stretch === 'once' ? costs.map((cost) => Math.min(cost, 1)) : costs);
  const unit = 65_536;
  const quantiles = Array.from({ length: L.THRESHOLDS }, (_, i) => -Math.log((i + 0.5) / L.THRESHOLDS) * unit);
  write(words, L.THRESHOLD_AT, quantiles.map(Math.round));
}

function writeChip(words: Int32Array, { mesh, free, nodeCosts }: MappingProblem): void {
  const coreAt = new Int32Array(mesh.width * mesh.height).fill(-1);
  free.forEach((tile, core) => (coreAt[tile] = core));
  const [links, columns, rows, canon, costs] = [L.LINKS_AT, L.COLUMN_AT, L.ROW_AT, L.CANON_AT, L.NODE_COST_AT].map(
    (section) => begin(words, section),
  );
  free.forEach((tile, core) => {
    for (let port = 0; port < LOCAL; port++) {
      const next = neighbour(mesh, tile, port);
      words[links + core * LOCAL + port] = next < 0 ? -1 : coreAt[next];
    }
    words[columns + core] = tileX(mesh, tile);
    words[rows + core] = tileY(mesh, tile);
    words[canon + core] = core;
  });
  nodeCosts?.forEach((row, node) => words.set(row, costs + node * free.length));
}

/** Look for symmetries of request and chip, and write those that were found. */
export function writeSymmetry(words: Int32Array, problem: MappingProblem, weights: Weights): void {
  const kinds = weights.map((_, node) => problem.nodeCosts?.[node].join(',') ?? '');
  const { first, orbit, order } = requestSymmetry(problem.nodes, weights, kinds);
  const images = new Set(orbit);
  words[L.FIRST_NODE >>> 2] = first;
  words[L.PAIRS >>> 2] = order.length;
  write(words, L.ORDER_AT, order.flat());
  write(
    words,
    L.ORBIT_AT,
    weights.map((_, node) => Number(images.has(node))),
  );
  write(words, L.CANON_AT, chipSymmetry(problem));
}
