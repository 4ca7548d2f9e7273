/** Slices of split stages: products are computed exactly once, every reader gets what it reads, and what is handed on is a partition. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { graphOf, isHeavy, lastUse, liveBefore, stageStarts, tensorOf, type Graph } from '../../src/compiler/graph.ts';
import { area, intersect, needed, type Rect } from '../../src/compiler/rect.ts';
import { isSplittable, shareOut, type Share, type StageShape } from '../../src/compiler/split.ts';
import { transfersBetween } from '../../src/compiler/transfers.ts';
import { resolveChip } from '../../src/model/chip.ts';
import type { Layer } from '../../src/model/workload.ts';
import { gpt2 } from '../../src/workloads/gpt2.ts';
import { resnet } from '../../src/workloads/resnet.ts';

const chip = resolveChip({});
const graphs = [graphOf(resnet(18)), graphOf(gpt2('gpt2-small', { tokens: 96 }))];

const contains = (outer: Rect, inner: Rect): boolean => area(intersect(outer, inner)) === area(inner);

/** Disjoint slices whose areas add up to the tensor's. */
function isPartition(graph: Graph, tensor: number, slices: readonly (Rect | undefined)[]): boolean {
  const present = slices.filter((slice): slice is Rect => slice !== undefined && area(slice) > 0);
  const apart = present.every((a, i) => present.every((b, j) => j <= i || area(intersect(a, b)) === 0 || a === b));
  const { rows, channels } = tensorOf(graph, tensor);
  return apart && present.reduce((sum, slice) => sum + area(slice), 0) === rows * channels;
}

const shapeArbitrary = fc
  .record({
    graph: fc.constantFrom(...graphs),
    at: fc.nat(),
    length: fc.integer({ min: 1, max: 3 }),
    cores: fc.integer({ min: 1, max: 9 }),
  })
  .chain(({ graph, at, length, cores }) => {
    const cuts = [...stageStarts(graph), graph.layers.length];
    const from = at % (cuts.length - 1);
    const to = Math.min(cuts.length - 1, from + length);
    const base = { first: cuts[from], last: cuts[to] - 1, cores };
    return fc.constantFrom('rows' as const, 'channels' as const).map((split) => ({
      graph,
      shape: { ...base, split: cores === 1 ? ('whole' as const) : split } as StageShape,
    }));
  })
  .filter(({ graph, shape }) => shape.cores === 1 || isSplittable(graph, shape));

function checkReads(graph: Graph, share: Share, { first, last }: StageShape): void {
  for (let l = first; l <= last; l++) {
    const layer: Layer = graph.layers[l];
    for (const input of layer.inputs) {
      const have = share.computes.get(input) ?? share.holds.get(input);
      expect(have && contains(have, needed(layer, share.computes.get(l)!, tensorOf(graph, input))), layer.name).toBe(
        true,
      );
    }
  }
}

describe('shares', () => {
  test('of any stage that may be split', () => {
    fc.assert(
      fc.property(shapeArbitrary, ({ graph, shape }) => {
        const shares = shareOut(graph, chip, shape);
        for (const share of shares) checkReads(graph, share, shape);
        for (let l = shape.first; l <= shape.last; l++) {
          if (isHeavy(graph.layers[l]))
            expect(
              isPartition(
                graph,
                l,
                shares.map(({ computes }) => computes.get(l)),
              ),
            ).toBe(true);
        }
        for (const tensor of liveBefore(graph, shape.last + 1)) {
          expect(
            isPartition(
              graph,
              tensor,
              shares.map(({ passes }) => passes.get(tensor)),
            ),
            tensorOf(graph, tensor).name,
          ).toBe(true);
        }
        for (const { passes, holds, computes } of shares) {
          for (const [tensor, slice] of passes)
            expect(contains((computes.get(tensor) ?? holds.get(tensor))!, slice)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('what arrives covers what the next stage holds, and nothing else is sent', () => {
    const graph = graphs[0];
    const names = (name: string): number => graph.layers.findIndex((layer) => layer.name === name);
    const before = shareOut(graph, chip, { first: 0, last: names('relu'), cores: 4, split: 'rows' });
    const after = shareOut(graph, chip, {
      first: names('maxpool'),
      last: names('layer1.0.relu1'),
      cores: 3,
      split: 'rows',
    });
    const transfers = transfersBetween({ vcores: [0, 1, 2, 3], shares: before }, { vcores: [4, 5, 6], shares: after });
    for (const [core, { holds }] of after.entries()) {
      const arriving = transfers.filter(({ to }) => to === 4 + core).reduce((sum, { bytes }) => sum + bytes, 0);
      expect(arriving).toBe([...holds.values()].reduce((sum, slice) => sum + area(slice), 0));
    }
    // 56 pooled rows over 3 cores, 18 + 19 + 19; the convolution reaches one pooled row further each way, the pool one image row.
    expect(after.map(({ holds }) => area(holds.get(names('relu'))!) / (112 * 64))).toEqual(
      [38, 43, 41].map((rows) => rows),
    );
  });

  test('a tensor that passes through a stage is held by it', () => {
    const graph = graphs[1];
    const attention = graph.layers.findIndex(({ kind }) => kind === 'attention');
    const shares = shareOut(graph, chip, { first: attention, last: attention, cores: 3, split: 'channels' });
    expect(liveBefore(graph, attention)).toEqual([-1, attention - 1]);
    expect(lastUse(graph, -1)).toBeGreaterThan(attention);
    expect(
      isPartition(
        graph,
        -1,
        shares.map(({ holds }) => holds.get(-1)),
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
        const rect = needed(layer, out, { name: '', rows: inHeight * inWidth, channels: 3 });
        expect([rect.row0 / inWidth, rect.row1 / inWidth]).toEqual([Math.min(...read), Math.max(...read) + 1]);
      }),
    );
  });
});
