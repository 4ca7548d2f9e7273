/**
 * Who touched which bytes of a scratchpad last: pieces side by side, each with its last write and the reads since. A write makes one
 * piece of all that it covers; what came before it has ended for whoever waits for the write.
 */
interface Piece {
  from: number;
  to: number;
  /** Lane of the last write and its position among that lane's operations; -1 where nothing was written. */
  readonly writer: number;
  readonly written: number;
  /** Position of each lane's latest read since, or -1. */
  readonly reads: Int32Array;
}

export interface Access {
  readonly from: number;
  readonly to: number;
  readonly write: boolean;
}

export class Accesses {
  /** In order of address, side by side; bytes that nobody touched are in none. */
  private readonly pieces: Piece[] = [];
  private readonly lanes: number;

  constructor(lanes: number) {
    this.lanes = lanes;
  }

  /** Raises `latest`, by lane, to the positions of the accesses that a new one must come after. */
  conflicts({ from, to, write }: Access, latest: Int32Array): void {
    for (let i = this.firstAfter(from); i < this.pieces.length && this.pieces[i].from < to; i++) {
      const { writer, written, reads } = this.pieces[i];
      if (writer >= 0 && written > latest[writer]) latest[writer] = written;
      if (!write) continue;
      for (let lane = 0; lane < reads.length; lane++) if (reads[lane] > latest[lane]) latest[lane] = reads[lane];
    }
  }

  /** The access of `lane` at `position` takes place. */
  add({ from, to, write }: Access, lane: number, position: number): void {
    if (from >= to) return;
    this.cutAt(from);
    this.cutAt(to);
    const first = this.firstAfter(from);
    let end = first;
    while (end < this.pieces.length && this.pieces[end].from < to) end++;
    if (write) {
      this.pieces.splice(first, end - first, this.untouched(from, to, lane, position));
      return;
    }
    for (let i = first, at = from; at < to; i++) {
      const next = Math.min(to, this.pieces[i]?.from ?? to);
      if (at < next) this.pieces.splice(i, 0, this.untouched(at, next, -1, -1));
      this.pieces[i].reads[lane] = position;
      at = this.pieces[i].to;
    }
  }

  private untouched(from: number, to: number, writer: number, written: number): Piece {
    return { from, to, writer, written, reads: new Int32Array(this.lanes).fill(-1) };
  }

  /** Number of the first piece that ends behind an address. */
  private firstAfter(address: number): number {
    let [low, high] = [0, this.pieces.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.pieces[middle].to > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** No piece lies on both sides of an address. */
  private cutAt(address: number): void {
    const i = this.firstAfter(address);
    const piece = this.pieces[i];
    if (piece === undefined || piece.from >= address) return;
    this.pieces.splice(i, 0, { ...piece, to: address, reads: piece.reads.slice() });
    piece.from = address;
  }
}
