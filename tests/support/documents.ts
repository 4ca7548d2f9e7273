/** The machine of a document, in Node: what the page shows is held against it. */
import { resolve } from '../../src/experiment/parse.ts';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';
import { Machine } from '../../src/engine/machine.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { mapperOf } from '../../src/engine/mapping.ts';
import { kernel } from './kernel.ts';
import { mappingModule } from './mapping.ts';

/** A machine at cycle 0 for a document that can be run. */
export function machineOf(document: ExperimentDocument): Machine {
  const plan = buildPlan(resolve(document), mapperOf(mappingModule));
  if (!plan.ok) throw new Error(plan.problems[0].message);
  return Machine.create(kernel, plan.value);
}
