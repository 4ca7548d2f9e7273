/**
 * How long one iteration takes once the pipeline is full. The first iterations only fill it, so the measure starts at the end of
 * the k-th, k = min(stages, n - 1). Leaves out iterations that are still in flight. Source: contracts.md, "Report".
 */
export interface IterationMeasure {
  /** Cycles between the ends of two iterations; for a single iteration its latency; null before the first has ended. */
  readonly cyclesPerIteration: number | null;
  /** From the first instruction of an iteration to its last on any core, per finished iteration. */
  readonly latencyCycles: number[];
}

/**
 * Measure the finished iterations of one tenant.
 * @param stages pipeline depth, at least 1
 * @param start cycle of the first instruction of each finished iteration
 * @param end cycle in which its last instruction ended, of the same length
 */
export function measureIterations(stages: number, start: ArrayLike<number>, end: ArrayLike<number>): IterationMeasure {
  const n = end.length;
  const latencyCycles = Array.from(end, (cycle, i) => cycle - start[i]);
  if (n === 0) return { cyclesPerIteration: null, latencyCycles };
  if (n === 1) return { cyclesPerIteration: latencyCycles[0], latencyCycles };
  const k = Math.min(stages, n - 1);
  return { cyclesPerIteration: (end[n - 1] - end[k - 1]) / (n - k), latencyCycles };
}
