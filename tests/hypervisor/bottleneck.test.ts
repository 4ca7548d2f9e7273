/** What messages and loads take on the busiest links of their ways: cycles by hand on a small mesh, and a way downhill that never leads up. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bottleneckCost } from '../../src/hypervisor/bottleneck.ts';
import { downhill } from '../../src/hypervisor/downhill.ts';
import type { Edge } from '../../src/model/mapping.ts';
import { isConnected } from '../../src/model/mesh.ts';
import { coresOnly } from './requests.ts';

const on = coresOnly(3, 2, { flitBytes: 16 });
const ALL = [0, 1, 2, 3, 4, 5];

it('adds up the messages, each as slow as the busiest link on its way', () => {
  // 3 x 2 tiles, links of 16 bytes. 0 sends 160 to 2 over 0-1-2, and 1 sends 320 to 2: the link 1-2 carries 480 bytes, 30 cycles.
  // So 30 + 2 hops of 4 cycles, and 30 + 4; and 64 bytes from core 1 to core 3 on tile 4, 4 + 4.
  const messages = [[0, 2, 160], [1, 2, 320], [1, 3, 64]] as const; // prettier-ignore
  const { of, least } = bottleneckCost(on, [], { messages, loads: [] });
  expect(of([0, 1, 2, 4])).toBe(80);
  // With core 0 on tile 5, below 2, nothing is shared: 10 + 4, 20 + 4 and 4 + 4.
  expect(of([5, 1, 2, 4])).toBe(46);
  expect(least(ALL)).toBe(46);
  expect(of(downhill(on, ALL, [0, 1, 2, 4], of))).toBe(46);
});

it('adds up the loads of all cores, each as slow as the busiest link on its ways from memory', () => {
  // Memory on 0 and 3 at the left: of each load one half comes from 0 and one from 3, x first.
  // Cores on 1 and 2 load 320 bytes each. Links 0-1 and 3-4 carry a half of both, 320 bytes, 20 cycles; the others carry less.
  // From the other row it is 2 hops to tile 1 and 3 to tile 2: 20 + 8 and 20 + 12.
  const costOf = (loads: number[], memoryTiles: number[], tiles: number[]): number =>
    bottleneckCost(on, memoryTiles, { messages: [], loads }).of(tiles);
  expect(costOf([320, 320], [0, 3], [1, 2])).toBe(60);
  // On 1 and 5 nothing changes: half of what both load leaves each interface by the same link.
  expect(costOf([320, 320], [0, 3], [1, 5])).toBe(60);
  // A core that loads nothing waits for nothing, and one alone for its own half: 10 + 8.
  expect(costOf([320, 0], [0, 3], [1, 2])).toBe(18);
  // From one interface alone all of it comes by one link: 40 cycles for each of them, and 1 hop and 2.
  expect(costOf([320, 320], [0], [1, 2])).toBe(92);
  // Where loads do not cross the mesh they cost nothing.
  expect(costOf([320, 320], [], [1, 2])).toBe(0);
});

it('takes the messages or the loads, whichever is more: they do not meet', () => {
  const loads = [320, 320];
  const of = (bytes: number): number => bottleneckCost(on, [0, 3], { messages: [[0, 1, bytes]], loads }).of([1, 2]);
  // 960 bytes over one link: 60 + 4, more than the 60 of the loads above.
  expect([of(0), of(160), of(960)]).toEqual([60, 60, 64]);
});

it('has the busiest links of all loads as walking every way link by link does', () => {
  const cases = fc.record({
    size: fc.tuple(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 2, max: 6 })),
    memory: fc.uniqueArray(fc.nat(35), { minLength: 1, maxLength: 5 }),
    loads: fc.array(fc.nat(1000), { minLength: 1, maxLength: 12 }),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(cases, ({ size: [width, height], memory, loads, seed }) => {
      const chip = coresOnly(width, height, { flitBytes: 1 });
      const count = width * height;
      const memoryTiles = [...new Set(memory.map((tile) => tile % count))];
      const tiles = loads.slice(0, count).map((_, v) => (seed + v) % count);
      const own = tiles.map((_, v) => loads[v] * memoryTiles.length);
      const ways = tiles.map((tile) => memoryTiles.map((from) => walk(width, from, tile)));
      const busy = new Map<string, number>();
      ways.forEach((all, v) => all.flat().forEach((link) => busy.set(link, (busy.get(link) ?? 0) + loads[v])));
      const cycles = ways.map((all, v) => {
        const most = Math.max(0, ...all.flat().map((link) => busy.get(link)!));
        return loads[v] === 0 ? 0 : most + 4 * Math.max(...all.map(({ length }) => length));
      });
      const cost = bottleneckCost(chip, memoryTiles, { messages: [], loads: own });
      expect(cost.of(tiles)).toBe(cycles.reduce((sum, each) => sum + each, 0));
    }),
    { numRuns: 300 },
  );
});

/** Links of the way x first, each by the two tiles that it joins. */
function walk(width: number, from: number, to: number): string[] {
  if (from === to) return [];
  const dx = (to % width) - (from % width);
  const next = from + (dx === 0 ? width * Math.sign(to - from) : Math.sign(dx));
  return [`${from}-${next}`, ...walk(width, next, to)];
}

it('never costs more than what it began with, nor less than the bound, on free tiles that hang together', () => {
  const flow = fc.tuple(fc.nat(5), fc.nat(5), fc.integer({ min: 1, max: 5000 }));
  const once = { selector: ([from, to]: readonly number[]) => 6 * from + to, maxLength: 8 };
  const load = fc.array(fc.nat(5000), { minLength: 6, maxLength: 6 });
  const taken = fc.uniqueArray(fc.nat(15), { maxLength: 5 });
  fc.assert(
    fc.property(fc.uniqueArray(flow, once), load, taken, (all, loads, disabledTiles) => {
      const chip = coresOnly(4, 4, { disabledTiles, flitBytes: 16 });
      const messages = all.filter(([from, to]) => from !== to) as readonly Edge[];
      const free = [...chip.tiles.keys()].filter((tile) => chip.tiles[tile] === 'core');
      const begin = free.slice(0, 6);
      const { of, least } = bottleneckCost(chip, [0, 7, 12], { messages, loads });
      fc.pre(isConnected(chip, begin));
      const tiles = downhill(chip, free, begin, of);
      expect(isConnected(chip, tiles) && new Set(tiles).size === 6).toBe(true);
      expect(tiles.every((tile) => free.includes(tile))).toBe(true);
      expect(of(tiles)).toBeLessThanOrEqual(of(begin));
      expect(of(tiles)).toBeGreaterThanOrEqual(least(free));
    }),
    { numRuns: 60 },
  );
});
