/** Tenants that change their size while they run, to the cycle: iterations done stay done, the others run on the new cores. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/model/causes.ts';
import type { ChipRequest } from '../../src/model/chip.ts';
import { Frame, frameBytes } from '../../src/engine/frame.ts';
import { Machine } from '../../src/engine/machine.ts';
import {
  kernel,
  lastCycle,
  runInSlices,
  runToEnd,
  step,
  tinyPlan,
  type TinyMove,
  type TinyTenant,
  ways,
} from '../support/kernel.ts';

// 4 x 1 tiles, memory at both ends and beside the network.
const BUS: ChipRequest = { width: 4, height: 1, memoryPath: 'bus' };
const work = (cycles: number) => step({ op: 'vector', fn: 'relu', elements: 2048 * cycles });
const rounds = (count: number, cycles: number) =>
  [{ op: 'loop', iteration: true, count, body: [work(cycles)] }] as TinyTenant['programs'][number];
const tables = (setupCycles: number) => ({ routingEntries: 0, rangeEntries: 0, bytes: 0, setupCycles });
const AWAY = 255;

describe('a change of size', () => {
  it('ends what has begun, writes tables, and does the other iterations on the new cores, to the cycle', () => {
    // Work of 100 cycles, issued in 0, 4, 8 ... and run one after the other: the first starts in 5 and ends in 105, the n-th in
    // 5 + 100 n. In cycle 150 the second runs, four wait in the engine's queue and four before it, and the controller has come to the
    // eleventh: those end in 1105, and the core has drained from 1106 on. Tables take 50: the new core begins in 1156, its first work
    // starts in 1161 and ends in 1171, and so on every 10 cycles.
    const moves: TinyMove[] = [
      { cycle: 150, tiles: [2], shape: { programs: [rounds(20, 10)], iterations: 20, tables: tables(50) } },
    ];
    const tenant: TinyTenant = { tiles: [1], programs: [rounds(20, 100)], iterations: 20, moves };
    for (const timeJumps of [true, false]) {
      const machine = runToEnd(tinyPlan(BUS, [tenant]), { timeJumps });
      const { tenants, cores } = machine.snapshot();
      const [{ status, iterationsDone, moves: made, shapes, iterationEnd }] = tenants;
      expect([status, iterationsDone]).toEqual(['done', 20]);
      expect(made).toEqual([{ begin: 150, drained: 1106, saved: 1106, placed: 1156, end: 1156, bytes: 0 }]);
      expect([iterationEnd[10], iterationEnd[11], iterationEnd[19]]).toEqual([1105, 1171, 1251]);
      expect(lastCycle(machine)).toBe(1251);
      expect(shapes.map(({ firstIteration, readyCycle }) => [firstIteration, readyCycle])).toEqual([
        [0, 0],
        [11, 1156],
      ]);
      // the old core is charged until it leaves, the new one from then on
      const [old, young] = [0, 1].map((shape) => cores.find((core) => core.shape === shape)!);
      expect([old.tile, old.retired, old.cause, young.tile, young.retired]).toEqual([1, 11, AWAY, 2, 9]);
      const charged = [old, young].map(({ causes }) => causes.reduce((sum, n) => sum + n, 0));
      expect(charged).toEqual([1106, machine.cycle - 1106]);
      expect(young.causes[CAUSES.indexOf('switch')]).toBe(50);
    }
  });

  it('lets whoever gets the memory of the old size begin in the cycle in which it has drained, or its tenant is over', () => {
    // A as before, on 1 and then on 2: it has drained from 1106 on. B comes in 200, has its tables in 230, and its tile is free; its work
    // of 10 cycles starts 5 after it begins.
    const moves: TinyMove[] = [
      { cycle: 150, tiles: [2], shape: { programs: [rounds(20, 10)], iterations: 20, tables: tables(50) } },
    ];
    const a: TinyTenant = { tiles: [1], programs: [rounds(20, 100)], iterations: 20, moves };
    const b: TinyTenant = {
      tiles: [3],
      programs: [rounds(3, 10)],
      iterations: 3,
      arrivalCycle: 200,
      tables: tables(30),
    };
    const firstEnd = (first: TinyTenant, second: TinyTenant) => {
      const [end, ...others] = [{}, { timeJumps: false }, { reverse: true }].map((options) => {
        const { tenants, digest } = runToEnd(tinyPlan({ ...BUS, width: 5 }, [first, second]), options).snapshot();
        return { digest, end: tenants[1].iterationEnd[0] };
      });
      for (const other of others) expect(other).toEqual(end);
      return end.end;
    };
    const memoryAfter = [{ tenant: 0, shape: 0 }];
    expect(firstEnd(a, b)).toBe(230 + 15);
    expect(firstEnd(a, { ...b, memoryAfter })).toBe(1106 + 15);
    expect(firstEnd({ ...a, departureCycle: 500 }, { ...b, memoryAfter })).toBe(501 + 15);
    // nothing is left for the other size after 8 iterations: A is done in 805
    const short = { ...a, programs: [rounds(8, 100)], iterations: 8 };
    expect(firstEnd(short, { ...b, memoryAfter })).toBe(806 + 15);
    // the size that comes to A waits for B's memory as anybody else
    const again: TinyMove = { cycle: 100, tiles: [4], shape: { programs: [rounds(20, 10)], iterations: 20 } };
    const c: TinyTenant = { tiles: [3], programs: [rounds(20, 300)], iterations: 20, moves: [again] };
    const later = moves.map((move) => ({ ...move, shape: { ...move.shape!, memoryAfter: [{ tenant: 1, shape: 0 }] } }));
    const { tenants } = runToEnd(tinyPlan({ ...BUS, width: 6 }, [{ ...a, moves: later }, c])).snapshot();
    expect(tenants[0].moves[0].placed).toBe(tenants[1].moves[0].drained);
    expect(tenants[0].moves[0].placed).toBeGreaterThan(tenants[0].moves[0].drained! + 50);
  });

  it('is none where the iterations that have begun are the last', () => {
    const shape = { programs: [rounds(8, 10)], iterations: 8 };
    const tenant: TinyTenant = { tiles: [1], programs: [rounds(8, 100)], iterations: 8 };
    const machine = runToEnd(tinyPlan(BUS, [{ ...tenant, moves: [{ cycle: 150, tiles: [2], shape }] }]));
    expect(lastCycle(machine)).toBe(lastCycle(runToEnd(tinyPlan(BUS, [tenant]))));
    expect(machine.snapshot().tenants[0]).toMatchObject({ status: 'done', iterationsDone: 8 });
  });

  it('lets each size do one iteration at least, however soon the next is asked for', () => {
    const size = (tile: number, cycle: number): TinyMove => ({
      ...{ cycle, tiles: [tile] },
      shape: { programs: [rounds(50, 30)], iterations: 50, tables: tables(20) },
    });
    const moves = [size(2, 100), size(1, 101), size(2, 102)];
    const machine = runToEnd(tinyPlan(BUS, [{ tiles: [1], programs: [rounds(50, 30)], iterations: 50, moves }]));
    const [{ status, iterationsDone, shapes }] = machine.snapshot().tenants;
    expect([status, iterationsDone, shapes.length]).toEqual(['done', 50, 4]);
    shapes
      .slice(1)
      .forEach(({ firstIteration }, i) => expect(firstIteration).toBeGreaterThan(shapes[i].firstIteration));
  });
});

// 6 x 4 tiles: memory in columns 0 and 5, cores in between.
const FIELD: ChipRequest = { width: 6, height: 4 };
const CORES = [1, 2, 3, 4, 7, 8, 9, 10, 13, 14, 15, 16, 19, 20, 21, 22];
const ROUNDS = 40;

/** Cores in a ring, each of which loads an iteration ahead, hands messages on, meets the others at a barrier, and stores an iteration behind. */
const ring = (cores: number): TinyTenant['programs'] =>
  Array.from({ length: cores }, (_, v) => {
    const [next, before] = [(v + 1) % cores, (v + cores - 1) % cores];
    const load = step({ op: 'load', address: 4096 * v, bytes: 1500 });
    const body = [
      step({ op: 'store', address: 4096 * v, bytes: 700 }, { ahead: -1 }),
      step({ op: 'load', address: 4096 * v, bytes: 1500 }, { ahead: 1 }),
      step({ op: 'send', peer: next, bytes: 900 + 300 * v, tag: 0 }),
      step({ op: 'recv', peer: before, bytes: 900 + 300 * before, tag: 0 }, { gives: [1] }),
      step({ op: 'vector', fn: 'add', elements: 40_000 }, { waits: [1], gives: [2], releases: before }),
      step({ op: 'barrier', group: 0 }, { waits: [2] }),
    ];
    return [load, { op: 'loop', iteration: true, count: ROUNDS, body }];
  });

describe('changes of size of random tenants', () => {
  const kinds = [
    {
      translation: { kind: 'vchunk', entries: 2, pageBytes: 4096 },
      ranges: Array.from({ length: 8 }, (_, i) => [4096 * i, 4096] as const),
      mode: 'vnpu',
    },
    { translation: { kind: 'page', entries: 2, pageBytes: 4096 } },
    { dispatch: 'noc', mode: 'vnpu' },
    { bandwidth: { bytes: 3000, windowCycles: 500 } },
  ] as const satisfies readonly Partial<TinyTenant>[];
  const arbitrary = fc.record({
    tiles: fc.shuffledSubarray(CORES, { minLength: 12, maxLength: 12 }),
    changes: fc.array(
      fc.record({
        cycle: fc.nat(9000),
        cores: fc.integer({ min: 2, max: 6 }),
        setupCycles: fc.nat(200),
        moves: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    kind: fc.constantFrom(...kinds),
    memoryPath: fc.constantFrom('noc' as const, 'bus' as const),
  });
  // A takes the first of twelve tiles, or where it moves without another size the last; B keeps four that A never has.
  const planOf = ({ tiles, changes, kind, memoryPath }: typeof arbitrary extends fc.Arbitrary<infer T> ? T : never) => {
    let cores = 4;
    const moves = [...changes]
      .sort((a, b) => a.cycle - b.cycle)
      .map((change, i): TinyMove => {
        const { cycle, setupCycles } = change;
        if (change.moves)
          return { cycle, tiles: tiles.slice(i, i + cores), stateBytes: Array.from({ length: cores }, () => 700) };
        cores = change.cores;
        const shape = { ...kind, programs: ring(cores), iterations: ROUNDS, tables: tables(setupCycles) };
        return { cycle, tiles: tiles.slice(i, i + cores), shape };
      });
    const rest = CORES.filter((tile) => !tiles.includes(tile));
    const common = { ...kind, programs: ring(4), iterations: ROUNDS };
    return tinyPlan({ ...FIELD, memoryPath }, [
      { ...common, tiles: tiles.slice(8), moves },
      { ...common, tiles: rest },
    ]);
  };

  it('do all iterations once, with one digest in every way of running, and every cycle accounted for', () => {
    fc.assert(
      fc.property(arbitrary, ways, (given, way) => {
        const plan = planOf(given);
        const whole = runToEnd(plan);
        const { cores, cycle, tenants } = whole.snapshot();
        expect(tenants.map(({ status, iterationsDone }) => [status, iterationsDone])).toEqual([
          ['done', ROUNDS],
          ['done', ROUNDS],
        ]);
        const sliced = runInSlices(plan, way);
        expect([sliced.cycle, sliced.digest()]).toEqual([cycle, whole.digest()]);
        // instructions: one load before the iterations on every core of every size, and six in each
        const { shapes } = tenants[0];
        shapes.forEach(({ firstIteration }, shape) => {
          const end = shapes[shape + 1]?.firstIteration ?? ROUNDS;
          const own = cores.filter((core) => core.tenant === 0 && core.shape === shape);
          for (const { retired } of own) expect(retired).toBe(1 + 6 * (end - firstIteration));
        });
        // a size is charged from the end of the one before to its own end
        const changes = tenants[0].moves.filter((_, m) => plan.tenants[0].moves![m].shape);
        const begins = [0, ...changes.map(({ drained }) => drained ?? cycle)];
        for (const { tenant, shape, causes } of cores) {
          const span = tenant === 1 ? cycle : (begins[shape + 1] ?? cycle) - (begins[shape] ?? cycle);
          expect(causes.reduce((sum, n) => sum + n, 0)).toBe(span);
        }
      }),
      { numRuns: 60, seed: 8 },
    );
  });

  it('leave on every tile what was charged there', () => {
    fc.assert(
      fc.property(arbitrary, fc.integer({ min: 1, max: 16_000 }), (given, stop) => {
        const machine = Machine.create(kernel, planOf(given));
        machine.run(stop);
        const frame = new Frame(new ArrayBuffer(frameBytes(24, 2)), 24, 2);
        machine.writeFrame(frame, { paused: false, cyclesPerSecond: 0, pace: 1, hurried: false, flits: false });
        const { cores } = machine.snapshot();
        for (const c of CAUSES.keys()) {
          const onTiles = Array.from({ length: 24 }, (_, tile) => frame.tileCauses[tile * CAUSES.length + c]);
          const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
          expect(sum(onTiles)).toBe(sum(cores.map(({ causes }) => causes[c])));
        }
      }),
      { numRuns: 40, seed: 9 },
    );
  });

  it('leave a tenant that departs or is over in the middle of one as dead as any other', () => {
    const shape = { programs: ring(6), iterations: ROUNDS, tables: tables(300) };
    const moves: TinyMove[] = [{ cycle: 2000, tiles: [3, 4, 9, 10, 15, 16], shape }];
    const a: TinyTenant = { tiles: [1, 2, 7, 8], programs: ring(4), iterations: ROUNDS, moves };
    const b: TinyTenant = { tiles: [19, 20, 21, 22], programs: ring(4), iterations: ROUNDS };
    const { begin, end } = runToEnd(tinyPlan(FIELD, [a, b])).snapshot().tenants[0].moves[0];
    for (let departureCycle = begin; departureCycle <= end! + 50; departureCycle += 29) {
      const { tenants } = runToEnd(tinyPlan(FIELD, [{ ...a, departureCycle }, b])).snapshot();
      expect(tenants.map(({ status }) => status)).toEqual(['departed', 'done']);
    }
  });
});
