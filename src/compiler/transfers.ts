/**
 * What goes from the cores of one stage to those of the next: for every tensor that is still needed, the intersection of the slice
 * that a core hands on and the slice that another one needs. Both sides work off their list in the same global order (tensor, sender,
 * receiver), and every core first receives and then sends within an iteration, so no cycle of waiting can close.
 */
import type { Chip } from '../model/chip.ts';
import { tensorOf, type Graph } from './graph.ts';
import { area, bytesOf, intersect, type Rect } from './rect.ts';
import type { Share } from './split.ts';

export interface Transfer {
  readonly tensor: number;
  /** Virtual cores. */
  readonly from: number;
  readonly to: number;
  readonly slice: Rect;
  readonly bytes: number;
}

/** Cores of a stage with what each does. */
export interface StageCores {
  readonly vcores: readonly number[];
  readonly shares: readonly Share[];
}

/** Transfers from one stage to the next, in the order in which both sides make them. */
export function transfersBetween(graph: Graph, before: StageCores, after: StageCores): Transfer[] {
  const tensors = new Set(before.shares.flatMap(({ passes }) => [...passes.keys()]));
  const transfers: Transfer[] = [];
  for (const tensor of [...tensors].sort((a, b) => a - b)) {
    before.shares.forEach(({ passes }, sender) => {
      const passed = passes.get(tensor);
      if (passed === undefined) return;
      after.shares.forEach(({ holds }, receiver) => {
        const held = holds.get(tensor);
        const slice = held && intersect(passed, held);
        if (slice === undefined || area(slice) === 0) return;
        const [from, to] = [before.vcores[sender], after.vcores[receiver]];
        transfers.push({ tensor, from, to, slice, bytes: bytesOf(slice, tensorOf(graph, tensor)) });
      });
    });
  }
  return transfers;
}

/** Landing slots of each sender in a receiver's scratchpad: as large as the pair's largest message. */
export function landingSlots(chip: Chip, arriving: readonly Transfer[]): Map<number, number> {
  const slots = new Map<number, number>();
  for (const { from, bytes } of arriving) {
    slots.set(from, Math.max(slots.get(from) ?? 0, chip.channelSlots * Math.min(bytes, chip.messageBytes)));
  }
  return slots;
}
