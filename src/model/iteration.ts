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

/**
 * The same while the pipeline is full at both ends: up to the last iteration that ends before the last one of all begins. At the end
 * of a run stages run dry one after the other, and those that shared a tile, a link or memory with them go faster: a figure up to the
 * end gets better the shorter the run is. Null where the run is too short: for half as many such iterations as the pipeline holds, or two.
 */
export function steadyCyclesPerIteration(
  finished: number,
  stages: number,
  start: (i: number) => number,
  end: (i: number) => number,
): number | null {
  let last = finished - 1;
  while (last > stages && end(last) > start(finished - 1)) last--;
  const measured = last - (stages - 1);
  return measured < Math.max(2, stages / 2) || end(last) > start(finished - 1)
    ? null
    : (end(last) - end(stages - 1)) / measured;
}
