/** What a plan says of a tenant that changes its size, why it may be refused, and what a run makes of it. */
import { describe, expect, it } from 'vitest';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import type { EventDocument, ExperimentDocument, TenantDocument } from '../../src/experiment/schema.ts';
import { Machine } from '../../src/engine/machine.ts';
import { CAUSES } from '../../src/model/causes.ts';
import type { Plan } from '../../src/model/plan.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { buildReport } from '../../src/report/build.ts';
import { METRICS } from '../../src/report/metrics.ts';
import { perfettoEvents } from '../../src/report/perfetto.ts';
import { kernel } from '../support/kernel.ts';

const CYCLE = 300_000;
const A: TenantDocument = {
  name: 'A',
  topology: { width: 2, height: 2 },
  placement: [1, 2, 9, 10],
  routing: 'confined',
  workload: { iterations: 12 },
};
const grow: EventDocument = { cycle: CYCLE, tenant: 'A', topology: { width: 3, height: 3 } };
const document: ExperimentDocument = {
  version: 1,
  chip: { scratchpadBytes: 8 * 2 ** 20 },
  tenants: [A],
  events: [grow],
};
const planOf = (given: ExperimentDocument) => {
  const parsed = parseDocument(given);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return buildPlan(resolve(parsed.value));
};
const value = (given: ExperimentDocument): Plan => {
  const plan = planOf(given);
  if (!plan.ok) throw new Error(JSON.stringify(plan.problems));
  return plan.value;
};
const refused = (change: Partial<ExperimentDocument>) => {
  const plan = planOf({ ...document, ...change });
  return plan.ok ? [] : plan.problems.map(({ path, message }) => `${path}: ${message}`);
};

describe('another size', () => {
  it('is a tenant of its own in all but name: programs, placement, tables and memory are those of one that has it', () => {
    const [{ moves, tiles, ranges }] = value(document).tenants;
    expect([tiles, moves!.length]).toEqual([A.placement, 1]);
    const [{ shape, tableCycles, tables, cycle }] = moves!;
    const [alone] = value({
      ...document,
      tenants: [{ ...A, topology: grow.topology, placement: undefined }],
      events: [],
    }).tenants;
    expect([cycle, shape!.topology, shape!.tiles]).toEqual([CYCLE, { kind: 'mesh', width: 3, height: 3 }, alone.tiles]);
    expect(shape!.programs).toEqual(alone.programs);
    expect([tableCycles, tables]).toEqual([alone.tables.setupCycles, alone.tables]);
    // both sizes have memory at the time of the change, so they share none
    const [first, second] = [ranges, shape!.ranges];
    for (const { physicalBase, bytes } of second)
      for (const other of first)
        expect(physicalBase >= other.physicalBase + other.bytes || physicalBase + bytes <= other.physicalBase).toBe(
          true,
        );
  });

  it('may lie on the tiles that the tenant has, on tiles named by hand, and not on those of others', () => {
    const B: TenantDocument = {
      name: 'B',
      topology: { width: 3, height: 3 },
      placement: [4, 5, 6, 12, 13, 14, 20, 21, 22],
    };
    const beside = value({ ...document, tenants: [A, B] });
    expect(beside.tenants[0].moves![0].shape!.tiles).toEqual([1, 2, 3, 9, 10, 11, 17, 18, 19]);
    const placement = [25, 26, 27, 33, 34, 35, 41, 42, 43];
    const byHand = value({ ...document, tenants: [A, B], events: [{ ...grow, placement }] });
    expect(byHand.tenants[0].moves![0].tiles).toEqual(placement);
    expect(refused({ tenants: [A, B], events: [{ ...grow, placement: [4, ...placement.slice(1)] }] })).toEqual([
      'events.0.placement.0: tile 4 is taken: "B" and "A" both use it; name a free core tile',
    ]);
  });

  it('is refused where there is no room, in the words of the event', () => {
    expect(refused({ events: [{ ...grow, topology: { width: 7, height: 3 } }] })).toEqual([
      'events.0.topology: "A" asks for 7 x 3 virtual cores in one rectangle; 36 of 36 cores are free, but not in that shape; ' +
        'a mesh up to 6 x 6 fits, or the mapping "similar" instead of "exact"',
    ]);
    const tight = refused({ chip: { ...document.chip, memoryMiB: 24 } });
    expect(tight).toEqual([
      expect.stringMatching(/^events\.0\.topology: needs .* MiB of memory, but .* are free while it is there/),
    ]);
    const small = refused({
      chip: { scratchpadBytes: 2 * 2 ** 20 },
      tenants: [
        {
          ...A,
          topology: { width: 6, height: 4 },
          placement: undefined,
          workload: { model: 'gpt2-large', tokens: 2048 },
        },
      ],
      events: [{ ...grow, topology: { width: 1, height: 1 } }],
    });
    expect(small.at(-1)).toMatch(/^events\.0\.topology: /);
  });
});

describe('a network that changes its size', () => {
  const run = (given: ExperimentDocument, options = {}) => {
    const plan = value(given);
    const machine = Machine.create(kernel, plan, options);
    machine.run(20_000_000);
    return { plan, machine, report: buildReport(plan, machine.snapshot(), 0) };
  };

  it('does all its iterations, those that are left at the pace of its new size, and reports every part', () => {
    const { report, machine, plan } = run(document);
    expect(run(document, { timeJumps: false, reverse: true }).report.digest).toBe(report.digest);
    const [resized] = report.tenants;
    expect([resized.status, resized.iterations, resized.latencyCycles.length]).toEqual(['done', 12, 12]);
    const [small, large] = resized.sizes!;
    expect(METRICS.find(({ key }) => key === 'tiles')!.of(resized)).toBe(9);
    expect([small.width, large.width, small.iterations + large.iterations]).toEqual([2, 3, 12]);
    expect(small.iterations).toBeGreaterThan(0);
    const alone = (topology: TenantDocument['topology']) =>
      run({ ...document, tenants: [{ ...A, topology, placement: undefined }], events: [] }).report.tenants[0];
    const grown = alone(grow.topology);
    // a steady pipeline does not know what was before it
    expect(large.cyclesPerIteration! / grown.cyclesPerIteration!).toBeCloseTo(1, 1);
    expect(small.cyclesPerIteration! / alone(A.topology).cyclesPerIteration!).toBeCloseTo(1, 1);
    expect(large.warmupCycles / grown.warmupCycles).toBeCloseTo(1, 1);
    const [{ cycle, topology, drainCycles, saveCycles, tableCycles, restoreCycles }] = resized.moves!;
    expect([cycle, topology]).toEqual([CYCLE, { width: 3, height: 3 }]);
    expect([saveCycles, tableCycles, restoreCycles]).toEqual([0, grown.setupCycles, 0]);
    expect(resized.migrationCycles).toBe(tableCycles + large.warmupCycles);
    // every cycle of the tiles that it has at the time
    const end = CYCLE + drainCycles;
    const charged = CAUSES.reduce((sum, cause) => sum + resized.stalls[cause], 0);
    expect(charged).toBe(4 * end + 9 * (report.cycles - end));
    expect(resized.foreignLinkFlits).toBe(0);
    const marks = [...perfettoEvents(plan, machine.timeline())].filter(({ ph }) => ph === 'i');
    expect(marks).toMatchObject([{ name: 'change to 3 x 3', ts: CYCLE / plan.chip.clockMHz }]);
  });

  it('gives its memory back once it has drained, and a tenant that needs it begins then', () => {
    const B: TenantDocument = {
      ...{ name: 'B', topology: { width: 2, height: 2 }, placement: [33, 34, 41, 42] },
      ...{ arrivalCycle: CYCLE + 10, workload: { iterations: 2 } },
    };
    const given = (memoryMiB: number): ExperimentDocument => ({
      ...document,
      chip: { ...document.chip, memoryMiB },
      tenants: [A, B],
    });
    const roomy = run(given(4096));
    const bytes = roomy.plan.memory!.filter(({ change }) => change === 'taken').map(({ pieces }) => pieces[0].bytes);
    // room for the first unit, both sizes of A, and 2 MiB less than B needs beside them
    const tight = run(given((bytes[0] + bytes[1] + bytes[2]) / 2 ** 20));
    const [free, held] = [roomy, tight].map(({ plan }) => plan.tenants[1]);
    expect([free.memoryAfter, held.memoryAfter]).toEqual([undefined, [{ tenant: 0, shape: 0 }]]);
    expect(tight.report.memory!.map(({ tenant, change, after }) => [tenant, change, after])).toEqual([
      ['A', 'taken', undefined],
      ['A', 'taken', undefined],
      ['A', 'drained', undefined],
      ['B', 'taken', ['A']],
    ]);
    const drained = CYCLE + tight.report.tenants[0].moves![0].drainCycles;
    const start = ({ machine }: typeof tight): number => machine.snapshot().tenants[1].iterationStart[0];
    expect(start(roomy)).toBeLessThan(drained);
    expect(start(tight)).toBeGreaterThanOrEqual(drained);
    expect(start(tight) - drained).toBeLessThan(start(roomy) - B.arrivalCycle!);
    expect(tight.report.tenants.map(({ status, iterations }) => [status, iterations])).toEqual([
      ['done', 12],
      ['done', 2],
    ]);
  });

  it('gives what it leaves to a tenant that comes then, and moves on as its new size', () => {
    const shrink: EventDocument = {
      cycle: 150_000,
      tenant: 'A',
      topology: { width: 2, height: 2 },
      placement: [1, 2, 9, 10],
    };
    const move: EventDocument = { cycle: 700_000, tenant: 'A', placement: [33, 34, 41, 42] };
    const C: TenantDocument = {
      ...{ name: 'C', topology: { width: 3, height: 2 }, placement: [3, 4, 5, 11, 12, 13], routing: 'confined' },
      ...{ arrivalCycle: 150_000, workload: { iterations: 2 } },
    };
    const wide = { ...A, topology: { width: 5, height: 2 }, placement: [1, 2, 3, 4, 5, 9, 10, 11, 12, 13] };
    const { report } = run({ ...document, tenants: [wide, C], events: [shrink, move] });
    const [a, c] = report.tenants;
    expect([a.status, a.iterations, c.status, c.iterations]).toEqual(['done', 12, 'done', 2]);
    expect(a.moves!.map(({ cycle, topology }) => [cycle, topology?.width])).toEqual([
      [150_000, 2],
      [700_000, undefined],
    ]);
    // C has its tables long before A has left
    expect(c.latencyCycles.length).toBe(2);
    expect([a.foreignLinkFlits, c.foreignLinkFlits]).toEqual([0, 0]);
  });
});
