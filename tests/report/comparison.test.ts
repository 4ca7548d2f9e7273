/** What modes are compared by: cycles per iteration while pipelines are full, and up to the end only where runs are too short for that. */
import { describe, expect, it } from 'vitest';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import { Machine } from '../../src/engine/machine.ts';
import { cyclesPerIteration, steadyCyclesPerIteration } from '../../src/model/iteration.ts';
import type { Mode } from '../../src/model/vnpu.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { comparedCycles, isSteady, modeRow, timesBare, type ModeRow } from '../../src/report/comparison.ts';
import { kernel } from '../support/kernel.ts';

describe('steady cycles per iteration', () => {
  const figures = (stages: number, starts: number[], ends: number[]) =>
    [steadyCyclesPerIteration, cyclesPerIteration].map((figure) =>
      figure(
        ends.length,
        stages,
        (i) => starts[i],
        (i) => ends[i],
      ),
    );

  it('leave out what ends once the last iteration has begun', () => {
    // 2 stages, an iteration every 100 cycles, from the start of the last on every 40: ends 2 to 6 are measured, (700 - 300) / 4,
    // and up to the end (780 - 300) / 6
    const starts = [100, 200, 300, 400, 500, 600, 650, 700];
    const ends = [200, 300, 400, 500, 600, 700, 740, 780];
    expect(figures(2, starts, ends)).toEqual([100, 80]);
    expect(figures(3, starts, ends)[0]).toBe(100);
    // a cycle earlier the sixth has not ended
    expect(figures(2, [...starts.slice(0, -1), 699], ends)[0]).toBe(100);
  });

  it('are not known of a run that is too short: half as many iterations as the pipeline holds, and two, must lie between', () => {
    const run = (count: number, stages: number) =>
      figures(
        stages,
        Array.from({ length: count }, (_, i) => 100 * i),
        Array.from({ length: count }, (_, i) => 100 * (i + stages)),
      );
    // the last begins in 100 (n - 1), by when n - stages have ended; stages of them filled the pipeline
    expect(run(9, 4)).toEqual([null, 100]);
    expect(run(10, 4)).toEqual([100, 100]);
    expect(run(19, 8)).toEqual([null, 100]);
    expect(run(20, 8)).toEqual([100, 100]);
    expect(run(1, 1)).toEqual([null, 100]);
    expect(run(0, 1)).toEqual([null, null]);
  });
});

it('a partition whose tiles are shared looks better the shorter its run is, but not by its steady figure', () => {
  const rows = (iterations: number): ModeRow[] =>
    (['bare', 'mig'] as const).map((mode: Mode) => {
      const parsed = parseDocument({
        version: 1,
        chip: { partitions: [{ x: 1, y: 0, width: 4, height: 2 }] },
        tenants: [
          {
            name: 'A',
            mode,
            topology: { width: 4, height: 3 },
            workload: { model: 'gpt2-small', tokens: 64, iterations },
          },
        ],
      });
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
      const plan = buildPlan(resolve(parsed.value));
      if (!plan.ok) throw new Error(JSON.stringify(plan.problems));
      const machine = Machine.create(kernel, plan.value);
      machine.run(20_000_000);
      return modeRow(mode, plan.value, machine.snapshot(), 0);
    });
  const [tiny, short, long] = [rows(12), rows(32), rows(48)];
  const whole = (of: ModeRow[]): number => of[1].cyclesPerIteration! / of[0].cyclesPerIteration!;
  const times = (of: ModeRow[]): number => timesBare(of[1], of)!;
  expect(whole(tiny)).toBeLessThan(whole(short) - 0.2);
  expect(whole(short)).toBeLessThan(whole(long) - 0.2);
  expect([tiny, short, long].map(isSteady)).toEqual([false, true, true]);
  expect(times(short)).toBeCloseTo(times(long), 2);
  expect(times(long)).toBeGreaterThan(whole(long));
  // without steady figures whole runs are compared, never one with the other
  expect(times(tiny)).toBe(whole(tiny));
  expect(comparedCycles(short[1], [short[0], { ...short[1], steadyCyclesPerIteration: null }])).toBe(
    short[1].cyclesPerIteration,
  );
});
