/** Confined routes: every pair reached, no foreign tile, no circle, on random pieces of random meshes; and small ones by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitingCircle, type Flow, type Traffic } from '../../src/hypervisor/deadlock.ts';
import { confinedRoutes } from '../../src/hypervisor/routes.ts';
import { LOCAL, neighbour, xFirstPort, type Mesh } from '../../src/model/mesh.ts';
import type { Routes } from '../../src/model/vnpu.ts';

const routesOf = (mesh: Mesh, tiles: readonly number[]): Routes => {
  const routes = confinedRoutes(mesh, tiles);
  if (!routes.ok) throw new Error(routes.problems[0].message);
  return routes.value;
};
const portAt = ({ tiles, ports }: Routes, tile: number, to: number): number =>
  ports[tiles.indexOf(tile)][tiles.indexOf(to)];
const allPairs = (tiles: readonly number[]): [number, number][] =>
  tiles.flatMap((from) => tiles.filter((to) => to !== from).map((to): [number, number] => [from, to]));
const among = (tiles: readonly number[]): Flow[] => tiles.map((to) => ({ to, from: tiles }));
const flowsOf = (pairs: readonly (readonly [from: number, to: number])[]): Flow[] =>
  pairs.map(([from, to]) => ({ to, from: [from] }));
const trafficOf = (routes: Routes): Traffic => ({
  flows: among(routes.tiles),
  next: (tile, to) => portAt(routes, tile, to),
});

/** Tiles of a route, first to last. */
function walk(mesh: Mesh, routes: Routes, from: number, to: number): number[] {
  const path = [from];
  while (path.at(-1) !== to && path.length < 100) {
    path.push(neighbour(mesh, path.at(-1)!, portAt(routes, path.at(-1)!, to)));
  }
  return path;
}

/** Disjoint connected pieces of a mesh, grown tile by tile from random starts. */
const pieces = fc
  .record({
    width: fc.integer({ min: 1, max: 7 }),
    height: fc.integer({ min: 1, max: 7 }),
    sizes: fc.array(fc.integer({ min: 1, max: 16 }), { minLength: 1, maxLength: 4 }),
    picks: fc.infiniteStream(fc.nat()),
  })
  .map(({ width, height, sizes, picks }) => {
    const mesh = { width, height };
    const free = new Set(Array.from({ length: width * height }, (_, tile) => tile));
    const pick = (from: readonly number[]): number => from[picks.next().value! % from.length];
    const grown = sizes.map((size) => {
      const piece: number[] = [];
      for (let i = 0; i < size && free.size > 0; i++) {
        const edge = piece.flatMap((tile) => [0, 1, 2, 3].map((port) => neighbour(mesh, tile, port)));
        const candidates = piece.length === 0 ? [...free] : edge.filter((tile) => free.has(tile));
        if (candidates.length === 0) break;
        const tile = pick(candidates);
        piece.push(tile);
        free.delete(tile);
      }
      return piece;
    });
    return { mesh, tenants: grown.filter((piece) => piece.length > 0) };
  });

describe('routes of random tenants', () => {
  it('reach every tile over own tiles only, and no packets can wait in a circle', () => {
    fc.assert(
      fc.property(pieces, ({ mesh, tenants }) => {
        const all = tenants.map((tiles) => routesOf(mesh, tiles));
        for (const routes of all) {
          for (const [from, to] of allPairs(routes.tiles)) {
            const path = walk(mesh, routes, from, to);
            const fits = path.at(-1) === to && path.every((tile) => routes.tiles.includes(tile));
            if (!fits || new Set(path).size !== path.length) throw new Error(`${from} to ${to}: ${path.join(' ')}`);
          }
        }
        expect(waitingCircle(mesh, all.map(trafficOf))).toBeUndefined();
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});

describe('small tenants', () => {
  // 3 x 3: 0 1 2 / 3 4 5 / 6 7 8
  const mesh = { width: 3, height: 3 };

  it('a rectangle routes x first', () => {
    const routes = routesOf(mesh, [0, 1, 3, 4]);
    expect(routes.form).toBe('xFirst');
    for (const [from, to] of allPairs(routes.tiles)) expect(portAt(routes, from, to)).toBe(xFirstPort(mesh, from, to));
    expect(portAt(routes, 4, 4)).toBe(LOCAL);
  });

  it('a ring routes up and down from its root', () => {
    // All eight of the ring 0 1 2 5 8 7 6 3 have eccentricity 4: the root is 0. Depths: 1 and 3: 1; 2 and 6: 2; 5 and 7: 3; 8: 4.
    const routes = routesOf(mesh, [0, 1, 2, 3, 5, 6, 7, 8]);
    expect([routes.form, routes.root]).toEqual(['upDown', 0]);
    // 5 to 7 is two hops over 8, but 8 lies below both: down, then up is what could close the circle. Up over the root it is.
    expect(walk(mesh, routes, 5, 7)).toEqual([5, 2, 1, 0, 3, 6, 7]);
    // down alone leads from 2 to 8
    expect(walk(mesh, routes, 2, 8)).toEqual([2, 5, 8]);
    // 0 to 8 is as far either way: the lower port, east
    expect(walk(mesh, routes, 0, 8)).toEqual([0, 1, 2, 5, 8]);
  });

  it('an L goes around its corner', () => {
    // x first from 0 to 7 would be 0 1 4 7; 1 and 4 are not ours
    const routes = routesOf(mesh, [0, 3, 6, 7]);
    expect(walk(mesh, routes, 0, 7)).toEqual([0, 3, 6, 7]);
  });

  it('tiles that are not one piece are refused', () => {
    expect(confinedRoutes(mesh, [0, 8])).toMatchObject({ ok: false, problems: [{ path: 'routing' }] });
  });
});

describe('x first', () => {
  it('closes no circle on any mesh, whoever sends to whom', () => {
    for (const mesh of [
      { width: 5, height: 4 },
      { width: 2, height: 7 },
      { width: 6, height: 1 },
    ]) {
      const flows = among(Array.from({ length: mesh.width * mesh.height }, (_, tile) => tile));
      const next = (tile: number, to: number): number => xFirstPort(mesh, tile, to);
      expect(waitingCircle(mesh, [{ flows, next }])).toBeUndefined();
      expect(waitingCircle(mesh, [{ flows, next, led: new Set() }])).toBeUndefined();
    }
  });
});

describe('a route set made by hand', () => {
  const mesh = { width: 2, height: 2 };
  // every packet goes around the square 0 1 3 2 clockwise: east, south, west, north
  const clockwise = [0, 2, 3, 1];

  it('with a circle shows it', () => {
    const circle = waitingCircle(mesh, [{ flows: among([0, 1, 2, 3]), next: (tile) => clockwise[tile] }]);
    expect(circle && [...circle].sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    circle!.forEach((tile, i) => expect(neighbour(mesh, tile, clockwise[tile])).toBe(circle![(i + 1) % 4]));
  });

  it('of which no packet turns the last corner has none', () => {
    // 0 1 3, 1 3 2 and 3 2 0: nothing waits from the link 2 > 0 to the link 0 > 1
    const pairs = [
      [0, 3],
      [1, 2],
      [3, 0],
    ] as const;
    expect(waitingCircle(mesh, [{ flows: flowsOf(pairs), next: (tile) => clockwise[tile] }])).toBeUndefined();
  });

  it('is looked at exactly where x first going anywhere would close a circle and what is sent does not', () => {
    // by hand 1 > 3 > 2 and 2 > 0 > 1; x first could turn 0 > 1 > 3 and 3 > 2 > 0, but nobody sends from 0 to 3
    const next = (tile: number, to: number): number =>
      (to === 2 || to === 1) && tile !== to ? clockwise[tile] : xFirstPort(mesh, tile, to);
    const led = new Set([1, 2]);
    const some = flowsOf([
      [1, 2],
      [2, 1],
      [3, 0],
    ]);
    expect(waitingCircle(mesh, [{ flows: some, next, led }])).toBeUndefined();
    expect(waitingCircle(mesh, [{ flows: among([0, 1, 2, 3]), next, led }])).toHaveLength(4);
  });

  it('that never arrives is a circle too', () => {
    // between tiles 0 and 1 for ever
    const circle = waitingCircle(mesh, [{ flows: flowsOf([[0, 2]]), next: (tile) => (tile === 0 ? 0 : 1) }]);
    expect(circle).toHaveLength(2);
  });

  it('has none if the packets that close it have a channel of their own', () => {
    // 0 to 3 on channel 1, the other three turns of the square on channel 0; with all on both the circle is back
    const flows = flowsOf([
      [0, 3],
      [1, 2],
      [3, 0],
      [2, 1],
    ]);
    const next = (tile: number): number => clockwise[tile];
    const masks = (from: number): number => (from === 0 ? 2 : 1);
    expect(waitingCircle(mesh, [{ flows, next, masks }], 2)).toBeUndefined();
    expect(waitingCircle(mesh, [{ flows, next, masks: () => 3 }], 2)).toHaveLength(4);
    expect(waitingCircle(mesh, [{ flows, next, masks: (from) => (from === 0 ? 3 : 1) }], 2)).toHaveLength(4);
  });

  it('of two tenants is looked at together', () => {
    // each alone turns two corners of the square; together they close it
    const halves: Traffic[] = [
      {
        flows: flowsOf([
          [0, 3],
          [1, 2],
        ]),
        next: (tile) => clockwise[tile],
      },
      {
        flows: flowsOf([
          [3, 0],
          [2, 1],
        ]),
        next: (tile) => clockwise[tile],
      },
    ];
    expect(halves.map((half) => waitingCircle(mesh, [half]))).toEqual([undefined, undefined]);
    expect(waitingCircle(mesh, halves)).toHaveLength(4);
  });
});
