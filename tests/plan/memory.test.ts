/** Memory of a whole experiment: what a tenant finds that comes after others have gone, and that it runs on what it gets. */
import { expect, it } from 'vitest';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import { modeVariants } from '../../src/experiment/comparison.ts';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';
import { Machine } from '../../src/engine/machine.ts';
import type { Plan } from '../../src/model/plan.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { buildReport } from '../../src/report/build.ts';
import { kernel } from '../support/kernel.ts';

const MiB = 2 ** 20;
const topology = { width: 2, height: 2 };
const tenant = (name: string, model: string, life: object) => ({
  name,
  topology,
  workload: { model, iterations: 1, weights: 'stream' as const },
  ...life,
});
// B stays between two that go before D comes
const document: ExperimentDocument = {
  version: 1,
  tenants: [
    tenant('A', 'resnet18', { departureCycle: 1000 }),
    tenant('B', 'resnet18', {}),
    tenant('C', 'resnet18', { departureCycle: 1000 }),
    tenant('D', 'resnet34', { arrivalCycle: 2000 }),
  ],
};
const planOf = (memoryMiB: number): Plan => {
  const parsed = parseDocument({ ...document, chip: { memoryMiB } });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const plan = buildPlan(resolve(parsed.value));
  if (!plan.ok) throw new Error(JSON.stringify(plan.problems));
  return plan.value;
};

it('a tenant that finds memory fragmented gets pieces, more ranges than tensors, and runs', () => {
  const roomy = planOf(4096);
  const taken = ({ memory = [] }: Plan) => memory.filter(({ change }) => change === 'taken');
  const size = (index: number): number => taken(roomy)[index].pieces.reduce((sum, { bytes }) => sum + bytes, 0) / MiB;
  const [small, large] = [size(0), size(3)];
  // after the first unit: A, B, C, and less than D needs behind them and in any one place, but enough in two
  const plan = planOf(2 + 3 * small + (large - small - 2));
  const state = taken(plan)[3];
  expect(state.pieces).toHaveLength(2);
  expect(taken(roomy)[3].pieces).toHaveLength(1);
  const [whole, torn] = [roomy, plan].map(({ tenants }) => tenants[3]);
  expect(whole.ranges).toHaveLength(whole.tensors.length);
  expect(torn.ranges.length).toBeGreaterThan(torn.tensors.length);
  const bytes = (ranges: readonly { bytes: number }[]): number => ranges.reduce((sum, range) => sum + range.bytes, 0);
  expect(bytes(torn.ranges)).toBe(bytes(whole.ranges));
  const machines = [{}, { timeJumps: false, reverse: true }].map((options) => {
    const machine = Machine.create(kernel, plan, options);
    machine.run(10_000_000);
    return machine;
  });
  expect(machines[1].digest()).toBe(machines[0].digest());
  const report = buildReport(plan, machines[0].snapshot(), 0);
  expect(report.tenants.map(({ status }) => status)).toEqual(['stopped', 'done', 'stopped', 'done']);
  expect(report.memory?.map(({ tenant: name, change, pieces }) => [name, change, pieces.length])).toEqual([
    ['A', 'taken', 1],
    ['B', 'taken', 1],
    ['C', 'taken', 1],
    ['A', 'returned', 1],
    ['C', 'returned', 1],
    ['D', 'taken', 2],
  ]);
});

it('a tenant alone takes its own moves along into a comparison of modes, and nobody else’s', () => {
  const events = [
    { cycle: 100, tenant: 'B', placement: [17, 18, 25, 26] },
    { cycle: 200, tenant: 'D', placement: [33, 34, 41, 42] },
  ];
  for (const { mode, document: variant } of modeVariants({ ...document, events }, 1, true)) {
    expect(parseDocument(variant).ok).toBe(true);
    const moves = ['vnpu', 'bare', 'uvm'].includes(mode) ? [events[0]] : undefined;
    expect(variant.events?.length ? variant.events : undefined).toEqual(moves);
  }
});
