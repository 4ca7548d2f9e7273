/**
 * What a run's figures were, kept as data so that the run after an edit can be compared with it at equal cycles. A ghost is no
 * second machine: its timeline knows what every core had spent by any cycle that it reached.
 */
import { CAUSES } from '../model/causes.ts';
import type { TimelineData } from '../engine/snapshot.ts';
import type { CoreId } from './cores.ts';
import type { Basis } from './blame.ts';
import { coresByTenant, totalsAt, totalsBetween, type CoreSet } from './timeline.ts';

/** Figures of one tenant, as frames and reports have them. */
export interface TenantPace {
  readonly name: string;
  readonly iterationsDone: number;
  /** 0 or null while unknown. */
  readonly cyclesPerIteration: number | null;
}

export interface GhostTenant extends TenantPace {
  /** Its iterations were measured between these cycles. */
  readonly measuredFrom: number;
  readonly lastEnd: number;
}

export interface Ghost {
  /** Cycle that the run had reached. */
  readonly cycle: number;
  readonly tenants: readonly GhostTenant[];
  readonly timeline: TimelineData;
  readonly cores: readonly CoreSet[];
}

export interface Change {
  /** Above 1: that many times faster than before. */
  readonly ratio: number;
  readonly basis: Basis;
}

const COMPUTE = CAUSES.indexOf('compute');

/** Keep a run. The timeline is held, not copied: the worker sends a new one with every call. */
export function keepGhost(timeline: TimelineData, cores: readonly CoreId[], tenants: readonly GhostTenant[]): Ghost {
  return {
    cycle: timeline.cycles,
    tenants: tenants.map(({ name, iterationsDone, cyclesPerIteration, measuredFrom, lastEnd }) => ({
      name,
      iterationsDone,
      cyclesPerIteration,
      measuredFrom,
      lastEnd,
    })),
    timeline,
    cores: coresByTenant(cores, tenants.length),
  };
}

/**
 * Cycles per cause that the tenant of that name had spent by a cycle, in CAUSES order; null if the ghost had no such tenant.
 * Beyond the ghost's own end its last figures stand.
 */
export function ghostCauses(ghost: Ghost, name: string, cycle: number): Float64Array | null {
  const index = ghost.tenants.findIndex((tenant) => tenant.name === name);
  return index < 0 ? null : totalsAt(ghost.timeline, ghost.cores[index], cycle);
}

/** Cycles per cause that the iterations were spent on by which the tenant of that name was measured; null if there is none. */
export function ghostIterationCauses(ghost: Ghost, name: string): Float64Array | null {
  const index = ghost.tenants.findIndex((tenant) => tenant.name === name);
  if (index < 0) return null;
  const { measuredFrom, lastEnd } = ghost.tenants[index];
  return totalsBetween(ghost.timeline, ghost.cores[index], measuredFrom, lastEnd);
}

/**
 * How a tenant does against the ghost: by cycles per iteration once both runs have two, else by the cycles that its arrays had
 * worked by the same cycle; null while there is nothing to compare. Only right while the tenant's network is the same.
 */
export function changeSince(
  ghost: Ghost,
  now: TenantPace & { readonly causes: ArrayLike<number> },
  cycle: number,
): Change | null {
  const before = ghost.tenants.find(({ name }) => name === now.name);
  if (before === undefined) return null;
  if (before.iterationsDone > 1 && now.iterationsDone > 1 && before.cyclesPerIteration && now.cyclesPerIteration) {
    return { ratio: before.cyclesPerIteration / now.cyclesPerIteration, basis: 'iterations' };
  }
  const then = ghostCauses(ghost, now.name, cycle)![COMPUTE];
  if (cycle > ghost.cycle || then === 0 || now.causes[COMPUTE] === 0) return null;
  return { ratio: now.causes[COMPUTE] / then, basis: 'progress' };
}
