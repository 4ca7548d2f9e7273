import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeTenants, type Placement } from '../../src/hypervisor/placement.ts';
import { largestFreeRectangle } from '../../src/hypervisor/policies.ts';
import { coreTiles, resolveChip } from '../../src/model/chip.ts';
import type { TenantRequest } from '../../src/model/experiment.ts';
import { hops } from '../../src/model/mesh.ts';
import { MAPPINGS, vcoreCount } from '../../src/model/vnpu.ts';
import { coresOnly, tenant } from './requests.ts';

const chip = resolveChip({});

const place = (requests: TenantRequest[], on = chip): Placement[] => {
  const result = placeTenants(on, requests);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
};

const refusal = (requests: TenantRequest[], on = chip): string => {
  const result = placeTenants(on, requests);
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
    expect(b).toEqual({ tiles: [1, 9], editDistance: 0 });
  });

  it('a torn placement costs its stretched and its unasked edges', () => {
    // 2 x 2 on a line of four: edges 0-1, 2-3 kept; 0-2, 1-3 stretched; the neighbours 1-2 were not asked for.
    expect(place([tenant('A', 2, 2, { placement: [1, 2, 3, 4] })])[0].editDistance).toBe(3);
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
        const result = placeTenants(on, asked);
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
        'a mesh up to 6 x 2 fits, or the mapping "snake" instead of "exact"',
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
