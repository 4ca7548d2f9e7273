/** Cycles of a followed packet at one router, from the cycles in which things happened to it. */
import { expect, it } from 'vitest';
import type { PacketDetail, PacketHop } from '../../src/engine/snapshot.ts';
import { hopCycles, hopTimes, latencySoFar, undisturbed } from '../../src/ui/packet.ts';
import { PACKET } from '../../src/ui/texts.ts';

const hop: PacketHop = { tile: 5, port: 1, channel: 0, came: 10, front: 13, granted: 15, left: 20, out: 0 };

it.each([
  // by the end of cycle, in the buffer 10..12, VA 13..15, SA 16..20, crossbar 21, link 22
  [9, [0, 0, 0, 0, 0]],
  [10, [1, 0, 0, 0, 0]],
  [12, [3, 0, 0, 0, 0]],
  [13, [3, 1, 0, 0, 0]],
  [15, [3, 3, 0, 0, 0]],
  [16, [3, 3, 1, 0, 0]],
  [20, [3, 3, 5, 0, 0]],
  [21, [3, 3, 5, 1, 0]],
  [40, [3, 3, 5, 1, 1]],
])('by cycle %i', (now, [buffer, va, sa, crossbar, link]) => {
  // what has not happened yet is not known yet
  const seen = (cycle: number | null): number | null => (cycle !== null && cycle <= now ? cycle : null);
  const known = { ...hop, front: seen(hop.front), granted: seen(hop.granted), left: seen(hop.left) };
  const times = hopTimes(known, now);
  expect(times).toEqual({ buffer, va, sa, crossbar, link });
  expect(hopCycles(times)).toBe(Math.max(0, Math.min(now, 22) - 9));
});

it('alone a hop takes four cycles', () => {
  expect(hopCycles(hopTimes({ ...hop, front: 10, granted: 10, left: 11 }, 99))).toBe(4);
});

const packet: PacketDetail = {
  ...{ cycle: 16, tenant: 0, source: 0, target: 11, flits: 4, created: 2, injected: 5, hops: [hop] },
  ...{ stage: 'sa', age: 0, ahead: 0, isFull: true, arrived: null },
};

it('its latency counts from its creation where that is known, and ends with its tail', () => {
  expect([latencySoFar(packet), latencySoFar({ ...packet, created: null })]).toEqual([14, 11]);
  expect(latencySoFar({ ...packet, cycle: 90, arrived: 40 })).toBe(38);
  expect(latencySoFar({ ...packet, created: null, injected: null })).toBeNull();
  expect(undisturbed(packet, 5)).toBe(4 * 5 + 4 + 5);
});

it('says what its head does', () => {
  expect(PACKET.does(packet)).toBe('Router 5: has a channel to the east, but no room behind it.');
  expect(PACKET.does({ ...packet, isFull: false })).toMatch(/competes for the switch to the east/);
  expect(PACKET.does({ ...packet, stage: 'buffer', ahead: 1 })).toMatch(/behind 1 flit\./);
});
