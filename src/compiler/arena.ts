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
  /** Those that have their places, by address. */
  const placed: number[] = [];
  let bytes = 0;
  for (const index of order) {
    const value = values[index];
    const start = lowestGap(value, placed, values, offsets);
    offsets[index] = start;
    bytes = Math.max(bytes, start + value.bytes);
    const behind = placed.findIndex((other) => offsets[other] > start);
    placed.splice(behind < 0 ? placed.length : behind, 0, index);
  }
  return { offsets, bytes };
}

/** Lowest address where a value fits between those that are alive with it. */
function lowestGap(
  { bytes, from, to }: Value,
  placed: readonly number[],
  values: readonly Value[],
  offsets: readonly number[],
): number {
  let start = 0;
  for (const index of placed) {
    const other = values[index];
    if (other.from > to || from > other.to) continue;
    if (offsets[index] - start >= bytes) return start;
    start = Math.max(start, offsets[index] + other.bytes);
  }
  return start;
}
