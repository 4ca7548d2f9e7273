/**
 * The paper's claim about vChunk, on every network of the zoo: four ranges stall a core no more than 32 pages do, and less where weights
 * stream and memory is not saturated. At equal cycles, so the run that stalls less has even translated more.
 */
import { describe, expect, it } from 'vitest';
import { Machine } from '../../src/engine/machine.ts';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import { CAUSES } from '../../src/model/causes.ts';
import { MODELS, ZOO, type ModelName } from '../../src/model/models.ts';
import type { Plan } from '../../src/model/plan.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { kernel } from '../support/kernel.ts';

const CYCLES = 120_000;
const SATURATED = 0.95;
const MiB = 1024 * 1024;

/** Scratchpads as small as the network allows, so that as much as possible is loaded. */
function planOf(model: ModelName, translation: object): Plan | undefined {
  const short = (ZOO[model].options as readonly string[]).includes('blocks') ? { blocks: 2 } : {};
  const workload = { model, iterations: 100, weights: 'stream', tokens: 32, ...short };
  for (const scratchpadBytes of [2 * MiB, 30 * MiB]) {
    const parsed = parseDocument({
      version: 1,
      chip: { scratchpadBytes },
      tenants: [{ topology: { width: 3, height: 3 }, translation, workload }],
    });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const plan = buildPlan(resolve(parsed.value));
    if (plan.ok) return plan.value;
  }
  return undefined;
}

function run(plan: Plan) {
  const machine = Machine.create(kernel, plan);
  machine.run(CYCLES);
  const { cores, channels, cycle } = machine.snapshot();
  const busy = channels.reduce((sum, { busyCycles }) => sum + busyCycles, 0) / (channels.length * cycle);
  const raw = cores.reduce((sum, { translationStall }) => sum + translationStall, 0);
  const exposed = cores.reduce((sum, { causes }) => sum + causes[CAUSES.indexOf('translation')], 0);
  return { raw, exposed, saturated: busy > SATURATED, streams: channels.some(({ bytes }) => bytes > 0) };
}

describe('four ranges against 32 pages', () => {
  const plans = MODELS.map((model) => ({
    model,
    pages: planOf(model, { kind: 'page', entries: 32 }),
    ranges: planOf(model, { kind: 'vchunk', entries: 4 }),
  }));

  it('is about every network of the zoo', () => {
    const unfit = plans.filter(({ pages }) => pages === undefined).map(({ model }) => model);
    expect(unfit).toEqual([]);
  });

  it.each(plans.filter(({ pages }) => pages !== undefined))(
    '$model stalls no more, and less where it streams',
    (own) => {
      const [pages, ranges] = [run(own.pages!), run(own.ranges!)];
      expect(ranges.raw).toBeLessThanOrEqual(pages.raw);
      expect(ranges.exposed).toBeLessThanOrEqual(pages.exposed);
      expect(ranges.streams).toBe(true);
      if (!ranges.saturated) expect(ranges.raw).toBeLessThan(pages.raw);
    },
  );
});
