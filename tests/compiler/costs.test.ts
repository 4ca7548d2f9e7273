/** Estimates against other programs and against numbers derived by hand. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bestDataflow, coreBandwidth, systolicCycles, vectorCycles } from '../../src/compiler/cost.ts';
import { rhythm } from '../../src/compiler/rhythm.ts';
import { pickTiling, Tilings } from '../../src/compiler/tiles.ts';
import { resolveChip } from '../../src/model/chip.ts';
import type { Dataflow } from '../../src/model/program.ts';
import { gpt2 } from '../../src/workloads/gpt2.ts';

const rows = readFileSync(new URL('../reference/systolic_public.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1);
const chip = resolveChip({});

describe('systolic array', () => {
  test('every row of the SCALE-Sim reference', () => {
    expect(rows).toHaveLength(243);
    for (const row of rows) {
      const [, array, dataflow, , M, N, K, cycles] = row.split(',');
      const [arrayRows, arrayColumns] = array.split('x').map(Number);
      const got = systolicCycles({ arrayRows, arrayColumns }, dataflow as Dataflow, Number(M), Number(N), Number(K));
      expect(got, row).toBe(Number(cycles));
    }
  });

  test('picks the dataflow that keeps the small dimension still', () => {
    // Many pixels, few channels: weights stay. 5 x 1 folds of 3136 + 2*128 + 128 - 2.
    expect(bestDataflow(chip, 3136, 64, 576)).toEqual({ dataflow: 'ws', cycles: 5 * (3136 + 382) });
    // Few pixels, long sums: outputs stay. 1 x 4 folds of 4608 + 128 + 128 - 2.
    expect(bestDataflow(chip, 49, 512, 4608)).toEqual({ dataflow: 'os', cycles: 4 * (4608 + 254) });
    // One row of a wide product: inputs stay. 4 x 1 folds of 1000 + 382.
    expect(bestDataflow(chip, 1, 1000, 512)).toEqual({ dataflow: 'is', cycles: 4 * (1000 + 382) });
  });
});

test('vector work: whole cycles of all lanes, times the cost of the operation', () => {
  expect(vectorCycles(chip, 'relu', 2048)).toBe(1);
  expect(vectorCycles(chip, 'softmax', 2049)).toBe(10);
});

test('a core draws what its bursts in flight carry, at most its link and the share of its tenant', () => {
  // 16 bursts of 512 bytes every 30 + 70 cycles.
  expect(coreBandwidth(chip, 360)).toBeCloseTo(81.92);
  expect(coreBandwidth(resolveChip({ flitBytes: 32 }), 360)).toBe(32);
  expect(coreBandwidth(chip, 10)).toBe(10);
});

describe('tiles', () => {
  const fc2 = gpt2('gpt2-small', { tokens: 256 }).layers.find(({ name }) => name.endsWith('fc2'))!;
  const tilings = new Tilings(chip).of(fc2, 256, 768);

  test('whole array columns cost no folds: 6 tiles of 128 channels as much as one of 768', () => {
    const tile = tilings.find(({ channels }) => channels === 128)!;
    expect(tile).toEqual({ channels: 128, bytes: 128 * 3073, cycles: bestDataflow(chip, 256, 768, 3072).cycles });
  });

  test('less room, smaller tiles, more cycles', () => {
    expect(pickTiling(tilings, 1 << 30)!.channels).toBe(128);
    expect(pickTiling(tilings, 128 * 3073 - 1)).toMatchObject({ channels: 64 });
    expect(pickTiling(tilings, 128 * 3073 - 1)!.cycles).toBeGreaterThan(pickTiling(tilings, 1 << 30)!.cycles);
    expect(pickTiling(tilings, 3072)).toBeUndefined();
  });
});

describe('rhythm', () => {
  const frame = { arrival: 0, departure: 0, loadsWait: false, bytesPerCycle: 1 };

  test('work that is longer than its loads hides them', () => {
    expect(
      rhythm(
        [100, 100, 100].map((cycles) => ({ bytes: 60, cycles })),
        frame,
      ),
    ).toBe(300);
  });

  test('loads that are longer than the work set the pace', () => {
    expect(
      rhythm(
        [10, 10, 10].map((cycles) => ({ bytes: 60, cycles })),
        frame,
      ),
    ).toBe(180);
  });

  test('inputs and results add to the work', () => {
    expect(rhythm([{ bytes: 0, cycles: 100 }], { ...frame, arrival: 20, departure: 5 })).toBe(125);
  });

  test('loads behind a store begin when all else has ended: the first is not hidden', () => {
    // Load 60, then work 100 with the second load beside it, then work 100.
    const beats = [100, 100].map((cycles) => ({ bytes: 60, cycles }));
    expect(rhythm(beats, { ...frame, loadsWait: true })).toBe(260);
  });

  test('one big tile among small ones waits for its turn: two buffers look one tile ahead', () => {
    // Work 10, 10, 10 before a load of 300 that can start only when the tile two before it is used up.
    const beats = [0, 1, 2, 3].map((i) => ({ bytes: i === 3 ? 300 : 1, cycles: i === 3 ? 300 : 10 }));
    expect(rhythm(beats, frame)).toBeGreaterThan(600);
  });
});
