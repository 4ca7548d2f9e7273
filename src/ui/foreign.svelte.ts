/** Whose data flits cross whose tiles: asked for again and again while two tenants are on the chip, dropped with the run. */
import type { ForeignLink } from '../report/network.ts';
import type { Simulation } from './simulation.ts';

export class Foreign {
  links = $state.raw<readonly ForeignLink[]>([]);
  private run = 0;

  constructor(private readonly simulation: Simulation) {}

  /** What is known belongs to another run. */
  renew(): void {
    this.run++;
    this.links = [];
  }

  async ask(tenants: number): Promise<void> {
    if (tenants < 2) return;
    const { run } = this;
    const links = await this.simulation.foreign();
    if (run === this.run && (links.length > 0 || this.links.length > 0)) this.links = links;
  }

  /** Flits of a tenant that are foreign where they are. */
  flitsOf(tenant: number): number {
    return this.links.reduce((sum, link) => (link.tenant === tenant ? sum + link.flits : sum), 0);
  }
}
