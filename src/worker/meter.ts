/** Measures simulated cycles per second of wall time over windows of a third of a second. */
const WINDOW_MS = 333;

export class Meter {
  private rate = 0;

  constructor(
    private markTime: number,
    private markCycle: number,
  ) {}

  /** Speed at this moment, given the clock and the machine's cycle. */
  read(now: number, cycle: number): number {
    const elapsed = now - this.markTime;
    if (elapsed >= WINDOW_MS) {
      this.rate = ((cycle - this.markCycle) / elapsed) * 1000;
      this.markTime = now;
      this.markCycle = cycle;
    }
    return this.rate;
  }
}
