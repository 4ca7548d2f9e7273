/** What edges weigh decides where cores lie: by traffic, and by what messages and loads take on the busiest links of their ways. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapperOf } from '../../src/engine/mapping.ts';
import { alternatives } from '../../src/hypervisor/alternatives.ts';
import { bottleneckCost } from '../../src/hypervisor/bottleneck.ts';
import { placeTenants } from '../../src/hypervisor/placement.ts';
import type { Chip } from '../../src/model/chip.ts';
import type { Transfers } from '../../src/model/mapping.ts';
import { hops, isConnected } from '../../src/model/mesh.ts';
import { EDGE_WEIGHTS } from '../../src/model/vnpu.ts';
import { mappingModule } from '../support/mapping.ts';
import { coresOnly, tenant } from './requests.ts';

const mapper = mapperOf(mappingModule);

/** Where a request lies by each of the weights. */
const byWeights = (on: Chip, width: number, height: number, transfers: Transfers) =>
  EDGE_WEIGHTS.map((edgeWeights) => {
    const asked = [tenant('A', width, height, { mapping: 'similar', edgeWeights })];
    const placed = placeTenants(on, asked, { mapper, seed: 1, transfers: () => transfers });
    if (!placed.ok) throw new Error('not placed');
    return placed.value[0];
  });

it('edges that carry more stay short when they weigh their traffic', () => {
  // A ring of traffic 0-1-3-2 in a 2 x 2 request, on a line of four: the heavy pair 1-3 is kept, though it costs edges.
  const messages = [[0, 1, 10], [1, 3, 10_000], [2, 3, 10], [0, 2, 10]] as const; // prettier-ignore
  const on = coresOnly(4, 1);
  const [, { tiles }] = byWeights(on, 2, 2, { messages, loads: [] });
  expect(hops(on, tiles[1], tiles[3])).toBe(1);
});

it('torn tiles are placed by equal weights where the bottleneck was asked for, and say so', () => {
  // A line of three over a hole: one edge of two hops instead of one, whatever is loaded.
  const on = coresOnly(5, 1, { disabledTiles: [2] });
  const asked = [tenant('A', 3, 1, { mapping: 'disconnected', edgeWeights: 'bottleneck' })];
  const placed = placeTenants(on, asked, { mapper, seed: 1, transfers: () => ({ messages: [], loads: [1, 1, 1] }) });
  expect(placed.ok && placed.value[0].search).toMatchObject({ weights: 'equal', cost: 1, connected: false });
});

describe('by the bottleneck a core that loads lies where its bytes come in by two links', () => {
  // 3 x 2 with memory in the upper corners: tile 1 lies between them, and to the lower ones both halves come down one link, or along it.
  // Core 0 loads 320 bytes over links of 16: on tile 1 160 by each side, 10 cycles and a hop of 4. Core 1 fits only below it.
  const on = coresOnly(3, 2, { memoryTiles: [0, 2], flitBytes: 16 });
  const transfers = { messages: [[0, 1, 16]], loads: [320, 0] } as const;

  it('when it is placed', () => {
    const [equal, traffic, bottleneck] = byWeights(on, 2, 1, transfers);
    expect([equal.tiles, traffic.tiles]).toEqual([[3, 4], [3, 4]]); // prettier-ignore
    expect(bottleneck.tiles).toEqual([1, 4]);
    expect(bottleneck.search).toMatchObject({ weights: 'bottleneck', cost: 14, proven: true });
    // Where core 0 lies else: 20 cycles over the link from tile 0 to 3, and 3 hops from the other corner.
    expect(bottleneckCost(on, on.memoryTiles, transfers).of(equal.tiles)).toBe(32);
  });

  it('when it is carried, and its cheapest place sought', () => {
    const carried = { tiles: [3, 4], vcore: 'all', from: 3, over: 3 } as const;
    const request = { nodes: 2, edges: [[0, 1]], transfers, memoryTiles: on.memoryTiles, offers: [], seed: 1 } as const;
    const [equal, bottleneck] = (['equal', 'bottleneck'] as const).map((edgeWeights) => {
      const found = alternatives(on, (tile) => on.tiles[tile] === 'core', { ...request, edgeWeights }, carried, mapper);
      return found.find(({ kind }) => kind === 'near');
    });
    expect(equal).toMatchObject({ tiles: [3, 4] });
    expect(bottleneck).toMatchObject({ tiles: [1, 4], proven: true });
  });
});

it('by the bottleneck a placement costs what it says, never more than by equal weights, and no less than its bound', () => {
  const bytes = fc.array(fc.nat(5000), { minLength: 4, maxLength: 4 });
  const disabled = fc.uniqueArray(fc.constantFrom(1, 3, 6, 9, 11), { maxLength: 2 });
  fc.assert(
    fc.property(bytes, bytes, disabled, ([a, b, c, d], loads, disabledTiles) => {
      const on = coresOnly(4, 3, { memoryTiles: [0, 4, 8], flitBytes: 16, disabledTiles });
      const messages = [[0, 1, a], [1, 3, b], [3, 2, c], [2, 0, d]] as const; // prettier-ignore
      const { of } = bottleneckCost(on, on.memoryTiles, { messages, loads });
      const [equal, , { search, tiles }] = byWeights(on, 2, 2, { messages, loads });
      expect(search).toMatchObject({ weights: 'bottleneck', cost: of(tiles) });
      expect(search!.cost).toBeLessThanOrEqual(of(equal.tiles));
      expect(search!.cost).toBeGreaterThanOrEqual(search!.lowerBound);
      expect(isConnected(on, tiles)).toBe(true);
    }),
    { numRuns: 40 },
  );
});
