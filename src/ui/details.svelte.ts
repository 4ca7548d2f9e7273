/** What the worker tells of the selected core, link or router: asked again and again while it is selected, dropped with the selection. */
import type { CoreDetail, RouterDetail, TrafficCounters } from '../engine/snapshot.ts';
import type { LinkDetail, ProgramLine } from '../worker/protocol.ts';
import type { LinkId } from './mesh/geometry.ts';
import type { Selection } from './mesh/scene.ts';
import type { Simulation } from './simulation.ts';

export type Watched = { readonly tile: number } | { readonly link: LinkId } | { readonly router: number };

/** What is asked for while something is selected. */
export function watchedOf(selection: Selection, hasTraffic: boolean): Watched | null {
  if (selection?.kind === 'link') return { link: selection.link };
  if (selection?.kind !== 'core') return null;
  return hasTraffic ? { router: selection.tile } : { tile: selection.tile };
}

export class Details {
  core = $state.raw<CoreDetail | null>(null);
  program = $state.raw<readonly ProgramLine[]>([]);
  link = $state.raw<LinkDetail | null>(null);
  router = $state.raw<RouterDetail | null>(null);
  /** Sums over synthetic traffic; null where tenants run. */
  traffic = $state.raw<TrafficCounters | null>(null);
  private watched: Watched | null = null;
  private hasTraffic = false;

  constructor(private readonly simulation: Simulation) {}

  /** Follow a core or a link, or nothing. */
  watch(what: Watched | null): void {
    this.watched = what;
    this.renew();
  }

  /** A new run: what is known belongs to the old one. */
  begin(hasTraffic: boolean): void {
    this.hasTraffic = hasTraffic;
    this.traffic = null;
    this.renew();
  }

  private renew(): void {
    const what = this.watched;
    this.core = null;
    this.link = null;
    this.router = null;
    this.program = [];
    if (what !== null && 'tile' in what) this.askProgram(what);
  }

  private askProgram(what: Watched & { readonly tile: number }): void {
    void this.simulation.program(what.tile).then((program) => {
      if (this.watched === what) this.program = program;
    });
  }

  async ask(): Promise<void> {
    if (this.hasTraffic) this.traffic = await this.simulation.traffic();
    const what = this.watched;
    if (!what) return;
    if ('tile' in what) {
      const core = await this.simulation.core(what.tile);
      if (this.watched !== what) return;
      // another virtual core may have the tile by now
      if (core && this.core && core.vcore !== this.core.vcore) this.askProgram(what);
      this.core = core;
    } else if ('router' in what) {
      const router = await this.simulation.router(what.router);
      if (this.watched === what) this.router = router;
    } else {
      const link = await this.simulation.link(what.link.tile, what.link.port);
      if (this.watched === what) this.link = link;
    }
  }
}
