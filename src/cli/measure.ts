/** Cycles per iteration of a plan's first tenant, alone, run to its end. */
import { Machine } from '../engine/machine.ts';
import { cyclesPerIteration } from '../model/iteration.ts';
import type { Plan } from '../model/plan.ts';

const SLICE = 1_000_000;

export function cyclesPerIterationOf(kernel: WebAssembly.Module, plan: Plan): number {
  const machine = Machine.create(kernel, plan);
  while (machine.outcome === 'running') machine.run(SLICE);
  const { iterationStart, iterationEnd } = machine.snapshot().tenants[0];
  const { stages } = plan.tenants[0];
  return cyclesPerIteration(
    iterationEnd.length,
    stages,
    (i) => iterationStart[i],
    (i) => iterationEnd[i],
  )!;
}
