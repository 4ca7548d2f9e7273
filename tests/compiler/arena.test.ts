/** Values that are alive together never overlap, and the area is never smaller than the busiest moment nor larger than everything. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeValues } from '../../src/compiler/arena.ts';
import type { Value } from '../../src/compiler/arena.ts';
import { end, start } from '../../src/compiler/cuts.ts';
import { fitCore } from '../../src/compiler/fit.ts';
import { graphOf } from '../../src/compiler/graph.ts';
import { coreWork } from '../../src/compiler/runs.ts';
import { shareOut } from '../../src/compiler/split.ts';
import { Tilings } from '../../src/compiler/tiles.ts';
import { resolveChip } from '../../src/model/chip.ts';
import { gpt2 } from '../../src/workloads/gpt2.ts';

const valueArbitrary: fc.Arbitrary<Value> = fc
  .record({ bytes: fc.nat(1000), from: fc.nat(20), length: fc.nat(10) })
  .map(({ bytes, from, length }) => ({ bytes, from, to: from + length }));

test('placement of any values', () => {
  fc.assert(
    fc.property(fc.array(valueArbitrary, { maxLength: 40 }), (values) => {
      const { offsets, bytes } = placeValues(values);
      values.forEach((a, i) =>
        values.forEach((b, j) => {
          if (j <= i || a.to < b.from || b.to < a.from || a.bytes === 0 || b.bytes === 0) return;
          expect(offsets[i] + a.bytes <= offsets[j] || offsets[j] + b.bytes <= offsets[i]).toBe(true);
        }),
      );
      const alive = (phase: number): number =>
        values.reduce((sum, value) => (value.from <= phase && phase <= value.to ? sum + value.bytes : sum), 0);
      expect(bytes).toBeGreaterThanOrEqual(Math.max(...Array.from({ length: 32 }, (_, phase) => alive(phase))));
      expect(bytes).toBeLessThanOrEqual(values.reduce((sum, value) => sum + value.bytes, 0));
    }),
  );
});

describe('twelve blocks of GPT-2 on one core', () => {
  const graph = graphOf(gpt2('gpt2-small', { tokens: 256 }));
  const shape = { from: start, to: end(graph), cores: 1, split: 'whole' as const };
  const fitOn = (scratchpadBytes: number) => {
    const chip = resolveChip({ scratchpadBytes });
    const work = coreWork(graph, shape, shareOut(graph, chip, shape)[0]);
    const more = { landingBytes: 0, weights: 'stream' as const, tilings: new Tilings(chip), memoryBytesPerCycle: 360 };
    const fit = fitCore({ graph, chip, work, ...more });
    if ('neededBytes' in fit) throw new Error(`${fit.neededBytes} bytes`);
    return { chip, fit };
  };

  test('need six token-by-768 matrices at once: residual, MLP input of four, and its result', () => {
    const { fit } = fitOn(2 * 1024 * 1024);
    expect(fit.spills.placement.bytes).toBe(6 * 256 * 768);
    expect(fit.spills.spilled.size).toBe(0);
  });

  test('spill what does not fit, and double what arrives and leaves where there is room', () => {
    expect(fitOn(1024 * 1024).fit.spills.spilled.size).toBeGreaterThan(0);
    expect(fitOn(30 * 1024 * 1024).fit.seconds.size).toBe(2);
  });

  test('never take more than there is', () => {
    for (let bytes = 200_000; bytes < 4_000_000; bytes *= 1.3) {
      const { chip, fit } = fitOn(Math.round(bytes));
      expect(fit.weightBytes + fit.activationBytes + chip.reservedBytes).toBeLessThanOrEqual(chip.scratchpadBytes);
    }
  });
});
