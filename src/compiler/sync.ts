/**
 * Order between engines by counting tokens, derived from the bytes that operations touch. Engines work in order, so an operation needs
 * to wait only for the latest conflicting operation of each lane (an engine's operations of one shift: for the iteration of the pass, the
 * next, or the one before), and one token per ordered pair of lanes is enough: waits meet gives in the order in which both are written
 * (the dependency queues of VTA and Gemmini). Waits that are implied by earlier ones, also by way of other engines, are left out.
 * The body is followed over several passes, so that reuse of a buffer by the next iteration is guarded like any other; waits that
 * reach back before the first iteration are paid from initial tokens. What belongs to no iteration is left out of the first and last
 * passes, so nothing may be taken to be implied by an operation of a later iteration than one's own.
 */
import type { Ahead, Engine } from '../model/program.ts';
import { Accesses } from './accesses.ts';
import { ENGINE_OF_WORK, type Operation } from './operation.ts';

/** Operation `before`, of `distance` iterations ago, ends before operation `after` starts. */
export interface Dependency {
  readonly before: number;
  readonly after: number;
  readonly distance: number;
}

/** Passes that are followed, from the one before the first: the last two must agree, which says that the steady state is reached. */
const FIRST_PASS = -1;
const LAST_PASS = 3;

/** The waits of one iteration of a body that repeats without end; undefined if an operation would have to wait for a later iteration. */
export function dependencies(operations: readonly Operation[]): Dependency[] | undefined {
  const lanes = new Lanes(operations);
  const past = new Accesses(operations, lanes.count);
  /** What each lane knows to have ended when its latest operation starts, by lane: positions up to and including. */
  const known = Array.from({ length: lanes.count }, () => new Int32Array(lanes.count).fill(-1));
  const started = new Int32Array(lanes.count).fill(-1);
  const latest = new Int32Array(lanes.count);
  let steady: Dependency[] = [];
  // what works behind its pass has seen an iteration less
  const last = LAST_PASS - Math.min(0, ...lanes.ahead);
  /** What was known when each position started, by lane: a row of `lanes.count` numbers each. */
  const snapshots = known.map((_, lane) => new Int32Array(lanes.positionsOf(lane, last + 2) * lanes.count));
  for (let pass = FIRST_PASS; pass <= last; pass++) {
    const found: Dependency[] = [];
    for (let index = 0; index < operations.length; index++) {
      const lane = lanes.of[index];
      const ahead = lanes.ahead[lane];
      const iteration = pass + ahead;
      if (iteration < 0) continue;
      const own = known[lane];
      for (let other = 0; other < lanes.count; other++) {
        if (!lanes.areBeside(lane, other)) continue;
        if (lanes.ahead[other] <= ahead && other !== lane) learn(own, known[other]);
        if (started[other] > own[other]) own[other] = started[other];
      }
      const position = lanes.positionOf(index, iteration);
      started[lane] = position;
      latest.fill(-1);
      past.conflicts(index, iteration, latest);
      // also on its own engine: where the order of passes is not that of iterations, an end of the loop would be unguarded
      if (lanes.reachesBeyond(latest, iteration)) return undefined;
      for (const before of waitsFor(lanes, latest, own, snapshots)) {
        if (pass < last - 1) continue;
        const source = lanes.operationAt(before, latest[before]);
        found.push({ before: source.index, after: index, distance: iteration - source.iteration });
      }
      snapshots[lane].set(own, position * lanes.count);
      past.add(index, iteration, lane, position);
    }
    if (pass === last && !agree(found, steady)) throw new Error('the waits of the body do not settle');
    steady = found;
  }
  return steady;
}

/** Operations by engine and shift; in each lane they are counted through, iteration by iteration. */
class Lanes {
  readonly count: number;
  /** Lane of each operation. */
  readonly of: readonly number[];
  readonly ahead: readonly Ahead[];
  private readonly engines: readonly Engine[];
  private readonly places: readonly number[];
  private readonly lists: readonly (readonly number[])[];

  constructor(operations: readonly Operation[]) {
    const kinds: { engine: Engine; ahead: Ahead }[] = [];
    const lists: number[][] = [];
    const places: number[] = [];
    this.of = operations.map(({ work, ahead = 0 }, index) => {
      const engine = ENGINE_OF_WORK[work.kind];
      let lane = kinds.findIndex((kind) => kind.engine === engine && kind.ahead === ahead);
      if (lane < 0) {
        lane = kinds.push({ engine, ahead }) - 1;
        lists.push([]);
      }
      places.push(lists[lane].push(index) - 1);
      return lane;
    });
    this.count = kinds.length;
    this.ahead = kinds.map(({ ahead }) => ahead);
    this.engines = kinds.map(({ engine }) => engine);
    this.places = places;
    this.lists = lists;
  }

  /** Are both of one engine? */
  areBeside(lane: number, other: number): boolean {
    return this.engines[lane] === this.engines[other];
  }

  positionOf(index: number, iteration: number): number {
    return iteration * this.lists[this.of[index]].length + this.places[index];
  }

  operationAt(lane: number, position: number): { index: number; iteration: number } {
    const list = this.lists[lane];
    return { index: list[position % list.length], iteration: Math.floor(position / list.length) };
  }

  /** Does any of these positions, by lane, belong to a later iteration? */
  reachesBeyond(positions: Int32Array, iteration: number): boolean {
    for (let lane = 0; lane < this.count; lane++)
      if (positions[lane] >= (iteration + 1) * this.lists[lane].length) return true;
    return false;
  }

  /** Positions of a lane in so many iterations. */
  positionsOf(lane: number, iterations: number): number {
    return iterations * this.lists[lane].length;
  }

  /** Last position of `lane` that belongs to an iteration up to that of a position of `other`. */
  upTo(lane: number, other: number, position: number): number {
    return (Math.floor(position / this.lists[other].length) + 1) * this.lists[lane].length - 1;
  }
}

function learn(known: Int32Array, more: Int32Array): void {
  for (let lane = 0; lane < known.length; lane++) if (more[lane] > known[lane]) known[lane] = more[lane];
}

const NONE: readonly number[] = [];

/** Lanes whose latest positions are to be waited for: those that are not implied. What they imply is added to what the lane knows. */
function waitsFor(
  lanes: Lanes,
  latest: Int32Array,
  known: Int32Array,
  snapshots: readonly Int32Array[],
): readonly number[] {
  let waits: number[] | undefined;
  for (let lane = 0; lane < lanes.count; lane++) {
    if (latest[lane] <= known[lane]) continue;
    let implied = false;
    for (let other = 0; other < lanes.count && !implied; other++) {
      const isWait = other !== lane && latest[other] > known[other];
      implied = isWait && endedWith(lanes, snapshots[other], other, latest[other], lane) >= latest[lane];
    }
    if (!implied) (waits ??= []).push(lane);
  }
  if (waits === undefined) return NONE;
  for (const lane of waits) {
    for (let other = 0; other < lanes.count; other++) {
      const ended = endedWith(lanes, snapshots[lane], lane, latest[lane], other);
      if (ended > known[other]) known[other] = ended;
    }
    known[lane] = Math.max(known[lane], latest[lane]);
  }
  return waits;
}

/** What is known to have ended in a lane when the operation at a position of another has started. */
const endedWith = (lanes: Lanes, snapshot: Int32Array, other: number, position: number, lane: number): number =>
  Math.min(snapshot[position * lanes.count + lane], lanes.upTo(lane, other, position));

const agree = (a: readonly Dependency[], b: readonly Dependency[]): boolean =>
  a.length === b.length &&
  a.every(
    ({ before, after, distance }, i) => before === b[i].before && after === b[i].after && distance === b[i].distance,
  );
