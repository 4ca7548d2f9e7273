/** The run loop around the real machine: a small pipeline beside its twin, with real clocks and turns. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/model/causes.ts';
import { resolveChip } from '../../src/model/chip.ts';
import type { Experiment } from '../../src/model/experiment.ts';
import { tileCount } from '../../src/model/mesh.ts';
import type { Plan, TenantPlan } from '../../src/model/plan.ts';
import { ok } from '../../src/model/problem.ts';
import type { Program, Step } from '../../src/model/program.ts';
import type { TranslationKind } from '../../src/model/vnpu.ts';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { Frame, frameBytes } from '../../src/engine/frame.ts';
import { Machine } from '../../src/engine/machine.ts';
import { buildReport } from '../../src/report/build.ts';
import { planCores } from '../../src/report/cores.ts';
import { causesOf } from '../../src/report/shares.ts';
import { totalsAt } from '../../src/report/timeline.ts';
import { workerHost } from '../../src/worker/host.ts';
import { withoutTranslation } from '../../src/worker/ideal.ts';
import type { LoadRequest } from '../../src/worker/protocol.ts';
import { Simulation } from '../../src/worker/simulation.ts';
import { tenantPlan } from '../report/support.ts';

const ITERATIONS = 20;
const MiB = 1024 * 1024;
const plain = { waits: [], gives: [], layer: -1 };

/** Core 0 loads 32 KiB (eight pages, twice what its TLB holds), multiplies and sends; core 1 receives and multiplies. Token 0: loaded, 1: free, 2: result, 3: received. */
function programs(): Program[] {
  const first: Step[] = [
    {
      ...plain,
      op: 'load',
      address: 0,
      bytes: 32_768,
      waits: [{ token: 1, count: 1 }],
      gives: [{ token: 0, count: 1 }],
    },
    {
      ...plain,
      op: 'matmul',
      M: 64,
      N: 128,
      K: 128,
      dataflow: 'ws',
      waits: [{ token: 0, count: 1 }],
      gives: [
        { token: 1, count: 1 },
        { token: 2, count: 1 },
      ],
    },
    { ...plain, op: 'send', peer: 1, bytes: 8192, tag: 0, waits: [{ token: 2, count: 1 }] },
  ];
  const second: Step[] = [
    { ...plain, op: 'recv', peer: 0, bytes: 8192, tag: 0, gives: [{ token: 3, count: 1 }] },
    { ...plain, op: 'matmul', M: 64, N: 128, K: 128, dataflow: 'ws', waits: [{ token: 3, count: 1 }], releases: 0 },
  ];
  return [first, second].map((body, vcore) => ({
    vcore,
    stage: `stage ${vcore}`,
    steps: [{ op: 'loop', count: ITERATIONS, iteration: true, body }],
    initialTokens: vcore === 0 ? [{ token: 1, count: 2 }] : [],
    scratchpad: [],
  }));
}

const tenant = (name: string, tiles: readonly number[], kind: TranslationKind, base: number): TenantPlan =>
  tenantPlan(name, tiles, {
    programs: programs(),
    stages: 2,
    iterations: ITERATIONS,
    estimatedCycles: 500,
    macs: 2 * 64 * 128 * 128,
    translation: { kind, entries: 4, pageBytes: 4096 },
    ranges: [{ name: 'input', virtualBase: 0, physicalBase: base, bytes: 32_768, permission: 3 }],
    channels: [0, 1],
  });

/** Virtual core 1 of A sits on a lower tile than its core 0, so that tile order and tenant order differ. */
function twins(kinds: readonly TranslationKind[]): Plan {
  const chip = resolveChip({ width: 4, height: 2, memoryTiles: [3, 7], scratchpadBytes: MiB });
  return { chip, tenants: [tenant('A', [4, 0], kinds[0], 0), tenant('B', [1, 2], kinds[1], MiB)] };
}

let kernel: WebAssembly.Module;
beforeAll(() => {
  kernel = new WebAssembly.Module(readFileSync('build/kernel.wasm'));
});
const simulations: Simulation[] = [];
afterEach(() => simulations.splice(0).forEach((simulation) => simulation.setPlaying(false)));

async function setUp(more: Partial<LoadRequest> = {}): Promise<Simulation> {
  const rooms = {
    open: () =>
      ok({
        tenants: [{ translation: { kind: 'page' } }, { translation: { kind: 'vchunk' } }],
      } as unknown as Experiment),
    plan: ({ tenants }: Experiment) => ok(twins(tenants.map(({ translation }) => translation.kind))),
    machine: (plan: Plan) => Machine.create(kernel, plan),
    list: () => [],
  };
  const simulation = new Simulation(rooms, workerHost());
  simulations.push(simulation);
  const loaded = await simulation.load({
    runId: 1,
    document: {},
    catchUpTo: 0,
    pace: Infinity,
    playing: true,
    ...more,
  });
  expect(loaded.ok).toBe(true);
  return simulation;
}

const frameOf = (simulation: Simulation): Frame => {
  const tiles = tileCount(twins(['page', 'page']).chip);
  return new Frame(
    simulation.frame({ runId: 1, buffer: new ArrayBuffer(frameBytes(tiles, 2)), flits: true }).buffer,
    tiles,
    2,
  );
};

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !condition(); i++) await new Promise((next) => setTimeout(next, 5));
  expect(condition()).toBe(true);
}

/** The same plan run by hand in one go: the numbers that the loop must not change. */
function straight(cycles = Infinity): Machine {
  const machine = Machine.create(kernel, twins(['page', 'vchunk']));
  while (machine.cycle < cycles && machine.outcome === 'running') machine.run(Math.min(1000, cycles - machine.cycle));
  return machine;
}

describe('the run loop around the real machine', () => {
  it('ends with the digest of a straight run, and its report adds up', async () => {
    const simulation = await setUp();
    await until(() => frameOf(simulation).outcome === 'done');
    const machine = straight();
    expect(simulation.position()).toEqual({ cycle: machine.cycle, digest: machine.digest() });
    const report = simulation.report()!;
    expect({ ...report, seconds: 0 }).toEqual(buildReport(machine.plan, machine.snapshot(), 0));
    for (const { stalls, iterations, status } of report.tenants) {
      expect(causesOf(stalls).reduce((a, b) => a + b, 0)).toBe(report.cycles * 2);
      expect([iterations, status]).toEqual([ITERATIONS, 'done']);
    }
  });

  it('shows in frames what the report says', async () => {
    const simulation = await setUp({ playing: false });
    simulation.step(5000);
    await until(() => frameOf(simulation).cycle === 5000);
    const frame = frameOf(simulation);
    const report = simulation.report()!;
    report.tenants.forEach(({ iterations, cyclesPerIteration, stalls, translation }, i) => {
      const shown = frame.tenant(i);
      expect([shown.iterationsDone, shown.cyclesPerIteration]).toEqual([iterations, cyclesPerIteration]);
      expect([...shown.causes]).toEqual(causesOf(stalls));
      expect([shown.hits, shown.misses]).toEqual([translation.hits, translation.misses]);
    });
    expect(frame.outcome).toBe('paused');
    expect(report.tenants[0].cyclesPerIteration).toBeGreaterThan(report.tenants[1].cyclesPerIteration!);
  });

  it('names the cores of snapshot and timeline rightly', () => {
    const machine = straight(3000);
    const { cores } = machine.snapshot();
    const named = planCores(machine.plan);
    expect(cores.map(({ tile, tenant, shape, vcore }) => ({ tile, tenant, shape, vcore }))).toEqual(named);
    const timeline = machine.timeline();
    expect(timeline.cycles).toBe(3000);
    cores.forEach(({ causes }, i) => expect([...totalsAt(timeline, [i], 3000)]).toEqual([...causes]));
  });

  it('stops right after a miss of the core that was asked for', async () => {
    const simulation = await setUp({ playing: false });
    const missesOf = (cycle: number): number =>
      straight(cycle)
        .snapshot()
        .cores.find(({ tile }) => tile === 4)!.misses;
    simulation.step(1000);
    await until(() => simulation.position()!.cycle === 1000);
    simulation.showMiss(4);
    await until(() => frameOf(simulation).pace === 60);
    simulation.setPlaying(false);
    // frames since the stop may have run a few cycles; the miss lies just before
    const { cycle } = simulation.position()!;
    expect(missesOf(cycle)).toBeGreaterThan(missesOf(1000));
    expect(missesOf(cycle - 20)).toBe(missesOf(1000));
  });

  it('verifies a cycle and finds the ideal beside a paused run', async () => {
    const simulation = await setUp({ playing: false });
    expect(await simulation.verify(1234)).toBe(straight(1234).digest());
    expect(simulation.position()!.cycle).toBe(0);
    await until(() => simulation.ideal().every((cycles) => cycles !== null));
    const [ideal] = simulation.ideal();
    const paged = buildReport(twins(['page', 'vchunk']), straight().snapshot(), 0).tenants[0].cyclesPerIteration!;
    expect(ideal).toBeLessThan(paged);
  });

  it('verifies the end of a run, where the cycle alone does not say whether the end has been noticed', async () => {
    const simulation = await setUp();
    await until(() => frameOf(simulation).outcome === 'done');
    const { cycle, digest } = simulation.position()!;
    expect(await simulation.verify(cycle)).toBe(digest);
  });

  it('answers with plain data that can be sent', async () => {
    const simulation = await setUp({ playing: false });
    simulation.step(777);
    await until(() => simulation.position()!.cycle === 777);
    for (const answer of [
      simulation.core(4),
      simulation.link(0, 0),
      simulation.timeline(),
      simulation.report(),
      simulation.position(),
    ]) {
      expect(structuredClone(answer)).toEqual(answer);
    }
    expect(simulation.core(3)).toBeNull();
    // a view on the machine's memory would drag all of it along
    const { causes, buckets } = simulation.timeline()!;
    expect(causes.buffer.byteLength).toBe(4 * buckets * CAUSES.length * 4);
  });
});

describe('withoutTranslation', () => {
  it('gives the plan that the document without translation would get', () => {
    const workload = { model: 'resnet18', iterations: 2 };
    const topology = { kind: 'mesh', width: 2, height: 2 };
    const tenants = [
      { topology, workload },
      { topology, workload, translation: { kind: 'page', entries: 8 } },
    ];
    const parsed = parseDocument({ version: 1, tenants });
    if (!parsed.ok) throw new Error(parsed.problems[0].message);
    const experiment = resolve(parsed.value);
    const [before, after] = [buildPlan(experiment), buildPlan(withoutTranslation(experiment))];
    if (!before.ok || !after.ok) throw new Error('does not fit');
    // but for tables, which are written once and cost an iteration nothing
    const programs = ({ tenants, ...rest }: Plan) => ({ ...rest, tenants: tenants.map((t) => ({ ...t, tables: {} })) });
    expect(programs(withoutTranslation(before.value))).toEqual(programs(after.value));
    expect(after.value.tenants.map(({ translation }) => translation.kind)).toEqual(['physical', 'physical']);
  });
});
