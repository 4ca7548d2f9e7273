/** The promise of the default experiment, on the real machine: A is clearly slower than its twin, and translation is why. */
import { expect, it } from 'vitest';
import { Machine } from '../../src/engine/machine.ts';
import { setTranslation } from '../../src/experiment/edits.ts';
import { galleryEntry } from '../../src/experiment/gallery.ts';
import { resolve } from '../../src/experiment/parse.ts';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { buildReport } from '../../src/report/build.ts';
import type { Report } from '../../src/report/report.ts';
import { kernel } from '../support/kernel.ts';

/** Past the filling of both pipelines. */
const CYCLES = 1_250_000;

function reportAt(cycles: number, document: ExperimentDocument): Report {
  const plan = buildPlan(resolve(document));
  if (!plan.ok) throw new Error(JSON.stringify(plan.problems));
  const machine = Machine.create(kernel, plan.value);
  machine.run(cycles);
  return buildReport(plan.value, machine.snapshot(), 0);
}

const twins = galleryEntry('twins')!.document;

it('one iteration of A takes at least 1.2 times one of B, and translation at least 15 % of its time', () => {
  const [a, b] = reportAt(CYCLES, twins).tenants;
  expect(a.iterations).toBeGreaterThanOrEqual(2);
  expect(a.cyclesPerIteration! / b.cyclesPerIteration!).toBeGreaterThan(1.2);
  expect(a.stalls.translation / (CYCLES * a.tiles.length)).toBeGreaterThan(0.15);
  expect(b.stalls.translation / (CYCLES * b.tiles.length)).toBeLessThan(0.02);
});

it('with the same translation they take the same time, so nothing else differs', () => {
  const [a, b] = reportAt(700_000, setTranslation(twins, 0, { kind: 'vchunk' })).tenants;
  expect(b.iterations).toBeGreaterThan(2);
  expect(a.cyclesPerIteration! / b.cyclesPerIteration!).toBeGreaterThan(0.97);
  expect(a.cyclesPerIteration! / b.cyclesPerIteration!).toBeLessThan(1.03);
});
