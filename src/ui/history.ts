/** Undo and redo of values that never change once made: every step keeps the whole document, which is small. */
const MOST_STEPS = 200;

export class History<T> {
  private constructor(
    private readonly past: readonly T[],
    readonly present: T,
    private readonly future: readonly T[],
  ) {}

  static of<T>(present: T): History<T> {
    return new History([], present, []);
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }
  /** What an undo would bring back; undefined where there is nothing. */
  get previous(): T | undefined {
    return this.past.at(-1);
  }
  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** A new present; what could be redone is gone. */
  push(next: T): History<T> {
    return new History([...this.past, this.present].slice(-MOST_STEPS), next, []);
  }
  undo(): History<T> {
    if (!this.canUndo) return this;
    return new History(this.past.slice(0, -1), this.past.at(-1)!, [this.present, ...this.future]);
  }
  redo(): History<T> {
    if (!this.canRedo) return this;
    return new History([...this.past, this.present], this.future[0], this.future.slice(1));
  }
}
