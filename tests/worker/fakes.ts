/** A machine without a kernel and a host with its own clock: the run loop's promises about time, checked without waiting. */
import type { Experiment } from '../../src/model/experiment.ts';
import { fail, ok } from '../../src/model/problem.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Frame } from '../../src/engine/frame.ts';
import type { Outcome, RecentData, RouterDetail, Snapshot, TimelineData } from '../../src/engine/snapshot.ts';
import type { FrameStatus } from '../../src/engine/machine.ts';
import { resizeTo } from '../../src/plan/moves.ts';
import type { Host, Rooms, Simulated } from '../../src/worker/simulated.ts';
import { core, plan, snapshot, tenantPlan, tenantSnapshot, timelineOf } from '../report/support.ts';

/** Virtual time in milliseconds; a turn costs a hundredth of one, and work costs what the machine says. */
export class FakeHost implements Host {
  time = 0;
  private queue: { readonly at: number; readonly order: number; readonly task: () => void }[] = [];
  private order = 0;

  now = (): number => this.time;
  soon = (task: () => void): void => this.later(task, 0.01);
  later = (task: () => void, milliseconds: number): void => {
    this.queue.push({ at: this.time + milliseconds, order: this.order++, task });
  };

  get waiting(): number {
    return this.queue.length;
  }

  /** Let so much time pass; tasks run in the order of their times. */
  pass(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      this.queue.sort((a, b) => a.at - b.at || a.order - b.order);
      if (this.queue.length === 0 || this.queue[0].at > end) break;
      const { at, task } = this.queue.shift()!;
      this.time = Math.max(this.time, at);
      task();
    }
    this.time = Math.max(this.time, end);
  }
}

export interface FakeOptions {
  /** Speed of the machine on the host's clock. */
  readonly cyclesPerMs: number;
  readonly endsAt: number;
  readonly iterationCycles: number;
  /** Cycles between two misses; 0: never. */
  readonly missEvery: number;
}

const USUAL: FakeOptions = { cyclesPerMs: 500, endsAt: Infinity, iterationCycles: 60_000, missEvery: 0 };

export class FakeMachine implements Simulated {
  cycle = 0;
  readonly calls: { readonly cycles: number; readonly milliseconds: number }[] = [];

  constructor(
    readonly plan: Plan,
    private readonly host: FakeHost,
    private readonly options: FakeOptions = USUAL,
  ) {}

  get outcome(): Outcome {
    return this.cycle >= this.options.endsAt ? 'done' : 'running';
  }

  run(cycles: number): number {
    const ran = Math.min(cycles, this.options.endsAt - this.cycle);
    this.cycle += ran;
    this.host.time += ran / this.options.cyclesPerMs;
    this.calls.push({ cycles: ran, milliseconds: ran / this.options.cyclesPerMs });
    return ran;
  }

  runToMiss(_tile: number, limit: number): boolean {
    const { missEvery } = this.options;
    const next = missEvery === 0 ? Infinity : (Math.floor(this.cycle / missEvery) + 1) * missEvery;
    this.run(Math.min(limit, next - this.cycle));
    return this.cycle === next;
  }

  /** A packet of a tile begins its way at every cycle that its number divides. */
  follow(tile: number, limit: number): boolean {
    const next = (Math.floor(this.cycle / tile) + 1) * tile;
    this.run(Math.min(limit, next - this.cycle));
    return this.cycle === next;
  }

  packet(): null {
    return null;
  }

  deadlock(): null {
    return null;
  }

  digest(): string {
    return this.cycle.toString(16).padStart(16, '0');
  }

  snapshot(): Snapshot {
    const done = Math.floor(this.cycle / this.options.iterationCycles);
    const ends = Array.from({ length: done }, (_, i) => (i + 1) * this.options.iterationCycles);
    const cores = this.plan.tenants.flatMap(({ tiles }, tenant) =>
      tiles.map((tile, v) => core(tile, tenant, v, { compute: this.cycle })),
    );
    return snapshot(
      this.plan,
      this.cycle,
      cores,
      this.plan.tenants.map(() => tenantSnapshot(ends)),
    );
  }

  shape() {
    return 0;
  }

  core(tile: number) {
    const tenant = this.plan.tenants.findIndex(({ tiles }) => tiles.includes(tile));
    if (tenant < 0) return null;
    const idle = { running: [], queued: [] };
    const engines = Array.from({ length: 6 }, () => idle);
    return {
      tile,
      tenant,
      shape: 0,
      vcore: this.plan.tenants[tenant].tiles.indexOf(tile),
      cycle: this.cycle,
      iteration: 0,
      engines,
      streams: [],
      tlb: [],
      rttCurrent: -1,
      lastV: [],
      inFlightBursts: 0,
      hits: 0,
      misses: 0,
      stallCycles: 0,
      bursts: [],
    };
  }

  router(tile: number): RouterDetail {
    return { tile, depth: 8, channels: [] };
  }

  traffic(): null {
    return null;
  }

  timeline(): TimelineData {
    return timelineOf(100, [[{ compute: 100 }]]);
  }

  recent(cycles: number): RecentData {
    return { from: this.cycle - cycles, cycles, causes: new Uint8Array(cycles) };
  }

  link(tile: number, port: number) {
    return Array.from({ length: 4 }, (_, plane) => ({
      blocked: tile + port,
      perTenant: [plane],
      blockedPerTenant: [tile + port],
    }));
  }

  writeFrame(frame: Frame, status: FrameStatus): void {
    const { iterationCycles } = this.options;
    const physical = this.plan.tenants[0].translation.kind === 'physical';
    frame.setHead(
      this.cycle,
      status.paused ? 'paused' : this.outcome,
      status.cyclesPerSecond,
      status.pace,
      status.hurried,
    );
    this.plan.tenants.forEach((_, i) => {
      const iterationsDone = Math.floor(this.cycle / iterationCycles);
      const cyclesPerIteration = iterationsDone === 0 ? 0 : iterationCycles * (i + 1) * (physical ? 0.5 : 1);
      const counters = {
        measuredFrom: 0,
        lastEnd: 0,
        hits: 0,
        misses: 0,
        walkReads: 0,
        translationStall: 0,
        interferenceCycles: 0,
        stays: 0,
        presence: 'there',
      } as const;
      frame.setTenant(i, { status: 'running', iterationsDone, cyclesPerIteration, ...counters }, new Float64Array(12));
    });
  }
}

/** What a document may say here; tenant A sits on tiles 0 and 1, B on 2. */
export interface FakeDocument {
  readonly stop?: number;
  readonly stages?: number;
  readonly iterations?: number;
  readonly broken?: boolean;
  readonly unplannable?: boolean;
  readonly tooBig?: boolean;
  readonly translation?: 'page' | 'vchunk';
  /** A gets another size while it runs. */
  readonly resized?: boolean;
}

/** Rooms that make fake machines and keep them for inspection. */
export function fakeRooms(
  host: FakeHost,
  options: Partial<FakeOptions> = {},
): Rooms & { readonly machines: FakeMachine[] } {
  const machines: FakeMachine[] = [];
  return {
    machines,
    open: (document) => {
      const { translation: kind = 'page', ...said } = document as FakeDocument;
      if (said.broken) return fail('tenants.0.name', 'wrong');
      const translation = { kind, entries: 4, pageBytes: 4096 };
      return ok({ ...said, tenants: [{ translation }, { translation }] } as unknown as Experiment);
    },
    plan: (experiment) => {
      const {
        stop,
        stages,
        iterations = 32,
        unplannable,
        tooBig,
        resized,
      } = experiment as unknown as FakeDocument & { stop?: number };
      if (unplannable) return fail('tenants.1', 'does not fit');
      const { kind } = experiment.tenants[0].translation;
      const more = { stages: stages ?? 2, iterations, translation: { kind, entries: 4, pageBytes: 4096 } };
      const made = plan(
        [
          tenantPlan('A', [0, 1], {
            ...{ ...more, estimatedCycles: 90_000 },
            ...(resized && { moves: [resizeTo(tenantPlan('A', [4], more))] }),
          }),
          tenantPlan('B', [2], { ...more, estimatedCycles: 30_000 }),
        ],
        stop,
      );
      return ok(tooBig ? { ...made, tenants: [...made.tenants, tenantPlan('tooBig', [4])] } : made);
    },
    machine: (made) => {
      if (made.tenants.some(({ name }) => name === 'tooBig')) throw new RangeError('out of memory');
      const machine = new FakeMachine(made, host, { ...USUAL, ...options });
      machines.push(machine);
      return machine;
    },
    list: (program) => [{ index: 0, depth: 0, text: program.stage }],
  };
}
