/**
 * The same document without translation, run once in idle time: what the tick on a tenant's bar shows. Stops as soon as every
 * tenant has two iterations beyond a full pipeline, or all it asked for. A tenant that changes its size has none: each size would need
 * its own. Programs and placement do not depend on translation, so its plan is the run's own with the translation left out.
 */
import { shapesOf, type Plan } from '../model/plan.ts';
import type { Translation } from '../model/vnpu.ts';
import { Measured } from './measured.ts';
import type { Ideal } from './protocol.ts';
import { machineOrNone, type Rooms, type Simulated } from './simulated.ts';
import { Stepper } from './stepper.ts';

/** Iterations beyond the pipeline's depth after which the measure has settled. */
const BEYOND_DEPTH = 2;
const PHYSICAL: Translation = { kind: 'physical', entries: 1, pageBytes: 4096 };

/** A plan, or an experiment, with every tenant on physical addresses. */
export const withoutTranslation = <T extends { readonly tenants: readonly { readonly translation: Translation }[] }>(
  from: T,
): T => ({
  ...from,
  tenants: from.tenants.map((tenant) => ({ ...tenant, translation: PHYSICAL })),
});

interface Second {
  readonly machine: Simulated;
  readonly measured: Measured;
  readonly stepper: Stepper;
}

export class IdealRun {
  private second: Second | undefined;
  private cycles: (number | null)[];

  constructor(
    private readonly plan: Plan,
    private readonly rooms: Rooms,
    private readonly now: () => number,
  ) {
    this.cycles = plan.tenants.map(() => null);
  }

  /** Cycles per iteration per tenant; null while unknown. */
  get values(): Ideal {
    return this.cycles;
  }

  /** Work until the deadline; true when there is nothing left to do. The machine is made in the first slice and dropped at the end. */
  slice(deadline: number): boolean {
    if (this.second === undefined) return !this.begin();
    const { plan } = this;
    const { machine, measured, stepper } = this.second;
    const end = plan.stopCycles ?? Infinity;
    stepper.run(end - machine.cycle, deadline);
    const over = machine.outcome !== 'running' || machine.cycle >= end;
    const tenants = measured.tenants();
    tenants.forEach(({ iterationsDone, cyclesPerIteration }, i) => {
      const enough = Math.min(plan.tenants[i].stages + BEYOND_DEPTH, plan.tenants[i].iterations);
      if (this.isMissing(i) && cyclesPerIteration > 0 && (over || iterationsDone >= enough))
        this.cycles[i] = cyclesPerIteration;
    });
    const finished = over || !this.cycles.some((_, i) => this.isMissing(i));
    if (finished) this.second = undefined;
    return finished;
  }

  /** Is the figure of this tenant still to be found? */
  private isMissing(tenant: number): boolean {
    return this.cycles[tenant] === null && shapesOf(this.plan.tenants[tenant]).length === 1;
  }

  /** False if there is no memory left for a second machine: there is no tick then, and the run goes on. */
  private begin(): boolean {
    const plan = withoutTranslation(this.plan);
    const machine = machineOrNone(this.rooms, plan);
    if (machine === undefined) return false;
    this.second = { machine, measured: new Measured(machine, plan), stepper: new Stepper(machine, this.now) };
    return true;
  }
}
