/**
 * The run on the page: client of the worker, the one animation-frame loop, and what it hands to the views. Frames and rates stay
 * outside runes and go to painters at once; numbers become state ten times a second. A new run supersedes the old one by its id.
 */
import { CAUSES } from '../model/causes.ts';
import type { Experiment } from '../model/experiment.ts';
import type { Result } from '../model/problem.ts';
import type { Frame } from '../engine/frame.ts';
import type { Presence, TimelineData } from '../engine/snapshot.ts';
import { keepGhost, type Ghost } from '../report/ghost.ts';
import type { Ideal, RunInfo } from '../worker/protocol.ts';
import type { Crash } from '../worker/client.ts';
import * as cadence from './cadence.ts';
import { Details } from './details.svelte.ts';
import { readFigures, type Figures } from './figures.ts';
import type { Painter, Picture } from './picture.ts';
import { Poll } from './poll.ts';
import { Recent } from './recent.svelte.ts';
import { Foreign } from './foreign.svelte.ts';
import { Life } from './life.svelte.ts';
import type { Simulation, StartOptions, StartSimulation } from './simulation.ts';
import { Settled } from './settled.svelte.ts';
import { RateWindow } from './window.ts';

export class Runs {
  info = $state.raw<RunInfo | null>(null);
  figures = $state.raw<Figures | null>(null);
  /** How many moves have brought each tenant's cores to other tiles; another list only when one more has. */
  stays = $state.raw<readonly number[]>([]);
  /** Who has its tiles; another list only when that has changed. */
  presences = $state.raw<readonly Presence[]>([]);
  timeline = $state.raw<TimelineData | null>(null);
  ideal = $state.raw<Ideal>([]);
  ghost = $state.raw<Ghost | null>(null);
  digest = $state.raw<string | null>(null);
  playing = $state(true);
  pace = $state.raw<number | 'auto'>('auto');
  /** The last crash of the worker; null once dismissed. */
  crash = $state.raw<Crash | null>(null);

  /** What runs, every default filled in. */
  resolved: Experiment | null = null;
  private picture: Picture | null = null;
  private arrived: Frame | null = null;
  private runId = 0;
  private newestId = 0;
  private stepping = false;
  private dirty = true;
  private skip = 1;
  private ticks = 0;
  private lastNumbers = -Infinity;
  private lastPaint = -Infinity;
  private lastRequest = -Infinity;
  private painters: readonly Painter[] = [];
  private readonly calm = matchMedia('(prefers-reduced-motion: reduce)');
  private readonly polls: Poll[];

  readonly settled = new Settled();
  /** What is known of the selected core or link. */
  readonly details: Details;
  readonly recent: Recent;
  readonly foreign: Foreign;
  readonly life: Life;
  readonly simulation: Simulation;

  constructor(start: StartSimulation) {
    this.simulation = start({
      onFrame: (frame) => (this.arrived = frame),
      onCrash: (crash) => (this.crash = crash),
    });
    this.details = new Details(this.simulation);
    this.recent = new Recent(this.simulation);
    this.foreign = new Foreign(this.simulation);
    this.life = new Life(this.simulation);
    this.polls = [
      new Poll(
        () => (this.slow ? cadence.SLOW_DETAIL_MS : cadence.NUMBERS_MS),
        () => this.details.ask(this.figures?.outcome === 'deadlock'),
      ),
      new Poll(() => ((this.info?.cores?.length ?? 0) > cadence.MANY_CORES ? 1000 : 250), this.askTimeline),
      new Poll(
        () => (this.slow ? cadence.NUMBERS_MS : 250),
        () => this.recent.ask(this.cycle),
      ),
      new Poll(() => 1000, this.askSlowThings),
    ];
    document.addEventListener('visibilitychange', () => {
      if (this.info) this.simulation.setPlaying(this.playing && !document.hidden);
    });
    requestAnimationFrame(this.tick);
  }

  /** Single cycles pass slowly enough to be seen. */
  get slow(): boolean {
    const { pace = Infinity, hurried = false } = this.figures ?? {};
    return this.stepping || (pace <= cadence.SLOW_PACE && !hurried);
  }
  get cycle(): number {
    return this.figures?.cycle ?? 0;
  }
  /** The worker has crashed too often and is not started again unasked. */
  get halted(): boolean {
    return this.crash?.restarted === false;
  }
  get over(): boolean {
    return this.figures?.outcome === 'done' || this.figures?.outcome === 'deadlock';
  }

  /** Load a document and start it. When it is refused, the run before goes on; null when a newer start has overtaken it. */
  async start(
    source: unknown,
    experiment: Experiment,
    { catchUpTo, keepGhost }: StartOptions,
  ): Promise<Result<RunInfo> | null> {
    const runId = ++this.newestId;
    const ghost = keepGhost ? await this.makeGhost() : null;
    if (runId !== this.newestId) return null;
    const { pace, playing } = this;
    const loaded = await this.simulation.load({ runId, document: source, catchUpTo, pace, playing });
    if (runId !== this.newestId) return null;
    if (loaded.ok) this.adopt(loaded.value, experiment, ghost);
    return loaded;
  }

  private adopt(info: RunInfo, experiment: Experiment, ghost: Ghost | null): void {
    this.runId = info.runId;
    this.crash = null;
    this.resolved = experiment;
    this.info = info;
    this.ghost = ghost;
    this.figures = this.timeline = this.digest = null;
    this.ideal = [];
    this.stays = [];
    this.presences = [];
    this.stepping = false;
    this.picture = null;
    this.arrived = null;
    this.dirty = true;
    this.polls.forEach((poll) => poll.soon());
    this.settled.begin(info);
    this.details.begin(experiment);
    this.recent.renew();
    this.foreign.renew();
    this.life.renew();
  }

  /** The run as it stands; where nothing is known of it yet, the ghost before it stays. */
  private async makeGhost(): Promise<Ghost | null> {
    const { info, figures } = this;
    const timeline = (info && figures && (await this.simulation.timeline())) ?? this.timeline;
    if (!info || !figures || !timeline) return this.ghost;
    const tenants = info.tenants.map(({ name }, i) => ({ name, ...figures.tenants[i] }));
    return keepGhost(timeline, info.cores ?? [], tenants);
  }

  addPainter(painter: Painter): () => void {
    this.painters = [...this.painters, painter];
    this.dirty = true;
    return () => (this.painters = this.painters.filter((other) => other !== painter));
  }

  /** Something that painters draw has changed. */
  repaint(): void {
    this.dirty = true;
  }

  setPlaying(playing: boolean): void {
    this.playing = playing;
    if (playing) this.stepping = false;
    this.simulation.setPlaying(playing);
  }

  setPace(pace: number | 'auto'): void {
    this.pace = pace;
    this.simulation.setPace(pace);
  }

  step(cycles: number): void {
    this.playing = false;
    this.stepping = true;
    this.simulation.step(cycles);
  }

  /** Run to the next translation miss of a core and go on at one cycle per frame. */
  showMiss(tile: number): void {
    this.playing = true;
    this.pace = cadence.SLOW_PACE;
    this.simulation.showMiss(tile);
  }

  /** Run until a packet begins its way at a tile, and go on at one cycle per frame. */
  follow(tile: number): void {
    this.playing = true;
    this.pace = cadence.SLOW_PACE;
    this.simulation.follow(tile);
  }

  /** Cycles per cause of a tile, as of the last numbers. */
  tileCauses(tile: number): number[] {
    void this.figures;
    const { frame } = this.picture ?? {};
    return frame ? [...frame.tileCauses.subarray(tile * CAUSES.length, (tile + 1) * CAUSES.length)] : [];
  }

  /** After too many crashes in a row: try once more. */
  restartWorker(): void {
    this.crash = null;
    this.simulation.restart();
  }

  private readonly askTimeline = async (): Promise<void> => {
    if (!this.info) return;
    const { runId, figures } = this;
    const timeline = await this.simulation.timeline();
    if (runId !== this.runId) return;
    this.timeline = timeline;
    // What is measured on the way to where the picture shall begin is not said yet.
    if (figures && (!figures.hurried || this.stepping)) this.settled.take(figures, timeline);
  };

  private readonly askSlowThings = async (): Promise<void> => {
    if (!this.info) return;
    const { runId } = this;
    void this.foreign.ask(this.info.tenants.length);
    void this.life.ask(this.cycle);
    const missing = this.ideal.length === 0 || this.ideal.some((cycles) => cycles === null);
    const ideal = missing ? await this.simulation.ideal() : this.ideal;
    const digest = this.over && !this.digest ? (await this.simulation.position())?.digest : this.digest;
    if (runId !== this.runId) return;
    this.ideal = ideal;
    this.digest = digest ?? null;
  };

  private readonly tick = (time: number): void => {
    requestAnimationFrame(this.tick);
    this.polls.forEach((poll) => poll.tick(time));
    this.ticks += 1;
    const frame = this.arrived;
    if (frame && this.ticks % this.skip === 0) this.take(frame, time);
    else if (this.dirty) this.paint(time);
    if (this.info && !this.arrived && this.frameDue(time)) this.requestFrame(time);
  };

  private frameDue(time: number): boolean {
    const { pace, hurried } = this.figures ?? {};
    const flatOut = pace === Infinity || hurried;
    return this.slow || !flatOut || time - this.lastRequest >= cadence.FLAT_OUT_FRAME_MS;
  }

  private requestFrame(time: number): void {
    if (this.simulation.requestFrame(this.slow && !this.calm.matches)) this.lastRequest = time;
  }

  private take(frame: Frame, time: number): void {
    this.arrived = null;
    if (frame.tiles !== this.info?.chip.tiles.length || frame.tenants !== this.info.tenants.length) return;
    const rates = this.picture?.rates ?? new RateWindow(frame.tiles);
    if (frame.outcome === 'done') rates.settle(frame);
    else rates.push(frame, time);
    this.picture = { frame, rates, instant: this.slow && frame.outcome !== 'done' ? frame.tileCause : null };
    const numbers = time - this.lastNumbers >= (this.calm.matches ? cadence.CALM_MS : cadence.NUMBERS_MS);
    if (numbers) this.renewNumbers(frame, time);
    // Numbers and picture take turns, so that no frame pays for both; but of single cycles none may be missed.
    if (numbers && !this.slow) this.dirty = true;
    else if (this.dirty || !this.calm.matches || time - this.lastPaint >= cadence.CALM_MS) this.paint(time);
  }

  private renewNumbers(frame: Frame, time: number): void {
    this.lastNumbers = time;
    const wasOver = this.over;
    this.figures = readFigures(frame);
    const stays = this.figures.tenants.map((tenant) => tenant.stays);
    if (stays.some((moves, i) => moves !== (this.stays[i] ?? 0))) this.stays = stays;
    const presences = this.figures.tenants.map(({ presence }) => presence);
    if (presences.some((presence, i) => presence !== this.presences[i])) this.presences = presences;
    if (this.over && !wasOver) this.settled.take(this.figures, this.timeline, true);
  }

  private paint(time: number): void {
    const begun = performance.now();
    this.dirty = false;
    this.lastPaint = time;
    this.painters.forEach((painter) => painter(this.picture));
    const took = performance.now() - begun;
    this.skip = took > cadence.SLOW_PAINT_MS ? 2 : 1;
  }
}
