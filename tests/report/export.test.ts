import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/build.ts';
import { planCores } from '../../src/report/cores.ts';
import { reportCsv } from '../../src/report/csv.ts';
import { METRICS } from '../../src/report/metrics.ts';
import { perfettoEvents, type TraceEvent } from '../../src/report/perfetto.ts';
import { reportTable } from '../../src/report/table.ts';
import { core, plan, snapshot, tenantPlan, tenantSnapshot, timelineOf } from './support.ts';

const two = plan([tenantPlan('A', [0, 1], { stages: 1 }), tenantPlan('=B,"x"', [2])]);
const cores = [
  core(0, 0, 0, { compute: 500, translation: 500 }),
  core(1, 0, 1, { recvWait: 1000 }),
  core(2, 1, 0, { idle: 1000 }),
];
const report = buildReport(two, snapshot(two, 1000, cores, [tenantSnapshot([100, 400, 700]), tenantSnapshot([])]), 0);

describe('reportTable', () => {
  it('shows the run and a row per tenant, unknown figures as dashes', () => {
    const [head, names, a, b] = reportTable(report).split('\n');
    expect(head).toBe('stopped after 1,000 cycles, digest 0123456789abcdef, engine 0.1.0');
    expect(names.split(/ {2,}/).slice(0, 4)).toEqual(['tenant', 'status', 'cores', 'iterations']);
    // 300 cycles per iteration; 1000 MACs / (10 x 2 x 300) = 16.7 %; shares of 2000: 25, 25, 0, 50, 0 %
    expect(a.split(/ {2,}/)).toEqual([
      'A',
      'stopped',
      '2',
      '3',
      '300',
      '16.7 %',
      '25.0 %',
      '25.0 %',
      '0.0 %',
      '50.0 %',
      '0.0 %',
    ]);
    expect(b.split(/ {2,}/).slice(3, 6)).toEqual(['0', '-', '-']);
  });

  it('tells who waits for whom in a deadlock', () => {
    const stuck = {
      ...report,
      outcome: 'deadlock' as const,
      deadlock: { cycle: 9, waiting: [{ who: 'A1 recv', for: 'message 5 from A0' }], circle: [] },
    };
    expect(reportTable(stuck)).toContain('A1 recv waits for message 5 from A0\n');
  });
});

describe('reportCsv', () => {
  const lines = reportCsv(report).split('\r\n');

  it('has a column per metric and an empty field for what is unknown', () => {
    expect(lines[0].split(',')).toEqual(['engine', 'outcome', 'digest', 'cycles', ...METRICS.map(({ key }) => key)]);
    const a = lines[1].split(',');
    expect(a).toHaveLength(lines[0].split(',').length);
    expect(a[lines[0].split(',').indexOf('cyclesPerIteration')]).toBe('300');
    expect(a[lines[0].split(',').indexOf('stalls.recvWait')]).toBe('1000');
    expect(lines[2]).toContain(',0,,,');
  });

  it('quotes what a reader could split or run', () => {
    expect(lines[2]).toContain(`,"'=B,""x""",`);
  });
});

describe('perfettoEvents', () => {
  /** Core order as in the snapshot: A0, A1, B0. Clock 500 MHz: 100 cycles are 0.2 us. */
  const timeline = timelineOf(100, [
    [{ compute: 100 }, { compute: 70, memory: 30 }, { translation: 40 }],
    [{ recvWait: 100 }, { recvWait: 100 }, { recvWait: 40 }],
    [{ idle: 100 }, { idle: 100 }, { idle: 40 }],
  ]);
  const events = [...perfettoEvents(two, timeline)] as TraceEvent[];

  it('has a process per tenant and a thread per core', () => {
    const names = events.filter(({ ph }) => ph === 'M').map(({ pid, tid, args }) => [pid, tid, args!.name]);
    expect(names).toEqual([
      [0, 0, 'tenant A'],
      [1, 0, 'tenant =B,"x"'],
      [0, 0, 'A0 tile 0 s0'],
      [0, 1, 'A1 tile 1 s1'],
      [1, 0, '=B,"x"0 tile 2 s0'],
    ]);
  });

  it('takes cores in tile order, whatever tenant and virtual core they are', () => {
    const mixed = plan([tenantPlan('A', [5, 1]), tenantPlan('B', [2])]);
    expect(planCores(mixed)).toEqual([
      { tile: 1, tenant: 0, shape: 0, vcore: 1 },
      { tile: 2, tenant: 1, shape: 0, vcore: 0 },
      { tile: 5, tenant: 0, shape: 0, vcore: 0 },
    ]);
  });

  it('joins buckets with the same leading cause and ends where the run ended', () => {
    const slices = events.filter(({ ph, pid, tid }) => ph === 'X' && pid === 0 && tid === 0);
    expect(slices.map(({ name, ts, dur }) => [name, ts, dur])).toEqual([
      ['compute', 0, 0.4],
      ['translation', 0.4, 0.08],
    ]);
    const whole = events.find(({ ph, pid, tid }) => ph === 'X' && pid === 0 && tid === 1)!;
    expect(whole).toMatchObject({ name: 'recvWait', ts: 0, dur: 0.48 });
  });

  it('counts shares per tenant that add up to 100', () => {
    const counters = events.filter(({ ph, pid }) => ph === 'C' && pid === 0);
    expect(counters).toHaveLength(3);
    // bucket 1 of A: 70 compute, 30 memory, 100 waiting of 200
    expect(counters[1]).toMatchObject({ ts: 0.2, args: { work: 35, memory: 15, network: 50, idle: 0 } });
  });
});
