/** Translation of whole networks: a range TLB of 4 entries never stalls a core more than a page TLB of 32, whatever the network. */
import { describe, expect, it } from 'vitest';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import type { ChipDocument, TenantDocument } from '../../src/experiment/schema.ts';
import { Machine } from '../../src/engine/machine.ts';
import type { Plan } from '../../src/model/plan.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { tenantReport } from '../../src/report/tenants.ts';
import { MODELS, ZOO } from '../../src/model/models.ts';
import { kernel } from '../support/kernel.ts';

/** Far enough for every core to stream weights; all of an iteration only of the small networks. */
const CYCLES = 100_000;

function planOf(chip: ChipDocument, tenant: Omit<TenantDocument, 'name'>): Plan | undefined {
  const parsed = parseDocument({ version: 1, chip, tenants: [{ ...tenant, name: 'A' }] });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const plan = buildPlan(resolve(parsed.value));
  return plan.ok ? plan.value : undefined;
}

/** Exposed and raw stalls, and bursts looked up; what does not fit small scratchpads has the chip's own. */
function stallsOf(model: (typeof MODELS)[number], translation: TenantDocument['translation']) {
  const short = (ZOO[model].options as readonly string[]).includes('blocks') ? { tokens: 32, blocks: 2 } : {};
  const tenant = { translation, workload: { model, iterations: 2, weights: 'stream' as const, ...short } };
  const plan = planOf({ scratchpadBytes: 2 ** 21 }, tenant) ?? planOf({}, tenant);
  if (plan === undefined) throw new Error(`${model} fits neither`);
  const machine = Machine.create(kernel, plan);
  machine.run(CYCLES);
  const { stalls, translation: counts } = tenantReport(plan, machine.snapshot(), 0);
  return { exposed: stalls.translation, raw: counts.stallCycles, bursts: counts.hits + counts.misses };
}

describe('streamed weights', () => {
  it.each(MODELS)('of %s: 4 ranges stall less than 32 pages, and more bursts come through', (model) => {
    const pages = stallsOf(model, { kind: 'page', entries: 32 });
    const ranges = stallsOf(model, { kind: 'vchunk', entries: 4 });
    expect(pages.raw).toBeGreaterThan(0);
    expect(ranges.exposed).toBeLessThanOrEqual(pages.exposed);
    expect(ranges.raw / ranges.bursts).toBeLessThan(pages.raw / pages.bursts);
    expect(ranges.bursts).toBeGreaterThanOrEqual(pages.bursts);
  });
});
