// Queues of instructions (instruction, iteration): a core's instruction queue and the queue of each of its engines.
import { MOST_QUEUE, Q_COUNT, Q_ENTRIES, Q_ENTRY, Q_HEAD } from './layout';

/** Append; the caller knows that there is room. */
export function pushInstruction(queue: usize, instruction: u32, iteration: u32): void {
  const count = load<u32>(queue, Q_COUNT);
  const entry = queue + Q_ENTRIES + ((load<u32>(queue, Q_HEAD) + count) & (MOST_QUEUE - 1)) * Q_ENTRY;
  store<u32>(entry, instruction);
  store<u32>(entry, iteration, 4);
  store<u32>(queue, count + 1, Q_COUNT);
}

/** Remove the front. */
export function popInstruction(queue: usize): void {
  store<u32>(queue, (load<u32>(queue, Q_HEAD) + 1) & (MOST_QUEUE - 1), Q_HEAD);
  store<u32>(queue, load<u32>(queue, Q_COUNT) - 1, Q_COUNT);
}

/** Instruction at `position` from the front, or 0 behind the end. */
export function instructionAt(queue: usize, position: u32): usize {
  return position < load<u32>(queue, Q_COUNT) ? (load<u32>(entryAt(queue, position)) as usize) : 0;
}

/** Iteration of the front. */
export function frontIteration(queue: usize): u32 {
  return load<u32>(entryAt(queue, 0), 4);
}

// @ts-ignore: decorator
@inline
function entryAt(queue: usize, position: u32): usize {
  return queue + Q_ENTRIES + ((load<u32>(queue, Q_HEAD) + position) & (MOST_QUEUE - 1)) * Q_ENTRY;
}
