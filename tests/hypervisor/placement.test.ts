import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeTenants, type Placement } from '../../src/hypervisor/placement.ts';
import { largestFreeRectangle } from '../../src/hypervisor/policies.ts';
import { coreTiles, resolveChip } from '../../src/model/chip.ts';
import type { TenantRequest } from '../../src/model/experiment.ts';
import { NO_TRANSFERS } from '../../src/model/mapping.ts';
import { hops, isConnected } from '../../src/model/mesh.ts';
import { MAPPINGS, vcoreCount, type Mapping } from '../../src/model/vnpu.ts';
import { mapperOf } from '../../src/engine/mapping.ts';
import { mappingModule } from '../support/mapping.ts';
import { coresOnly, tenant } from './requests.ts';

const chip = resolveChip({});
const searching = { mapper: mapperOf(mappingModule), seed: 1, transfers: () => NO_TRANSFERS };

const place = (requests: TenantRequest[], on = chip): Placement[] => {
  const result = placeTenants(on, requests, searching);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
};

const refusal = (requests: TenantRequest[], on = chip): string => {
  const result = placeTenants(on, requests, searching);
  if (result.ok) throw new Error('placed');
  return result.problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
};

describe('policies', () => {
  it('exact takes the first rectangle beside those taken, memory columns left out', () => {
    const [a, b] = place([tenant('A', 3, 2), tenant('B', 3, 2)]);
    expect(a.tiles).toEqual([1, 2, 3, 9, 10, 11]);
    expect(b.tiles).toEqual([4, 5, 6, 12, 13, 14]);
  });

  it('exact lays the mesh on its side when it fits only so, and neighbours stay neighbours', () => {
    // 2 wide, 3 high: a request of 3 x 2 fits only turned. Virtual core 1 is below core 0, core 3 beside it.
    const [{ tiles, editDistance }] = place([tenant('A', 3, 2)], coresOnly(2, 3));
    expect(tiles).toEqual([0, 2, 4, 1, 3, 5]);
    expect(editDistance).toBe(0);
  });

  it('rowMajor and snake take free cores in order', () => {
    const on = coresOnly(3, 3, { disabledTiles: [1] });
    expect(place([tenant('A', 2, 2, { mapping: 'rowMajor' })], on)[0].tiles).toEqual([0, 2, 3, 4]);
    expect(place([tenant('A', 2, 2, { mapping: 'snake' })], on)[0].tiles).toEqual([0, 2, 5, 4]);
  });

  it('snake goes from neighbour to neighbour on an empty mesh', () => {
    const on = coresOnly(5, 4);
    const [{ tiles }] = place([tenant('A', 5, 4, { mapping: 'snake' })], on);
    for (let i = 1; i < tiles.length; i++) expect(hops(on, tiles[i - 1], tiles[i])).toBe(1);
  });

  it('placements by hand come first, whatever their order', () => {
    const [a, b] = place([tenant('A', 1, 1), tenant('B', 2, 1, { placement: [1, 9] })]);
    expect(a.tiles).toEqual([2]);
    expect(b).toEqual({ tiles: [1, 9], editDistance: 0, stretched: [] });
  });

  it('a torn placement costs its stretched and its unasked edges', () => {
    // 2 x 2 on a line of four: edges 0-1, 2-3 kept; 0-2, 1-3 stretched; the neighbours 1-2 were not asked for.
    expect(place([tenant('A', 2, 2, { placement: [1, 2, 3, 4] })])[0].editDistance).toBe(3);
  });
});

describe('policies that search', () => {
  const lockIn = [tenant('A', 3, 3), tenant('B', 3, 3, { mapping: 'similar' })];

  it('similar places what exact cannot: two 3 x 3 requests on a 5 x 5 chip', () => {
    const [, { tiles, editDistance, stretched, search }] = place(lockIn, coresOnly(5, 5));
    expect(search).toMatchObject({ cost: editDistance, proven: true, weights: 'equal', connected: true });
    // What is left beside a 3 x 3 corner is an L two wide, which holds no 3 x 3: at least one edge is lost.
    expect(editDistance).toBeGreaterThan(0);
    expect(isConnected(coresOnly(5, 5), tiles)).toBe(true);
    for (const { from, to, hops: apart } of stretched)
      expect(hops(coresOnly(5, 5), tiles[from], tiles[to])).toBe(apart);
    expect(refusal([lockIn[0], tenant('B', 3, 3)], coresOnly(5, 5))).toContain('not in that shape');
  });

  it('similar is never worse than any other policy, and says what it would take if there is no connected set', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 35 }), { maxLength: 14 }), (taken) => {
        const on = coresOnly(6, 6, { disabledTiles: taken });
        const cost = (mapping: Mapping): number => {
          const placed = placeTenants(on, [tenant('A', 3, 4, { mapping })], searching);
          return placed.ok && isConnected(on, placed.value[0].tiles) ? placed.value[0].editDistance : Infinity;
        };
        const best = cost('similar');
        for (const mapping of MAPPINGS) expect(cost(mapping)).toBeGreaterThanOrEqual(best);
      }),
      { numRuns: 15 },
    );
  });

  it('disconnected is a last resort: torn only where nothing else is left', () => {
    const split = coresOnly(5, 1, { disabledTiles: [2] });
    expect(refusal([tenant('A', 3, 1, { mapping: 'similar' })], split)).toContain(
      'the largest piece has 2; at most 2 virtual cores fit, or the mapping "disconnected"',
    );
    const [torn] = place([tenant('A', 3, 1, { mapping: 'disconnected' })], split);
    // A line of three over a hole: one edge of two hops instead of one.
    expect(torn.search).toMatchObject({ connected: false, cost: 1, proven: true });
    expect(torn.stretched.map(({ hops }) => hops)).toEqual([2]);
    expect(place([tenant('A', 2, 1, { mapping: 'disconnected' })], split)[0].search?.connected).toBe(true);
  });
});

describe('costs besides edges', () => {
  it('neighbours that nobody asked for may cost nothing, or more', () => {
    // A line of four on a 2 x 2 square keeps its three edges, and its ends become neighbours unasked: one insertion.
    const square = coresOnly(2, 2);
    const costOf = (insertion?: number) =>
      place([tenant('A', 4, 1, { mapping: 'similar', mappingCosts: { memory: 0, insertion } })], square)[0].search!
        .cost;
    expect([undefined, 0, 1, 7].map(costOf)).toEqual([1, 0, 1, 7]);
  });

  it('cores lie as far from memory as they ask', () => {
    // 8 x 6 with memory at x = 0 and x = 7: tiles at x = 1 and 6 are 1 hop away, those at x = 3 and 4 are 3.
    const away = (mappingCosts: TenantRequest['mappingCosts']): number[] =>
      place([tenant('A', 1, 3, { mapping: 'similar', mappingCosts })])[0].tiles.map((tile) =>
        Math.min(tile % 8, 7 - (tile % 8)),
      );
    expect(away({ memory: 2 })).toEqual([1, 1, 1]);
    expect(away({ memory: 2, memoryHops: [3, 3, 3] })).toEqual([3, 3, 3]);
    expect(away({ memory: 2, memoryHops: [1, 2, 3] })).toEqual([1, 2, 3]);
  });

  it('only interfaces of its own channels count', () => {
    // Channel 0 is the first interface: tile 0. Beside it lies tile 1, and nothing else is as near.
    const [{ tiles }] = place([tenant('A', 1, 1, { mapping: 'similar', channels: [0], mappingCosts: { memory: 1 } })]);
    expect(tiles).toEqual([1]);
    const [far] = place([
      tenant('A', 1, 1, { mapping: 'similar', channels: [0], mappingCosts: { memory: 1, memoryHops: [11] } }),
    ]);
    // (6, 5) is 6 + 5 hops from (0, 0)
    expect(far.tiles).toEqual([6 + 8 * 5]);
  });
});

describe('allocators that look at shape alone', () => {
  const regionOf = (mapping: Mapping, w: number, h: number, on = coresOnly(5, 5)): number[] =>
    [...place([tenant('A', w, h, { mapping })], on)[0].tiles].sort((a, b) => a - b);

  it('first fit takes the first place, best fit the one with most walls and neighbours around it', () => {
    // Tile 0 is taken. First fit: corner at tile 1. Best fit: the corner at tile 3, with two walls of two tiles each.
    const on = coresOnly(5, 5, { disabledTiles: [0] });
    expect(regionOf('firstFit', 2, 2, on)).toEqual([1, 2, 6, 7]);
    expect(regionOf('bestFit', 2, 2, on)).toEqual([3, 4, 8, 9]);
  });

  it('first fit does not turn a request, shapes and folds do', () => {
    const on = coresOnly(2, 6);
    expect(refusal([tenant('A', 3, 2, { mapping: 'firstFit' })], on)).toContain('not in that shape');
    expect(regionOf('shapesFirstFit', 3, 2, on)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(regionOf('folds', 3, 2, on)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('folds bend a request into an L where no rectangle is left', () => {
    // 3 x 3 tiles without one corner of 2 x 2: an L of five
    const on = coresOnly(3, 3, { disabledTiles: [1, 2, 4, 5] });
    expect(refusal([tenant('A', 5, 1, { mapping: 'shapesBestFit' })], on)).toContain('not in that shape');
    expect(regionOf('folds', 5, 1, on)).toEqual([0, 3, 6, 7, 8]);
  });

  it('a nucleus grows where no shape is left, by the neighbours that touch it most', () => {
    // #  1  2  3   No rectangle and no L of six is free. The first nucleus of a 3 x 2 request is half as wide and three high: 1, 5, 9.
    // 4  5  6  #   Around it 2 has the lowest number; then 6 touches 2 and 5; then 3, 4, 8 touch one each, and 3 is the lowest.
    // 8  9  #  11
    const on = coresOnly(4, 3, { disabledTiles: [0, 7, 10] });
    expect(refusal([tenant('A', 3, 2, { mapping: 'folds' })], on)).toContain('not in that shape');
    expect(regionOf('nucleus', 3, 2, on)).toEqual([1, 2, 3, 5, 6, 9]);
  });
});

describe('a placement of any tenants', () => {
  const requests = fc.array(
    fc.record({
      w: fc.integer({ min: 1, max: 4 }),
      h: fc.integer({ min: 1, max: 4 }),
      mapping: fc.constantFrom(...MAPPINGS),
    }),
    { minLength: 1, maxLength: 5 },
  );
  const disabledTiles = fc.uniqueArray(
    fc.integer({ min: 0, max: 47 }).filter((t) => t % 8 !== 0 && t % 8 !== 7),
    { maxLength: 20 },
  );

  it('uses each tile once, core tiles only, one for each virtual core; an exact one costs nothing', () => {
    fc.assert(
      fc.property(requests, disabledTiles, (shapes, disabled) => {
        const on = resolveChip({ disabledTiles: disabled });
        const asked = shapes.map(({ w, h, mapping }, i) => tenant(`T${i}`, w, h, { mapping }));
        const result = placeTenants(on, asked, searching);
        if (!result.ok) return;
        const tiles = result.value.flatMap((placement) => placement.tiles);
        expect(new Set(tiles).size).toBe(tiles.length);
        expect(tiles.every((tile) => coreTiles(on).includes(tile))).toBe(true);
        result.value.forEach((placement, i) => {
          expect(placement.tiles).toHaveLength(vcoreCount(asked[i].topology));
          if (asked[i].mapping === 'exact') expect(placement.editDistance).toBe(0);
        });
      }),
    );
  });

  it('is refused only if there is no room: the message names a mesh that does fit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), disabledTiles, (w, h, disabled) => {
        const on = resolveChip({ disabledTiles: disabled });
        const result = placeTenants(on, [tenant('A', w, h)]);
        if (result.ok) return;
        const free = coreTiles(on).length;
        const { message } = result.problems[0];
        if (w * h > free) return void expect(message).toContain(`at most ${free} virtual cores`);
        const [, width, height] = /a mesh up to (\d+) x (\d+) fits/.exec(message)!.map(Number);
        expect(placeTenants(on, [tenant('A', width, height)]).ok).toBe(true);
        expect(placeTenants(on, [tenant('A', w, h, { mapping: 'snake' })]).ok).toBe(true);
      }),
    );
  });

  it('the largest free rectangle is the largest of all rectangles', () => {
    fc.assert(
      fc.property(disabledTiles, (disabled) => {
        const on = coresOnly(8, 6, { disabledTiles: disabled });
        const { width, height } = largestFreeRectangle(on, (tile) => on.tiles[tile] === 'core');
        let best = 0;
        for (let w = 1; w <= 8; w++) {
          for (let h = 1; h <= 6; h++) {
            // Rotation cannot help: every w x h is tried with its own h x w.
            if (w * h > best && placeTenants(on, [tenant('A', w, h)]).ok) best = w * h;
          }
        }
        expect(width * height).toBe(best);
      }),
      { numRuns: 30 },
    );
  });
});

describe('what does not fit', () => {
  it('says how many cores are free and how many would fit', () => {
    expect(refusal([tenant('A', 6, 4), tenant('B', 4, 4)])).toBe(
      'tenants.1.topology: "B" asks for 4 x 4 virtual cores, but 12 of 36 cores are free; at most 12 virtual cores fit beside the other tenants',
    );
  });

  it('says which shape would fit', () => {
    expect(refusal([tenant('A', 6, 4), tenant('B', 3, 3)])).toBe(
      'tenants.1.topology: "B" asks for 3 x 3 virtual cores in one rectangle; 12 of 36 cores are free, but not in that shape; ' +
        'a mesh up to 6 x 2 fits, or the mapping "similar" instead of "exact"',
    );
  });

  it('names both tenants that use a tile', () => {
    const message = refusal([tenant('A', 2, 1, { placement: [1, 2] }), tenant('B', 2, 1, { placement: [2, 3] })]);
    expect(message).toBe('tenants.1.placement.0: tile 2 is taken: "A" and "B" both use it; name a free core tile');
  });

  it.each([
    [[1], 'tenants.0.placement: names 1 tiles; "A" has 2 virtual cores'],
    [[1, 1], 'tenants.0.placement.1: tile 1 is taken: "A" uses it twice'],
    [[1, 8], 'tenants.0.placement.1: tile 8 is memory'],
    [[1, 48], 'tenants.0.placement.1: tile 48 is outside the mesh'],
  ])('placement %j', (placement, message) => {
    expect(refusal([tenant('A', 2, 1, { placement })])).toContain(message);
  });
});
