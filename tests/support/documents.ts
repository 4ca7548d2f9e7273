/** From a document to its machine, in Node: what the page shows is held against it. */
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';
import { Machine } from '../../src/engine/machine.ts';
import { ok } from '../../src/model/problem.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { listProgram } from '../../src/plan/listing.ts';
import { mapperOf } from '../../src/engine/mapping.ts';
import type { Rooms } from '../../src/worker/simulated.ts';
import { kernel } from './kernel.ts';
import { mappingModule } from './mapping.ts';

/** The rooms between a document and a machine, as the worker has them. */
export const rooms: Rooms = {
  open: (document) => {
    const parsed = parseDocument(document);
    return parsed.ok ? ok(resolve(parsed.value)) : parsed;
  },
  plan: (experiment) => buildPlan(experiment, mapperOf(mappingModule)),
  machine: (plan) => Machine.create(kernel, plan),
  list: listProgram,
};

/** A machine at cycle 0 for a document that can be run. */
export function machineOf(document: ExperimentDocument): Machine {
  const plan = rooms.plan(resolve(document));
  if (!plan.ok) throw new Error(plan.problems[0].message);
  return Machine.create(kernel, plan.value);
}
