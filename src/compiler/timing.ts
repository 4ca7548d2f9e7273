/**
 * How long one core takes per iteration, from its operations: engines work in order, an operation waits for those whose bytes it needs,
 * an instruction whose engine's queue is full holds up all behind it, memory gives a fair rate. Neighbours are taken to be ready, so
 * this is the core's own rhythm. Followed over a few iterations until it is steady.
 */
import type { Chip } from '../model/chip.ts';
import type { CoreTiming } from '../model/plan.ts';
import { ENGINES, type Engine } from '../model/program.ts';
import { coreBandwidth, linkCycles, systolicCycles, vectorCycles } from './cost.ts';
import { ENGINE_OF_WORK, type Operation } from './operation.ts';
import type { Dependency } from './sync.ts';

const FOLLOWED = 5;

export interface Costed {
  readonly engine: number;
  readonly cycles: number;
  /** Cycles on the link before a receive's copy can begin, and how many of them before it is issued, into free landing slots. */
  readonly arrival: number;
  readonly early: number;
  /** Instructions that it becomes: so many places in its engine's queue, one after the other. */
  readonly count: number;
}

/** The rhythm of a body whose waits are `dependencies`. */
export function timingOf(
  chip: Chip,
  bytesPerCycle: number,
  body: readonly Operation[],
  dependencies: readonly Dependency[],
): CoreTiming {
  const rate = coreBandwidth(chip, bytesPerCycle);
  const costs = body.map((operation) => costOf(chip, rate, operation));
  const busy = new Float64Array(ENGINES.length);
  let [bytes, arrival] = [0, 0];
  body.forEach(({ work }, index) => {
    const cost = costs[index];
    busy[cost.engine] += cost.cycles;
    arrival += cost.arrival;
    if (work.kind === 'load' || work.kind === 'store') bytes += work.bytes;
  });
  const on = (engine: Engine): number => busy[ENGINES.indexOf(engine)];
  return {
    cycles: Math.ceil(period(chip, body, costs, dependencies)),
    matmul: on('matmul'),
    vector: on('vector'),
    transfer: arrival + on('send'),
    load: Math.ceil(bytes / rate),
    loadBytes: bytes,
  };
}

/** What an operation takes. @param rate bytes per cycle that the core draws from memory */
export function costOf(chip: Chip, rate: number, { work }: Operation): Costed {
  const engine = ENGINES.indexOf(ENGINE_OF_WORK[work.kind]);
  const messages = 'bytes' in work ? Math.ceil(work.bytes / chip.messageBytes) : 1;
  switch (work.kind) {
    case 'load':
    case 'store':
      return { engine, cycles: chip.memoryLatencyCycles + work.bytes / rate, arrival: 0, early: 0, count: work.pieces };
    case 'send':
      return { engine, cycles: linkCycles(chip, work.bytes), arrival: 0, early: 0, count: messages };
    case 'receive': {
      const copy = vectorCycles(chip, 'copy', work.bytes);
      const early = linkCycles(chip, Math.min(work.bytes, chip.channelSlots * chip.messageBytes));
      return { engine, cycles: copy, arrival: linkCycles(chip, work.bytes), early, count: messages };
    }
    case 'matmul': {
      const { repeat, dataflow, M, N, K } = work;
      return { engine, cycles: repeat * systolicCycles(chip, dataflow, M, N, K), arrival: 0, early: 0, count: repeat };
    }
    case 'vector':
      return { engine, cycles: vectorCycles(chip, work.fn, work.elements), arrival: 0, early: 0, count: 1 };
  }
}

/**
 * Cycles of one pass once it is steady; operations ahead or behind wait for those of their own iteration.
 * @param waits by the operation that waits, ascending
 */
function period(
  chip: Chip,
  body: readonly Operation[],
  costs: readonly Costed[],
  waits: readonly Dependency[],
): number {
  /** Ends of operations, by iteration; nothing is known of the one before the first. */
  const ends = Array.from({ length: FOLLOWED + 2 }, () => new Float64Array(costs.length));
  const free = new Float64Array(ENGINES.length);
  /** Starts of the latest instructions of each engine, as many as its queue holds. */
  const starts = ENGINES.map(() => new Float64Array(chip.engineQueue));
  const next = new Int32Array(ENGINES.length);
  let [issued, arrived, last, finish] = [0, 0, 0, 0];
  for (let pass = 0; pass < FOLLOWED; pass++) {
    last = finish;
    let wait = 0;
    for (let index = 0; index < costs.length; index++) {
      const { engine, cycles, arrival, early, count } = costs[index];
      const iteration = pass + 1 + (body[index].ahead ?? 0);
      const [queue, size] = [starts[engine], chip.engineQueue];
      issued = Math.max(issued, queue[next[engine] % size]);
      let start = Math.max(issued, free[engine]);
      if (arrival > 0) {
        arrived = Math.max(arrived, issued - early) + arrival;
        start = Math.max(start, arrived - arrival * (1 - 1 / count));
      }
      for (; wait < waits.length && waits[wait].after === index; wait++) {
        const { before, distance } = waits[wait];
        if (iteration >= distance) start = Math.max(start, ends[iteration - distance][before]);
      }
      const end = Math.max(start + cycles, arrival > 0 ? arrived + cycles / count : 0);
      const each = (end - start) / count;
      for (let i = Math.max(0, count - size); i < count; i++) queue[next[engine]++ % size] = start + i * each;
      if (count > size) issued = Math.max(issued, start + (count - size) * each);
      ends[iteration][index] = free[engine] = end;
      finish = Math.max(finish, end);
    }
  }
  return finish - last;
}
