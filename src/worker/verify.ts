/** A second run of the same plan up to a cycle, in idle time: its digest says whether a shared result was reproduced. */
import type { Plan } from '../model/plan.ts';
import { machineOrNone, type Rooms, type Simulated } from './simulated.ts';
import { Stepper } from './stepper.ts';

export class VerifyRun {
  private second: { readonly machine: Simulated; readonly stepper: Stepper } | undefined;

  /**
   * @param settle called once: with the digest at that cycle (or at the end of the run, if it comes first), or with an empty
   * string when the run was superseded or there is no memory for a second machine
   */
  constructor(
    private readonly plan: Plan,
    private readonly cycle: number,
    private readonly rooms: Rooms,
    private readonly now: () => number,
    readonly settle: (digest: string) => void,
  ) {}

  /** Work until the deadline; true when the answer has been given. The machine is made in the first slice. */
  slice(deadline: number): boolean {
    if (this.second === undefined) return !this.begin();
    const { machine, stepper } = this.second;
    stepper.run(this.cycle - machine.cycle, deadline);
    if (machine.cycle < this.cycle && machine.outcome === 'running') return false;
    this.settle(machine.digest());
    return true;
  }

  private begin(): boolean {
    const machine = machineOrNone(this.rooms, this.plan);
    if (machine === undefined) this.settle('');
    else this.second = { machine, stepper: new Stepper(machine, this.now) };
    return machine !== undefined;
  }
}
