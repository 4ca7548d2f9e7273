/**
 * Isolation in the data plane (model.md section 6): whatever the chip's free tiles and the shapes of the tenants, no data flit of a
 * confined tenant enters a link or router of another one's tile, while X-first routes of the same placements do; and confined runs
 * end, so no routes wait for each other.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Machine } from '../../src/engine/machine.ts';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { foreignLinkFlits } from '../../src/report/network.ts';
import { kernel } from '../support/kernel.ts';

/** Cores of `vnpu-sim-36`: columns 1 to 6 of an 8 x 6 grid. */
const CORES = Array.from({ length: 36 }, (_, i) => Math.floor(i / 6) * 8 + 1 + (i % 6));
const SIZE = 6;

interface Run {
  readonly outcome: string;
  readonly foreign: number[];
  readonly digest: string;
}

function run(placements: readonly (readonly number[])[], routing: readonly string[], reverse = false): Run {
  const parsed = parseDocument({
    version: 1,
    chip: { scratchpadBytes: 2_097_152 },
    tenants: placements.map((placement, i) => ({
      topology: { width: 3, height: 2 },
      placement,
      routing: routing[i],
      workload: { model: 'squeezenet', iterations: 1 },
    })),
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const plan = buildPlan(resolve(parsed.value));
  if (!plan.ok) throw new Error(JSON.stringify(plan.problems));
  const machine = Machine.create(kernel, plan.value, { reverse });
  while (machine.outcome === 'running' && machine.cycle < 3_000_000) machine.run(100_000);
  const snapshot = machine.snapshot();
  const foreign = placements.map((_, tenant) => foreignLinkFlits(plan.value, snapshot, tenant));
  return { outcome: machine.outcome, foreign, digest: machine.digest() };
}

/** Connected regions of SIZE cores that do not overlap, grown at random; fewer where there is no room. */
const regions = fc.array(fc.nat(), { minLength: 60, maxLength: 60 }).map((choices) => {
  const free = new Set(CORES);
  const pick = (from: readonly number[]): number => from[(choices.pop() ?? 0) % from.length];
  const grown: number[][] = [];
  for (let tenant = 0; tenant < 3; tenant++) {
    const region = [pick([...free])];
    for (let border = around(region, free); region.length < SIZE && border.length > 0; border = around(region, free)) {
      region.push(pick(border));
    }
    if (region.length < SIZE) continue;
    region.forEach((tile) => free.delete(tile));
    grown.push(region);
  }
  return grown;
});

function around(region: readonly number[], free: ReadonlySet<number>): number[] {
  const next = region.flatMap((tile) => [tile - 1, tile + 1, tile - 8, tile + 8]);
  return [...new Set(next)].filter((tile) => free.has(tile) && !region.includes(tile));
}

describe('confined tenants', () => {
  it('keep to their own tiles, and end', () => {
    const arbitrary = regions.filter((placements) => placements.length > 1);
    fc.assert(
      fc.property(arbitrary, (placements) => {
        const confined = run(placements, ['confined', 'confined', 'confined']);
        expect(confined.outcome).toBe('done');
        expect(confined.foreign).toEqual(placements.map(() => 0));
      }),
      { seed: 20_250_621, numRuns: 12 },
    );
  });

  // A goes around a corner of B, and its stages jump along it: X-first, what goes from its foot to its arm leaves west, through B
  const CORNER = [
    [1, 27, 2, 19, 3, 11],
    [9, 10, 17, 18, 25, 26],
  ];

  it('would not under dimension order', () => {
    expect(run(CORNER, ['dor', 'dor']).foreign[0]).toBeGreaterThan(0);
    expect(run(CORNER, ['confined', 'confined']).foreign).toEqual([0, 0]);
  });

  it('stand beside tenants under dimension order, on channels of their own', () => {
    const mixed = run(CORNER, ['confined', 'dor']);
    expect(mixed.outcome).toBe('done');
    expect(mixed.foreign[0]).toBe(0);
    expect(run(CORNER, ['confined', 'dor'], true).digest).toBe(mixed.digest);
  });
});
