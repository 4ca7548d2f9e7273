/** Values that are alive together never overlap, and the area is never smaller than the busiest moment nor larger than everything. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeValues } from '../../src/compiler/arena.ts';
import { fitCore, withSecondBuffers, type FitRequest } from '../../src/compiler/fit.ts';
import { graphOf } from '../../src/compiler/graph.ts';
import { shareOut } from '../../src/compiler/split.ts';
import { Tilings } from '../../src/compiler/tiles.ts';
import type { Value } from '../../src/compiler/values.ts';
import { resolveChip } from '../../src/model/chip.ts';
import { gpt2 } from '../../src/workloads/gpt2.ts';

const valueArbitrary: fc.Arbitrary<Value> = fc
  .record({ bytes: fc.nat(1000), from: fc.nat(20), length: fc.nat(10) })
  .map(({ bytes, from, length }) => ({ label: '', bytes, from, to: from + length, role: 'inner' }));

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

test('a block of GPT-2 needs six token-by-768 matrices at once: residual, MLP input of four, and its result', () => {
  const graph = graphOf(gpt2('gpt2-small', { tokens: 256 }));
  const shape = { first: 0, last: graph.layers.length - 1, cores: 1, split: 'whole' as const };
  const chip = resolveChip({ scratchpadBytes: 2 * 1024 * 1024 });
  const [share] = shareOut(graph, chip, shape);
  const request: FitRequest = {
    graph,
    chip,
    shape,
    share,
    landingBytes: 0,
    weights: 'stream',
    tilings: new Tilings(chip),
  };
  const fit = fitCore(request);
  if ('layer' in fit) throw new Error('it fits');
  expect(fit.placement.bytes).toBe(6 * 256 * 768);
  // Two tiles of 128 channels x (3072 weights + bias) beside them leave no room for a second input.
  expect(fit.tileBytes).toBe(128 * 3073);
  expect(withSecondBuffers(request, fit).seconds.size).toBe(0);
  const roomy = { ...request, chip: resolveChip({}) };
  expect(withSecondBuffers(roomy, fit).seconds.size).toBe(2);
});
