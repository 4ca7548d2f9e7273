/**
 * The simulation behind the page: holds one run and the work for idle time beside it, and takes turns in slices of 8 ms, so that
 * calls and frames are answered between them. Leaves out how calls arrive: the worker exposes this object, tests call it.
 * A document that cannot be loaded leaves the old run as it is; a new run drops everything that belonged to the old one.
 */
import type { Experiment } from '../model/experiment.ts';
import { shapesOf } from '../model/plan.ts';
import { LOCAL, neighbour, tileCount } from '../model/mesh.ts';
import { PLANES } from '../model/causes.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import { Frame, frameBytes } from '../engine/frame.ts';
import type {
  CoreDetail,
  Deadlock,
  PacketDetail,
  RecentData,
  RouterDetail,
  TimelineData,
  TrafficCounters,
} from '../engine/snapshot.ts';
import { buildReport } from '../report/build.ts';
import { modelView, type ModelView } from '../report/model-view.ts';
import { foreignLinks, type ForeignLink } from '../report/network.ts';
import type { Report } from '../report/report.ts';
import { IdealRun, withoutTranslation } from './ideal.ts';
import { runInfo } from './info.ts';
import type {
  FrameReply,
  FrameRequest,
  Ideal,
  LinkDetail,
  LoadRequest,
  ProgramLine,
  RunInfo,
  SimulationApi,
} from './protocol.ts';
import { Run } from './run.ts';
import type { Host, Rooms } from './simulated.ts';
import { VerifyRun } from './verify.ts';

const DATA = PLANES.indexOf('data');
const SLICE_MS = 8;
const IDLE_SLICE_MS = 4;
const REST_MS = 4;
/** The ideal run waits until the picture moves: making its machine takes a while. */
const IDEAL_AFTER_MS = 1000;

export class Simulation implements SimulationApi {
  private run: Run | undefined;
  private idealRun: IdealRun | undefined;
  private verifying: VerifyRun[] = [];
  /** The experiment without translation that the ideal belongs to: an edit of translation alone keeps it. */
  private idealOf = '';
  private idealOver = true;
  private idealFrom = 0;
  /** Turns that were planned before this number grew are void. */
  private turns = 0;

  constructor(
    private readonly rooms: Rooms,
    private readonly host: Host,
  ) {}

  async load(request: LoadRequest): Promise<Result<RunInfo>> {
    const opened = this.rooms.open(request.document);
    if (!opened.ok) return opened;
    const run = this.prepare(opened.value, request);
    if (!run.ok) return run;
    this.replace(run.value, opened.value);
    return ok(runInfo(request.runId, run.value.plan));
  }

  /** Plan and machine of a document. What throws here is a bug or a chip too big for this browser's memory: told, not hidden. */
  private prepare(experiment: Experiment, request: LoadRequest): Result<Run> {
    try {
      const planned = this.rooms.plan(experiment);
      if (!planned.ok) return planned;
      const machine = this.rooms.machine(planned.value);
      return ok(new Run(planned.value, machine, request, () => this.host.now()));
    } catch (error) {
      return fail('', `This experiment could not be set up: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private replace(run: Run, experiment: Experiment): void {
    for (const verify of this.verifying) verify.settle('');
    this.verifying = [];
    this.run = run;
    const ideal = JSON.stringify(withoutTranslation(experiment));
    if (ideal !== this.idealOf) {
      this.idealOf = ideal;
      this.idealRun = new IdealRun(run.plan, this.rooms, () => this.host.now());
      this.idealOver = false;
    }
    this.idealFrom = this.host.now() + IDEAL_AFTER_MS;
    this.wake();
  }

  setPace(pace: number | 'auto'): void {
    this.run?.setPace(pace);
    this.wake();
  }

  setPlaying(playing: boolean): void {
    this.run?.setPlaying(playing);
    this.wake();
  }

  step(cycles: number): void {
    this.run?.step(cycles);
    this.wake();
  }

  showMiss(tile: number): void {
    this.run?.showMiss(tile);
    this.wake();
  }

  follow(tile: number): void {
    this.run?.follow(tile);
    this.wake();
  }

  packet(): PacketDetail | null {
    return this.run?.machine.packet() ?? null;
  }

  deadlock(): Deadlock | null {
    return this.run?.machine.deadlock() ?? null;
  }

  core(tile: number): CoreDetail | null {
    return this.run?.machine.core(tile) ?? null;
  }

  program(tile: number): readonly ProgramLine[] {
    const core = this.run?.machine.core(tile);
    if (!core) return [];
    const { programs } = shapesOf(this.run!.plan.tenants[core.tenant])[core.shape];
    return this.rooms.list(programs[core.vcore]);
  }

  model(tenant: number): ModelView | null {
    const { plan, machine } = this.run ?? {};
    const own = plan?.tenants[tenant];
    return own ? modelView(shapesOf(own)[machine!.shape(tenant)], plan!.chip) : null;
  }

  link(tile: number, port: number): LinkDetail {
    const chip = this.run?.plan.chip;
    const to = chip && port < LOCAL ? neighbour(chip, tile, port) : -1;
    if (!this.run || to < 0) return { from: tile, to: -1, planes: [] };
    const planes = this.run.machine
      .link(tile, port)
      .map(({ blocked, ...counts }, plane) => ({ plane: PLANES[plane], blockedCycles: blocked, ...counts }));
    return { from: tile, to, planes };
  }

  foreign(): readonly ForeignLink[] {
    const { run } = this;
    return run ? foreignLinks(run.plan, (tile, port) => run.machine.link(tile, port)[DATA].perTenant) : [];
  }

  router(tile: number): RouterDetail | null {
    return this.run?.machine.router(tile) ?? null;
  }

  traffic(): TrafficCounters | null {
    return this.run?.machine.traffic() ?? null;
  }

  timeline(): TimelineData | null {
    return this.run?.machine.timeline() ?? null;
  }

  recent(cycles: number): RecentData | null {
    return this.run?.machine.recent(cycles) ?? null;
  }

  report(): Report | null {
    return this.run ? buildReport(this.run.plan, this.run.machine.snapshot(), this.run.seconds) : null;
  }

  ideal(): Ideal {
    return this.idealRun?.values ?? [];
  }

  position(): { cycle: number; digest: string } | null {
    return this.run ? { cycle: this.run.machine.cycle, digest: this.run.machine.digest() } : null;
  }

  verify(cycle: number): Promise<string> {
    return new Promise((settle) => {
      if (!this.run) return settle('');
      this.verifying.push(new VerifyRun(this.run.plan, cycle, this.rooms, () => this.host.now(), settle));
      this.wake();
    });
  }

  /** Fill the request's buffer, if it is for the current run and of its size. */
  frame({ runId, buffer, flits }: FrameRequest): FrameReply {
    const run = this.run;
    if (!run || run.runId !== runId) return { runId: -1, buffer };
    const [tiles, tenants] = [tileCount(run.plan.chip), run.plan.tenants.length];
    if (buffer.byteLength !== frameBytes(tiles, tenants)) return { runId: -1, buffer };
    run.writeFrame(new Frame(buffer, tiles, tenants), flits);
    return { runId, buffer };
  }

  /** Plan a turn now; one that was planned for later is void. */
  private wake(): void {
    const turn = ++this.turns;
    this.host.soon(() => this.turn(turn));
  }

  private turn(turn: number): void {
    if (turn !== this.turns || !this.run) return;
    const start = this.host.now();
    const appetite = this.run.slice(start + SLICE_MS);
    if (appetite !== 'more') this.idleSlice(Math.min(start + SLICE_MS, this.host.now() + IDLE_SLICE_MS));
    const next = () => this.turn(turn);
    const wait = Math.min(appetite === 'none' ? Infinity : appetite === 'soon' ? REST_MS : 0, this.untilIdleWork());
    if (wait <= 0) this.host.soon(next);
    else if (wait < Infinity) this.host.later(next, wait);
  }

  /** Milliseconds until there is work for idle time; Infinity if none will be. */
  private untilIdleWork(): number {
    if (this.verifying.length > 0) return 0;
    return this.idealOver ? Infinity : this.idealFrom - this.host.now();
  }

  private idleSlice(deadline: number): void {
    if (this.verifying.length > 0) {
      if (this.verifying[0].slice(deadline)) this.verifying.shift();
    } else if (this.untilIdleWork() <= 0) this.idealOver = this.idealRun!.slice(deadline);
  }
}
