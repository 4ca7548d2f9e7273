/** The busiest core's messages: cycles by hand on a small mesh, and a way downhill that never leads up. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leastBottleneck, leastMessageCycles, loadCycles, messageCycles } from '../../src/hypervisor/bottleneck.ts';
import { isConnected } from '../../src/model/mesh.ts';
import type { Edge } from '../../src/model/mapping.ts';
import { coresOnly } from './requests.ts';

it('adds up the messages of each core, each as slow as the busiest link on its way', () => {
  // 3 x 2 tiles, links of 16 bytes. 0 sends 160 to 2 over 0-1-2, and 1 sends 320 to 2: the link 1-2 carries 480 bytes, 30 cycles.
  // Core 2 takes both: 30 + 2 hops of 4 cycles, and 30 + 4. Core 1 has one of them, and 64 bytes, 4 cycles, to core 3 on tile 4.
  const on = coresOnly(3, 2, { flitBytes: 16 });
  const flows = [[0, 2, 160], [1, 2, 320], [1, 3, 64]] as const; // prettier-ignore
  expect(messageCycles(on, [0, 1, 2, 4], flows)).toBe(72);
  // With core 0 on tile 5, below 2, nothing is shared: 10 + 4 and 20 + 4.
  expect(messageCycles(on, [5, 1, 2, 4], flows)).toBe(38);
  expect(leastMessageCycles(on, 4, flows)).toBe(38);
  expect(messageCycles(on, leastBottleneck(on, [0, 1, 2, 3, 4, 5], [[0, 1, 2, 4]], flows)!, flows)).toBe(38);
});

it('adds up the loads of all cores, each as slow as the busiest link on its ways from memory', () => {
  // 3 x 2 tiles, memory on 0 and 3 at the left, links of 16 bytes: of each load one half comes from 0 and one from 3, x first.
  // Cores on 1 and 2 load 320 bytes each. Links 0-1 and 3-4 carry a half of both, 320 bytes, 20 cycles; the others carry less.
  const on = coresOnly(3, 2, { flitBytes: 16 });
  expect(loadCycles(on, [1, 2], [0, 3], [320, 320])).toBe(40);
  // On 1 and 5 nothing changes: half of what both load leaves each interface by the same link.
  expect(loadCycles(on, [1, 5], [0, 3], [320, 320])).toBe(40);
  // A core that loads nothing waits for nothing, and one alone for its own half: 10.
  expect(loadCycles(on, [1, 2], [0, 3], [320, 0])).toBe(10);
  // From one interface alone all of it comes by one link: 40 cycles for each of them.
  expect(loadCycles(on, [1, 2], [0], [320, 320])).toBe(80);
});

it('never costs more than what it began with, nor less than the bound, on free tiles that hang together', () => {
  const flow = fc.tuple(fc.nat(5), fc.nat(5), fc.integer({ min: 1, max: 5000 }));
  const once = { selector: ([from, to]: readonly number[]) => 6 * from + to, maxLength: 8 };
  fc.assert(
    fc.property(fc.uniqueArray(flow, once), fc.uniqueArray(fc.nat(15), { maxLength: 5 }), (all, disabledTiles) => {
      const on = coresOnly(4, 4, { disabledTiles, flitBytes: 16 });
      const flows = all.filter(([from, to]) => from !== to) as readonly Edge[];
      const free = [...on.tiles.keys()].filter((tile) => on.tiles[tile] === 'core');
      const begin = free.slice(0, 6);
      const tiles = leastBottleneck(on, free, [begin], flows);
      expect(tiles !== undefined).toBe(isConnected(on, begin));
      if (tiles === undefined) return;
      expect(isConnected(on, tiles) && new Set(tiles).size === 6 && tiles.every((tile) => free.includes(tile))).toBe(
        true,
      );
      const cost = messageCycles(on, tiles, flows);
      expect(cost).toBeLessThanOrEqual(messageCycles(on, begin, flows));
      expect(cost).toBeGreaterThanOrEqual(leastMessageCycles(on, 6, flows));
    }),
    { numRuns: 60 },
  );
});
