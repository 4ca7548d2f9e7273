/** A question asked again and again, one at a time and not more often than its period. */
export class Poll {
  private last = -Infinity;
  private asking = false;

  constructor(
    private readonly periodMs: () => number,
    private readonly ask: () => Promise<unknown>,
  ) {}

  /** Ask if the period has passed and the last answer has come. A failed question is asked again later. */
  tick(time: number): void {
    if (this.asking || time - this.last < this.periodMs()) return;
    this.last = time;
    this.asking = true;
    const over = (): boolean => (this.asking = false);
    this.ask().then(over, over);
  }

  soon(): void {
    this.last = -Infinity;
  }
}
