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

const FOLLOWED = 4;

interface Costed {
  readonly engine: number;
  readonly cycles: number;
  /** Cycles on the link before a receive's copy can begin. */
  readonly arrival: number;
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
  const on = (...engines: Engine[]): number =>
    costs.reduce((sum, { engine, cycles }) => sum + (engines.includes(ENGINES[engine]) ? cycles : 0), 0);
  const bytes = body.reduce(
    (sum, { work }) => sum + (work.kind === 'load' || work.kind === 'store' ? work.bytes : 0),
    0,
  );
  const arrival = costs.reduce((sum, cost) => sum + cost.arrival, 0);
  return {
    cycles: Math.ceil(period(chip, costs, dependencies)),
    matmul: on('matmul'),
    vector: on('vector'),
    transfer: arrival + on('send'),
    load: Math.ceil(bytes / rate),
    loadBytes: bytes,
  };
}

function costOf(chip: Chip, rate: number, { work }: Operation): Costed {
  const engine = ENGINES.indexOf(ENGINE_OF_WORK[work.kind]);
  switch (work.kind) {
    case 'load':
    case 'store':
      return { engine, cycles: chip.memoryLatencyCycles + work.bytes / rate, arrival: 0 };
    case 'send':
      return { engine, cycles: linkCycles(chip, work.bytes), arrival: 0 };
    case 'receive':
      return { engine, cycles: vectorCycles(chip, 'copy', work.bytes), arrival: linkCycles(chip, work.bytes) };
    case 'matmul':
      return { engine, cycles: work.repeat * systolicCycles(chip, work.dataflow, work.M, work.N, work.K), arrival: 0 };
    case 'vector':
      return { engine, cycles: vectorCycles(chip, work.fn, work.elements), arrival: 0 };
  }
}

function period(chip: Chip, costs: readonly Costed[], dependencies: readonly Dependency[]): number {
  const waits = costs.map((): Dependency[] => []);
  for (const dependency of dependencies) waits[dependency.after].push(dependency);
  const ends: Float64Array[] = [];
  const free = new Float64Array(ENGINES.length);
  const starts: number[][] = ENGINES.map(() => []);
  let [issued, arrived, last, finish] = [0, 0, 0, 0];
  for (let iteration = 0; iteration < FOLLOWED; iteration++) {
    const own = new Float64Array(costs.length);
    ends.push(own);
    last = finish;
    costs.forEach(({ engine, cycles, arrival }, index) => {
      const queue = starts[engine];
      issued = Math.max(issued, queue[queue.length - chip.engineQueue] ?? 0);
      let start = Math.max(issued, free[engine]);
      if (arrival > 0) start = Math.max(start, (arrived = Math.max(arrived, issued) + arrival));
      for (const { before, distance } of waits[index])
        start = Math.max(start, ends[iteration - distance]?.[before] ?? 0);
      queue.push(start);
      own[index] = free[engine] = start + cycles;
      finish = Math.max(finish, own[index]);
    });
  }
  return finish - last;
}
