/**
 * How far a run goes flat out before its picture is worth a look: until every tenant has an iteration measured, which is one beyond
 * the filling of its pipeline, and synthetic traffic its warm-up behind it. That is simulated work and not time, so the first picture
 * says the same on every machine. Leaves out who runs the machine there, and for how long at most.
 */
import type { Plan } from '../model/plan.ts';
import type { Measured } from './measured.ts';

/** The first iteration fills the pipeline, the second is measured; but most of a short run is left to be looked at. */
const ITERATIONS = 2;
const MOST_OF_RUN = 0.6;
/** Cycles from one question to the next. */
const STEP = 4096;

export class FirstLook {
  /** Say `at` when the machine is at this cycle; Infinity once it has come far enough. */
  next: number;

  constructor(
    private readonly plan: Plan,
    private readonly measured: Measured,
  ) {
    this.next = plan.traffic?.warmup ?? STEP;
  }

  get over(): boolean {
    return this.next === Infinity;
  }

  /** The machine is at this cycle. */
  at(cycle: number): void {
    if (cycle < this.next) return;
    this.next = this.isMeasured() ? Infinity : cycle + STEP;
  }

  /** Tenants that come later are not waited for, nor those that will do no more. */
  private isMeasured(): boolean {
    const now = this.measured.tenants();
    return this.plan.tenants.every(({ arrivalCycle, iterations }, i) => {
      const wanted = Math.min(ITERATIONS, Math.floor(iterations * MOST_OF_RUN));
      return arrivalCycle > 0 || now[i].status !== 'running' || now[i].iterationsDone >= wanted;
    });
  }
}
