/**
 * Lengths of the bars on the tenants' cards. A bar is as long as an iteration takes, so two tenants with the same network share a
 * scale; its parts are where that time went. Before an iteration is measured the bar is as wide as its card and only its parts speak.
 */
import type { TenantRequest } from '../model/experiment.ts';
import type { Ghost } from '../report/ghost.ts';
import type { Ideal } from '../worker/protocol.ts';
import { steadyCycles, type Figures } from './figures.ts';

export interface Bar {
  /** 0..1 of the card's width. */
  readonly length: number;
  readonly ghost: number | null;
  /** Where the tick for "ideal" stands, 0..1. */
  readonly ideal: number | null;
  /** Whether lengths mean cycles yet. */
  readonly measured: boolean;
}

/** Cycles per iteration of the ghost of a tenant; null while unknown. */
export function ghostCycles(ghost: Ghost | null, { name, workload }: TenantRequest): number | null {
  const then = ghost?.tenants.find((tenant) => tenant.name === name);
  return then ? steadyCycles(then, workload.iterations) || null : null;
}

export function barOf(
  index: number,
  tenants: readonly TenantRequest[],
  figures: Figures | null,
  ghost: Ghost | null,
  ideal: Ideal,
): Bar {
  const cyclesOf = (i: number): number => {
    const now = figures?.tenants[i];
    return now ? steadyCycles(now, tenants[i].workload.iterations) : 0;
  };
  const own = cyclesOf(index);
  if (own === 0) return { length: 1, ghost: ghost ? 1 : null, ideal: null, measured: false };
  const sameWork = ({ workload, topology }: TenantRequest): string =>
    JSON.stringify([workload.model, workload.tokens, topology.width, topology.height]);
  const peers = tenants.flatMap((tenant, i) => (sameWork(tenant) === sameWork(tenants[index]) ? [i] : []));
  const longest = Math.max(...peers.flatMap((i) => [cyclesOf(i), ghostCycles(ghost, tenants[i]) ?? 0, ideal[i] ?? 0]));
  const before = ghostCycles(ghost, tenants[index]);
  const best = ideal[index] ?? null;
  return {
    length: own / longest,
    ghost: before === null ? null : before / longest,
    ideal: best === null ? null : best / longest,
    measured: true,
  };
}
