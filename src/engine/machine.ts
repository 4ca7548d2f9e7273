/**
 * The machine as the host sees it: a plan in, cycles run, counters out. Synchronous and without a clock; pacing is the worker's.
 * The order of calls cannot change a result: reading never changes the simulated state.
 */
import { CAUSE_AWAY, STATUS_WAITING, TURN_AWAY } from '../../assembly/codes.ts';
import * as L from '../../assembly/layout.ts';
import { CAUSES } from '../model/causes.ts';
import { cyclesPerIteration, measuredFrom } from '../model/iteration.ts';
import { LOCAL } from '../model/mesh.ts';
import { flitOwners, shapesOf, type Plan } from '../model/plan.ts';
import type { CoreSite } from './core-image.ts';
import { outcomeOf, readDeadlock, readSnapshot, tenantStatus } from './counters.ts';
import { Follower } from './follow.ts';
import { NO_CORE, type Frame, type FrameTenant } from './frame.ts';
import { buildImage, type ImageMap, type MachineOptions } from './image.ts';
import { readFlits } from './in-flight.ts';
import { readCoreDetail, readLink, readRecent } from './inspect.ts';
import { Kernel } from './kernel.ts';
import { addStays } from './stays.ts';
import { readRouter } from './router-view.ts';
import { readTraffic } from './traffic-image.ts';
import type {
  CoreDetail,
  Deadlock,
  LinkCounts,
  Outcome,
  PacketDetail,
  Presence,
  RecentData,
  RouterDetail,
  Snapshot,
  TimelineData,
  TrafficCounters,
} from './snapshot.ts';

export interface FrameStatus {
  readonly paused: boolean;
  readonly cyclesPerSecond: number;
  readonly pace: number;
  /** Flat out for now, whatever the pace. */
  readonly hurried: boolean;
  /** Add the flits that are between routers. */
  readonly flits: boolean;
}

export class Machine {
  private follower: Follower | undefined;

  private constructor(
    private readonly kernel: Kernel,
    private readonly map: ImageMap,
    readonly plan: Plan,
  ) {}

  /** Build the image and open it. Throws RangeError if there is not enough memory for it. */
  static create(module: WebAssembly.Module, plan: Plan, options: MachineOptions = {}): Machine {
    const map = buildImage(plan, options);
    return new Machine(new Kernel(module, map.image), map, plan);
  }

  get cycle(): number {
    return this.kernel.cycle;
  }
  get outcome(): Outcome {
    return outcomeOf(this.kernel, this.map, this.plan);
  }

  /** Advance at most `cycles` cycles; returns how many. Stops early when done or deadlocked. */
  run(cycles: number): number {
    const limit = Math.min(cycles, 0x7fffffff);
    return this.follower?.isUnderWay ? this.runFollowing(this.follower, limit) : this.kernel.exports.run(limit);
  }

  /** The same cycle by cycle, while a packet is under way. */
  private runFollowing(follower: Follower, cycles: number): number {
    let done = 0;
    while (done < cycles && follower.isUnderWay && this.outcome === 'running') {
      done += this.kernel.exports.run(1);
      follower.look();
    }
    return done;
  }

  /** Advance until the next packet of the data plane begins its way at this tile, and follow it; at most `limit` cycles. Was there one? */
  follow(tile: number, limit: number): boolean {
    const { kernel, map, plan } = this;
    const site = { kernel, planes: map.planes, mesh: plan.chip, dated: map.traffic !== 0 };
    this.follower = Follower.begin(site, tile);
    for (let left = limit; this.follower === undefined && left > 0 && this.outcome === 'running'; left--) {
      kernel.exports.run(1);
      this.follower = Follower.begin(site, tile);
    }
    return this.follower !== undefined;
  }

  /** The packet that is followed, or was last; null if none was. */
  packet(): PacketDetail | null {
    return this.follower?.detail ?? null;
  }

  /** Advance until right after the next translation miss of the core at `tile`, at most `limit` cycles; was there one? */
  runToMiss(tile: number, limit: number): boolean {
    const index = this.siteAt(tile);
    if (index < 0) return false;
    const before = this.missesAt(index);
    this.follower = undefined; // it would miss cycles
    this.kernel.exports.runToMiss(index, limit);
    return this.missesAt(index) !== before;
  }

  /** Index of the core at a tile: of the one that has it now, else of the first that ever does; -1 if none does. */
  private siteAt(tile: number): number {
    const { list } = this.map.cores;
    const isAt = ({ address }: CoreSite): boolean => this.kernel.u32(address + L.C_TILE) === tile;
    const now = list.findIndex((site) => isAt(site) && this.has(site));
    return now < 0 ? list.findIndex(isAt) : now;
  }

  /** Does this core have its tile now? */
  private has({ tenant, shape, address }: CoreSite): boolean {
    return (
      this.presence(tenant) === 'there' &&
      shape === this.shape(tenant) &&
      this.kernel.u8(address + L.C_TURN) !== TURN_AWAY
    );
  }

  private presence(tenant: number): Presence {
    const { arrivalCycle, departureCycle = Infinity } = this.plan.tenants[tenant];
    if (this.cycle > departureCycle) return 'gone';
    if (this.kernel.u32(this.map.tenants[tenant] + L.T_STATUS) !== STATUS_WAITING) return 'there';
    return this.cycle < arrivalCycle ? 'awaited' : 'waiting';
  }

  private missesAt(index: number): number {
    return this.kernel.u64(this.map.cores.list[index].address + L.C_MISSES);
  }

  /** Does nothing more happen to this tenant: is it done, stopped, or waiting for ever? */
  isOver(tenant: number): boolean {
    return tenantStatus(this.kernel, this.map.tenants[tenant], this.outcome) !== 'running';
  }

  /** Iterations that every core of a tenant has finished. */
  iterationsDone(tenant: number): number {
    return this.kernel.u32(this.map.tenants[tenant] + L.T_DONE);
  }

  /** 16 hexadecimal digits over state and counters at the current cycle. */
  digest(): string {
    return this.kernel.digest();
  }

  snapshot(): Snapshot {
    return readSnapshot(this.kernel, this.map, this.plan);
  }

  /** Number of the size that a tenant has now: 0 as it arrived. */
  shape(tenant: number): number {
    return this.kernel.u32(this.map.tenants[tenant] + L.T_SHAPES);
  }

  /** What the core at this tile is doing, or null if no tenant uses it. */
  core(tile: number): CoreDetail | null {
    const index = this.siteAt(tile);
    return index < 0 ? null : readCoreDetail(this.kernel, this.plan, this.map.cores.list[index]);
  }

  /** Blocked cycles and flits per tenant of one link, by plane. */
  link(tile: number, port: number): LinkCounts[] {
    return readLink(this.kernel, this.map, this.plan, tile, port);
  }

  /** Sums over synthetic traffic so far; null where tenants run. */
  traffic(): TrafficCounters | null {
    return this.map.traffic === 0 ? null : readTraffic(this.kernel, this.map.traffic);
  }

  /** Queues of the router at this tile in the data plane. */
  router(tile: number): RouterDetail {
    return readRouter(this.kernel, this.map.planes, tile);
  }

  /** Who waits for whom, if packets will never arrive; else null. */
  deadlock(): Deadlock | null {
    return readDeadlock(this.kernel, this.map, this.plan);
  }

  timeline(): TimelineData {
    const { buckets, list } = this.map.cores;
    const bucketCycles = 2 ** this.kernel.u32(L.H_BUCKET_SHIFT);
    const row = buckets * L.CAUSE_COUNT;
    const causes = new Uint32Array(list.length * row);
    list.forEach(({ address }, i) =>
      causes.set(this.kernel.u32s(this.kernel.u32(address + L.C_TIMELINE), row), i * row),
    );
    const { cycle: cycles } = this;
    return { bucketCycles, buckets, cycles, used: Math.min(buckets, Math.ceil(cycles / bucketCycles)), causes };
  }

  /** Causes of the last cycles, one by one: at most so many, and at most what the kernel remembers. */
  recent(cycles: number): RecentData {
    return readRecent(this.kernel, this.map.cores, cycles);
  }

  /** Copy the counters that the page follows into a frame of this plan's size. */
  writeFrame(frame: Frame, status: FrameStatus): void {
    const outcome = this.outcome === 'running' && status.paused ? 'paused' : this.outcome;
    frame.setHead(this.cycle, outcome, status.cyclesPerSecond, status.pace, status.hurried);
    const sums = this.plan.tenants.map(() => ({
      causes: new Float64Array(CAUSES.length),
      hits: 0,
      misses: 0,
      walkReads: 0,
      stall: 0,
    }));
    frame.tileCause.fill(NO_CORE);
    frame.tileCauses.fill(0);
    for (const site of this.map.cores.list) {
      const { tenant, address } = site;
      const tile = this.kernel.u32(address + L.C_TILE);
      const sum = sums[tenant];
      for (let c = 0; c < CAUSES.length; c++) sum.causes[c] += this.kernel.u64(address + L.C_CAUSES + c * 8);
      addStays(frame.tileCauses, this.kernel, this.map.tenants[tenant], site, this.plan.tenants[tenant].moves);
      sum.hits += this.kernel.u64(address + L.C_HITS);
      sum.misses += this.kernel.u64(address + L.C_MISSES);
      sum.walkReads += this.kernel.u64(address + L.C_WALK_READS);
      sum.stall += this.kernel.u64(address + L.C_TRANSLATION_STALL);
      const cause = this.kernel.u8(address + L.C_CAUSE);
      if (cause !== CAUSE_AWAY && (frame.tileCause[tile] === NO_CORE || this.has(site))) frame.tileCause[tile] = cause;
    }
    sums.forEach(({ causes, stall, ...counts }, t) => {
      const stays = this.kernel.u32(this.map.tenants[t] + L.T_STAYS);
      const presence = this.presence(t);
      frame.setTenant(t, { ...this.progress(t), ...counts, translationStall: stall, stays, presence }, causes);
    });
    this.writeLinks(frame);
    frame.setFlits(status.flits ? readFlits(this.kernel, this.map.planes, this.plan.chip) : []);
  }

  private progress(
    tenant: number,
  ): Pick<
    FrameTenant,
    'status' | 'iterationsDone' | 'cyclesPerIteration' | 'measuredFrom' | 'lastEnd' | 'interferenceCycles'
  > {
    const record = this.map.tenants[tenant];
    const { stages } = shapesOf(this.plan.tenants[tenant])[this.shape(tenant)];
    // of the iterations on its present size
    const first = this.kernel.u32(record + L.T_FIRST);
    const done = this.kernel.u32(record + L.T_DONE) - first;
    const starts = this.kernel.u32(record + L.T_ITER_START) + first * 8;
    const ends = this.kernel.u32(record + L.T_ITER_END) + first * 8;
    const start = (i: number): number => this.kernel.u64(starts + i * 8);
    const end = (i: number): number => this.kernel.u64(ends + i * 8);
    return {
      status: tenantStatus(this.kernel, record, this.outcome),
      iterationsDone: first + done,
      cyclesPerIteration: cyclesPerIteration(done, stages, start, end) ?? 0,
      measuredFrom: done === 0 ? 0 : measuredFrom(done, stages, start, end),
      lastEnd: done === 0 ? 0 : end(done - 1),
      interferenceCycles: this.kernel.u64(record + L.T_INTERFERENCE),
    };
  }

  /** Low words summed over planes and tenants: a reader takes differences. */
  private writeLinks(frame: Frame): void {
    const tenants = flitOwners(this.plan);
    frame.linkFlits.fill(0);
    frame.linkBlocked.fill(0);
    for (let p = 0; p < L.PLANE_COUNT; p++) {
      const plane = this.map.planes + p * L.P_STRIDE;
      if (this.kernel.u32(plane + L.P_USED) === 0) continue;
      const flits = this.kernel.u32(plane + L.P_LINK_FLITS);
      const blocked = this.kernel.u32(plane + L.P_LINK_BLOCKED);
      for (let link = 0; link < frame.tiles * LOCAL; link++) {
        for (let t = 0; t < tenants; t++) frame.linkFlits[link] += this.kernel.u32(flits + (link * tenants + t) * 8);
        frame.linkBlocked[link] += this.kernel.u32(blocked + link * 8);
      }
    }
  }
}
