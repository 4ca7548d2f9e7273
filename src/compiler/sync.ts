/**
 * Order between engines by counting tokens, derived from the bytes that operations touch. Engines work in order, so an operation needs
 * to wait only for the latest conflicting operation of each other engine, and one token per ordered pair of engines is enough: waits
 * meet gives in the order in which both are written (the dependency queues of VTA and Gemmini). Waits that are implied by earlier
 * ones, also by way of other engines, are left out.
 * The body is followed over several iterations, so that reuse of a buffer by the next iteration is guarded like any other; waits that
 * reach back before the first iteration are paid from initial tokens.
 */
import { ENGINES, type Engine, type ScratchpadUse } from '../model/program.ts';
import { Accesses, type Access } from './accesses.ts';
import { ENGINE_OF_WORK, type Operation } from './operation.ts';

/** Operation `before`, of `distance` iterations ago, ends before operation `after` starts. */
export interface Dependency {
  readonly before: number;
  readonly after: number;
  readonly distance: number;
}

/** Iterations that are followed: the last two must agree, which says that the steady state is reached. */
const FOLLOWED = 4;

const ENGINE_COUNT = ENGINES.length;

/** The waits of one iteration of a body that repeats without end. */
export function dependencies(operations: readonly Operation[]): Dependency[] {
  const order = new EngineOrder(operations.map(({ work }) => ENGINE_OF_WORK[work.kind]));
  const past = new Accesses(ENGINE_COUNT);
  /** What each engine knows to have ended when its latest operation starts, by engine: positions up to and including. */
  const known = ENGINES.map(() => new Int32Array(ENGINE_COUNT).fill(-1));
  const snapshots = ENGINES.map((): Int32Array[] => []);
  let steady: Dependency[] = [];
  for (let iteration = 0; iteration < FOLLOWED; iteration++) {
    const found: Dependency[] = [];
    operations.forEach(({ spans }, index) => {
      const engine = order.engines[index];
      const position = order.positionOf(index, iteration);
      const own = known[engine];
      own[engine] = position - 1;
      const accesses = spans.map((span) => accessOf(span, iteration));
      const latest = new Int32Array(ENGINE_COUNT).fill(-1);
      for (const access of accesses) past.conflicts(access, engine, latest);
      for (const before of waitsFor(latest, own, snapshots)) {
        const source = order.operationAt(before.engine, before.position);
        found.push({ before: source.index, after: index, distance: iteration - source.iteration });
      }
      snapshots[engine][position] = own.slice();
      for (const access of accesses) past.add(access, engine, position);
    });
    if (iteration === FOLLOWED - 1 && !agree(found, steady)) throw new Error('the waits of the body do not settle');
    steady = found;
  }
  return steady;
}

class EngineOrder {
  readonly engines: readonly number[];
  private readonly places: readonly number[];
  private readonly lists: readonly (readonly number[])[];

  constructor(engines: readonly Engine[]) {
    this.engines = engines.map((engine) => ENGINES.indexOf(engine));
    const lists: number[][] = ENGINES.map(() => []);
    this.places = this.engines.map((engine, index) => lists[engine].push(index) - 1);
    this.lists = lists;
  }

  positionOf(index: number, iteration: number): number {
    return iteration * this.lists[this.engines[index]].length + this.places[index];
  }

  operationAt(engine: number, position: number): { index: number; iteration: number } {
    const list = this.lists[engine];
    return { index: list[position % list.length], iteration: Math.floor(position / list.length) };
  }
}

function accessOf({ bases, step, phase, from, to, write }: ScratchpadUse, iteration: number): Access {
  const base = bases[(iteration * step + phase) % bases.length];
  return { from: base + from, to: base + to, write };
}

/** The waits that are not implied; what they imply is added to what the engine knows. */
function waitsFor(
  latest: Int32Array,
  known: Int32Array,
  snapshots: readonly (readonly Int32Array[])[],
): { engine: number; position: number }[] {
  const waits: { engine: number; position: number }[] = [];
  for (let engine = 0; engine < ENGINE_COUNT; engine++) {
    const position = latest[engine];
    if (position <= known[engine]) continue;
    let implied = false;
    for (let other = 0; other < ENGINE_COUNT && !implied; other++) {
      const isWait = other !== engine && latest[other] > known[other];
      implied = isWait && snapshots[other][latest[other]][engine] >= position;
    }
    if (!implied) waits.push({ engine, position });
  }
  for (const { engine, position } of waits) {
    const then = snapshots[engine][position];
    for (let e = 0; e < ENGINE_COUNT; e++) if (then[e] > known[e]) known[e] = then[e];
    if (position > known[engine]) known[engine] = position;
  }
  return waits;
}

const agree = (a: readonly Dependency[], b: readonly Dependency[]): boolean =>
  a.length === b.length &&
  a.every(
    ({ before, after, distance }, i) => before === b[i].before && after === b[i].after && distance === b[i].distance,
  );
