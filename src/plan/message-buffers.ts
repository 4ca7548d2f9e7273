/**
 * Memory through which a tenant in mode uvm exchanges messages: for every directed pair of virtual cores as many slots as it would
 * have landing slots, each as large as its largest message, and a line of flags behind them. One tensor holds them all.
 */
import type { Chip } from '../model/chip.ts';
import type { Compilation, MemoryTensor } from '../model/plan.ts';
import { forEachInstruction } from '../model/program.ts';
import { READ, WRITE, type MessageBuffer } from '../model/vnpu.ts';

const LINE = 64;
const PAGE = 4096;
const up = (bytes: number, to: number): number => Math.ceil(bytes / to) * to;

export interface SharedMemory {
  readonly buffers: readonly MessageBuffer[];
  readonly tensor: MemoryTensor;
}

/** Buffers behind the last tensor of the compilation. */
export function messageBuffers({ channelSlots }: Chip, { programs, tensors }: Compilation): SharedMemory {
  const largest = largestMessages(programs);
  const end = Math.max(PAGE, ...tensors.map((tensor) => tensor.virtualBase + tensor.bytes));
  const virtualBase = up(end, PAGE);
  let next = virtualBase;
  const buffers = [...largest.values()].map(({ from, to, bytes }): MessageBuffer => {
    const slotBytes = up(bytes, LINE);
    const buffer = { from, to, virtualBase: next, slotBytes };
    next += channelSlots * slotBytes + LINE;
    return buffer;
  });
  const bytes = Math.max(LINE, next - virtualBase);
  return { buffers, tensor: { name: 'messages', virtualBase, bytes, permission: READ | WRITE } };
}

function largestMessages(programs: Compilation['programs']): Map<string, { from: number; to: number; bytes: number }> {
  const largest = new Map<string, { from: number; to: number; bytes: number }>();
  for (const { vcore: from, steps } of programs) {
    forEachInstruction(steps, (step) => {
      if (step.op !== 'send') return;
      const key = `${from}>${step.peer}`;
      const bytes = Math.max(step.bytes, largest.get(key)?.bytes ?? 0);
      largest.set(key, { from, to: step.peer, bytes });
    });
  }
  return largest;
}
