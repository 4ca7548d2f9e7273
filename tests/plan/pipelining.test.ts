/** Software-pipelined programs on the real machine: what moves costs nothing where there is work enough to hide it. */
import { describe, expect, it } from 'vitest';
import { bestDataflow } from '../../src/compiler/cost.ts';
import { compileWorkload } from '../../src/compiler/compile.ts';
import { Machine } from '../../src/engine/machine.ts';
import { resolve } from '../../src/experiment/parse.ts';
import type { TenantDocument } from '../../src/experiment/schema.ts';
import { CAUSES, type Cause } from '../../src/model/causes.ts';
import { resolveChip } from '../../src/model/chip.ts';
import type { Plan } from '../../src/model/plan.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { LayerList } from '../../src/workloads/layers.ts';
import { kernel } from '../support/kernel.ts';

const STEADY = 4;

function planOf(
  width: number,
  height: number,
  model = 'resnet18',
  options: Partial<TenantDocument['workload']> = {},
): Plan {
  const iterations = 2 * width * height + STEADY;
  const tenant = { name: 'A', topology: { width, height }, workload: { model, iterations, ...options } } as const;
  const plan = buildPlan(resolve({ version: 1, tenants: [tenant] }));
  if (!plan.ok) throw new Error(plan.problems[0].message);
  return plan.value;
}

/** Products of [M, side] x [side, side], one behind the other on as many cores, weights resident. */
function products(cores: number, M: number, side: number): Plan {
  const list = new LayerList({ height: M, width: 1, channels: side }, 'sequence');
  for (let i = 0, last = -1; i < cores; i++) last = list.linear(`product${i}`, last, side);
  const input = { name: 'input', rows: M, channels: side };
  const workload = { name: 'products', title: '', source: '', input, inputShape: [1, M, side], layers: list.layers };
  const plan = planOf(cores, 1);
  const stages = list.layers.map(({ name }) => ({ first: name }));
  const { iterations } = plan.tenants[0];
  const options = {
    vcores: cores,
    iterations,
    weights: 'auto',
    chip: resolveChip({}),
    memoryBytesPerCycle: 720,
  } as const;
  const compiled = compileWorkload(workload, { ...options, stages });
  if (!compiled.ok) throw new Error(compiled.problems[0].message);
  const ranges = compiled.value.tensors.map((tensor) => ({ ...tensor, physicalBase: tensor.virtualBase }));
  return { ...plan, tenants: [{ ...plan.tenants[0], ...compiled.value, ranges }] };
}

/** Cycles per iteration in a full pipeline, and per core the shares of them at work on array or vector unit, and waiting for memory. */
function steady(plan: Plan, cores: number): { cycles: number; busy: number[]; waiting: number[] } {
  const machine = Machine.create(kernel, plan);
  const at = (iteration: number) => {
    while (machine.iterationsDone(0) < iteration && machine.outcome === 'running') machine.run(500);
    const { tenants, cores: all, cycle } = machine.snapshot();
    const count = (...counted: Cause[]): number[] =>
      all.map(({ causes }) => counted.reduce((sum, cause) => sum + causes[CAUSES.indexOf(cause)], 0));
    const [busy, waiting] = [count('compute', 'vector'), count('memory', 'translation', 'throttle')];
    return { end: tenants[0].iterationEnd[iteration - 1], cycle, busy, waiting };
  };
  const [first, last] = [at(cores), at(cores + STEADY)];
  const cycles = (last.end - first.end) / STEADY;
  const shares = (of: 'busy' | 'waiting'): number[] =>
    last[of].map((count, core) => (count - first[of][core]) / (last.cycle - first.cycle));
  return { cycles, busy: shares('busy'), waiting: shares('waiting') };
}

describe('large products', () => {
  it.each([
    [4, 1024, 2048],
    [1, 1024, 2048],
    [4, 4096, 1024],
    [1, 512, 4096],
  ])('on %i cores, [%i, %i]: the array is within 5 % of the systolic bound', (cores, M, side) => {
    const bound = bestDataflow(resolveChip({}), M, side, side).cycles;
    const { cycles } = steady(products(cores, M, side), cores);
    expect(bound / cycles).toBeGreaterThan(0.95);
    // an iteration while the pipeline fills may be a few cycles shorter
    expect(bound / cycles).toBeLessThan(1.001);
  });
});

describe('ResNet-34 on 18 cores', () => {
  const plan = planOf(6, 3, 'resnet34');
  const { cycles, busy } = steady(plan, 18);

  it('takes the cycles per iteration that the compiler estimates', () => {
    expect(cycles / plan.tenants[0].estimatedCycles).toBeGreaterThan(0.95);
    expect(cycles / plan.tenants[0].estimatedCycles).toBeLessThan(1.05);
  });

  it('keeps its busiest core at most 1.15 times as busy as the mean, simulated', () => {
    const mean = busy.reduce((sum, share) => sum + share, 0) / 18;
    expect(Math.max(...busy) / mean).toBeLessThan(1.15);
  });
});

describe('DLRM on 36 cores', () => {
  it('takes as long as the controller needs to issue its instructions, far longer than its slowest core', () => {
    const plan = planOf(6, 6, 'dlrm-small', { iterations: 200 });
    const [{ instructions, estimatedCycles, balance }] = plan.tenants;
    expect(estimatedCycles).toBe(instructions * plan.chip.busCycles);
    expect(estimatedCycles).toBeGreaterThan(2 * Math.max(...balance.map(({ cycles }) => cycles)));
    expect(steady(plan, 36).cycles / estimatedCycles).toBeCloseTo(1, 2);
  });
});

describe('GPT-2 large, weights streamed, more of them than the ring holds', () => {
  it('waits for memory in less than 2 % of the cycles, the core that stores the result included', () => {
    const plan = planOf(2, 1, 'gpt2-large', { blocks: 2, tokens: 1024, weights: 'stream' });
    const { waiting } = steady(plan, 2);
    expect((waiting[0] + waiting[1]) / 2).toBeLessThan(0.02);
  });
});
