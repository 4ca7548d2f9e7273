/**
 * Where values lie in the scratchpad. Values that are alive at the same time never overlap; the largest are placed first, each at
 * the lowest free address (the greedy-by-size planner of TensorFlow Lite). Reuse of an address is guarded by tokens, not here.
 */
export interface Value {
  readonly bytes: number;
  /** First and last phase in which it is in use. */
  readonly from: number;
  readonly to: number;
}

export interface Placement {
  /** Offset of each value from the start of the area. */
  readonly offsets: readonly number[];
  readonly bytes: number;
}

export function placeValues(values: readonly Value[]): Placement {
  const order = values.map((_, index) => index).sort((a, b) => values[b].bytes - values[a].bytes || a - b);
  const offsets = new Array<number>(values.length).fill(0);
  const placed: number[] = [];
  let bytes = 0;
  for (const index of order) {
    const value = values[index];
    const beside = placed
      .filter((other) => values[other].from <= value.to && value.from <= values[other].to)
      .sort((a, b) => offsets[a] - offsets[b]);
    offsets[index] = lowestGap(
      value.bytes,
      beside.map((other) => [offsets[other], offsets[other] + values[other].bytes]),
    );
    bytes = Math.max(bytes, offsets[index] + value.bytes);
    placed.push(index);
  }
  return { offsets, bytes };
}

/** Lowest address where `bytes` fit between intervals that are sorted by their start. */
function lowestGap(bytes: number, taken: readonly (readonly [number, number])[]): number {
  let start = 0;
  for (const [from, to] of taken) {
    if (from - start >= bytes) return start;
    start = Math.max(start, to);
  }
  return start;
}
