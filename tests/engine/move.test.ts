/** Tenants that move while they run, to the cycle; what a move costs, and that it changes nothing else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/model/causes.ts';
import type { ChipRequest } from '../../src/model/chip.ts';
import { Frame, frameBytes } from '../../src/engine/frame.ts';
import type { MachineOptions } from '../../src/engine/image.ts';
import { Machine } from '../../src/engine/machine.ts';
import { kernel, lastCycle, runInSlices, runToEnd, step, tinyPlan, type TinyTenant, ways } from '../support/kernel.ts';

// 4 x 1 tiles, memory at both ends and beside the network: a burst issued in t is at its channel in t+1.
const BUS: ChipRequest = { width: 4, height: 1, memoryPath: 'bus' };
const load = (address: number, bytes: number) => step({ op: 'load', address, bytes });
const work = (cycles: number) => step({ op: 'vector', fn: 'relu', elements: 2048 * cycles });
const SWITCH = CAUSES.indexOf('switch');

describe('a move', () => {
  it('drains, saves, writes tables, restores and goes on, each to the cycle', () => {
    // The first work starts in 5 and ends in 1005, which the move waits for, though it was asked for in 100: drained from 1006 on.
    // Two bursts of 512 leave in 1006 and 1007 for channels 0 and 1; the second is at its channel in 1008: byte 1008*60 + 512, so
    // 1017 + 31 = 1048 and saved from 1049 on. Tables take 50: placed in 1099. The same way back: 1099 + 42 = 1141, restored from
    // 1142 on. The second work waits in its engine's queue since 9: it starts in 1142 and ends 10 later.
    const moves = [{ cycle: 100, tiles: [2], tableCycles: 50, stateBytes: [1024] }];
    const tenant: TinyTenant = { tiles: [1], programs: [[work(1000), work(10)]], moves };
    for (const timeJumps of [true, false]) {
      const machine = runToEnd(tinyPlan(BUS, [tenant]), { timeJumps });
      const { tenants, cores } = machine.snapshot();
      expect(tenants[0].moves).toEqual([
        { begin: 100, drained: 1006, saved: 1049, placed: 1099, end: 1142, bytes: 1024 },
      ]);
      expect([tenants[0].status, lastCycle(machine)]).toEqual(['done', 1152]);
      expect(cores[0].tile).toBe(2);
      expect(cores[0].causes[SWITCH]).toBe(1142 - 1005);
      expect(tenants[0].transferredBytes).toBe(2048);
    }
  });
});

describe('a move in the middle of many instructions', () => {
  it('costs its cycles and nothing else: queues are as full after it as before', () => {
    const programs = [[{ op: 'loop' as const, count: 200, body: [work(50)] }]];
    const alone = lastCycle(runToEnd(tinyPlan(BUS, [{ tiles: [1], programs }])));
    const moves = [{ cycle: 3000, tiles: [2], tableCycles: 50, stateBytes: [1024] }];
    const machine = runToEnd(tinyPlan(BUS, [{ tiles: [1], programs, moves }]));
    const { tenants, cores } = machine.snapshot();
    const { drained, end } = tenants[0].moves[0];
    // the work that drains ends in the cycle before `drained`, in which without a move the next one would start
    expect(lastCycle(machine)).toBe(alone + end! - (drained! - 1));
    expect(cores[0].retired).toBe(200);
  });
});

// 6 x 4 tiles: memory in columns 0 and 5, cores in between.
const FIELD: ChipRequest = { width: 6, height: 4 };
const CORES = [1, 2, 3, 4, 7, 8, 9, 10, 13, 14, 15, 16, 19, 20, 21, 22];
const ROUNDS = 30;

/** Four cores hand messages round a ring, load, and meet at a barrier: whatever a move may find under way. */
const ring = (address: number): TinyTenant['programs'] =>
  Array.from({ length: 4 }, (_, v) => {
    const [next, before] = [(v + 1) % 4, (v + 3) % 4];
    const body = [
      load(address + 4096 * v, 1500),
      step({ op: 'send', peer: next, bytes: 900 + 300 * v, tag: 0 }),
      step({ op: 'recv', peer: before, bytes: 900 + 300 * before, tag: 0 }, { gives: [1] }),
      step({ op: 'vector', fn: 'add', elements: 40_000 }, { waits: [1], gives: [2], releases: before }),
      step({ op: 'barrier', group: 0 }, { waits: [2] }),
    ];
    return [{ op: 'loop', iteration: true, count: ROUNDS, body }];
  });

const ringTenant = (tiles: readonly number[], more: Partial<TinyTenant> = {}): TinyTenant => ({
  tiles,
  programs: ring(0),
  iterations: ROUNDS,
  ...more,
});

const stateBytes = [3000, 512, 0, 9000];
const finished = (machine: Machine) => machine.snapshot().tenants.map(({ status }) => status);

describe('moves of random tenants', () => {
  const kinds = [
    {
      translation: { kind: 'vchunk', entries: 2, pageBytes: 4096 },
      ranges: Array.from({ length: 8 }, (_, i) => [4096 * i, 4096] as const),
    },
    { translation: { kind: 'page', entries: 2, pageBytes: 4096 } },
    { dispatch: 'noc', mode: 'vnpu' },
    { bandwidth: { bytes: 3000, windowCycles: 500 } },
  ] as const satisfies readonly Partial<TinyTenant>[];
  const tiles = fc.shuffledSubarray(CORES, { minLength: 8, maxLength: 8 });
  const arbitrary = fc.record({
    tiles,
    // A moves to free tiles and its own, twice; B stays
    moves: fc.array(
      fc.record({
        cycle: fc.nat(6000),
        order: fc.shuffledSubarray([0, 1, 2, 3, 8, 9, 10, 11], { minLength: 4, maxLength: 4 }),
        tableCycles: fc.nat(200),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    kind: fc.constantFrom(...kinds),
    memoryPath: fc.constantFrom('noc' as const, 'bus' as const),
  });
  const planOf = ({ tiles, moves, kind, memoryPath }: typeof arbitrary extends fc.Arbitrary<infer T> ? T : never) => {
    const rest = CORES.filter((tile) => !tiles.includes(tile));
    const near = [...tiles, ...rest];
    const asked = moves
      .sort((a, b) => a.cycle - b.cycle)
      .map(({ cycle, order, tableCycles }) => ({ cycle, tableCycles, stateBytes, tiles: order.map((i) => near[i]) }));
    const a = ringTenant(tiles.slice(0, 4), { ...kind, moves: asked });
    return tinyPlan({ ...FIELD, memoryPath }, [a, ringTenant(tiles.slice(4), kind)]);
  };

  it('end like those that stay, with one digest in every way of running, and every cycle accounted for', () => {
    fc.assert(
      fc.property(arbitrary, ways, (given, way) => {
        const plan = planOf(given);
        const whole = runToEnd(plan);
        expect(finished(whole)).toEqual(['done', 'done']);
        const sliced = runInSlices(plan, way);
        const { cores, cycle, tenants } = whole.snapshot();
        expect([sliced.cycle, sliced.digest()]).toEqual([cycle, whole.digest()]);
        for (const { causes, retired } of cores) {
          expect(causes.reduce((sum, n) => sum + n, 0)).toBe(cycle);
          expect(retired).toBe(5 * ROUNDS);
        }
        expect(tenants[0].iterationsDone).toBe(ROUNDS);
        const tiles = plan.tenants[0].tiles;
        const last =
          plan.tenants[0].moves![tenants[0].moves.filter(({ placed }) => placed !== null).length - 1]?.tiles ?? tiles;
        expect(
          cores
            .filter(({ tenant }) => tenant === 0)
            .sort((a, b) => a.vcore - b.vcore)
            .map(({ tile }) => tile),
        ).toEqual(last);
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  it('leave on every tile what was charged there', () => {
    fc.assert(
      fc.property(arbitrary, fc.integer({ min: 1, max: 12_000 }), (given, stop) => {
        const plan = planOf(given);
        const machine = Machine.create(kernel, plan);
        machine.run(stop);
        const frame = new Frame(new ArrayBuffer(frameBytes(24, 2)), 24, 2);
        machine.writeFrame(frame, { paused: false, cyclesPerSecond: 0, pace: 1, hurried: false, flits: false });
        const { cores } = machine.snapshot();
        const charged = (causes: ArrayLike<number>): number => Array.from(causes).reduce((sum, n) => sum + n, 0);
        expect(charged(frame.tileCauses)).toBe(8 * machine.cycle);
        for (const c of CAUSES.keys()) {
          const onTiles = Array.from({ length: 24 }, (_, tile) => frame.tileCauses[tile * CAUSES.length + c]);
          expect(charged(onTiles)).toBe(cores.reduce((sum, { causes }) => sum + causes[c], 0));
        }
      }),
      { numRuns: 40, seed: 6 },
    );
  });
});

describe('moves and other tenants', () => {
  it('change places in the same cycle, because state waits in memory', () => {
    const [here, there] = [
      [1, 2, 7, 8],
      [15, 16, 21, 22],
    ];
    const to = (tiles: number[]) => ({ moves: [{ cycle: 2000, tiles, stateBytes, tableCycles: 30 }] });
    const machine = runToEnd(tinyPlan(FIELD, [ringTenant(here, to(there)), ringTenant(there, to(here))]));
    expect(finished(machine)).toEqual(['done', 'done']);
    const [a, b] = machine.snapshot().tenants.map(({ moves }) => moves[0]);
    // one hypervisor writes one table after the other
    expect(Math.abs(a.placed! - b.placed!)).toBeGreaterThanOrEqual(30);
  });

  it('give tiles to a tenant that arrives only when their state is in memory', () => {
    const tiles = [1, 2, 7, 8];
    const moves = [{ cycle: 1000, tiles: [15, 16, 21, 22], stateBytes: [30_000, 30_000, 30_000, 30_000] }];
    const machine = Machine.create(
      kernel,
      tinyPlan(FIELD, [ringTenant(tiles, { moves }), ringTenant(tiles, { arrivalCycle: 1001 })]),
    );
    let began = 0;
    while (machine.outcome === 'running') {
      machine.run(1);
      const { cores, tenants } = machine.snapshot();
      const isIdle = cores.every(
        ({ tenant, causes, vcore }) => tenant === 0 || vcore !== 0 || causes[CAUSES.indexOf('idle')] === machine.cycle,
      );
      if (!isIdle) {
        began = machine.cycle;
        expect(tenants[0].moves[0].saved).not.toBeNull();
        break;
      }
    }
    expect(began).toBeGreaterThan(1100);
    machine.run(1_000_000);
    expect(finished(machine)).toEqual(['done', 'done']);
  });

  it('keep a mover waiting until who had its tiles has departed', () => {
    // B departs in 3000, and A has drained and saved long before.
    const tiles = [15, 16, 21, 22];
    const moves = [{ cycle: 1000, tiles, stateBytes }];
    const machine = runToEnd(
      tinyPlan(FIELD, [ringTenant([1, 2, 7, 8], { moves }), ringTenant(tiles, { departureCycle: 3000 })]),
    );
    const [move] = machine.snapshot().tenants[0].moves;
    expect(move.saved).toBeLessThan(3000);
    expect(move.placed).toBeGreaterThan(3000);
    expect(finished(machine)).toEqual(['done', 'departed']);
  });
});

describe('a tenant that is over while it moves', () => {
  const whole = (more: Partial<TinyTenant>) =>
    runToEnd(tinyPlan(FIELD, [ringTenant([1, 2, 7, 8], more), ringTenant([15, 16, 21, 22])]));
  const moves = [{ cycle: 2000, tiles: [3, 4, 9, 10], stateBytes: [40_000, 40_000, 40_000, 40_000], tableCycles: 100 }];

  it('departs from any part of the move, and the others go on', () => {
    const { begin, end } = whole({ moves }).snapshot().tenants[0].moves[0];
    for (let departureCycle = begin; departureCycle <= end!; departureCycle += 97) {
      const machine = whole({ moves, departureCycle });
      expect(finished(machine)).toEqual(['departed', 'done']);
      expect(machine.snapshot().tenants[0].moves[0].end).toBeNull();
    }
  });

  it('is done if what it waits for was the last, and moves that come later do not happen', () => {
    const last = whole({}).snapshot().tenants[0].iterationEnd.at(-1)!;
    const machine = whole({
      moves: [
        { ...moves[0], cycle: last },
        { ...moves[0], cycle: last + 10, tiles: [1, 2, 7, 8] },
      ],
    });
    const { status, moves: made } = machine.snapshot().tenants[0];
    expect([status, made.length, made[0].drained]).toEqual(['done', 1, null]);
  });
});

describe('through shared memory', () => {
  it('flags and polls come to rest and go on', () => {
    const pair = (tiles: number[], more: Partial<TinyTenant>): TinyTenant => ({
      mode: 'uvm',
      tiles,
      translation: { kind: 'page', entries: 4, pageBytes: 4096 },
      buffers: [{ from: 0, to: 1, virtualBase: 2 ** 20, slotBytes: 1024 }],
      programs: [
        [{ op: 'loop', count: 20, body: [step({ op: 'send', peer: 1, bytes: 1000, tag: 0 })] }],
        [
          {
            op: 'loop',
            count: 20,
            body: [
              step({ op: 'recv', peer: 0, bytes: 1000, tag: 0 }, { gives: [1] }),
              step({ op: 'vector', fn: 'add', elements: 200_000 }, { waits: [1], releases: 0 }),
            ],
          },
        ],
      ],
      ...more,
    });
    for (let cycle = 100; cycle < 4000; cycle += 177) {
      const plan = tinyPlan(FIELD, [pair([1, 2], { moves: [{ cycle, tiles: [9, 16], stateBytes: [2000, 2000] }] })]);
      const digests = [{}, { timeJumps: false }, { reverse: true }].map((options: MachineOptions) => {
        const machine = runToEnd(plan, options);
        expect(finished(machine)).toEqual(['done']);
        expect(machine.snapshot().tenants[0].moves[0].end).not.toBeNull();
        return machine.digest();
      });
      expect(new Set(digests).size).toBe(1);
    }
  });
});
