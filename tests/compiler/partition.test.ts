/** The dynamic program against every possible partition of small networks. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Estimates, type EstimateRequest } from '../../src/compiler/estimate.ts';
import { graphOf, type Graph } from '../../src/compiler/graph.ts';
import { partition } from '../../src/compiler/partition.ts';
import { SliceCosts } from '../../src/compiler/slice-costs.ts';
import { mostParts, type Split } from '../../src/compiler/split.ts';
import { resolveChip } from '../../src/model/chip.ts';
import { LayerList } from '../../src/workloads/layers.ts';

const chip = resolveChip({ scratchpadBytes: 512 * 1024, arrayRows: 32, arrayColumns: 32, vectorLanes: 64 });

/** A chain of products with residual adds, norms and activations where the draw says so. */
const networkArbitrary: fc.Arbitrary<Graph> = fc
  .array(
    fc.record({ width: fc.constantFrom(32, 64, 200, 256), kind: fc.constantFrom('relu', 'norm', 'add', 'none') }),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((blocks) => {
    const list = new LayerList({ height: 96, width: 1, channels: 64 }, 'sequence');
    let last = -1;
    blocks.forEach(({ width, kind }, block) => {
      const before = last;
      if (kind === 'norm') last = list.layerNorm(`norm${block}`, last);
      last = list.linear(`product${block}`, last, kind === 'add' ? list.shapeOf(last).channels : width);
      if (kind === 'add') last = list.add(`add${block}`, last, before);
      if (kind === 'relu') last = list.activation(`relu${block}`, last, 'relu');
    });
    const input = { name: 'input', rows: 96, channels: 64 };
    return graphOf({ name: 'drawn', title: '', source: '', input, inputShape: [1, 96, 64], layers: list.layers });
  });

/** Least slowest stage over all partitions of what lies behind cut `from` into at most `cores` cores. */
function leastSlowest(
  estimates: Estimates,
  graph: Graph,
  from: number,
  cores: number,
  known = new Map<string, number>(),
): number {
  const { cuts } = estimates;
  if (from === cuts.length - 1) return 0;
  const key = `${from} ${cores}`;
  if (known.has(key)) return known.get(key)!;
  let best = Infinity;
  for (let to = from + 1; to < cuts.length; to++) {
    for (const split of ['whole', 'rows', 'channels'] as Split[]) {
      for (let used = split === 'whole' ? 1 : 2; used <= (split === 'whole' ? Math.min(1, cores) : cores); used++) {
        if (used > 1 && mostParts(graph, { from: cuts[from], to: cuts[to], split }) < used) continue;
        const { cycles } = used === 1 ? estimates.whole(from, to) : estimates.split(from, to, used, split);
        best = Math.min(best, Math.max(cycles, leastSlowest(estimates, graph, to, cores - used, known)));
      }
    }
  }
  known.set(key, best);
  return best;
}

test('the slowest stage is as fast as in the best of all partitions', () => {
  fc.assert(
    fc.property(networkArbitrary, fc.integer({ min: 1, max: 4 }), (graph, vcores) => {
      const costs = new SliceCosts(chip, graph.layers);
      const request: EstimateRequest = { graph, chip, vcores, weights: 'stream', memoryBytesPerCycle: 64, costs };
      const stages = partition(request);
      const slowest = Math.max(...stages.map(({ estimate }) => estimate.cycles));
      expect(slowest).toBeCloseTo(leastSlowest(new Estimates(request), graph, 0, vcores), 6);
      expect(stages.reduce((sum, { shape }) => sum + shape.cores, 0)).toBeLessThanOrEqual(vcores);
    }),
    { numRuns: 60 },
  );
});
