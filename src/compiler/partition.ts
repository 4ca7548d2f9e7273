/**
 * Cuts a network into pipeline stages: dynamic programming over (operator, cores used). The slowest stage decides how often an
 * iteration leaves the pipeline, so it is made as fast as possible first; then every core is put to use that can be used, and busy time
 * and loading at an even share of bandwidth are spread evenly (least sum of squares over cores).
 */
import { isHeavy, stageStarts, type Graph } from './graph.ts';
import { isSplittable, type StageShape } from './split.ts';
import { StageCosts, type CostRequest, type StageCost } from './stage-cost.ts';

export interface PlannedStage {
  readonly shape: StageShape;
  readonly cost: StageCost;
}

/** A stage between two of the places where the network may be cut. */
interface Candidate extends PlannedStage {
  readonly from: number;
}

/** Limits on the slowest stage that are tried in turn, as multiples of the best that array and vector cycles alone allow. */
const LIMITS = [1.3, 2, 4, Infinity];
/** A split is not made finer once its stage takes less than this part of the even share. */
const FINE_ENOUGH = 0.6;

/** The stages in order, or undefined if no partition fits the scratchpads. */
export function partition(request: CostRequest): PlannedStage[] | undefined {
  const search = new Search(request);
  for (const factor of LIMITS) {
    const stages = search.within(search.bound * factor);
    if (stages !== undefined) return stages;
  }
  return undefined;
}

/** The least number of cores, up to `most`, on which a network fits, or undefined. */
export function fewestCores(request: CostRequest, most: number): number | undefined {
  return new Search({ ...request, vcores: most }).fewest();
}

class Search {
  /** Cycles that the slowest stage takes at least if every stage is a run of operators and nothing but products takes time. */
  readonly bound: number;
  private readonly request: CostRequest;
  private readonly graph: Graph;
  private readonly vcores: number;
  private readonly costs: StageCosts;
  /** First operators of possible stages, and the end. */
  private readonly cuts: readonly number[];
  private readonly ends: number;

  constructor(request: CostRequest) {
    this.request = request;
    this.graph = request.graph;
    this.vcores = request.vcores;
    this.costs = new StageCosts(request);
    this.cuts = [...stageStarts(request.graph), request.graph.layers.length];
    this.ends = this.cuts.length - 1;
    this.bound = this.costs.leastCycles(0, request.graph.layers.length - 1) / request.vcores;
  }

  /** The best stages of at most `limit` cycles each. */
  within(limit: number): PlannedStage[] | undefined {
    const byEnd = this.candidates(limit);
    const slowest = this.solve(byEnd, Math.max, (cost) => cost.cycles);
    const cycles = Math.min(...slowest.best.map((row) => row[this.ends]));
    if (cycles === Infinity) return undefined;
    const fast = byEnd.map((list) => list.filter(({ cost }) => cost.cycles <= cycles));
    const even = this.solve(
      fast,
      (a, b) => a + b,
      (cost, cores) => cores * Math.max(cost.cycles, this.evenLoad(cost, cores)) ** 2,
    );
    let cores = this.vcores;
    while (even.best[cores][this.ends] === Infinity) cores--;
    return trace(even.choice, cores, this.ends);
  }

  /** The least number of cores for which there is a partition at all. */
  fewest(): number | undefined {
    const { best } = this.solve(this.candidates(Infinity), Math.max, () => 0);
    const cores = best.findIndex((row) => row[this.ends] < Infinity);
    return cores < 0 ? undefined : cores;
  }

  /** Cycles to load a core's part of a stage's weights at an even share of the tenant's bandwidth. */
  private evenLoad({ loadBytes }: StageCost, cores: number): number {
    return (loadBytes / cores) * (this.request.vcores / this.request.memoryBytesPerCycle);
  }

  /** Least combined value over exactly `cores` cores for every cut, and the last stage that reaches it. */
  private solve(
    byEnd: readonly (readonly Candidate[])[],
    combine: (before: number, stage: number) => number,
    value: (cost: StageCost, cores: number) => number,
  ): { best: number[][]; choice: (Candidate | undefined)[][] } {
    const best = Array.from({ length: this.vcores + 1 }, () => new Array<number>(this.ends + 1).fill(Infinity));
    const choice = best.map((row) => row.map((): Candidate | undefined => undefined));
    best[0][0] = 0;
    for (let to = 1; to <= this.ends; to++) {
      for (const candidate of byEnd[to]) {
        const { cores } = candidate.shape;
        const own = value(candidate.cost, cores);
        for (let used = cores; used <= this.vcores; used++) {
          const total = combine(best[used - cores][candidate.from], own);
          if (total < best[used][to]) [best[used][to], choice[used][to]] = [total, candidate];
        }
      }
    }
    return { best, choice };
  }

  /** Every stage of at most `limit` cycles, by the cut at which it ends. */
  private candidates(limit: number): Candidate[][] {
    const byEnd: Candidate[][] = this.cuts.map(() => []);
    for (let from = 0; from < this.ends; from++) {
      for (let to = from + 1; to <= this.ends && this.leastCycles(from, to) <= limit; to++) {
        if (this.isReachable(from, to)) this.consider(byEnd, from, to, 1, 'whole', limit);
      }
      for (let to = from + 1; to <= this.ends && this.heavies(from, to) <= 1; to++) {
        for (const split of ['rows', 'channels'] as const) this.considerSplits(byEnd, from, to, split, limit);
      }
    }
    return byEnd;
  }

  private considerSplits(
    byEnd: Candidate[][],
    from: number,
    to: number,
    split: StageShape['split'],
    limit: number,
  ): void {
    for (let cores = 2; cores <= this.vcores; cores++) {
      const cycles = this.consider(byEnd, from, to, cores, split, limit);
      if (cycles < FINE_ENOUGH * this.bound) return;
    }
  }

  private consider(
    byEnd: Candidate[][],
    from: number,
    to: number,
    cores: number,
    split: StageShape['split'],
    limit: number,
  ): number {
    const shape = { first: this.cuts[from], last: this.cuts[to] - 1, cores, split };
    if (cores > 1 && !isSplittable(this.graph, shape)) return Infinity;
    const cost = this.costs.of(shape);
    if ('layer' in cost) return Infinity;
    if (cost.cycles <= limit) byEnd[to].push({ from, shape, cost });
    return cost.cycles;
  }

  /** With one core a stage is everything; with two it touches an end of the network. */
  private isReachable(from: number, to: number): boolean {
    return Number(from > 0) + Number(to < this.ends) < this.vcores;
  }

  private leastCycles = (from: number, to: number): number =>
    this.costs.leastCycles(this.cuts[from], this.cuts[to] - 1);

  private heavies = (from: number, to: number): number =>
    this.graph.layers.slice(this.cuts[from], this.cuts[to]).filter(isHeavy).length;
}

function trace(choice: readonly (readonly (Candidate | undefined)[])[], cores: number, end: number): PlannedStage[] {
  const stages: PlannedStage[] = [];
  for (let [used, to] = [cores, end]; to > 0;) {
    const { shape, cost, from } = choice[used][to]!;
    stages.unshift({ shape, cost });
    used -= shape.cores;
    to = from;
  }
  return stages;
}
