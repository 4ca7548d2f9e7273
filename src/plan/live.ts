/**
 * Bytes of the scratchpad that hold something still needed, instruction by instruction: from a write to the last read before the next
 * write. Both halves of a buffer used in turn count all the time, as the next iteration finds in one what this one does not need. Leaves out landing slots and the reserved zone, which are
 * held all the time.
 */
import type { Instruction } from '../model/program.ts';

interface Access {
  readonly from: number;
  readonly to: number;
  readonly index: number;
  readonly write: boolean;
  /** One of several places that are used in turn. */
  readonly inTurn: boolean;
}

/** Live bytes while each instruction runs, in the order of the instructions of a program. */
export function liveBytes(instructions: readonly Instruction[]): number[] {
  const accesses = instructions.flatMap(({ uses = [] }, index) =>
    uses.flatMap(({ bases, from, to, write }) =>
      bases.map((base): Access => ({
        ...{ from: base + from, to: base + to, index, write },
        inTurn: bases.length > 1,
      })),
    ),
  );
  const edges = [...new Set(accesses.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const change = new Float64Array(instructions.length + 1);
  edges.slice(1).forEach((to, i) => {
    const from = edges[i];
    const here = accesses.filter((access) => access.from <= from && to <= access.to);
    const spans = here.some(({ inTurn }) => inTurn) ? [[0, instructions.length - 1]] : spansOf(here);
    for (const [first, last] of spans) {
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
