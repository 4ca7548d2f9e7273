/**
 * Shares of time by cause group. `idle` is left out of the whole, because it only counts cycles before a core's first and after
 * its last instruction: a tenant that is done early would otherwise look as if it wasted its time.
 */
import { CAUSES, CAUSE_GROUPS, GROUP_OF, type Cause, type CauseGroup } from '../model/causes.ts';

export type GroupCycles = Record<CauseGroup, number>;

const GROUP_INDEX: readonly number[] = CAUSES.map((cause) => CAUSE_GROUPS.indexOf(GROUP_OF[cause]));

/** Index into CAUSE_GROUPS of a cause given as an index into CAUSES. */
export const groupIndex = (cause: number): number => GROUP_INDEX[cause];

/** Add cycles per cause up to cycles per group. */
export function groupCycles(causes: ArrayLike<number>): GroupCycles {
  const cycles: GroupCycles = { work: 0, translation: 0, memory: 0, network: 0, dispatch: 0, idle: 0 };
  CAUSES.forEach((cause, i) => (cycles[GROUP_OF[cause]] += causes[i]));
  return cycles;
}

/** Cycles of a tenant in which its cores had something to do: everything but idle. */
export const activeCycles = (cycles: GroupCycles): number =>
  CAUSE_GROUPS.reduce((sum, group) => (group === 'idle' ? sum : sum + cycles[group]), 0);

/** Share of a group in the active cycles, 0..1; 0 before the first instruction. */
export function groupShare(cycles: GroupCycles, group: CauseGroup): number {
  const active = activeCycles(cycles);
  return active === 0 ? 0 : cycles[group] / active;
}

/** The stalls of a report as cycles in CAUSES order. */
export const causesOf = (stalls: Readonly<Record<Cause, number>>): number[] => CAUSES.map((cause) => stalls[cause]);
