/**
 * One run: a machine and what is to be done with it now. Either an errand (to a cycle, to a core's next miss), which goes flat
 * out, or the chosen pace, or nothing while paused. Knows the clock only through `now`; who calls it decides when.
 */
import type { Plan } from '../model/plan.ts';
import type { Frame } from '../engine/frame.ts';
import { FirstLook } from './first-look.ts';
import { Measured } from './measured.ts';
import { Meter } from './meter.ts';
import { Pacer } from './pacer.ts';
import type { LoadRequest } from './protocol.ts';
import type { Simulated } from './simulated.ts';
import { Stepper } from './stepper.ts';

/** Cycles per second at which the page sees every single cycle. */
export const ONE_PER_FRAME = 60;
/** A run that plays is brought back to its cycle for so long, beyond a first look. */
const CATCH_UP_MS = 300;
/** The longest way to where a run is shown. */
const LONGEST_WAY_MS = 10_000;
const LONGEST_SEARCH_MS = 2000;
/** A frame waits so long at most for the cycle that it is to show. */
const LONGEST_FRAME_MS = 100;
const AUTO_PACE_EVERY_MS = 250;

/** Something to do flat out before pacing goes on: to a cycle, to a miss, to a packet; given up when the clock passes `until`. */
type Errand = { readonly until: number } & (ToCycle | { readonly toMissOf: number } | { readonly toPacketOf: number });

interface ToCycle {
  readonly toCycle: number;
  /** What will do once the clock is at `enough`. */
  readonly look?: FirstLook;
  readonly enough?: number;
}

/** What the loop should do after a slice: at once again, in a few milliseconds, or not before something changes. */
export type Appetite = 'more' | 'soon' | 'none';

export class Run {
  readonly runId: number;
  private readonly stepper: Stepper;
  private readonly pacer: Pacer;
  private readonly meter: Meter;
  private readonly measured: Measured;
  private auto = false;
  private autoAt = 0;
  private playing: boolean;
  private errand: Errand | undefined;

  constructor(
    readonly plan: Plan,
    readonly machine: Simulated,
    request: Pick<LoadRequest, 'runId' | 'catchUpTo' | 'pace' | 'playing'>,
    private readonly now: () => number,
  ) {
    const start = now();
    this.runId = request.runId;
    this.stepper = new Stepper(machine, now);
    this.pacer = new Pacer(ONE_PER_FRAME, start);
    this.meter = new Meter(start, 0);
    this.measured = new Measured(machine, plan);
    this.playing = request.playing;
    this.setPace(request.pace);
    if (request.catchUpTo !== 0) this.errand = this.wayTo(request.catchUpTo, start);
  }

  /** A paused run goes to the very cycle that it was in. */
  private wayTo(cycle: number | 'filled', start: number): Errand {
    const until = start + LONGEST_WAY_MS;
    if (cycle !== 'filled' && !this.playing) return { toCycle: cycle, until };
    const look = new FirstLook(this.plan, this.measured);
    if (cycle === 'filled') return { toCycle: Infinity, look, enough: start, until };
    return { toCycle: cycle, look, enough: start + CATCH_UP_MS, until };
  }

  /** Seconds inside the machine. */
  get seconds(): number {
    return this.stepper.seconds;
  }

  /** Done, deadlocked, or at the cycle where the document says stop. */
  get over(): boolean {
    return this.machine.outcome !== 'running' || this.machine.cycle >= this.end;
  }

  private get end(): number {
    return this.plan.stopCycles ?? Infinity;
  }

  /** The pace that is chosen holds at once: the way to a first look ends. */
  setPace(pace: number | 'auto'): void {
    if (this.errand && 'look' in this.errand) this.errand = undefined;
    this.auto = pace === 'auto';
    this.autoAt = this.now();
    this.pacer.setPace(pace === 'auto' ? this.measured.autoPace() : pace, this.now());
  }

  setPlaying(playing: boolean): void {
    if (playing && !this.playing) this.pacer.restart(this.now());
    if (!playing) this.errand = undefined;
    this.playing = playing;
  }

  /** Pause, and run that many cycles flat out, beyond those of a step that is still under way. */
  step(cycles: number): void {
    const { errand } = this;
    const stepping = errand && 'toCycle' in errand && errand.until === Infinity;
    const from = stepping ? errand.toCycle : this.machine.cycle;
    this.playing = false;
    this.errand = { toCycle: from + cycles, until: Infinity };
  }

  /** Run to the next miss of the core at this tile, then one cycle per frame. A core without misses is given up after 2 s. */
  showMiss(tile: number): void {
    if (this.machine.core(tile) !== null) this.errand = { toMissOf: tile, until: this.now() + LONGEST_SEARCH_MS };
  }

  /** Run until a packet begins its way at this tile, then follow it at one cycle per frame. Given up after 2 s. */
  follow(tile: number): void {
    if (!this.over) this.errand = { toPacketOf: tile, until: this.now() + LONGEST_SEARCH_MS };
  }

  /** Run until nothing is due or the deadline is reached. */
  slice(deadline: number): Appetite {
    if (this.over) return 'none';
    if (this.errand) this.pursue(this.errand, deadline);
    else if (this.playing) return this.followPace(deadline);
    if (this.errand) return 'more';
    return this.playing && !this.over ? 'soon' : 'none';
  }

  private pursue(errand: Errand, deadline: number): void {
    const until = Math.min(deadline, errand.until);
    if ('toCycle' in errand) {
      const { toCycle, look, enough = Infinity } = errand;
      this.stepper.run(Math.min(toCycle, look?.next ?? Infinity, this.end) - this.machine.cycle, until);
      look?.at(this.machine.cycle);
      if (this.machine.cycle >= toCycle || (look?.over && this.now() >= enough)) this.errand = undefined;
    } else if (this.find(errand, until)) {
      this.setPace(ONE_PER_FRAME);
      this.playing = true;
      this.errand = undefined;
    }
    if (this.over || this.now() >= errand.until) this.errand = undefined;
    if (this.errand === undefined) this.pacer.restart(this.now());
  }

  /** Look for what the errand is after; true if it has come. */
  private find(errand: Exclude<Errand, { toCycle: number }>, until: number): boolean {
    return 'toMissOf' in errand
      ? this.stepper.runToMiss(errand.toMissOf, this.end, until)
      : this.stepper.runToPacket(errand.toPacketOf, this.end, until);
  }

  private followPace(deadline: number): Appetite {
    if (this.pacer.pace <= ONE_PER_FRAME) return 'soon';
    this.runDue(deadline);
    if (this.over) return 'none';
    return this.pacer.due(this.now()) > 0 ? 'more' : 'soon';
  }

  private runDue(deadline: number, most = Infinity): void {
    if (this.auto && this.now() - this.autoAt >= AUTO_PACE_EVERY_MS) this.setPace('auto');
    const due = Math.min(this.pacer.due(this.now()), most, this.end - this.machine.cycle);
    this.pacer.paid(this.stepper.run(due, deadline));
  }

  /** Fill a frame. At slow paces this is the beat: the cycle that is due is run first, and none goes by unseen, however late a frame comes. */
  writeFrame(frame: Frame, flits: boolean): void {
    const now = this.now();
    const paced = this.playing && !this.errand && !this.over;
    if (paced && this.pacer.pace <= ONE_PER_FRAME) this.runDue(now + LONGEST_FRAME_MS, 1);
    const paused = !this.playing && !this.errand;
    const { pace } = this.pacer;
    const hurried = this.errand !== undefined;
    const cyclesPerSecond = this.meter.read(now, this.machine.cycle);
    this.machine.writeFrame(frame, { paused, cyclesPerSecond, pace, hurried, flits });
    if (this.over)
      frame.setHead(this.machine.cycle, this.machine.outcome === 'deadlock' ? 'deadlock' : 'done', 0, pace);
  }
}
