import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES, type Cause } from '../../src/model/causes.ts';
import { buildReport } from '../../src/report/build.ts';
import { causesOf } from '../../src/report/shares.ts';
import { core, plan, snapshot, tenantPlan, tenantSnapshot } from './support.ts';

/** Tiles: 0 1 2 [3 memory] / 4 5 6 [7 memory]. A holds 0 and 1, B holds 2 and 6. Ports: 0 east, 1 west, 2 south, 3 north. */
const two = plan([tenantPlan('A', [0, 1], { stages: 2 }), tenantPlan('B', [2, 6])]);
const cores = [
  core(0, 0, 0, { compute: 600, translation: 400 }),
  core(1, 0, 1, { compute: 100, recvWait: 900 }),
  core(2, 1, 0, { vector: 1000 }),
  core(6, 1, 1, { idle: 1000 }),
];
const flits = [
  [0, 0, 0, 0, 10], // A inside its own tiles: 0 -> 1
  [0, 1, 0, 0, 20], // A from its tile 1 into B's tile 2
  [0, 2, 2, 0, 30], // A between B's tiles 2 -> 6
  [0, 6, 1, 0, 40], // A leaves B's tile 6 for the free tile 5
  [0, 5, 1, 0, 50], // A between free tiles 5 -> 4
  [1, 2, 0, 0, 60], // A's memory requests from B's tile: not the data plane
  [0, 2, 2, 1, 70], // B on its own tiles
] as const;
const taken = snapshot(two, 1000, cores, [tenantSnapshot([400, 500, 650, 800, 950]), tenantSnapshot([])], flits);

describe('buildReport', () => {
  const report = buildReport(two, taken, 1.5);
  const [a, b] = report.tenants;

  it('reads a run that stopped at a cycle as stopped', () => {
    expect(report.outcome).toBe('cycles');
    expect([a.status, b.status]).toEqual(['stopped', 'stopped']);
    expect(report).toMatchObject({ cycles: 1000, seconds: 1.5, digest: '0123456789abcdef', engine: '0.1.0' });
  });

  it('measures iterations from the end of the k-th', () => {
    // n = 5, k = min(2 stages, 4) = 2: (950 - 500) / (5 - 2) = 150
    expect(a.cyclesPerIteration).toBe(150);
    // 1000 MACs / (2 x 5 MACs x 2 tiles x 150 cycles)
    expect(a.utilization).toBeCloseTo(1 / 3, 12);
    expect(a.latencyCycles).toEqual([50, 50, 50, 50, 50]);
    expect([b.cyclesPerIteration, b.utilization, b.iterations]).toEqual([null, null, 0]);
  });

  it('adds causes and translation counters up over the tenant', () => {
    expect(a.stalls).toMatchObject({ compute: 700, translation: 400, recvWait: 900, idle: 0 });
    expect(b.stalls).toMatchObject({ vector: 1000, idle: 1000 });
    expect(a.translation).toEqual({ hits: 20, misses: 4, walkReads: 6, plainReads: 8, stallCycles: 480 });
    expect(a.memoryBytes).toBe(4196);
  });

  it('counts data flits at foreign tiles only', () => {
    expect(a.foreignLinkFlits).toBe(20 + 30 + 40);
    expect(b.foreignLinkFlits).toBe(0);
  });

  it('lists the links that carried something, with both tiles', () => {
    expect(report.links).toHaveLength(6);
    expect(report.links).toContainEqual({
      plane: 'data',
      from: 2,
      to: 6,
      flits: 100,
      blockedCycles: 35,
      perTenant: [30, 70],
      blockedPerTenant: [15, 35],
    });
    expect(report.links).toContainEqual({
      plane: 'request',
      from: 2,
      to: 3,
      flits: 60,
      blockedCycles: 30,
      perTenant: [60, 0],
      blockedPerTenant: [30, 0],
    });
    expect(report.channels).toEqual([{ tile: 3, bytes: 4000, busyCycles: 500, bytesPerCycle: 4 }]);
  });

  it('names the deadlock and the fault', () => {
    const fault = { vcore: 1, instruction: 4, address: 0x1000, cycle: 77 };
    const waiting = [{ who: 'A1 recv', for: 'message 5 from A0' }];
    const channel = { from: 1, to: 2, channel: 0 };
    const tenants = [tenantSnapshot([], { status: 'deadlock' }), tenantSnapshot([], { status: 'fault', fault })];
    const stuck = {
      ...snapshot(two, 900, cores, tenants),
      outcome: 'deadlock' as const,
      deadlock: {
        cycle: 880,
        isTotal: true,
        waiting,
        circle: [{ ...channel, plane: 0, port: 0, flits: 3, target: 6 }],
      },
    };
    const told = buildReport(two, stuck, 0);
    expect(told.outcome).toBe('deadlock');
    expect(told.deadlock).toEqual({ cycle: 880, waiting, circle: [{ ...channel, plane: 'data' }] });
    expect(told.tenants.map(({ status, faults }) => [status, faults])).toEqual([
      ['deadlock', []],
      ['fault', [fault]],
    ]);
  });

  it('survives JSON unchanged', () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('keeps stalls adding up to cycles x tiles, whatever the split', () => {
    const split = fc.array(fc.nat(1000), { minLength: CAUSES.length, maxLength: CAUSES.length });
    fc.assert(
      fc.property(fc.array(split, { minLength: 1, maxLength: 3 }), (splits) => {
        const cycle = Math.max(...splits.map((row) => row.reduce((x, y) => x + y, 0)));
        const filled = splits.map((row, i) => {
          const cell = Object.fromEntries(CAUSES.map((cause, j) => [cause, row[j]])) as Record<Cause, number>;
          cell.idle += cycle - row.reduce((x, y) => x + y, 0);
          return core(i, 0, i, cell);
        });
        const one = plan([
          tenantPlan(
            'A',
            filled.map(({ tile }) => tile),
          ),
        ]);
        const [tenant] = buildReport(one, snapshot(one, cycle, filled, [tenantSnapshot([])]), 0).tenants;
        expect(causesOf(tenant.stalls).reduce((x, y) => x + y, 0)).toBe(cycle * filled.length);
      }),
    );
  });
});

describe('cycles per iteration', () => {
  const measured = (stages: number, ends: readonly number[]) => {
    const one = plan([tenantPlan('A', [0], { stages })]);
    const [tenant] = buildReport(one, snapshot(one, 9e9, [], [tenantSnapshot(ends)]), 0).tenants;
    return tenant.cyclesPerIteration;
  };

  it('is unknown before an iteration ended, and the latency after one', () => {
    expect(measured(3, [])).toBeNull();
    // the fixture's iterations begin 50 cycles before their end
    expect(measured(3, [110])).toBe(50);
  });

  it('is the last interval while the pipeline is deeper than what has ended', () => {
    // n = 3, k = min(9, 2) = 2: (700 - 400) / 1
    expect(measured(9, [200, 400, 700])).toBe(300);
  });

  it('is the period of a steady pipeline at any depth and length', () => {
    const period = fc.integer({ min: 1, max: 1e6 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 2, max: 40 }), period, (stages, n, cycles) => {
        const ends = Array.from({ length: n }, (_, i) => 12345 + i * cycles);
        expect(measured(stages, ends)).toBe(cycles);
      }),
    );
  });
});
