/**
 * What the worker tells of the selected core, link, router or packet: asked again and again while it is selected, dropped with the
 * selection. And of the run as a whole: sums over synthetic traffic, and who waits for whom once nothing can change any more.
 */
import type { CoreDetail, Deadlock, PacketDetail, RouterDetail, TrafficCounters } from '../engine/snapshot.ts';
import type { LinkDetail, ProgramLine } from '../worker/protocol.ts';
import type { Experiment } from '../model/experiment.ts';
import type { LinkId } from './mesh/geometry.ts';
import type { Selection } from './mesh/scene.ts';
import type { Simulation } from './simulation.ts';

/** Whether packets are stuck is asked once in so many turns: it means a look at every channel. */
const TURNS_PER_LOOK = 5;

export type Watched =
  { readonly tile: number } | { readonly link: LinkId } | { readonly router: number } | { readonly packetFrom: number };

/** What is asked for while something is selected; where there are no cores, a tile stands for its router. */
export function watchedOf(selection: Selection, isBare: boolean): Watched | null {
  switch (selection?.kind) {
    case 'core':
      return isBare ? { router: selection.tile } : { tile: selection.tile };
    case 'link':
      return { link: selection.link };
    case 'packet':
      return { packetFrom: selection.tile };
    default:
      return null;
  }
}

export class Details {
  core = $state.raw<CoreDetail | null>(null);
  program = $state.raw<readonly ProgramLine[]>([]);
  link = $state.raw<LinkDetail | null>(null);
  router = $state.raw<RouterDetail | null>(null);
  packet = $state.raw<PacketDetail | null>(null);
  /** Null while every packet can still arrive. */
  deadlock = $state.raw<Deadlock | null>(null);
  /** Sums over synthetic traffic; null where tenants run. */
  traffic = $state.raw<TrafficCounters | null>(null);
  private watched: Watched | null = null;
  private hasTraffic = false;
  private hasRoutes = false;
  private turns = 0;
  private run = 0;
  /** What is known of a deadlock is from the end of the run. */
  private told = false;

  constructor(private readonly simulation: Simulation) {}

  /** Follow a core or a link, or nothing. */
  watch(what: Watched | null): void {
    this.watched = what;
    this.renew();
  }

  /** A new run: what is known belongs to the old one. */
  begin({ traffic, tenants }: Experiment): void {
    this.run++;
    this.hasTraffic = traffic !== undefined;
    this.hasRoutes = [traffic, ...tenants].some((one) => one?.routes !== undefined);
    this.traffic = null;
    this.deadlock = null;
    this.told = false;
    this.renew();
  }

  private renew(): void {
    const what = this.watched;
    this.core = null;
    this.link = null;
    this.router = null;
    this.packet = null;
    this.program = [];
    if (what !== null && 'tile' in what) this.askProgram(what);
  }

  private askProgram(what: Watched & { readonly tile: number }): void {
    void this.simulation.program(what.tile).then((program) => {
      if (this.watched === what) this.program = program;
    });
  }

  /** @param isStuck the run has ended in a deadlock */
  async ask(isStuck: boolean): Promise<void> {
    if (this.hasTraffic) this.traffic = await this.simulation.traffic();
    if (isStuck ? !this.told : this.hasRoutes && !this.deadlock && this.turns++ % TURNS_PER_LOOK === 0) {
      const { run } = this;
      const deadlock = await this.simulation.deadlock();
      if (run !== this.run) return;
      this.deadlock = deadlock;
      this.told = isStuck;
    }
    const what = this.watched;
    if (!what) return;
    if ('tile' in what) {
      const core = await this.simulation.core(what.tile);
      if (this.watched !== what) return;
      // another virtual core may have the tile by now
      if (core && this.core && core.vcore !== this.core.vcore) this.askProgram(what);
      this.core = core;
    } else if ('packetFrom' in what) {
      const packet = await this.simulation.packet();
      if (this.watched === what) this.packet = packet?.source === what.packetFrom ? packet : null;
    } else if ('router' in what) {
      const router = await this.simulation.router(what.router);
      if (this.watched === what) this.router = router;
    } else {
      const link = await this.simulation.link(what.link.tile, what.link.port);
      if (this.watched === what) this.link = link;
    }
  }
}
