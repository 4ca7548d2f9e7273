/** The last cycles one by one: asked for while the timeline shows them, dropped with the run. */
import type { RecentData } from '../engine/snapshot.ts';
import type { Simulation } from './simulation.ts';

export class Recent {
  data = $state.raw<RecentData | null>(null);
  /** How many cycles are shown; 0: the whole run instead. */
  cycles = $state(0);
  private run = 0;

  constructor(private readonly simulation: Simulation) {}

  /** Show the last cycles, at most so many; 0: the whole run. */
  show(cycles: number): void {
    this.cycles = cycles;
    this.renew();
  }

  /** What is known belongs to another run or window. */
  renew(): void {
    this.run++;
    this.data = null;
  }

  /** @param now the cycle that the run has reached, as far as the page knows: a run that stands still is not asked again */
  async ask(now: number): Promise<void> {
    const { run, cycles, data } = this;
    if (cycles === 0 || (data && data.from + data.cycles === now)) return;
    const answer = await this.simulation.recent(cycles);
    if (run === this.run) this.data = answer;
  }
}
