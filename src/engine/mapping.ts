/**
 * Host side of the topology mapping search: one problem in the memory of its own small module. Anytime: `advance` does a bounded amount
 * of work and may be called until the answer is proven; the best placement and the lower bound can be read between calls.
 * Work is counted, not timed, so that the same problem gives the same answer on every machine.
 */
import * as L from '../../assembly/mapping/layout.ts';
import type { Mapper, MappingAnswer, MappingProblem } from '../model/mapping.ts';
import { LOCAL, neighbour, tileAt, tileX, tileY, type Mesh } from '../model/mesh.ts';
import { emptyChip, laidOver } from './mapping-starts.ts';
import { chipSymmetry, requestSymmetry, type RequestSymmetry } from './mapping-symmetry.ts';

const PAGE = 65_536;
/** Elementary steps of the first two slices of search; each later one takes twice as many, up to so many doublings. */
const SLICE = 100_000;
const MOST_DOUBLINGS = 7;
/** Annealings after the first slice of search; they double as well. Short ones from many beginnings find more than long ones. */
const ANNEALINGS = 6;
const MOST_ANNEALINGS = 24;
/** Moves of one annealing, for each node; not more than so many. */
const MOVES_PER_NODE = 360;
const MOST_MOVES = 10_000;
const STARTS = 4;
/** Laid-over placements that are completed, and of these the cheapest ones that are annealed again and again. */
const MOST_LAID = 48;
const MOST_KEPT_STARTS = 16;
/** Temperatures from and to, in per cent of what a stretched edge costs. A good beginning must not melt. */
const FROM_ANYWHERE = [100, 30] as const;
const FROM_GOOD = [80, 30] as const;

const NO_SYMMETRY: RequestSymmetry = { first: 0, orbit: [], order: [] };

interface MappingExports {
  readonly memory: WebAssembly.Memory;
  reserve(nodes: number, cores: number, arcs: number, pairs: number): number;
  open(): number;
  offer(): number;
  grow(core: number): number;
  complete(): number;
  search(budget: number): number;
  anneal(moves: number, hot: number, cold: number): void;
}

export class MappingSearch {
  private readonly kernel: MappingExports;
  private words = new Int32Array();
  private status: number;
  private round = 0;
  /** Annealings done in this round, and in all. */
  private turn = -1;
  private annealings = 0;
  private starts: readonly (readonly number[])[] | undefined;
  /** Steps done so far. */
  work = 0;

  constructor(
    private readonly module: WebAssembly.Module,
    private readonly problem: MappingProblem,
    /** Only to be grown and annealed: no symmetries are looked for, and nothing is proven. */
    private readonly sketched = false,
  ) {
    this.kernel = new WebAssembly.Instance(module).exports as unknown as MappingExports;
    const possible = problem.nodes > 0 && problem.nodes <= problem.free.length;
    this.status = possible ? this.write() : L.INFEASIBLE;
    if (this.status !== L.SEARCHING || sketched) return;
    for (const tiles of problem.offers ?? []) this.offer(tiles);
    const { length } = problem.free;
    for (let i = 0; i < STARTS; i++) this.kernel.grow(Math.floor(((2 * i + 1) * length) / (2 * STARTS)));
    this.status = this.kernel.search(1);
  }

  /** A slice of search, then a few annealings, and so on; both grow from round to round. */
  advance(): void {
    if (this.over) return;
    if (this.turn < 0) this.search(SLICE * 2 ** Math.min(Math.max(0, this.round - 1), MOST_DOUBLINGS));
    else this.anneal();
    this.turn++;
    if (this.turn < Math.min(MOST_ANNEALINGS, ANNEALINGS * 2 ** this.round)) return;
    this.turn = -1;
    this.round++;
  }

  private search(steps: number): void {
    this.status = this.kernel.search(Math.ceil(steps / (this.problem.nodes * this.problem.free.length)));
    this.work += steps;
  }

  /** Three times from the request as it would lie on an empty chip, then once from anywhere. */
  private anneal(): void {
    const { nodes, edges } = this.problem;
    this.starts ??= this.layOver();
    const { length } = this.starts;
    if (length === 0 || this.annealings % 4 === 3) this.annealAfter(this.kernel.grow(-1), FROM_ANYWHERE);
    else this.annealAfter(this.complete(this.starts[this.annealings % length]), FROM_GOOD);
    this.annealings++;
    this.work += this.moves * (20 + Math.ceil((4 * edges.length) / nodes));
    if (this.word(L.BEST_COST) <= this.word(L.LOWER_BOUND)) this.status = this.kernel.search(1);
  }

  private annealAfter(cost: number, [hot, cold]: readonly [number, number]): void {
    if (cost < L.NONE) this.kernel.anneal(this.moves, hot, cold);
  }

  private get moves(): number {
    return Math.min(MOST_MOVES, MOVES_PER_NODE * this.problem.nodes);
  }

  /** The best placement on an empty chip, laid over the free cores wherever most of it fits, the cheapest first. */
  private layOver(): (readonly number[])[] {
    const { mesh, placement } = new MappingSearch(this.module, emptyChip(this.problem), true).sketch();
    const laid = laidOver(mesh, placement, this.problem, MOST_LAID);
    const costs = new Map(laid.map((cores) => [cores, this.complete(cores)]));
    const possible = laid.filter((cores) => costs.get(cores)! < L.NONE);
    return possible.sort((a, b) => costs.get(a)! - costs.get(b)!).slice(0, MOST_KEPT_STARTS);
  }

  /** A good placement with little work. */
  private sketch(): { mesh: Mesh; placement: readonly number[] } {
    const { mesh } = this.problem;
    for (const core of [0, tileAt(mesh, mesh.width >> 1, mesh.height >> 1)]) this.kernel.grow(core);
    for (let i = 0; i < ANNEALINGS && this.answer.cost > 0; i++) this.annealAfter(this.kernel.grow(-1), FROM_ANYWHERE);
    return { mesh, placement: this.answer.placement };
  }

  private complete(cores: readonly number[]): number {
    this.words.set(cores, this.word(L.OFFER_AT) >>> 2);
    return this.kernel.complete();
  }

  /** Nothing is left to be done. */
  get over(): boolean {
    return this.status !== L.SEARCHING;
  }

  get answer(): MappingAnswer {
    const feasible = this.status !== L.INFEASIBLE;
    const cost = feasible ? this.word(L.BEST_COST) : L.NONE;
    if (cost >= L.NONE)
      return {
        feasible,
        placement: [],
        cost: Infinity,
        lowerBound: this.word(L.LOWER_BOUND),
        proven: this.over,
      };
    const at = this.word(L.BEST_AT) >>> 2;
    const cores = this.words.subarray(at, at + this.problem.nodes);
    const placement = Array.from(cores, (core) => this.problem.free[core]);
    return {
      feasible,
      placement,
      cost,
      lowerBound: this.word(L.LOWER_BOUND),
      proven: this.status === L.PROVEN,
    };
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
    if (cores.length !== this.problem.nodes || cores.some((core, node) => core < 0 && tiles[node] >= 0)) return;
    if (cores.includes(-1)) return void this.complete(cores);
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
    const { first, orbit, order } = this.sketched ? NO_SYMMETRY : requestSymmetry(nodes, weights, kinds);
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
    this.section(L.CANON_AT, this.sketched ? free.map((_, core) => core) : chipSymmetry(this.problem));
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
export function mapperOf(module: WebAssembly.Module, work = PLACING): Mapper {
  const kept = new Map<string, MappingAnswer>();
  return (problem) => {
    const key = JSON.stringify(problem);
    const answer = kept.get(key) ?? solveMapping(module, problem, work);
    kept.delete(key);
    kept.set(key, answer);
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
    return answer;
  };
}
