/**
 * Who touched which bytes of a scratchpad last. All spans of a body are known, so the scratchpad is cut once at each of their ends into
 * pieces, of which every access takes some side by side; each piece has its last write and the reads since. A write ends what came
 * before it for whoever waits for the write.
 */
import type { ScratchpadUse } from '../model/program.ts';
import type { Operation } from './operation.ts';

export class Accesses {
  private readonly lanes: number;
  private readonly operations: readonly Operation[];
  /** First and last piece (exclusive) of every span at each of its bases, span after span; where those of an operation begin. */
  private readonly ranges: Int32Array;
  private readonly rangesOf: Int32Array;
  /** By piece: lane of the last write, or -1, and its position among that lane's operations. */
  private readonly writer: Int32Array;
  private readonly written: Int32Array;
  /** By piece and lane: position of the latest read since, or -1. */
  private readonly reads: Int32Array;

  constructor(operations: readonly Operation[], lanes: number) {
    this.operations = operations;
    this.lanes = lanes;
    const ends = endsOf(operations);
    const cuts = unique(ends.slice().sort());
    this.ranges = Int32Array.from(ends, (end) => indexOf(cuts, end));
    this.rangesOf = new Int32Array(operations.length);
    for (let index = 1; index < operations.length; index++)
      this.rangesOf[index] = this.rangesOf[index - 1] + endCount(operations[index - 1]);
    this.writer = new Int32Array(cuts.length).fill(-1);
    this.written = new Int32Array(cuts.length);
    this.reads = new Int32Array(cuts.length * lanes).fill(-1);
  }

  /** Raises `latest`, by lane, to the positions of the accesses that an operation must come after in an iteration. */
  conflicts(index: number, iteration: number, latest: Int32Array): void {
    const { spans } = this.operations[index];
    const { lanes, ranges, writer, written, reads } = this;
    let at = this.rangesOf[index];
    for (let i = 0; i < spans.length; i++) {
      const range = at + 2 * turnOf(spans[i], iteration);
      at += 2 * spans[i].bases.length;
      for (let piece = ranges[range]; piece < ranges[range + 1]; piece++) {
        const lane = writer[piece];
        if (lane >= 0 && written[piece] > latest[lane]) latest[lane] = written[piece];
        if (!spans[i].write) continue;
        for (let reader = 0, read = piece * lanes; reader < lanes; reader++, read++)
          if (reads[read] > latest[reader]) latest[reader] = reads[read];
      }
    }
  }

  /** An operation, at `position` of its lane, takes place in an iteration. */
  add(index: number, iteration: number, lane: number, position: number): void {
    const { spans } = this.operations[index];
    const { lanes, ranges } = this;
    let at = this.rangesOf[index];
    for (let i = 0; i < spans.length; i++) {
      const range = at + 2 * turnOf(spans[i], iteration);
      at += 2 * spans[i].bases.length;
      const from = ranges[range];
      const to = ranges[range + 1];
      for (let piece = from; piece < to; piece++) {
        if (!spans[i].write) this.reads[piece * lanes + lane] = position;
        else {
          this.writer[piece] = lane;
          this.written[piece] = position;
          for (let read = piece * lanes; read < (piece + 1) * lanes; read++) this.reads[read] = -1;
        }
      }
    }
  }
}

/** Which of its bases a span lies at in an iteration. */
const turnOf = ({ bases, step, phase }: ScratchpadUse, iteration: number): number =>
  bases.length === 1 ? 0 : (iteration * step + phase) % bases.length;

const endCount = ({ spans }: Operation): number => {
  let count = 0;
  for (const { bases } of spans) count += 2 * bases.length;
  return count;
};

/** First byte and end of every span at each of its bases. */
function endsOf(operations: readonly Operation[]): Float64Array {
  const ends = new Float64Array(operations.reduce((sum, operation) => sum + endCount(operation), 0));
  let at = 0;
  for (const { spans } of operations) {
    for (const { bases, from, to } of spans) {
      for (const base of bases) {
        ends[at++] = base + from;
        ends[at++] = base + to;
      }
    }
  }
  return ends;
}

/** A sorted list without repeats. */
function unique(sorted: Float64Array): Float64Array {
  let count = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[count++] = sorted[i];
  return sorted.subarray(0, count);
}

function indexOf(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
