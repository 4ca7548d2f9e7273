/**
 * Bytes of the scratchpad that hold something still needed, instruction by instruction: from a write to the last read before the next
 * write. Of a buffer used in turn both halves count, as either may be needed. Leaves out landing slots and the reserved zone, which are
 * held all the time.
 */
import type { Instruction } from '../model/program.ts';

interface Access {
  readonly from: number;
  readonly to: number;
  readonly index: number;
  readonly write: boolean;
}

/** Live bytes while each instruction runs, in the order of the instructions of a program. */
export function liveBytes(instructions: readonly Instruction[]): number[] {
  const accesses = instructions.flatMap(({ uses = [] }, index) =>
    uses.flatMap(({ bases, from, to, write }) =>
      bases.map((base): Access => ({ from: base + from, to: base + to, index, write })),
    ),
  );
  const edges = [...new Set(accesses.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const change = new Float64Array(instructions.length + 1);
  edges.slice(1).forEach((to, i) => {
    const from = edges[i];
    const here = accesses.filter((access) => access.from <= from && to <= access.to);
    for (const [first, last] of spansOf(here)) {
      change[first] += to - from;
      change[last + 1] -= to - from;
    }
  });
  let live = 0;
  return instructions.map((_, index) => (live += change[index]));
}

/** From each write to the last read before the next write; a range that is only read was filled before. */
function spansOf(accesses: readonly Access[]): [number, number][] {
  const spans: [number, number][] = [];
  for (const { index, write } of accesses) {
    const last = spans.at(-1);
    if (last === undefined || (write && index > last[1])) spans.push([write ? index : 0, index]);
    else last[1] = index;
  }
  return spans;
}
