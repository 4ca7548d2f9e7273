/**
 * Software pipelining: in one pass of its loop a core computes one iteration while the next one's input arrives and the last one's
 * result leaves. Here what moves is laid between what is computed. Results leave from the beginning of a pass on and inputs arrive
 * towards its end, so a result waits no longer than it must, both at a pace that links and memory can keep; all that leaves
 * stands before all that arrives. So every core meets the messages of its two boundaries in turns (iteration i-1 out, i+1 in, i out),
 * there is one order of all messages of a tenant that every program keeps to, and no cycle of waiting can close.
 */
import type { Chip } from '../model/chip.ts';
import { ENGINES } from '../model/program.ts';
import type { Operation } from './operation.ts';
import { costOf } from './timing.ts';

/** Operations of one pass, each list in its order. */
export interface Parts {
  /** Loads and receives of the next iteration's input. */
  readonly fetches: readonly Operation[];
  readonly body: readonly Operation[];
  /** Sends and stores of the last iteration's result. */
  readonly leaves: readonly Operation[];
}

/** Most operations that what arrives, or leaves, is cut into, so that the body finds its place between them. */
const MOST_CHUNKS = 16;
/** What moves gets so many times the cycles that its link or memory needs, where there are so many. */
const SLACK = 1.5;

/** Bytes of the operations that `bytes` are cut into, of `total` that go the same way: whole messages. */
export function chunksOf({ messageBytes }: Chip, bytes: number, total: number, first = Infinity): number[] {
  const each = Math.max(2, Math.ceil(total / MOST_CHUNKS / messageBytes)) * messageBytes;
  const chunks: number[] = [];
  for (let left = bytes; left > 0;) {
    const chunk = Math.min(left, chunks.length === 0 ? Math.min(first, each) : each);
    chunks.push(chunk);
    left -= chunk;
  }
  return chunks;
}

interface Placed {
  readonly operation: Operation;
  readonly at: number;
}

/** One pass. @param rate bytes per cycle that the core draws from memory */
export function interleaved(chip: Chip, rate: number, { fetches, body, leaves }: Parts): Operation[] {
  const starts = startsOf(chip, rate, body);
  const length = starts[body.length];
  // a store waits for the last iteration's result: what the first work of this one needs is loaded before
  const firstWork = starts[Math.max(0, body.findIndex(isWork))];
  const moved = [isMessage, isTransfer].flatMap((is): Placed[] => {
    const [arriving, leaving] = [fetches.filter(is), leaves.filter(is)];
    const [arrival, departure] = [arriving, leaving].map(
      (list) => bytesIn(list) / (is === isMessage ? chip.flitBytes : rate),
    );
    const stretch = Math.min(SLACK, length / Math.max(1, arrival + departure));
    const begin = is === isMessage ? 0 : Math.min(firstWork, length - stretch * arrival);
    const end = Math.max(begin, stretch * departure);
    return [...spread(leaving, begin, end), ...spread(arriving, length - stretch * arrival, length)];
  });
  const places = moved.map((_, index) => index).sort((a, b) => moved[a].at - moved[b].at || a - b);
  const merged: Operation[] = [];
  let next = 0;
  body.forEach((operation, index) => {
    for (; next < places.length && moved[places[next]].at <= starts[index]; next++)
      merged.push(moved[places[next]].operation);
    merged.push(operation);
  });
  return [...merged, ...places.slice(next).map((place) => moved[place].operation)];
}

const isMessage = ({ work }: Operation): boolean => work.kind === 'send' || work.kind === 'receive';
const isTransfer = (operation: Operation): boolean => !isMessage(operation);
const isWork = ({ work }: Operation): boolean => work.kind === 'matmul' || work.kind === 'vector';

const bytesOf = ({ work }: Operation): number => ('bytes' in work ? work.bytes : 0);

const bytesIn = (operations: readonly Operation[]): number =>
  operations.reduce((sum, operation) => sum + bytesOf(operation), 0);

/** Operations one after the other from one time to another, in proportion to their bytes. */
function spread(operations: readonly Operation[], from: number, to: number): Placed[] {
  const total = bytesIn(operations);
  let before = 0;
  return operations.map((operation) => {
    const at = from + ((to - from) * before) / total;
    before += bytesOf(operation);
    return { operation, at };
  });
}

/** When each operation of a body begins, about, were every engine to work without a pause in the time of the busiest; and the end. */
function startsOf(chip: Chip, rate: number, body: readonly Operation[]): Float64Array {
  const busy = new Float64Array(ENGINES.length);
  const starts = new Float64Array(body.length + 1);
  body.forEach((operation, index) => {
    const { engine, cycles } = costOf(chip, rate, operation);
    busy[engine] += cycles;
    starts[index + 1] = starts[index] + cycles;
  });
  const scale = Math.max(...busy) / Math.max(1, starts[body.length]);
  return starts.map((start) => start * scale);
}
