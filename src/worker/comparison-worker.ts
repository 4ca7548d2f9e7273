/** Entry of a worker of the pool: runs a document until one of its tenants is done, and answers with its row of the comparison. */
import { expose } from 'comlink';
import type { Variant } from '../experiment/comparison.ts';
import { parseDocument, resolve } from '../experiment/parse.ts';
import { Machine } from '../engine/machine.ts';
import { mapperOf } from '../engine/mapping.ts';
import { buildPlan } from '../plan/build.ts';
import { modeRow, refused, type Compared } from '../report/comparison.ts';
import { compileKernel, compileMapping } from './kernel.ts';
import type { ComparisonApi, VariantProgress } from './protocol.ts';

/** Between two words about progress: often enough for a bar, seldom enough to cost nothing. */
const SLICE = 20_000;
const kernel = compileKernel();
const mapping = compileMapping();

async function run(
  { mode, document }: Variant,
  tenant: number,
  onProgress: (progress: VariantProgress) => void,
): Promise<Compared> {
  const parsed = parseDocument(document);
  const plan = parsed.ok ? buildPlan(resolve(parsed.value), mapperOf(await mapping)) : parsed;
  if (!plan.ok) return refused(mode, plan.problems);
  const machine = Machine.create(await kernel, plan.value);
  const end = plan.value.stopCycles ?? Infinity;
  while (machine.outcome === 'running' && machine.cycle < end && !machine.isOver(tenant)) {
    machine.run(Math.min(SLICE, end - machine.cycle));
    onProgress({ cycle: machine.cycle, iterations: machine.iterationsDone(tenant) });
  }
  return modeRow(mode, plan.value, machine.snapshot(), tenant);
}

expose({ run } satisfies Record<keyof ComparisonApi, unknown>);
