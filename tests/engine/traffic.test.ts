/**
 * The kernel's synthetic traffic against the text of noc-model.md section 18: the packets its generator must create are made here
 * once more, sent through the second network of the tests, and measured there. Every sum must be equal.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { probeTraffic } from '../../src/engine/probe-traffic.ts';
import { destinations, linkBound, PATTERNS, type TrafficShape } from '../../src/model/traffic.ts';
import { kernel } from '../support/kernel.ts';
import { referenceNoc } from '../support/noc-reference.ts';
import { createdPackets } from '../support/traffic-packets.ts';

/** The sums of section 18, from the arrivals of the second network. */
function sums(shape: TrafficShape, cycles: number): object {
  const { mesh, traffic } = shape;
  const end = traffic.warmup + traffic.measure;
  const packets = createdPackets(shape, cycles);
  const { arrivals, injectCycles, leaveCycles } = referenceNoc({ ...mesh, ...shape, packets });
  const left = new Map<number, number>();
  const rows = packets.map(([created, source, target], i) => {
    const reachesHead = Math.max(created, (left.get(source) ?? -1) + 1);
    left.set(source, leaveCycles[i]);
    const links =
      Math.abs((source % mesh.width) - (target % mesh.width)) +
      Math.abs(Math.floor(source / mesh.width) - Math.floor(target / mesh.width));
    const measured = reachesHead >= traffic.warmup && (reachesHead < end || created < end);
    return { created, arrival: arrivals[i]!, injected: injectCycles[i], links, measured };
  });
  const arrived = rows.filter(({ arrival }) => arrival < cycles);
  const total = (list: readonly (typeof rows)[number][], of: (row: (typeof rows)[number]) => number): number =>
    list.reduce((sum, row) => sum + of(row), 0);
  const measured = arrived.filter((row) => row.measured);
  const inWindow = arrived.filter(({ arrival }) => arrival >= traffic.warmup && arrival < end);
  return {
    measured: measured.length,
    latency: total(measured, ({ arrival, created }) => arrival - created),
    networkLatency: total(measured, ({ arrival, injected }) => arrival - injected),
    links: total(measured, ({ links }) => links),
    longest: measured.reduce((most, { arrival, created }) => Math.max(most, arrival - created), 0),
    accepted: inWindow.length * traffic.packetFlits,
    flitHops: total(arrived, ({ links }) => links * traffic.packetFlits),
  };
}

const shapes: fc.Arbitrary<TrafficShape> = fc.record({
  mesh: fc.constantFrom({ width: 4, height: 4 }, { width: 8, height: 2 }, { width: 1, height: 1 }),
  virtualChannels: fc.integer({ min: 1, max: 4 }),
  bufferDepth: fc.integer({ min: 1, max: 9 }),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  traffic: fc.record({
    pattern: fc.constantFrom(...PATTERNS),
    rate: fc.constantFrom(0.001, 0.05, 0.3, 0.7, 1),
    packetFlits: fc.constantFrom(1, 2, 4, 17),
    warmup: fc.integer({ min: 0, max: 120 }),
    measure: fc.integer({ min: 1, max: 300 }),
  }),
});

describe('synthetic traffic', () => {
  it('is measured as the text says', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { counters, cycles } = probeTraffic(kernel, shape);
        expect(counters).toMatchObject(sums(shape, cycles));
        expect(counters.bins.reduce((sum, n) => sum + n, 0)).toBe(counters.measured);
        // the drain ends with the last measured packet, or after as many cycles as came before it
        expect(counters.open === 0 || cycles === 2 * (shape.traffic.warmup + shape.traffic.measure)).toBe(true);
      }),
      { seed: 18, numRuns: 150 },
    );
  });

  it('does not depend on slices or on the order of visits', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { counters, cycles } = probeTraffic(kernel, shape);
        expect(probeTraffic(kernel, shape, { slice: 7, reverse: true })).toMatchObject({ counters, cycles });
      }),
      { seed: 18, numRuns: 40 },
    );
  });
});

describe('patterns', () => {
  const mesh = { width: 4, height: 4 };
  // by hand on 4 x 4, tile = x + 4y
  it.each([
    ['transpose', 1, 4],
    ['bitcomp', 1, 14],
    ['bitrev', 1, 8],
    ['shuffle', 9, 3],
    ['tornado', 5, 10], // (5 div 2) - 1 = 1 to the right and down
    ['neighbor', 15, 0],
    ['hotspot', 3, 10],
  ] as const)('%s sends from %i to %i', (pattern, from, to) => {
    expect(destinations(pattern, mesh)?.[from]).toBe(to);
  });

  it('are permutations, but for the hotspot', () => {
    for (const pattern of PATTERNS.filter((name) => name !== 'uniform' && name !== 'hotspot')) {
      expect([...destinations(pattern, { width: 8, height: 8 })!].sort((a, b) => a - b)).toEqual([...Array(64).keys()]);
    }
  });

  // a link in the middle of a row of k carries k/2 * k/2 of k*k streams: k/4 of a node's load
  it.each([
    ['uniform', 8, 0.5],
    ['uniform', 16, 0.25],
    ['bitcomp', 8, 0.25], // four nodes on each side of the middle
    ['transpose', 8, 1 / 7], // seven nodes of a row turn in the same column
    ['neighbor', 4, 1], // one stream on every link, and the one that wraps goes back alone
    ['hotspot', 4, 1 / 16], // sixteen nodes eject at one
  ] as const)('%s on %i x %i: the busiest link is full at %f', (pattern, k, bound) => {
    expect(linkBound(pattern, { width: k, height: k })).toBeCloseTo(bound, 9);
  });
});
