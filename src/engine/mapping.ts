/**
 * Host side of the topology mapping search: one problem in the memory of its own small module. Anytime: `advance` does a bounded amount
 * of work and may be called until the answer is proven; the best placement and the lower bound can be read between calls.
 * Work is counted, not timed, so that the same problem gives the same answer on every machine.
 */
import * as L from '../../assembly/mapping/layout.ts';
import type { Mapper, MappingAnswer, MappingProblem } from '../model/mapping.ts';
import { LOCAL, neighbour, tileX, tileY } from '../model/mesh.ts';
import { chipSymmetry, requestSymmetry } from './mapping-symmetry.ts';

const PAGE = 65_536;
/** Elementary steps of the first slice of search; later ones take up to 32 times as many. */
const SLICE = 400_000;
const LARGEST_GROWTH = 32;
/** Annealings between two slices of search: short ones from many beginnings find more than long ones. */
const ANNEALINGS = 5;
const MOVES = 20_000;
const STARTS = 4;

interface MappingExports {
  readonly memory: WebAssembly.Memory;
  reserve(nodes: number, cores: number, arcs: number, pairs: number): number;
  open(): number;
  offer(): number;
  grow(core: number): number;
  search(budget: number): number;
  anneal(moves: number): void;
}

export class MappingSearch {
  private readonly kernel: MappingExports;
  private words = new Int32Array();
  private status: number;
  private slices = 0;
  /** Steps done so far. */
  work = 0;

  constructor(
    module: WebAssembly.Module,
    private readonly problem: MappingProblem,
  ) {
    this.kernel = new WebAssembly.Instance(module).exports as unknown as MappingExports;
    const possible = problem.nodes > 0 && problem.nodes <= problem.free.length;
    this.status = possible ? this.write() : L.INFEASIBLE;
    if (this.status !== L.SEARCHING) return;
    for (const tiles of problem.offers ?? []) this.offer(tiles);
    const { length } = problem.free;
    for (let i = 0; i < STARTS; i++) this.kernel.grow(Math.floor(((2 * i + 1) * length) / (2 * STARTS)));
    this.status = this.kernel.search(1);
  }

  /** A slice of search, then a few annealings, and so on; the slices of search grow. */
  advance(): void {
    if (this.over) return;
    const { nodes, free, edges } = this.problem;
    const turn = this.slices % (ANNEALINGS + 1);
    if (turn === 0) {
      const steps = SLICE * Math.min(LARGEST_GROWTH, 2 ** Math.floor(this.slices / (ANNEALINGS + 1)));
      this.status = this.kernel.search(Math.ceil(steps / (nodes * free.length)));
      this.work += steps;
    } else {
      this.kernel.anneal(MOVES);
      this.work += MOVES * (20 + Math.ceil((4 * edges.length) / nodes));
    }
    this.slices++;
  }

  /** Nothing is left to be done. */
  get over(): boolean {
    return this.status !== L.SEARCHING;
  }

  get answer(): MappingAnswer {
    const feasible = this.status !== L.INFEASIBLE;
    const cost = feasible ? this.word(L.BEST_COST) : L.NONE;
    if (cost >= L.NONE)
      return { feasible, placement: [], cost: Infinity, lowerBound: this.word(L.LOWER_BOUND), proven: this.over };
    const at = this.word(L.BEST_AT) >>> 2;
    const cores = this.words.subarray(at, at + this.problem.nodes);
    const placement = Array.from(cores, (core) => this.problem.free[core]);
    return { feasible, placement, cost, lowerBound: this.word(L.LOWER_BOUND), proven: this.status === L.PROVEN };
  }

  /** Search nodes opened. */
  get searched(): number {
    return this.word(L.SEARCHED);
  }

  get memoryBytes(): number {
    return this.kernel.memory.buffer.byteLength;
  }

  private offer(tiles: readonly number[]): void {
    const cores = tiles.map((tile) => this.problem.free.indexOf(tile));
    if (cores.length !== this.problem.nodes || cores.includes(-1)) return;
    this.words.set(cores, this.word(L.OFFER_AT) >>> 2);
    this.kernel.offer();
  }

  private word(address: number): number {
    return this.words.length === 0 ? 0 : this.words[address >>> 2];
  }

  private write(): number {
    const { nodes, free, seed, insertionCost, connected } = this.problem;
    const weights = weightsOf(this.problem);
    const kinds = weights.map((_, node) => this.problem.nodeCosts?.[node].join(',') ?? '');
    const { first, orbit, order } = requestSymmetry(nodes, weights, kinds);
    const arcs = weights.reduce((sum, { size }) => sum + size, 0);
    const { memory, reserve } = this.kernel;
    const missing = Math.ceil(reserve(nodes, free.length, arcs, order.length) / PAGE) - memory.buffer.byteLength / PAGE;
    if (missing > 0) memory.grow(missing);
    this.words = new Int32Array(memory.buffer);
    this.words[L.INSERTION_COST >>> 2] = insertionCost;
    this.words[L.NEEDS_CONNECTION >>> 2] = Number(connected);
    this.words[L.FIRST_NODE >>> 2] = first;
    this.words[L.SEED >>> 2] = seed;
    const total = this.problem.edges.reduce((sum, [, , weight = 1]) => sum + weight, 0);
    this.words[L.SCALE >>> 2] = Math.max(1, Math.round(total / Math.max(1, this.problem.edges.length)));
    this.writeRequest(weights);
    this.writeChip();
    this.section(
      L.ORBIT_AT,
      weights.map((_, node) => Number(orbit.includes(node))),
    );
    this.section(L.ORDER_AT, order.flat());
    return this.kernel.open();
  }

  private section(word: number, values: readonly number[]): void {
    this.words.set(values, this.word(word) >>> 2);
  }

  private writeRequest(weights: readonly ReadonlyMap<number, number>[]): void {
    const arcs = weights.map((edges) => [...edges].sort((a, b) => a[1] - b[1]));
    let start = 0;
    this.section(L.ARC_START_AT, [0, ...arcs.map(({ length }) => (start += length))]);
    this.section(
      L.ARC_NODE_AT,
      arcs.flat().map(([node]) => node),
    );
    this.section(
      L.ARC_WEIGHT_AT,
      arcs.flat().map(([, weight]) => weight),
    );
    const { stretch } = this.problem;
    const costs = Array.from({ length: L.MOST_HOPS }, (_, hops) => Math.max(0, hops - 1));
    this.section(L.STRETCH_AT, stretch === 'once' ? costs.map((cost) => Math.min(cost, 1)) : costs);
    const unit = 65_536;
    const quantiles = Array.from({ length: L.THRESHOLDS }, (_, i) => -Math.log((i + 0.5) / L.THRESHOLDS) * unit);
    this.section(L.THRESHOLD_AT, quantiles.map(Math.round));
  }

  private writeChip(): void {
    const { mesh, free, nodeCosts } = this.problem;
    const index = new Map(free.map((tile, core) => [tile, core]));
    const ports = Array.from({ length: LOCAL }, (_, port) => port);
    this.section(
      L.LINKS_AT,
      free.flatMap((tile) => ports.map((port) => index.get(neighbour(mesh, tile, port)) ?? -1)),
    );
    this.section(
      L.COLUMN_AT,
      free.map((tile) => tileX(mesh, tile)),
    );
    this.section(
      L.ROW_AT,
      free.map((tile) => tileY(mesh, tile)),
    );
    this.section(L.CANON_AT, chipSymmetry(this.problem));
    nodeCosts?.forEach((row, node) => this.words.set(row, (this.word(L.NODE_COST_AT) >>> 2) + node * free.length));
  }
}

/** What the search can add up. */
export const MOST_COST = 2 ** 25;

/** More than any placement of a problem can cost. */
export function largestCost({ mesh, nodes, edges, insertionCost, nodeCosts, stretch }: MappingProblem): number {
  const farthest = stretch === 'once' ? 1 : mesh.width + mesh.height;
  const weight = edges.reduce((sum, [, , w = 1]) => sum + w, 0);
  const ofNodes = (nodeCosts ?? []).reduce((sum, row) => sum + Math.max(0, ...row), 0);
  return weight * farthest + 2 * nodes * insertionCost + ofNodes;
}

/** Weight of each node's edges by the other end. */
function weightsOf({ nodes, edges }: MappingProblem): Map<number, number>[] {
  const weights = Array.from({ length: nodes }, () => new Map<number, number>());
  for (const [u, v, weight = 1] of edges) {
    weights[u].set(v, weight);
    weights[v].set(u, weight);
  }
  return weights;
}

/** Search until the answer is proven or so many elementary steps are done. */
export function solveMapping(module: WebAssembly.Module, problem: MappingProblem, work: number): MappingAnswer {
  const search = new MappingSearch(module, problem);
  while (!search.over && search.work < work) search.advance();
  return search.answer;
}

/** Elementary steps that placing one tenant may take: some tens of milliseconds. */
const PLACING = 40_000_000;
/** Answers kept; the one used longest ago goes first. */
const MOST_KEPT = 64;

/** A mapper of fixed effort that remembers its answers: an edit that leaves a tenant's surroundings alone searches nothing. */
export function mapperOf(module: WebAssembly.Module): Mapper {
  const kept = new Map<string, MappingAnswer>();
  return (problem) => {
    const key = JSON.stringify(problem);
    const answer = kept.get(key) ?? solveMapping(module, problem, PLACING);
    kept.delete(key);
    kept.set(key, answer);
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
    return answer;
  };
}
