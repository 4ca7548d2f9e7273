/** Slices of split stages: products are computed exactly once, every reader gets what it reads, and what is handed on is a partition. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { before, crossing, operatorsBetween } from '../../src/compiler/cuts.ts';
import { graphOf, isHeavy, tensorOf, type Graph } from '../../src/compiler/graph.ts';
import { area, contains, intersect, needed, type Rect } from '../../src/compiler/rect.ts';
import { mostParts, shareOut, type Share, type StageShape } from '../../src/compiler/split.ts';
import { transfersBetween } from '../../src/compiler/transfers.ts';
import { resolveChip } from '../../src/model/chip.ts';
import type { Layer } from '../../src/model/workload.ts';
import { gpt2 } from '../../src/workloads/gpt2.ts';
import { resnet } from '../../src/workloads/resnet.ts';

const chip = resolveChip({});
const graphs = [graphOf(resnet(18)), graphOf(gpt2('gpt2-small', { tokens: 96 }))];

/** Disjoint slices whose areas add up to that of what they share out. */
function isPartition(whole: Rect, slices: readonly (Rect | undefined)[]): boolean {
  const present = slices.filter((slice): slice is Rect => slice !== undefined && area(slice) > 0);
  const apart = present.every((a, i) => present.every((b, j) => j <= i || area(intersect(a, b)) === 0));
  return apart && present.reduce((sum, slice) => sum + area(slice), 0) === area(whole);
}

const all = ({ rows, channels }: { rows: number; channels: number }): Rect => ({
  ...{ row0: 0, row1: rows, channel0: 0, channel1: channels },
});

/** A stage between two units on several cores, or between any two cuts on one. */
const shapeArbitrary = fc
  .record({
    graph: fc.constantFrom(...graphs),
    at: fc.nat(),
    length: fc.integer({ min: 1, max: 3 }),
    cores: fc.integer({ min: 1, max: 9 }),
    split: fc.constantFrom('rows' as const, 'channels' as const),
    inside: fc.tuple(fc.nat(), fc.nat()),
  })
  .map(({ graph, at, length, cores, split, inside }) => {
    const first = at % graph.units.length;
    const last = Math.min(graph.units.length, first + length);
    if (cores > 1) return { graph, shape: { from: before(first), to: before(last), cores, split } as StageShape };
    const cut = (unit: number, part: number) => {
      const layer = graph.layers[graph.units[unit]?.first ?? 0];
      const pieces = Math.floor(layer.output.rows / layer.rowUnit);
      return { unit, at: unit === graph.units.length ? 0 : (part % pieces) * layer.rowUnit, axis: 'rows' as const };
    };
    const to = cut(last, inside[1]);
    return { graph, shape: { from: cut(first, inside[0]), to, cores: 1, split: 'whole' } as StageShape };
  })
  .filter(({ graph, shape }) => shape.cores === 1 || mostParts(graph, shape) >= shape.cores);

/** What an operator reads is made on the same core, arrives or is loaded: all of it. */
function checkReads(graph: Graph, { computes, holds, loads }: Share): void {
  for (const [l, made] of computes) {
    const layer: Layer = graph.layers[l];
    layer.inputs.forEach((input, which) => {
      const want = needed(layer, which, made, tensorOf(graph, input));
      const have = [computes, holds, loads].flatMap((slices) => (slices.has(input) ? [slices.get(input)!] : []));
      expect(covered(want, have), `${layer.name} reads ${tensorOf(graph, input).name}`).toBe(true);
    });
  }
}

/** Is a slice covered by one or two others that do not overlap? */
function covered(want: Rect, have: readonly Rect[]): boolean {
  if (have.some((slice) => contains(slice, want))) return true;
  return have.reduce((sum, slice) => sum + area(intersect(slice, want)), 0) === area(want);
}

describe('shares', () => {
  test('of any stage that there may be', () => {
    fc.assert(
      fc.property(shapeArbitrary, ({ graph, shape }) => {
        const shares = shareOut(graph, chip, shape);
        const { first, last } = operatorsBetween(graph, shape.from, shape.to);
        for (const share of shares) checkReads(graph, share);
        for (let l = first; l <= last; l++) {
          if (shape.cores === 1 || !isHeavy(graph.layers[l])) continue;
          const made = shares.map(({ computes }) => computes.get(l));
          expect(isPartition(all(graph.layers[l].output), made)).toBe(true);
        }
        for (const [tensor, slice] of crossing(graph, shape.to)) {
          const passed = shares.map(({ passes }) => passes.get(tensor));
          expect(isPartition(slice, passed), tensorOf(graph, tensor).name).toBe(true);
        }
        for (const { passes, holds, computes } of shares) {
          for (const [tensor, slice] of passes) {
            const have = [computes, holds].flatMap((slices) => (slices.has(tensor) ? [slices.get(tensor)!] : []));
            expect(covered(slice, have)).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('two stages that share an operator make each row of it once', () => {
    const graph = graphs[0];
    const unit = 3;
    const { first } = graph.units[unit];
    const cut = { unit, at: 28 * 56, axis: 'rows' as const };
    const shape = { cores: 1, split: 'whole' } as const;
    const [above] = shareOut(graph, chip, { from: before(unit), to: cut, ...shape });
    const [below] = shareOut(graph, chip, { from: cut, to: before(unit + 1), ...shape });
    expect(isPartition(all(graph.layers[first].output), [above.computes.get(first), below.computes.get(first)])).toBe(
      true,
    );
    expect([...above.passes]).toEqual([...below.holds]);
  });

  test('what arrives covers what the next stage holds, and nothing else is sent', () => {
    const graph = graphs[0];
    const unitAt = (name: string): number => graph.unitOf[graph.layers.findIndex((layer) => layer.name === name)];
    const relu = graph.layers.findIndex(({ name }) => name === 'relu');
    const [pool, end] = [before(unitAt('maxpool')), before(unitAt('layer1.0.relu1') + 1)];
    const above = shareOut(graph, chip, { from: before(0), to: pool, cores: 4, split: 'rows' });
    const below = shareOut(graph, chip, { from: pool, to: end, cores: 3, split: 'rows' });
    const transfers = transfersBetween(
      graph,
      { vcores: [0, 1, 2, 3], shares: above },
      { vcores: [4, 5, 6], shares: below },
    );
    for (const [core, { holds }] of below.entries()) {
      const arriving = transfers.filter(({ to }) => to === 4 + core).reduce((sum, { bytes }) => sum + bytes, 0);
      expect(arriving).toBe([...holds.values()].reduce((sum, slice) => sum + area(slice), 0));
    }
    // 56 pooled rows over 3 cores, 18 + 19 + 19; the convolution reaches one pooled row further each way, the pool one image row.
    expect(below.map(({ holds }) => area(holds.get(relu)!) / (112 * 64))).toEqual([38, 43, 41]);
  });

  test('a tensor that passes through a stage is held by it', () => {
    const graph = graphs[1];
    const attention = graph.layers.findIndex(({ kind }, l) => kind === 'attention' && l > 10);
    const unit = graph.unitOf[attention];
    const residual = graph.layers.findIndex(({ name }) => name === 'block0.add2');
    const shape = { from: before(unit), to: before(unit + 1), cores: 3, split: 'channels' as const };
    const shares = shareOut(graph, chip, shape);
    expect([...crossing(graph, before(unit)).keys()]).toEqual([residual, attention - 1]);
    expect(
      isPartition(
        all(tensorOf(graph, residual)),
        shares.map(({ holds }) => holds.get(residual)),
      ),
    ).toBe(true);
    // Four heads of 64 channels on each of three cores, with their queries, keys and values side by side.
    expect(shares.map(({ holds }) => holds.get(attention - 1))).toMatchObject([
      { channel0: 0, channel1: 768 },
      { channel0: 768, channel1: 1536 },
      { channel0: 1536, channel1: 2304 },
    ]);
  });
});

describe('needed rows', () => {
  const convolutions = graphs[0].layers.filter(({ window }) => window !== undefined);

  test('are those that a pixel-by-pixel convolution reads', () => {
    fc.assert(
      fc.property(fc.constantFrom(...convolutions), fc.nat(), fc.nat(), (layer, a, b) => {
        const { outHeight, outWidth, inHeight, inWidth, kernel, stride, padding } = layer.window!;
        const [top, bottom] = [a % outHeight, b % outHeight].sort((x, y) => x - y);
        const read = new Set<number>();
        for (let y = top; y <= bottom; y++) {
          for (let k = 0; k < kernel; k++) {
            const row = y * stride - padding + k;
            if (row >= 0 && row < inHeight) read.add(row);
          }
        }
        const out = {
          row0: top * outWidth,
          row1: (bottom + 1) * outWidth,
          channel0: 0,
          channel1: layer.output.channels,
        };
        const rect = needed(layer, 0, out, { name: '', rows: inHeight * inWidth, channels: 3 });
        expect([rect.row0 / inWidth, rect.row1 / inWidth]).toEqual([Math.min(...read), Math.max(...read) + 1]);
      }),
    );
  });
});
