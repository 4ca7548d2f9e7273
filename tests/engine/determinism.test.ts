/**
 * One document, one result: the same digest however the run is sliced, with and without time jumps, with units visited in either
 * order; and every cycle of every core has exactly one cause. On real networks and on random small programs.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MachineOptions } from '../../src/engine/image.ts';
import { Machine } from '../../src/engine/machine.ts';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import { buildPlan } from '../../src/plan/build.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Step } from '../../src/model/program.ts';
import { kernel, step, tinyPlan } from '../support/kernel.ts';

const WAYS: [name: string, slice: number, options: MachineOptions][] = [
  ['in slices of 7', 7, {}],
  ['in slices of 1', 1, {}],
  ['without time jumps', 1000, { timeJumps: false }],
  ['in reverse', 1000, { reverse: true }],
  ['in reverse, in slices of 7, without time jumps', 7, { reverse: true, timeJumps: false }],
];

/** Digests after `cycles` (or at the end) and halfway. */
function digests(plan: Plan, cycles: number, slice: number, options: MachineOptions): string[] {
  const machine = Machine.create(kernel, plan, options);
  const upTo = (end: number): string => {
    while (machine.outcome === 'running' && machine.cycle < end) machine.run(Math.min(slice, end - machine.cycle));
    return `${machine.cycle} ${machine.outcome} ${machine.digest()}`;
  };
  return [upTo(Math.floor(cycles / 2)), upTo(cycles)];
}

function addUp(plan: Plan, cycles: number): void {
  const machine = Machine.create(kernel, plan);
  machine.run(cycles);
  const { cycle, cores } = machine.snapshot();
  const sites = new Set(cores.map(({ tenant, tile }) => `${tenant} ${tile}`));
  for (const site of sites) {
    const own = cores.filter(({ tenant, tile }) => `${tenant} ${tile}` === site);
    expect(own.flatMap(({ causes }) => causes).reduce((a, b) => a + b)).toBe(cycle);
  }
  const { causes } = machine.timeline();
  expect(causes.reduce((a, b) => a + b, 0)).toBe(cycle * sites.size);
}

const real = (document: unknown): Plan => {
  const parsed = parseDocument(document);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const plan = buildPlan(resolve(parsed.value));
  if (!plan.ok) throw new Error(JSON.stringify(plan.problems));
  return plan.value;
};

const MIXED = {
  version: 1,
  chip: { scratchpadBytes: 2097152, dmaStreams: 6, walkers: 2 },
  tenants: [
    {
      name: 'A',
      topology: { kind: 'mesh', width: 3, height: 3 },
      translation: { kind: 'page' },
      workload: { model: 'resnet18', iterations: 2, weights: 'stream' },
    },
    {
      name: 'B',
      topology: { kind: 'mesh', width: 3, height: 2 },
      translation: { kind: 'vchunk' },
      workload: { model: 'gpt2-small', iterations: 2, weights: 'stream', tokens: 64 },
    },
    {
      name: 'C',
      topology: { kind: 'mesh', width: 2, height: 2 },
      translation: { kind: 'physical' },
      workload: { model: 'resnet18', iterations: 3 },
    },
  ],
};

describe('three tenants with real networks', () => {
  const CYCLES = 60_000;
  const plan = real(MIXED);
  const expected = digests(plan, CYCLES, 1000, {});
  it.each(WAYS)('%s', (_, slice, options) => expect(digests(plan, CYCLES, slice, options)).toEqual(expected));
  it('every cycle has one cause', () => addUp(plan, CYCLES));
  it('memory beside the network, in reverse', () => {
    const bus = real({ ...MIXED, chip: { ...MIXED.chip, memoryPath: 'bus' } });
    expect(digests(bus, 20_000, 7, { reverse: true, timeJumps: false })).toEqual(digests(bus, 20_000, 1000, {}));
  });
});

const LAST_CORE = 3;
/** A pipeline of four cores: each receives from the one before, works, loads, and sends on. */
const pipeline = fc.record({
  iterations: fc.integer({ min: 1, max: 4 }),
  bytes: fc.integer({ min: 1, max: 5000 }),
  loads: fc.array(
    fc.record({ address: fc.integer({ min: 0, max: 60_000 }), bytes: fc.integer({ min: 1, max: 9000 }) }),
    { maxLength: 4 },
  ),
  work: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 4, maxLength: 4 }),
  kind: fc.constantFrom('page', 'vchunk', 'physical') as fc.Arbitrary<'page' | 'vchunk' | 'physical'>,
  chip: fc.record({
    dmaStreams: fc.integer({ min: 1, max: 4 }),
    walkers: fc.integer({ min: 1, max: 3 }),
    channelSlots: fc.integer({ min: 1, max: 3 }),
    virtualChannels: fc.integer({ min: 1, max: 4 }),
    bufferDepth: fc.integer({ min: 1, max: 9 }),
    flitBytes: fc.constantFrom(16, 128),
    outstandingBursts: fc.integer({ min: 1, max: 32 }),
    memoryPath: fc.constantFrom('noc', 'bus') as fc.Arbitrary<'noc' | 'bus'>,
  }),
});
type Pipeline = typeof pipeline extends fc.Arbitrary<infer T> ? T : never;

function coreSteps({ iterations, bytes, loads, work }: Pipeline, vcore: number): Step[] {
  const first = vcore === 0;
  const body: Step[] = [
    ...(first ? [] : [step({ op: 'recv', peer: vcore - 1, bytes, tag: 0 }, { gives: [1] })]),
    ...loads.map((load) => step({ op: 'load', ...load }, { gives: [2] })),
    step(
      { op: 'vector', fn: 'add', elements: work[vcore] * 100 },
      {
        waits: [...(first ? [] : [1]), ...(loads.length > 0 ? [[2, loads.length] as [number, number]] : [])],
        gives: [3],
        ...(first ? {} : { releases: vcore - 1 }),
      },
    ),
    vcore === LAST_CORE
      ? step({ op: 'store', address: 65_536, bytes }, { waits: [3] })
      : step({ op: 'send', peer: vcore + 1, bytes, tag: 0 }, { waits: [3] }),
  ];
  return [{ op: 'loop', iteration: true, count: iterations, body }];
}

describe('a partition too small for its tenant, beside another tenant', () => {
  const CYCLES = 150_000;
  const plan = real({
    version: 1,
    chip: { scratchpadBytes: 2097152, sliceCycles: 3000 },
    tenants: [
      { name: 'A', mode: 'mig', topology: { width: 6, height: 4 }, workload: { model: 'resnet18', iterations: 3 } },
      { name: 'B', topology: { width: 3, height: 2 }, workload: { model: 'resnet18', iterations: 2 } },
    ],
  });
  const expected = digests(plan, CYCLES, 1000, {});
  it('takes turns', () => {
    const machine = Machine.create(kernel, plan);
    machine.run(CYCLES);
    expect(plan.tenants[0].shared).toHaveLength(6);
    expect(machine.snapshot().tenants[0].switches).toBeGreaterThan(5);
  });
  it.each(WAYS)('%s', (_, slice, options) => expect(digests(plan, CYCLES, slice, options)).toEqual(expected));
  it('every cycle of every tile has one cause', () => addUp(plan, CYCLES));
});

describe('random pipelines', () => {
  const planOf = (p: Pipeline): Plan => {
    const tenant = (tiles: number[]) => ({
      tiles,
      programs: [0, 1, 2, 3].map((vcore) => coreSteps(p, vcore)),
      iterations: p.iterations,
      stages: 4,
      translation: { kind: p.kind, entries: 2, pageBytes: 4096 },
      ranges: [
        [0, 30_000],
        [30_000, 35_536],
        [65_536, 8192],
        [73_728, 4096],
      ] as const,
    });
    return tinyPlan({ width: 6, height: 2, ...p.chip }, [tenant([1, 2, 8, 7]), tenant([4, 3, 9, 10])]);
  };

  it('end, with one digest in every way of running, and all their cycles accounted for', () => {
    fc.assert(
      fc.property(pipeline, (p) => {
        const plan = planOf(p);
        const expected = digests(plan, 100_000, 100_000, {});
        expect(expected[1]).toContain('done');
        for (const [, slice, options] of WAYS) expect(digests(plan, 100_000, slice, options)[1]).toBe(expected[1]);
        addUp(plan, 100_000);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it('the same where they take turns on two tiles or one', () => {
    const turns = fc.record({
      chip: fc.record({
        sliceCycles: fc.integer({ min: 1, max: 3000 }),
        switchCycles: fc.integer({ min: 0, max: 500 }),
      }),
      tiles: fc.constantFrom([1, 2, 1, 2], [1, 1, 2, 2], [1, 1, 1, 1], [1, 2, 8, 1]),
      evicts: fc.boolean(),
      dispatch: fc.constantFrom('bus', 'noc') as fc.Arbitrary<'bus' | 'noc'>,
    });
    fc.assert(
      fc.property(pipeline, turns, (p, { chip, tiles, evicts, dispatch }) => {
        const plan = planOf(p);
        const shared = [...new Set(tiles)]
          .map((tile) => ({ tile, evicts, vcores: tiles.flatMap((t, vcore) => (t === tile ? [vcore] : [])) }))
          .filter(({ vcores }) => vcores.length > 1);
        const [a, b] = plan.tenants;
        const weights = step({ op: 'load', address: 0, bytes: p.bytes });
        const programs = a.programs.map((own) => ({ ...own, steps: [weights, ...own.steps] }));
        const taking = {
          ...plan,
          chip: { ...plan.chip, ...chip },
          tenants: [{ ...a, programs, tiles, shared, dispatch }, b],
        };
        const expected = digests(taking, 400_000, 400_000, {});
        expect(expected[1]).toContain('done');
        for (const [, slice, options] of WAYS) expect(digests(taking, 400_000, slice, options)[1]).toBe(expected[1]);
        addUp(taking, 400_000);
      }),
      { numRuns: 25, seed: 9 },
    );
  });

  it('send as many bytes as they receive, and read and write each byte once', () => {
    fc.assert(
      fc.property(pipeline, (p) => {
        const plan = planOf(p);
        const machine = Machine.create(kernel, plan);
        machine.run(100_000);
        const { channels } = machine.snapshot();
        const perTenant = p.iterations * (4 * p.loads.reduce((sum, { bytes }) => sum + bytes, 0) + p.bytes);
        expect(channels.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(2 * perTenant);
      }),
      { numRuns: 40, seed: 8 },
    );
  });
});
