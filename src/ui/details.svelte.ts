/** What the worker tells of the selected core or link: asked again and again while it is selected, dropped with the selection. */
import type { CoreDetail } from '../engine/snapshot.ts';
import type { LinkDetail, ProgramLine } from '../worker/protocol.ts';
import type { LinkId } from './mesh/geometry.ts';
import type { Simulation } from './simulation.ts';

export type Watched = { readonly tile: number } | { readonly link: LinkId };

export class Details {
  core = $state.raw<CoreDetail | null>(null);
  program = $state.raw<readonly ProgramLine[]>([]);
  link = $state.raw<LinkDetail | null>(null);
  private watched: Watched | null = null;

  constructor(private readonly simulation: Simulation) {}

  /** Follow a core or a link, or nothing. */
  watch(what: Watched | null): void {
    this.watched = what;
    this.renew();
  }

  /** A new run: what is known belongs to the old one. */
  renew(): void {
    const what = this.watched;
    this.core = null;
    this.link = null;
    this.program = [];
    if (what === null || !('tile' in what)) return;
    void this.simulation.program(what.tile).then((program) => {
      if (this.watched === what) this.program = program;
    });
  }

  async ask(): Promise<void> {
    const what = this.watched;
    if (!what) return;
    if ('tile' in what) {
      const core = await this.simulation.core(what.tile);
      if (this.watched === what) this.core = core;
    } else {
      const link = await this.simulation.link(what.link.tile, what.link.port);
      if (this.watched === what) this.link = link;
    }
  }
}
