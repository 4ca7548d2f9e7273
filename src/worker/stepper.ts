/**
 * Runs a machine in short calls until a deadline. A running wasm frame is never replaced by optimised code, and messages wait for
 * the end of a call, so a call runs at most 200 cycles, and fewer on a chip where those take more than two milliseconds.
 */
import type { Simulated } from './simulated.ts';

const MOST_CYCLES = 200;
const FIRST_CYCLES = 16;
const LONGEST_CALL_MS = 2;
const SHORT_CALL_MS = 0.5;

export class Stepper {
  private callCycles = FIRST_CYCLES;
  private milliseconds = 0;

  constructor(
    private readonly machine: Simulated,
    private readonly now: () => number,
  ) {}

  /** Seconds spent inside the machine so far. */
  get seconds(): number {
    return this.milliseconds / 1000;
  }

  /** Run at most `cycles` cycles, until the deadline or the end of the run; returns how many were run. */
  run(cycles: number, deadline: number): number {
    const start = this.machine.cycle;
    this.repeat(start + cycles, deadline, (limit) => {
      this.machine.run(limit);
      return false;
    });
    return this.machine.cycle - start;
  }

  /** Run towards `cycle` until the core at this tile misses; true if it did. */
  runToMiss(tile: number, cycle: number, deadline: number): boolean {
    return this.repeat(cycle, deadline, (limit) => this.machine.runToMiss(tile, limit));
  }

  /** Run towards `cycle` until a packet begins its way at this tile; true if one did. */
  runToPacket(tile: number, cycle: number, deadline: number): boolean {
    return this.repeat(cycle, deadline, (limit) => this.machine.follow(tile, limit));
  }

  /** Call until the cycle or the deadline is reached, the run is over or a call says that it found what it looked for. */
  private repeat(cycle: number, deadline: number, call: (limit: number) => boolean): boolean {
    let before = this.now();
    while (this.machine.cycle < cycle && this.machine.outcome === 'running' && before < deadline) {
      const found = call(Math.min(this.callCycles, cycle - this.machine.cycle));
      const after = this.now();
      this.adapt(after - before);
      before = after;
      if (found) return true;
    }
    return false;
  }

  private adapt(milliseconds: number): void {
    this.milliseconds += milliseconds;
    if (milliseconds > LONGEST_CALL_MS) this.callCycles = Math.max(1, this.callCycles >> 1);
    else if (milliseconds < SHORT_CALL_MS) this.callCycles = Math.min(MOST_CYCLES, this.callCycles * 2);
  }
}
