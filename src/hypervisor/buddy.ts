/**
 * A buddy allocator: free memory is kept in blocks of a power of two units at multiples of their size; blocks are split to be taken
 * and merged with their buddy when they are given back. A request takes the lowest run of adjacent free blocks that holds it, and
 * where there is none the largest runs, lowest first, so that it comes in as few pieces as it can (our choice: plain buddies would waste
 * up to half of every block). Source: Knowlton, "A fast storage allocator" (CACM 1965).
 */

/** Units from `from` on. */
export interface Piece {
  readonly from: number;
  readonly units: number;
}

export class BuddyAllocator {
  /** Size of each free block by where it begins. */
  private readonly blocks = new Map<number, number>();

  /** Units 0 to `units` - 1 are there; those before `first` are nobody's. */
  constructor(
    readonly units: number,
    first = 0,
  ) {
    this.give([{ from: first, units: units - first }]);
  }

  /** Sizes of the free blocks in order of address. */
  get freeBlocks(): number[] {
    return this.inOrder().map(({ units }) => units);
  }
  get free(): number {
    return this.freeBlocks.reduce((sum, units) => sum + units, 0);
  }
  /** The longest run of adjacent free blocks: what a request gets in one piece. */
  get largestRun(): number {
    return Math.max(0, ...this.runs().map(({ units }) => units));
  }

  /**
   * Take so many units, in as few pieces as there are; undefined, and nothing taken, if there are not enough.
   * @param last what is given only where the rest is not enough
   */
  take(units: number, last: readonly Piece[] = []): Piece[] | undefined {
    if (last.length > 0) {
      const kept = last.flatMap((piece) => this.freeIn(piece));
      kept.forEach((piece) => this.remove(piece));
      const pieces = this.take(units);
      this.give(kept);
      return pieces ?? this.take(units);
    }
    if (units > this.free) return undefined;
    const pieces: Piece[] = [];
    for (let left = units; left > 0;) {
      const runs = this.runs();
      const run = runs.find((one) => one.units >= left) ?? runs.reduce((a, b) => (b.units > a.units ? b : a));
      const piece = { from: run.from, units: Math.min(left, run.units) };
      this.remove(piece);
      pieces.push(piece);
      left -= piece.units;
    }
    return pieces;
  }

  /** Give back what was taken. */
  give(pieces: readonly Piece[]): void {
    for (const { from, units } of pieces) {
      const end = from + units;
      for (let at = from; at < end;) {
        const size = largestBlock(at, end - at);
        this.insert(at, size);
        at += size;
      }
    }
  }

  /** Merge with the buddy for as long as it is free. */
  private insert(from: number, units: number): void {
    const buddy = Math.floor(from / units) % 2 === 0 ? from + units : from - units;
    if (this.blocks.get(buddy) !== units) return void this.blocks.set(from, units);
    this.blocks.delete(buddy);
    this.insert(Math.min(from, buddy), units * 2);
  }

  /** Split what a piece touches, and keep what is beside it. */
  private remove(piece: Piece): void {
    const end = piece.from + piece.units;
    for (const { from, units } of this.inOrder()) {
      if (from >= end || from + units <= piece.from) continue;
      this.blocks.delete(from);
      if (from < piece.from) this.give([{ from, units: piece.from - from }]);
      if (from + units > end) this.give([{ from: end, units: from + units - end }]);
    }
  }

  private freeIn(piece: Piece): Piece[] {
    const end = piece.from + piece.units;
    return this.inOrder().flatMap((block) => {
      const from = Math.max(block.from, piece.from);
      const units = Math.min(block.from + block.units, end) - from;
      return units > 0 ? { from, units } : [];
    });
  }

  private inOrder(): Piece[] {
    return [...this.blocks].map(([from, units]) => ({ from, units })).sort((a, b) => a.from - b.from);
  }

  private runs(): Piece[] {
    const runs: Piece[] = [];
    for (const { from, units } of this.inOrder()) {
      const last = runs.at(-1);
      if (last && last.from + last.units === from) runs[runs.length - 1] = { ...last, units: last.units + units };
      else runs.push({ from, units });
    }
    return runs;
  }
}

/** The largest block that may begin at `from` and has at most so many units. */
function largestBlock(from: number, most: number): number {
  let size = 2 ** Math.floor(Math.log2(most));
  while (from % size !== 0) size /= 2;
  return size;
}
