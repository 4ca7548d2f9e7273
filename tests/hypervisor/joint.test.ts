/** Several tenants at once: the order search is never worse than the given order, and moves do what they say. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mapperOf } from '../../src/engine/mapping.ts';
import { defragment, placeJointly } from '../../src/hypervisor/joint.ts';
import { placeTenants } from '../../src/hypervisor/placement.ts';
import { largestFreeRectangle } from '../../src/hypervisor/policies.ts';
import { mappingModule } from '../support/mapping.ts';
import { coresOnly, tenant } from './requests.ts';

const searching = { mapper: mapperOf(mappingModule), seed: 1, traffic: () => [] };

it('places what the given order cannot: a small tenant first would cut the only rectangle', () => {
  // 4 x 3 cores without (3, 2): the only place of the 4 x 2 is above, and the 1 x 1 takes its first tile when it comes first.
  const on = coresOnly(4, 3, { disabledTiles: [11] });
  const asked = [tenant('A', 1, 1), tenant('B', 4, 2)];
  expect(placeTenants(on, asked).ok).toBe(false);
  const joint = placeJointly(on, asked);
  expect(joint.ok && joint.value.map(({ tiles }) => tiles)).toEqual([[8], [0, 1, 2, 3, 4, 5, 6, 7]]);
});

it('never costs more than the given order, and no tile is given twice', () => {
  const shape = fc.record({ w: fc.integer({ min: 1, max: 3 }), h: fc.integer({ min: 1, max: 3 }) });
  fc.assert(
    fc.property(fc.array(shape, { minLength: 2, maxLength: 5 }), (shapes) => {
      const on = coresOnly(5, 5);
      const asked = shapes.map(({ w, h }, i) => tenant(`T${i}`, w, h, { mapping: 'similar' }));
      const [given, joint] = [placeTenants(on, asked, searching), placeJointly(on, asked, searching)];
      if (given.ok) expect(joint.ok).toBe(true);
      if (!given.ok || !joint.ok) return;
      const cost = (placed: typeof given.value): number => placed.reduce((sum, { search }) => sum + search!.cost, 0);
      expect(cost(joint.value)).toBeLessThanOrEqual(cost(given.value));
      const tiles = joint.value.flatMap((placement) => placement.tiles);
      expect(new Set(tiles).size).toBe(tiles.length);
    }),
    { numRuns: 12 },
  );
});

it('moves gather free cores: each enlarges the largest free rectangle to what it says', () => {
  // One core in the middle of a 3 x 3 chip leaves 1 x 3 at most; in a corner it leaves 2 x 3.
  const on = coresOnly(3, 3);
  const asked = [tenant('A', 1, 1, { placement: [4] })];
  const [move, ...more] = defragment(on, asked, [{ tiles: [4] }]);
  expect(more).toEqual([]);
  expect(move).toMatchObject({ tenant: 0, movedCores: 1, freeBefore: 3, freeAfter: 6, editDistanceAfter: 0 });
  const { width, height } = largestFreeRectangle(on, (tile) => !move.tiles.includes(tile));
  expect(width * height).toBe(6);
  expect(defragment(on, asked, [{ tiles: move.tiles }])).toEqual([]);
});
