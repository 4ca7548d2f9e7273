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
  if (finished === 1) return end(0) - start(0);
  const filled = Math.min(stages, finished - 1);
  return (end(finished - 1) - end(filled - 1)) / (finished - filled);
}
