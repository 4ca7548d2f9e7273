/** Several tenants at once: the order search is never worse than the given order, and moves do what they say. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mapperOf } from '../../src/engine/mapping.ts';
import { defragment } from '../../src/hypervisor/defragment.ts';
import { placeJointly } from '../../src/hypervisor/joint.ts';
import { placeTenants } from '../../src/hypervisor/placement.ts';
import { largestFreeRectangle } from '../../src/hypervisor/policies.ts';
import { NO_TRANSFERS } from '../../src/model/mapping.ts';
import { mappingModule } from '../support/mapping.ts';
import { coresOnly, tenant } from './requests.ts';

const searching = { mapper: mapperOf(mappingModule), seed: 1, transfers: () => NO_TRANSFERS };

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

it('two tenants move at once where no single move helps', () => {
  // A . B    . . .   One of them alone leaves two free cores in a row at most;
  // . . B    B B A   A on the tile that B leaves, and B on its side, leave three.
  const moves = defragment(
    coresOnly(3, 2),
    [tenant('A', 1, 1), tenant('B', 1, 2)],
    [{ tiles: [0] }, { tiles: [2, 5] }],
  );
  const gain = { freeBefore: 2, freeAfter: 3, editDistanceAfter: 0 };
  expect(moves).toMatchObject([
    { tenant: 0, with: 1, tiles: [5], movedCores: 1, ...gain },
    { tenant: 1, with: 0, tiles: [3, 4], movedCores: 2, ...gain },
  ]);
});

it('whatever moves are proposed, nobody shares a tile, and the free rectangle grows to what they say', () => {
  const gone = fc.uniqueArray(fc.integer({ min: 0, max: 24 }), { maxLength: 6 });
  const shapes = [[2, 2], [1, 2], [3, 1], [1, 1]] as const; // prettier-ignore
  fc.assert(
    fc.property(gone, fc.shuffledSubarray([...shapes], { minLength: 2 }), (disabledTiles, some) => {
      const on = coresOnly(5, 5, { disabledTiles });
      const asked = some.map(([w, h], i) => tenant(`T${i}`, w, h, { mapping: 'bestFit' }));
      const placed = placeTenants(on, asked, searching);
      if (!placed.ok) return;
      let present = placed.value.map(({ tiles }) => tiles);
      const freeNow = (): number => {
        const isFree = (tile: number): boolean => on.tiles[tile] === 'core' && !present.flat().includes(tile);
        const { width, height } = largestFreeRectangle(on, isFree);
        return width * height;
      };
      for (const [i, move] of defragment(on, asked, placed.value).entries()) {
        const isSecond = move.with !== undefined && move.tenant > move.with;
        if (!isSecond) expect(freeNow(), `before move ${i}`).toBe(move.freeBefore);
        present = present.map((own, j) => (j === move.tenant ? move.tiles : own));
        if (move.with !== undefined && !isSecond) continue;
        expect(freeNow(), `after move ${i}`).toBe(move.freeAfter);
        expect(move.freeAfter).toBeGreaterThan(move.freeBefore);
        expect(new Set(present.flat()).size).toBe(present.flat().length);
      }
    }),
    { numRuns: 60 },
  );
});
