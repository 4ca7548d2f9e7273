/**
 * The same document without translation, run once in idle time: what the tick on a tenant's bar shows. Stops as soon as every
 * tenant has two iterations beyond a full pipeline, or all it asked for.
 */
import type { Experiment } from '../model/experiment.ts';
import type { Plan } from '../model/plan.ts';
import { Measured } from './measured.ts';
import type { Ideal } from './protocol.ts';
import { machineOrNone, type Rooms, type Simulated } from './simulated.ts';
import { Stepper } from './stepper.ts';

/** Iterations beyond the pipeline's depth after which the measure has settled. */
const BEYOND_DEPTH = 2;

export const withoutTranslation = (experiment: Experiment): Experiment => ({
  ...experiment,
  tenants: experiment.tenants.map((tenant) => ({
    ...tenant,
    translation: { ...tenant.translation, kind: 'physical' },
  })),
});

interface Second {
  readonly plan: Plan;
  readonly machine: Simulated;
  readonly measured: Measured;
  readonly stepper: Stepper;
}

export class IdealRun {
  private second: Second | undefined;
  private cycles: (number | null)[];

  constructor(
    private readonly experiment: Experiment,
    private readonly rooms: Rooms,
    private readonly now: () => number,
  ) {
    this.cycles = experiment.tenants.map(() => null);
  }

  /** Cycles per iteration per tenant; null while unknown. */
  get values(): Ideal {
    return this.cycles;
  }

  /** Work until the deadline; true when there is nothing left to do. The machine is made in the first slice and dropped at the end. */
  slice(deadline: number): boolean {
    if (this.second === undefined) return !this.begin();
    const { plan, machine, measured, stepper } = this.second;
    const end = plan.stopCycles ?? Infinity;
    stepper.run(end - machine.cycle, deadline);
    const over = machine.outcome !== 'running' || machine.cycle >= end;
    const tenants = measured.tenants();
    tenants.forEach(({ iterationsDone, cyclesPerIteration }, i) => {
      const enough = Math.min(plan.tenants[i].stages + BEYOND_DEPTH, plan.tenants[i].iterations);
      if (this.cycles[i] === null && cyclesPerIteration > 0 && (over || iterationsDone >= enough))
        this.cycles[i] = cyclesPerIteration;
    });
    const finished = over || this.cycles.every((cycles) => cycles !== null);
    if (finished) this.second = undefined;
    return finished;
  }

  /** False if there is no memory left for a second machine, or no such plan: there is no tick then, and the run goes on. */
  private begin(): boolean {
    const planned = this.rooms.plan(withoutTranslation(this.experiment));
    if (!planned.ok) return false;
    const plan = planned.value;
    const machine = machineOrNone(this.rooms, plan);
    if (machine === undefined) return false;
    this.second = { plan, machine, measured: new Measured(machine, plan), stepper: new Stepper(machine, this.now) };
    return true;
  }
}
