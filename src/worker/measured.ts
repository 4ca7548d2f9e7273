/** Cycles per iteration of a machine in flight, read through a frame: no snapshot, no report, a few microseconds. */
import { tileCount } from '../model/mesh.ts';
import type { Plan } from '../model/plan.ts';
import { Frame, frameBytes } from '../engine/frame.ts';
import type { TenantStatus } from '../engine/snapshot.ts';
import type { Simulated } from './simulated.ts';

/** Seconds that the window of synthetic traffic takes at the automatic pace. */
const WINDOW_SECONDS = 30;
/** Seconds that one iteration of the fastest tenant takes at the automatic pace. */
const ITERATION_SECONDS = 3;
const SLOWEST_AUTO_PACE = 1;

export interface MeasuredTenant {
  readonly status: TenantStatus;
  readonly iterationsDone: number;
  /** 0 while unknown. */
  readonly cyclesPerIteration: number;
}

export class Measured {
  private readonly frame: Frame;

  constructor(
    private readonly machine: Simulated,
    private readonly plan: Plan,
  ) {
    const [tiles, tenants] = [tileCount(plan.chip), plan.tenants.length];
    this.frame = new Frame(new ArrayBuffer(frameBytes(tiles, tenants)), tiles, tenants);
  }

  /** Figures of every tenant now. */
  tenants(): MeasuredTenant[] {
    this.machine.writeFrame(this.frame, { paused: false, cyclesPerSecond: 0, pace: 0, hurried: false, flits: false });
    return this.plan.tenants.map((_, i) => {
      const { status, iterationsDone, cyclesPerIteration } = this.frame.tenant(i);
      return { status, iterationsDone, cyclesPerIteration };
    });
  }

  /**
   * The pace at which an iteration of the fastest tenant takes about three seconds: from what is measured, and by the plan's
   * estimate for tenants that have not finished two iterations (the first only fills the pipeline).
   */
  autoPace(): number {
    if (this.plan.traffic) return Math.max(SLOWEST_AUTO_PACE, this.plan.traffic.measure / WINDOW_SECONDS);
    const known = this.tenants().flatMap(({ iterationsDone, cyclesPerIteration }) =>
      iterationsDone > 1 && cyclesPerIteration > 0 ? [cyclesPerIteration] : [],
    );
    const cycles = known.length > 0 ? known : this.plan.tenants.map(({ estimatedCycles }) => estimatedCycles);
    return Math.max(SLOWEST_AUTO_PACE, Math.min(...cycles) / ITERATION_SECONDS);
  }
}
