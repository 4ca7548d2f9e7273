/** The dynamic program against every possible partition of small networks. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { graphOf, stageStarts, type Graph } from '../../src/compiler/graph.ts';
import { partition } from '../../src/compiler/partition.ts';
import { isSplittable, type Split } from '../../src/compiler/split.ts';
import { StageCosts, type CostRequest } from '../../src/compiler/stage-cost.ts';
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

/** Least slowest stage over all partitions into at most `cores` cores. */
function leastSlowest(costs: StageCosts, graph: Graph, cuts: readonly number[], from: number, cores: number): number {
  if (from === cuts.length - 1) return 0;
  let best = Infinity;
  for (let to = from + 1; to < cuts.length; to++) {
    for (const split of ['whole', 'rows', 'channels'] as Split[]) {
      for (let used = split === 'whole' ? 1 : 2; used <= (split === 'whole' ? Math.min(1, cores) : cores); used++) {
        const shape = { first: cuts[from], last: cuts[to] - 1, cores: used, split };
        if (used > 1 && !isSplittable(graph, shape)) continue;
        const cost = costs.of(shape);
        if ('layer' in cost || cost.cycles >= best) continue;
        best = Math.min(best, Math.max(cost.cycles, leastSlowest(costs, graph, cuts, to, cores - used)));
      }
    }
  }
  return best;
}

test('the slowest stage is as fast as in the best of all partitions', () => {
  fc.assert(
    fc.property(
      networkArbitrary,
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom('auto' as const, 'stream' as const),
      (graph, vcores, weights) => {
        const request: CostRequest = { graph, chip, vcores, weights, memoryBytesPerCycle: 64, peers: 2 };
        const cuts = [...stageStarts(graph), graph.layers.length];
        const best = leastSlowest(new StageCosts(request), graph, cuts, 0, vcores);
        const stages = partition(request);
        expect(stages === undefined ? Infinity : Math.max(...stages.map(({ cost }) => cost.cycles))).toBe(best);
        if (stages === undefined) return;
        expect(stages.reduce((sum, { shape }) => sum + shape.cores, 0)).toBeLessThanOrEqual(vcores);
        stages.forEach(({ shape }, i) => expect(shape.first).toBe(i === 0 ? 0 : stages[i - 1].shape.last + 1));
        expect(stages[stages.length - 1].shape.last).toBe(graph.layers.length - 1);
      },
    ),
    { numRuns: 150 },
  );
});
