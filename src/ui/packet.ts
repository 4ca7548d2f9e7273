/** What the head of a followed packet does, stage by stage and router by router, in cycles. Leaves out all words and drawing. */
import type { PacketDetail, PacketHop, PacketStage } from '../engine/snapshot.ts';

/** Stages in the order in which a packet passes them; those from `buffer` to `link` once per router. */
export const STAGES: readonly PacketStage[] = ['source', 'buffer', 'va', 'sa', 'crossbar', 'link', 'eject'];

/** Crossbar, and the link behind it: what follows SA whatever happens. */
const CROSSBAR = 1;
const LINK = 1;

/** Cycles that the head has spent at one router so far. */
export interface HopTimes {
  readonly buffer: number;
  readonly va: number;
  readonly sa: number;
  readonly crossbar: number;
  readonly link: number;
}

/** Cycles from `start` until `end`, or until now while there is no end. */
const span = (start: number | null, end: number | null, now: number): number =>
  start === null ? 0 : Math.max(0, Math.min(end ?? Infinity, now + 1) - start);

export function hopTimes({ came, front, granted, left }: PacketHop, now: number): HopTimes {
  const after = (cycle: number | null): number | null => (cycle === null ? null : cycle + 1);
  return {
    buffer: span(came, front, now),
    va: span(front, after(granted), now),
    sa: span(after(granted), after(left), now),
    crossbar: left === null ? 0 : Math.min(CROSSBAR, Math.max(0, now - left)),
    link: left === null ? 0 : Math.min(LINK, Math.max(0, now - left - CROSSBAR)),
  };
}

export const hopCycles = ({ buffer, va, sa, crossbar, link }: HopTimes): number => buffer + va + sa + crossbar + link;

/** Cycles of a packet that nobody is in the way of: 4 per link, one per flit and 5 more; noc-model.md section 12. */
export const undisturbed = ({ flits }: PacketDetail, links: number): number => 4 * links + flits + 5;

/** Cycles since it was created, or since its head left the source where that is not known; null before. */
export function latencySoFar({ created, injected, arrived, cycle }: PacketDetail): number | null {
  const start = created ?? injected;
  return start === null ? null : (arrived ?? cycle) - start;
}
