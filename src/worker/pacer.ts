/**
 * Cycles that are due at a pace. What the machine cannot keep up with is forgotten after a tenth of a second, so that a slow
 * machine or a sleeping tab does not lead to a sprint afterwards.
 */
const LONGEST_DEBT_SECONDS = 0.1;

export class Pacer {
  private debt = 0;

  constructor(
    private cyclesPerSecond: number,
    private last: number,
  ) {}

  get pace(): number {
    return this.cyclesPerSecond;
  }

  /** Change the pace from now on; what is due at the old one stays due. */
  setPace(cyclesPerSecond: number, now: number): void {
    this.accrue(now);
    this.cyclesPerSecond = cyclesPerSecond;
  }

  /**
   * Whole cycles to run now, Infinity when flat out. Rounded to the nearest, so that a frame that comes a little early or late at
   * one cycle per frame still finds exactly one.
   */
  due(now: number): number {
    this.accrue(now);
    return Number.isFinite(this.cyclesPerSecond) ? Math.max(0, Math.round(this.debt)) : Infinity;
  }

  /** Take cycles that were run off what is due. */
  paid(cycles: number): void {
    this.debt -= cycles;
  }

  /** Forget what is due: time that passes while paused or on an errand is not simulated later. */
  restart(now: number): void {
    this.last = now;
    this.debt = 0;
  }

  private accrue(now: number): void {
    const seconds = (now - this.last) / 1000;
    this.last = now;
    if (!Number.isFinite(this.cyclesPerSecond)) this.debt = 0;
    else
      this.debt = Math.min(
        this.debt + seconds * this.cyclesPerSecond,
        Math.max(1, LONGEST_DEBT_SECONDS * this.cyclesPerSecond),
      );
  }
}
