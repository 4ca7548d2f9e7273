/** Where things are on the mesh picture: outlines enclose exactly their tiles, and what is drawn at a place is found there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { centre, insetOutline, lane, layOut, linkUnder, outlines, tileUnder } from '../../src/ui/mesh/geometry.ts';
import { neighbour } from '../../src/model/mesh.ts';

const mesh = fc.record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) });

/** Twice the signed area of a closed outline: clockwise with y downwards is positive. */
const area2 = (loop: readonly (readonly [number, number])[]): number =>
  loop.reduce((sum, [x, y], i) => {
    const [x1, y1] = loop[(i + 1) % loop.length];
    return sum + x * y1 - x1 * y;
  }, 0);

describe('outlines', () => {
  it('enclose as much area as there are tiles, holes taken off', () => {
    fc.assert(
      fc.property(mesh, fc.array(fc.nat(), { maxLength: 40 }), (mesh, picks) => {
        const tiles = [...new Set(picks.map((pick) => pick % (mesh.width * mesh.height)))];
        const loops = outlines(mesh, tiles);
        expect(loops.reduce((sum, loop) => sum + area2(loop), 0) / 2).toBe(tiles.length);
        for (const loop of loops) expect(loop.length % 2).toBe(0);
      }),
    );
  });

  it('of an L has six corners, of a ring eight in two loops', () => {
    const five = { width: 5, height: 5 };
    expect(outlines(five, [0, 5, 6]).map((loop) => loop.length)).toEqual([6]);
    expect(outlines(five, [0, 1, 2, 5, 7, 10, 11, 12]).map((loop) => loop.length)).toEqual([4, 4]);
  });

  it('move inwards: a square loses twice the inset on each side', () => {
    const g = layOut({ width: 3, height: 3 }, 320, 320);
    const [loop] = outlines(g.mesh, [4]);
    const xs = insetOutline(g, loop, 5).map(({ x }) => x);
    expect(Math.max(...xs) - Math.min(...xs)).toBeCloseTo(g.pitch - 10);
  });
});

describe('finding', () => {
  it('finds every tile at its centre and nothing outside', () => {
    fc.assert(
      fc.property(mesh, (mesh) => {
        const g = layOut(mesh, 700, 500);
        for (let tile = 0; tile < mesh.width * mesh.height; tile++) expect(tileUnder(g, centre(g, tile))).toBe(tile);
        expect(tileUnder(g, { x: -1, y: 10 })).toBeNull();
      }),
    );
  });

  it('finds every lane, in its own direction, in its middle', () => {
    const g = layOut({ width: 5, height: 4 }, 700, 500);
    for (let tile = 0; tile < 20; tile++) {
      for (let port = 0; port < 4; port++) {
        const ends = lane(g, tile, port);
        expect(ends === null).toBe(neighbour(g.mesh, tile, port) < 0);
        if (!ends) continue;
        const middle = { x: (ends.from.x + ends.to.x) / 2, y: (ends.from.y + ends.to.y) / 2 };
        expect(linkUnder(g, middle)).toEqual({ tile, port });
      }
    }
  });

  it('leaves more room to the links of routers by themselves, as long as their numbers fit', () => {
    const sides = (pitch: number) =>
      [false, true].map((isBare) => layOut({ width: 1, height: 1 }, pitch + 20, pitch + 20, isBare).side);
    for (const pitch of [10, 23, 30, 40, 46, 62, 118]) {
      const [tile, router] = sides(pitch);
      expect(router).toBeLessThan(tile);
      if (tile >= 26) expect(router).toBeGreaterThanOrEqual(26);
    }
    expect(sides(9)[0]).toBe(sides(9)[1]);
  });

  it('tells detail by pitch: 56, 24 and 10 pixels', () => {
    const detail = (pitch: number) => layOut({ width: 1, height: 1 }, pitch + 20, pitch + 20).detail;
    expect([56, 55, 24, 23, 10, 9].map(detail)).toEqual(['full', 'ring', 'ring', 'fill', 'fill', 'heat']);
  });
});
