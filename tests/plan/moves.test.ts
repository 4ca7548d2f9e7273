/** What a plan says of moves: tables, state, routes, and who may have which tile when. */
import { describe, expect, it } from 'vitest';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';
import { Machine } from '../../src/engine/machine.ts';
import { RESERVED_ZONE } from '../../src/model/program.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { buildReport } from '../../src/report/build.ts';
import { kernel } from '../support/kernel.ts';

const planOf = (document: ExperimentDocument) => {
  const parsed = parseDocument(document);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return buildPlan(resolve(parsed.value));
};
const workload = { iterations: 6 };
const EAST = [4, 5, 12, 13];
const document: ExperimentDocument = {
  version: 1,
  chip: { scratchpadBytes: 8 * 2 ** 20 },
  tenants: [{ name: 'A', topology: { width: 2, height: 2 }, placement: [1, 2, 9, 10], routing: 'confined', workload }],
  events: [{ cycle: 150_000, tenant: 'A', placement: EAST }],
};
const value = (given: ExperimentDocument) => {
  const plan = planOf(given);
  if (!plan.ok) throw new Error(JSON.stringify(plan.problems));
  return plan.value;
};

describe('a move', () => {
  it('keeps the programs and writes one table entry into each core, and all ranges into cores that are new', () => {
    const plan = value(document);
    const [{ programs, moves, ranges, tables, savedState }] = plan.tenants;
    expect(programs).toEqual(value({ ...document, events: [] }).tenants[0].programs);
    // compact: one entry of 5 cycles in each of 4 cores, and every range in the 4 that move
    expect(moves![0].tableCycles).toBe(5 * (4 + 4 * ranges.length));
    expect(moves![0].tables).toMatchObject({ routing: { form: 'compact', entry: { tile: 4 } }, bytes: tables.bytes });
    const held = programs.map(({ scratchpad }) =>
      scratchpad.reduce((sum, { label, bytes }) => sum + (label === RESERVED_ZONE ? 0 : bytes), 0),
    );
    // and the queues: 4 instructions before the engines, 4 before each of 6, of 32 bytes
    expect(moves![0].stateBytes).toEqual(held.map((bytes) => bytes + 28 * 32));
    const last = Math.max(...ranges.map(({ physicalBase, bytes }) => physicalBase + bytes));
    expect(savedState![0].physicalBase).toBeGreaterThanOrEqual(last);
    expect(savedState![0].bytes).toBeGreaterThanOrEqual(moves![0].stateBytes.reduce((sum, n) => sum + n, 0));
  });

  it('takes along only what changes its tile', () => {
    const placement = [1, 2, 9, 17];
    const [{ moves }] = value({
      ...document,
      tenants: [{ ...document.tenants![0], routing: 'dor' }],
      events: [{ cycle: 9, tenant: 'A', placement }],
    }).tenants;
    expect(moves![0].stateBytes.map((bytes) => bytes > 0)).toEqual([false, false, false, true]);
    expect(moves![0].tables.routing!.form).toBe('standard');
  });

  it('is refused where routes would leave the tenant, or tiles are somebody else’s', () => {
    const torn = planOf({ ...document, events: [{ cycle: 9, tenant: 'A', placement: [1, 2, 9, 22] }] });
    expect(torn).toMatchObject({ problems: [{ path: 'events.0.placement' }] });
    const B = { name: 'B', topology: { width: 2, height: 2 }, placement: EAST, workload };
    const taken = planOf({ ...document, tenants: [...document.tenants!, B] });
    expect(taken).toMatchObject({
      problems: [
        { path: 'events.0.placement.0', message: 'tile 4 is taken: "B" and "A" both use it; name a free core tile' },
        {},
        {},
        {},
      ],
    });
    expect(planOf({ ...document, tenants: [...document.tenants!, { ...B, departureCycle: 149_999 }] }).ok).toBe(true);
  });
});

describe('a network that moves', () => {
  it('does all its iterations, and its report tells set-up, warm-up and migration apart', () => {
    const plan = value(document);
    const runs = [{}, { timeJumps: false, reverse: true }].map((options) => {
      const machine = Machine.create(kernel, plan, options);
      machine.run(10_000_000);
      return machine;
    });
    expect(runs[1].digest()).toBe(runs[0].digest());
    const still = Machine.create(kernel, value({ ...document, events: [] }));
    still.run(10_000_000);
    const [moved] = buildReport(plan, runs[0].snapshot(), 0).tenants;
    const [stayed] = buildReport(value({ ...document, events: [] }), still.snapshot(), 0).tenants;
    expect([moved.status, moved.iterations, moved.setupCycles]).toEqual(['done', 6, stayed.setupCycles]);
    expect(moved.warmupCycles).toBe(stayed.warmupCycles);
    expect([stayed.migrationCycles, stayed.moves]).toEqual([0, undefined]);
    const [{ drainCycles, saveCycles, tableCycles, restoreCycles, stateBytes }] = moved.moves!;
    expect(moved.migrationCycles).toBe(drainCycles + saveCycles + tableCycles + restoreCycles);
    expect(tableCycles).toBe(plan.tenants[0].moves![0].tableCycles);
    expect(moved.transferredBytes - stayed.transferredBytes).toBe(2 * stateBytes);
    // 720 bytes a cycle is the whole chip's memory: neither copy can be faster
    expect(saveCycles).toBeGreaterThan(stateBytes / 720);
    expect(restoreCycles).toBeGreaterThan(stateBytes / 720);
    // it loses the time of the move, less what would have been waiting anyway
    expect(runs[0].cycle).toBeGreaterThan(still.cycle + saveCycles + tableCycles + restoreCycles);
    expect(runs[0].cycle).toBeLessThan(still.cycle + 1.2 * moved.migrationCycles);
    expect(moved.foreignLinkFlits).toBe(0);
  });
});
