/**
 * Cuts a network into pipeline stages: dynamic programming over (cut, cores used). The slowest stage decides how often an
 * iteration leaves the pipeline, so it is made as fast as possible first; then every core is put to use that can be used, and busy time
 * and loading at an even share of bandwidth are spread evenly (least sum of squares over cores).
 */
import { Estimates, type Estimate, type EstimateRequest } from './estimate.ts';
import type { StageShape } from './split.ts';

export interface PlannedStage {
  readonly shape: StageShape;
  readonly estimate: Estimate;
}

/** A stage between two of the places where the network may be cut, by their numbers. */
interface Candidate {
  readonly from: number;
  readonly to: number;
  readonly cores: number;
  readonly split: StageShape['split'];
  readonly estimate: Estimate;
}

/** Limits on the slowest stage that are tried in turn, as multiples of the even share of all work. */
const LIMITS = [1.12, 1.3, 1.6, 2.2, 4, Infinity];
/** A split is not made finer once its stage takes less than this part of the even share. */
const FINE_ENOUGH = 0.6;

/** The stages in order. */
export function partition(request: EstimateRequest, factors?: Float64Array): PlannedStage[] {
  const search = new Search(request, new Estimates(request, factors));
  for (const factor of LIMITS) {
    const stages = search.within(search.bound * factor);
    if (stages !== undefined) return stages;
  }
  throw new Error('one core takes any network');
}

class Search {
  readonly bound: number;
  private readonly request: EstimateRequest;
  private readonly estimates: Estimates;
  private readonly vcores: number;
  private readonly end: number;

  constructor(request: EstimateRequest, estimates: Estimates) {
    this.request = request;
    this.estimates = estimates;
    this.vcores = request.vcores;
    this.end = estimates.cuts.length - 1;
    this.bound = estimates.total / request.vcores;
  }

  /** The best stages of at most `limit` cycles each. */
  within(limit: number): PlannedStage[] | undefined {
    const byEnd = this.candidates(limit);
    const cycles = this.leastSlowest(byEnd);
    if (cycles === Infinity) return undefined;
    const fast = byEnd.map((list) => list.filter(({ estimate }) => estimate.cycles <= cycles));
    const { best, choice } = this.mostEven(fast);
    let cores = this.vcores;
    while (best[this.end][cores] === Infinity) cores--;
    return trace(choice, cores, this.end).map(({ from, to, cores, split, estimate }) => {
      const { cuts } = this.estimates;
      return { shape: { from: cuts[from], to: cuts[to], cores, split }, estimate };
    });
  }

  /** Cycles to load a core's part of what a stage loads at an even share of the tenant's bandwidth. */
  private evenLoad({ loadBytes }: Estimate, cores: number): number {
    return (loadBytes / cores) * (this.vcores / this.request.memoryBytesPerCycle);
  }

  /** Cycles of the slowest stage where that is fastest, over any number of cores. */
  private leastSlowest(byEnd: readonly (readonly Candidate[])[]): number {
    const best = this.table();
    const fewest: number[] = [];
    byEnd.forEach((list, to) => {
      for (const { from, cores, estimate } of list) {
        const { cycles } = estimate;
        const [known, row] = [best[from], best[to]];
        for (let used = fewest[from] + cores; used <= this.vcores; used++) {
          const before = known[used - cores];
          const slowest = before > cycles ? before : cycles;
          if (slowest < row[used]) row[used] = slowest;
        }
      }
      fewest[to] = fewestCores(best[to]);
    });
    return Math.min(...best[this.end]);
  }

  /** Least sum of squares over exactly so many cores for every cut, and the last stage that reaches it. */
  private mostEven(byEnd: readonly (readonly Candidate[])[]) {
    const best = this.table();
    const choice = best.map((row) => new Array<Candidate | undefined>(row.length));
    const fewest: number[] = [];
    byEnd.forEach((list, to) => {
      for (const candidate of list) {
        const { from, cores, estimate } = candidate;
        const own = cores * Math.max(estimate.cycles, this.evenLoad(estimate, cores)) ** 2;
        const [known, row] = [best[from], best[to]];
        for (let used = fewest[from] + cores; used <= this.vcores; used++) {
          const total = known[used - cores] + own;
          if (total >= row[used]) continue;
          row[used] = total;
          choice[to][used] = candidate;
        }
      }
      fewest[to] = fewestCores(best[to]);
    });
    return { best, choice };
  }

  /** By cut and cores used: nothing is known but that no core is needed before the first. */
  private table(): Float64Array[] {
    const table = Array.from({ length: this.end + 1 }, () => new Float64Array(this.vcores + 1).fill(Infinity));
    table[0][0] = 0;
    return table;
  }

  /** Every stage of at most `limit` cycles, by the cut at which it ends. */
  private candidates(limit: number): Candidate[][] {
    const { estimates, end } = this;
    const { cuts } = estimates;
    const byEnd: Candidate[][] = cuts.map(() => []);
    for (let from = 0; from < end; from++) {
      for (let to = from + 1; to <= end && estimates.leastCycles(from, to) <= 1.1 * limit; to++) {
        if (!this.isReachable(from, to)) continue;
        const estimate = estimates.whole(from, to);
        if (estimate.cycles <= limit) byEnd[to].push({ from, to, cores: 1, split: 'whole', estimate });
      }
      if (cuts[from].at > 0 || this.vcores === 1) continue;
      for (let to = from + 1; to <= end && estimates.heavies(from, to) <= 1; to++) {
        if (cuts[to].at > 0) continue;
        for (const split of ['rows', 'channels'] as const) this.splits(byEnd, from, to, split, limit);
      }
    }
    return byEnd;
  }

  private splits(byEnd: Candidate[][], from: number, to: number, split: StageShape['split'], limit: number): void {
    const { estimates, vcores } = this;
    const least = Math.max(2, Math.floor(estimates.leastCycles(from, to) / Math.min(limit, 2 * this.bound)));
    const most = Math.min(vcores, estimates.mostCores(from, to, split));
    for (let cores = least; cores <= most; cores++) {
      const estimate = estimates.split(from, to, cores, split);
      if (estimate.cycles <= limit) byEnd[to].push({ from, to, cores, split, estimate });
      if (estimate.cycles < FINE_ENOUGH * this.bound) return;
    }
  }

  /** With one core a stage is everything; with two it touches an end of the network. */
  private isReachable(from: number, to: number): boolean {
    return Number(from > 0) + Number(to < this.end) < this.vcores;
  }
}

/** Cores with which a cut can be reached at least, by a row of the table; the length of the row if it cannot. */
function fewestCores(row: Float64Array): number {
  let cores = 0;
  while (cores < row.length && row[cores] === Infinity) cores++;
  return cores;
}

function trace(choice: readonly (readonly (Candidate | undefined)[])[], cores: number, end: number): Candidate[] {
  const stages: Candidate[] = [];
  for (let [used, to] = [cores, end]; to > 0;) {
    const stage = choice[to][used]!;
    stages.unshift(stage);
    used -= stage.cores;
    to = stage.from;
  }
  return stages;
}
