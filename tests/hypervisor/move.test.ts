import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { previewMove, previewTiles, type Grip, type PlacedTenant } from '../../src/hypervisor/move.ts';
import { edgeChanges } from '../../src/hypervisor/topology.ts';
import { placeTenants } from '../../src/hypervisor/placement.ts';
import { resolveChip } from '../../src/model/chip.ts';
import { tenant } from './requests.ts';

// 8 x 6 tiles, memory at x = 0 and x = 7; A is 2 x 2 at tile 1, B is 2 x 2 at tile 3, tile 26 is disabled.
const chip = resolveChip({ disabledTiles: [26] });
const square = { kind: 'mesh', width: 2, height: 2 } as const;
const A: PlacedTenant = { name: 'A', topology: square, tiles: [1, 2, 9, 10] };
const B: PlacedTenant = { name: 'B', topology: square, tiles: [3, 4, 11, 12] };
const exact = { hops: 4, editDistance: 0, stretched: [], pieces: 1 };
const preview = (grip: Grip, to: number) => previewMove(chip, [A, B], grip, to);

describe('one virtual core', () => {
  it('moves to a free tile; hops grow by the way from its two neighbours', () => {
    // A3 from (2,1) to (2,2): A1 at (2,0) and A2 at (1,1) are 2 away instead of 1.
    const move = preview({ tenant: 0, vcore: 3, tile: 10 }, 18);
    // 18 is no neighbour of 1, 2 or 9: both edges of A3 are deleted, none is inserted.
    const stretched = [
      { from: 1, to: 3, hops: 2 },
      { from: 2, to: 3, hops: 2 },
    ];
    const after = { hops: 4 - 2 + 2 + 2, editDistance: 2, stretched, pieces: 2 };
    expect(move).toEqual({ ok: true, tiles: [1, 2, 9, 18], before: exact, after });
    expect(edgeChanges(move.before, move.after)).toEqual({ lost: 2, regained: 0, extra: 0 });
  });

  it('changes places with a core of its own', () => {
    const move = preview({ tenant: 0, vcore: 0, tile: 1 }, 2);
    // A0 at 2, A1 at 1, A2 at 9, A3 at 10: A0-A2 and A1-A3 are deleted, A0-A3 (2, 10) and A1-A2 (1, 9) inserted.
    const stretched = [
      { from: 0, to: 2, hops: 2 },
      { from: 1, to: 3, hops: 2 },
    ];
    const after = { hops: 6, editDistance: 4, stretched, pieces: 1 };
    expect(move).toEqual({ ok: true, tiles: [2, 1, 9, 10], swappedWith: 1, before: exact, after });
    expect(edgeChanges(move.before, move.after)).toEqual({ lost: 2, regained: 0, extra: 2 });
    expect(edgeChanges(move.after, move.before)).toEqual({ lost: 0, regained: 2, extra: -2 });
  });

  it('may be put back where it was', () => {
    expect(preview({ tenant: 0, vcore: 0, tile: 1 }, 1)).toEqual({
      ok: true,
      tiles: A.tiles,
      before: exact,
      after: exact,
    });
  });

  it.each([
    [3, 'tile 3 belongs to B'],
    [0, 'tile 0 is a memory interface'],
    [26, 'tile 26 is disabled'],
    [48, 'that is outside the mesh'],
    [-1, 'that is outside the mesh'],
    [NaN, 'that is outside the mesh'],
  ])('is refused on tile %d: %s', (to, reason) => {
    const move = preview({ tenant: 0, vcore: 3, tile: 10 }, to);
    expect(move).toEqual({ ok: false, reason, tiles: A.tiles, before: exact, after: exact });
  });
});

describe('a whole vNPU', () => {
  it('moves as it is, over its own tiles too', () => {
    const move = preview({ tenant: 0, vcore: 'all', tile: 10 }, 18);
    expect(move).toEqual({ ok: true, tiles: [9, 10, 17, 18], before: exact, after: exact });
  });

  it.each([
    [10, 11, 'tile 3 belongs to B'],
    [1, 0, 'tile 0 is a memory interface'],
    [2, 18, 'tile 26 is disabled'],
    [1, 41, 'a core would leave the mesh'],
    [9, 1, 'a core would leave the mesh'],
    [1, 48, 'that is outside the mesh'],
  ])('taken at tile %d is refused over %d: %s', (tile, to, reason) => {
    expect(preview({ tenant: 0, vcore: 'all', tile }, to)).toMatchObject({ ok: false, reason, tiles: A.tiles });
  });
});

describe('a proposal of the search', () => {
  it('says where the held core comes to lie and what the whole costs', () => {
    // A torn apart: A3 at 28 is 2 and more hops from A1 and A2; as a square below row 1 both edges are back.
    const torn = { ...A, tiles: [1, 2, 9, 28] };
    const move = previewTiles(chip, torn, { vcore: 3, tile: 28 }, [19, 20, 27, 28]);
    expect(move).toMatchObject({ ok: true, tiles: [19, 20, 27, 28], after: exact, snappedTo: 28 });
    expect(edgeChanges(move.before, move.after)).toEqual({ lost: 0, regained: 2, extra: 0 });
    expect([move.before.pieces, move.after.pieces]).toEqual([2, 1]);
    expect(previewTiles(chip, A, { vcore: 'all', tile: 9 }, [17, 18, 25, 27])).toMatchObject({ snappedTo: 25 });
  });
});

/** Pairs of a 2 x 2 request that are neighbours on the mesh and should not be: its two diagonals. */
const unasked = ([a, b, c, d]: readonly number[]): number => Number(adjacent(a, d)) + Number(adjacent(b, c));
const adjacent = (one: number, other: number): boolean =>
  Math.abs((one % 8) - (other % 8)) + Math.abs(Math.floor(one / 8) - Math.floor(other / 8)) === 1;

describe('any move', () => {
  it('that is allowed gives a placement that the hypervisor takes, and any other does not change it', () => {
    const grip = fc.record({
      tenant: fc.nat(1),
      vcore: fc.oneof(fc.nat(3), fc.constant('all' as const)),
      tile: fc.constantFrom(...A.tiles),
    });
    fc.assert(
      fc.property(grip, fc.integer({ min: -2, max: 50 }), (held, to) => {
        const placed = [A, B];
        const { tiles } = placed[held.tenant];
        const move = previewMove(
          chip,
          placed,
          { ...held, tile: held.vcore === 'all' ? tiles[0] : tiles[held.vcore] },
          to,
        );
        const after = placed.map(({ name, tiles: old }, index) =>
          tenant(name, 2, 2, { placement: index === held.tenant ? move.tiles : old }),
        );
        expect(placeTenants(chip, after).ok).toBe(true);
        expect(edgeChanges(move.before, move.after)).toMatchObject({
          extra: unasked(move.tiles) - unasked(tiles),
        });
        if (move.ok) expect(move.tiles[held.vcore === 'all' ? 0 : held.vcore]).toBe(to);
        else expect(move.tiles).toEqual(tiles);
      }),
    );
  });
});
