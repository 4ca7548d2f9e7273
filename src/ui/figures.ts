/**
 * The numbers that the page shows of a run, copied out of a frame about ten times a second. Pure; knows frames, not views.
 */
import { CAUSE_GROUPS } from '../model/causes.ts';
import type { TenantRequest } from '../model/experiment.ts';
import { vcoreCount } from '../model/vnpu.ts';
import type { Frame } from '../engine/frame.ts';
import type { Presence, TenantStatus } from '../engine/snapshot.ts';
import type { BlameTenant, CoreCauses } from '../report/blame.ts';
import { activeCycles, groupCycles } from '../report/shares.ts';

export interface TenantFigures {
  readonly status: TenantStatus;
  readonly iterationsDone: number;
  /** 0 while unknown. */
  readonly cyclesPerIteration: number;
  /** What is measured lies between this cycle and the end of the last iteration. */
  readonly measuredFrom: number;
  readonly lastEnd: number;
  /** Core-cycles per cause since cycle 0. */
  readonly causes: Float64Array;
  readonly hits: number;
  readonly misses: number;
  /** Moves that have brought its cores to other tiles. */
  readonly stays: number;
  readonly presence: Presence;
}

interface SteadyFigures {
  readonly iterationsDone: number;
  readonly cyclesPerIteration: number | null;
}

export interface Figures {
  readonly cycle: number;
  readonly outcome: Frame['outcome'];
  readonly cyclesPerSecond: number;
  /** Cycles per second aimed at; Infinity is flat out. */
  readonly pace: number;
  /** Flat out for now, whatever the pace. */
  readonly hurried: boolean;
  readonly tenants: readonly TenantFigures[];
}

/** A copy of the figures of a frame: the frame's buffer travels on. */
export function readFigures(frame: Frame): Figures {
  const tenants = Array.from({ length: frame.tenants }, (_, i): TenantFigures => {
    const { status, iterationsDone, cyclesPerIteration, measuredFrom, lastEnd, causes, hits, misses, stays, presence } =
      frame.tenant(i);
    return {
      status,
      iterationsDone,
      cyclesPerIteration,
      measuredFrom,
      lastEnd,
      causes: causes.slice(),
      hits,
      misses,
      stays,
      presence,
    };
  });
  const { cycle, outcome, cyclesPerSecond, pace, hurried } = frame;
  return { cycle, outcome, cyclesPerSecond, pace, hurried, tenants };
}

/** Cycles per iteration once they mean a pipeline that is full: the first iteration alone is a latency. 0 while unknown. */
export const steadyCycles = ({ iterationsDone, cyclesPerIteration }: SteadyFigures, iterations: number): number =>
  iterationsDone > 1 || iterationsDone === iterations ? (cyclesPerIteration ?? 0) : 0;

/** What a tenant's time was spent on between two cycles, all of it and core by core. */
export interface Spent {
  readonly causes: Float64Array;
  readonly coreCauses: readonly CoreCauses[];
}

/** What the headline's facts are made from; `measured` has what to count instead of all causes since cycle 0. */
export function blameTenants(
  requests: readonly TenantRequest[],
  figures: Figures,
  measured: readonly Spent[] | null,
): BlameTenant[] {
  return figures.tenants.map(({ status, iterationsDone, cyclesPerIteration, causes }, i) => {
    const { workload, topology, translation } = requests[i];
    const shape = `${topology.width}x${topology.height}`;
    const cores = vcoreCount(topology);
    const kind = translation.kind;
    return {
      model: workload.model,
      shape,
      cores,
      translation: kind,
      status,
      iterationsDone,
      cyclesPerIteration,
      ...(measured?.[i] ?? { causes }),
    };
  });
}

/** Shares of the active time, in CAUSE_GROUPS order, idle 0; all 0 before anything has run. */
export function activeShares(causes: ArrayLike<number>): number[] {
  const cycles = groupCycles(causes);
  const active = activeCycles(cycles);
  return CAUSE_GROUPS.map((group) => (active === 0 || group === 'idle' ? 0 : cycles[group] / active));
}
