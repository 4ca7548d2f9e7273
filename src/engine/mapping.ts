/**
 * Host side of the topology mapping search: one problem in the memory of its own small module. Anytime: `advance` does a bounded amount
 * of work and may be called until the answer is proven; the best placement and the lower bound can be read between calls.
 * Work is counted, not timed, so that the same problem gives the same answer on every machine.
 */
import * as L from '../../assembly/mapping/layout.ts';
import type { Mapper, MappingAnswer, MappingProblem } from '../model/mapping.ts';
import { tileAt } from '../model/mesh.ts';
import { mostPairs, weightsOf, writeProblem, writeSymmetry, type Weights } from './mapping-image.ts';
import { emptyChip, laidOver, startOf, type Start } from './mapping-starts.ts';

const PAGE = 65_536;
/** Elementary steps of the first two slices of search; each later one takes twice as many, up to so many doublings. */
const SLICE = 100_000;
const MOST_DOUBLINGS = 7;
/** Annealings after the first slice of search; they double as well. Short ones from many beginnings find more than long ones. */
const ANNEALINGS = 6;
const MOST_ANNEALINGS = 24;
/** Moves of one annealing, for each node; not more than so many. In the first round they are halved. */
const MOVES_PER_NODE = 720;
const MOST_MOVES = 20_000;
const SHORT_ROUNDS = 1;
/** Windows that are solved anew after an annealing: how many, of so many nodes, with so many elementary steps for each. */
const WINDOWS = 20;
const WINDOW_NODES = 9;
const WINDOW_STEPS = 100_000;
/** Only of what costs at most so many edges of mean weight more than the best. */
const NEAR = 2;
/** A window that may open fewer search nodes than this is not worth its time. */
const LEAST_WINDOW = 10;
/** Steps of a search node above which even the first one takes too long to wait for. */
const LARGE = 2000;
const STARTS = 4;
/** Laid-over placements that are completed, so many in one turn, and of these the cheapest ones that are annealed again and again. */
const MOST_LAID = 48;
const LAID_AT_ONCE = 4;
const MOST_KEPT_STARTS = 16;
/** Of so many annealings one begins anywhere. */
const ANYWHERE = 8;
/** Temperatures from and to, in per cent of what a stretched edge costs. A good beginning must not melt. */
const FROM_ANYWHERE = [100, 30] as const;
const FROM_GOOD = [80, 30] as const;

interface MappingExports {
  readonly memory: WebAssembly.Memory;
  reserve(nodes: number, cores: number, arcs: number, pairs: number): number;
  open(): number;
  offer(): number;
  grow(core: number): number;
  complete(): number;
  search(budget: number): number;
  anneal(moves: number, hot: number, cold: number): number;
  refit(windows: number, nodes: number, budget: number, within: number): void;
}

export class MappingSearch {
  private readonly kernel: MappingExports;
  private readonly weights: Weights;
  private readonly schedule: Iterator<void>;
  private words = new Int32Array();
  private status: number;
  /** Steps done so far. */
  work = 0;

  /** There is an answer at once: what is offered, or grown from some core. */
  constructor(
    private readonly module: WebAssembly.Module,
    private readonly problem: MappingProblem,
  ) {
    this.kernel = new WebAssembly.Instance(module).exports as unknown as MappingExports;
    this.weights = weightsOf(problem);
    this.schedule = this.turns();
    const possible = problem.nodes > 0 && problem.nodes <= problem.free.length;
    this.status = possible ? this.write() : L.INFEASIBLE;
    if (this.over) return;
    for (const tiles of problem.offers ?? []) this.offer(tiles);
    for (let core = problem.free.length >> 1; core < problem.free.length; core++) if (this.grow(core)) return;
    for (let core = 0; core < problem.free.length >> 1; core++) if (this.grow(core)) return;
  }

  /** The next piece of work. */
  advance(): void {
    if (!this.over) this.schedule.next();
  }

  /** A large problem begins with good beginnings; then a slice of search, a few annealings, and so on: both grow from round to round. */
  private *turns(): Generator<void> {
    const { length } = this.problem.free;
    let starts: readonly Start[] | undefined;
    for (let i = 0; i < STARTS; i++) this.grow(Math.floor(((2 * i + 1) * length) / (2 * STARTS)));
    if (this.steps > LARGE) starts = yield* this.begin();
    writeSymmetry(this.words, this.problem, this.weights);
    for (let round = 0, annealings = 0; ; round++) {
      this.search(SLICE * 2 ** Math.min(Math.max(0, round - 1), MOST_DOUBLINGS));
      yield;
      starts ??= yield* this.begin();
      for (let turn = Math.min(MOST_ANNEALINGS, ANNEALINGS * 2 ** round); turn > 0; turn--, annealings++) {
        this.anneal(starts, annealings, this.moves >> Math.max(0, SHORT_ROUNDS - round));
        yield;
      }
    }
  }

  /** Elementary steps of one search node. */
  private get steps(): number {
    return this.problem.nodes * this.problem.free.length;
  }

  private search(steps: number): void {
    this.status = this.kernel.search(Math.ceil(steps / this.steps));
    this.work += steps;
  }

  /** From the request as it would lie on an empty chip, and now and then from anywhere. */
  private anneal(starts: readonly Start[], count: number, moves: number): void {
    const { nodes, edges } = this.problem;
    if (starts.length === 0 || count % ANYWHERE === ANYWHERE - 1) {
      this.annealAfter(this.kernel.grow(-1), moves, FROM_ANYWHERE);
    } else {
      const start = startOf(starts, count - Math.floor(count / ANYWHERE));
      start.ends += this.annealAfter(this.complete(start.cores), moves, FROM_GOOD);
      start.turns++;
    }
    this.work += moves * (30 + Math.ceil((8 * edges.length) / nodes)) + WINDOWS * this.steps;
    this.conclude();
  }

  /** Anneal what stands, if anything does, and solve windows of it anew. Returns what it cost between the two. */
  private annealAfter(cost: number, moves: number, [hot, cold]: readonly [number, number]): number {
    if (cost >= L.NONE) return cost;
    const end = this.kernel.anneal(moves, hot, cold);
    const budget = Math.floor(WINDOW_STEPS / this.steps);
    const within = NEAR * this.word(L.SCALE);
    if (budget >= LEAST_WINDOW) this.kernel.refit(WINDOWS, WINDOW_NODES, budget, within);
    return end;
  }

  private get moves(): number {
    return Math.min(MOST_MOVES, MOVES_PER_NODE * this.problem.nodes);
  }

  /** The best placement on an empty chip, laid over the free cores wherever most of it fits; those that cost least. */
  private *begin(): Generator<void, Start[]> {
    const empty = new MappingSearch(this.module, emptyChip(this.problem));
    yield* empty.sketch();
    const { placement } = empty.answer;
    const costs = new Map<readonly number[], number>();
    for (const cores of laidOver(empty.problem.mesh, placement, this.problem, MOST_LAID)) {
      costs.set(cores, this.complete(cores));
      this.work += this.steps;
      this.conclude();
      if (costs.size % LAID_AT_ONCE === 0) yield;
    }
    const possible = [...costs].filter(([, cost]) => cost < L.NONE).sort((a, b) => a[1] - b[1]);
    return possible.slice(0, MOST_KEPT_STARTS).map(([cores]) => ({ cores, ends: 0, turns: 0 }));
  }

  /** A good placement with little work: in a corner, where a mesh grows as it is, or in the middle. */
  private *sketch(): Generator<void> {
    const { width, height } = this.problem.mesh;
    for (const core of [0, tileAt(this.problem.mesh, width >> 1, height >> 1)]) this.kernel.grow(core);
    for (let i = 0; i < ANNEALINGS && this.word(L.BEST_COST) > 0; i++) {
      yield;
      this.annealAfter(this.kernel.grow(-1), this.moves >> SHORT_ROUNDS, FROM_ANYWHERE);
    }
  }

  private grow(core: number): boolean {
    return this.kernel.grow(core) < L.NONE;
  }

  private complete(cores: readonly number[]): number {
    this.words.set(cores, this.word(L.OFFER_AT) >>> 2);
    return this.kernel.complete();
  }

  /** Is the best placement as good as the bound? */
  private conclude(): void {
    if (this.word(L.BEST_COST) <= this.word(L.LOWER_BOUND)) this.status = this.kernel.search(1);
  }

  /** Nothing is left to be done. */
  get over(): boolean {
    return this.status !== L.SEARCHING;
  }

  get answer(): MappingAnswer {
    const feasible = this.status !== L.INFEASIBLE;
    const cost = feasible ? this.word(L.BEST_COST) : L.NONE;
    const [lowerBound, proven] = [this.word(L.LOWER_BOUND), this.over];
    if (cost >= L.NONE) return { feasible, placement: [], cost: Infinity, lowerBound, proven };
    const at = this.word(L.BEST_AT) >>> 2;
    const cores = this.words.subarray(at, at + this.problem.nodes);
    return { feasible, placement: Array.from(cores, (core) => this.problem.free[core]), cost, lowerBound, proven };
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
    const { nodes, free } = this.problem;
    const arcs = this.weights.reduce((sum, { size }) => sum + size, 0);
    const { memory, reserve } = this.kernel;
    const bytes = reserve(nodes, free.length, arcs, mostPairs(nodes));
    const missing = Math.ceil(bytes / PAGE) - memory.buffer.byteLength / PAGE;
    if (missing > 0) memory.grow(missing);
    this.words = new Int32Array(memory.buffer);
    writeProblem(this.words, this.problem, this.weights);
    return this.kernel.open();
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
