/** Estimates against other programs and against numbers derived by hand. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bestDataflow, coreBandwidth, systolicCycles, vectorCycles } from '../../src/compiler/cost.ts';
import type { Operation } from '../../src/compiler/operation.ts';
import { dependencies } from '../../src/compiler/sync.ts';
import { whole } from '../../src/compiler/rect.ts';
import { pickTiling, smallestTiling, Tilings } from '../../src/compiler/tiles.ts';
import { timingOf } from '../../src/compiler/timing.ts';
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

const KiB32 = 32 * 1024;

describe('tiles', () => {
  const fc2 = gpt2('gpt2-small', { tokens: 256 }).layers.find(({ name }) => name.endsWith('fc2'))!;
  const tilings = new Tilings(chip).of(fc2, whole(fc2.output));

  test('whole array columns cost no folds: 6 tiles of 128 channels as much as one of 768', () => {
    const tile = tilings.find(({ channels }) => channels === 128)!;
    expect(tile).toMatchObject({ channels: 128, bytes: 128 * 3073, cycles: bestDataflow(chip, 256, 768, 3072).cycles });
  });

  test('where cycles are equal, the smallest tiles of the size asked for', () => {
    expect(smallestTiling(tilings, KiB32).channels).toBe(128);
    const larger = smallestTiling(tilings, 129 * 3073);
    expect(larger.bytes).toBeGreaterThanOrEqual(129 * 3073);
    expect(larger.cycles).toBe(smallestTiling(tilings, KiB32).cycles);
    expect(smallestTiling(tilings, 1 << 30)).toMatchObject({ channels: 768, isWhole: true });
  });

  test('less room, smaller tiles, more cycles', () => {
    expect(pickTiling(tilings, 1 << 30, KiB32)!.channels).toBe(128);
    expect(pickTiling(tilings, 128 * 3073 - 1, KiB32)).toMatchObject({ channels: 64 });
    expect(pickTiling(tilings, 128 * 3073 - 1, KiB32)!.cycles).toBeGreaterThan(
      pickTiling(tilings, 1 << 30, KiB32)!.cycles,
    );
    expect(pickTiling(tilings, 3072, KiB32)).toBeUndefined();
  });
});

describe('an array of two columns', () => {
  const narrow = resolveChip({ arrayColumns: 2 });
  const fc1 = gpt2('gpt2-small', { tokens: 256 }).layers.find(({ name }) => name.endsWith('fc1'))!;

  test('has a handful of tilings, and none of thousands of tiles is preferred', () => {
    const tilings = new Tilings(narrow).of(fc1, whole(fc1.output));
    expect(tilings.length).toBeLessThan(30);
    expect(smallestTiling(tilings, KiB32).channels).toBeGreaterThanOrEqual(3072 / 32);
  });
});

describe('the rhythm of one core', () => {
  const plain = resolveChip({ memoryLatencyCycles: 1, flitBytes: 32, vectorLanes: 1 });
  const use = (at: number, write: boolean) => ({ bases: [at], step: 1, phase: 0, from: 0, to: 10, write, holds: '' });
  const load = (at: number, bytes: number): Operation => ({
    work: { kind: 'load', address: 0, bytes, pieces: 1 },
    layer: 0,
    spans: [use(at, true)],
  });
  const relu = (elements: number, ...ats: number[]): Operation => ({
    work: { kind: 'vector', fn: 'relu', elements },
    layer: 0,
    spans: ats.map((at) => use(at, false)),
  });
  const cycles = (body: readonly Operation[]): number => timingOf(plain, 1, body, dependencies(body)!).cycles;

  test('work that is longer than its loads hides them: two tiles in turn', () => {
    expect(cycles([load(0, 59), load(10, 59), relu(100, 0), relu(100, 10)])).toBe(200);
  });

  test('loads that are longer than the work set the pace: one cycle of latency and a byte per cycle', () => {
    expect(cycles([load(0, 59), load(10, 59), relu(10, 0), relu(10, 10)])).toBe(120);
  });

  test('one buffer for both takes turns: load, work, load, work', () => {
    expect(cycles([load(0, 59), relu(100, 0)])).toBe(160);
  });
});
