/** The report of the run as it stands: asked for once a second while a view shows a tenant's life, dropped with the run. */
import type { Report } from '../report/report.ts';
import type { Simulation } from './simulation.ts';

export class Life {
  report = $state.raw<Report | null>(null);
  private watchers = 0;
  private run = 0;

  constructor(private readonly simulation: Simulation) {}

  /** Follow the run from now on; returns the way to stop it. */
  watch(): () => void {
    this.watchers++;
    void this.ask();
    return () => this.watchers--;
  }

  /** What is known belongs to another run. */
  renew(): void {
    this.run++;
    this.report = null;
  }

  /** @param now the cycle that the run has reached, as far as the page knows: a run that stands still is not asked again */
  async ask(now?: number): Promise<void> {
    if (this.watchers === 0 || (this.report && this.report.cycles === now)) return;
    const { run } = this;
    const report = await this.simulation.report();
    if (run === this.run) this.report = report;
  }
}
