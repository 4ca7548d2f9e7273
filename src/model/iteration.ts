/**
 * Cycle from which a pipeline is measured: the end of the iteration that filled it, the k-th below; with one iteration, its start.
 */
export function measuredFrom(
  finished: number,
  stages: number,
  start: (i: number) => number,
  end: (i: number) => number,
): number {
  return finished < 2 ? start(0) : end(Math.min(stages, finished - 1) - 1);
}

/**
 * Cycles between two iterations of a pipeline, measured after it has filled: with n finished iterations and
 * k = min(stages, n - 1), (end of the n-th - end of the k-th) / (n - k). One iteration alone gives its latency; none gives null.
 */
export function cyclesPerIteration(
  finished: number,
  stages: number,
  start: (i: number) => number,
  end: (i: number) => number,
): number | null {
  if (finished === 0) return null;
  const measured = Math.max(1, finished - stages);
  return (end(finished - 1) - measuredFrom(finished, stages, start, end)) / measured;
}
