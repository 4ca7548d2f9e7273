/** The second network of the tests against BookSim2's traces: both the text and its reading are held to an outside program. */
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { referenceNoc, type ReferenceTrace } from '../support/noc-reference.ts';

interface Trace extends ReferenceTrace {
  readonly id: string;
  readonly arrivals: number[];
  readonly injectCycles?: number[];
  readonly injectVcs?: number[];
}

const FOLDER = 'tests/reference/replay';
const traces = readdirSync(FOLDER).flatMap((file): Trace[] => JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')));

describe.each(traces.map((trace) => [trace.id, trace] as const))('%s', (_, trace) => {
  it('is what the reading of the text says', () => {
    const { arrivals, injectCycles, injectVcs, deadlock } = referenceNoc(trace);
    expect(arrivals).toEqual(trace.arrivals);
    if (trace.injectCycles) expect(injectCycles).toEqual(trace.injectCycles);
    if (trace.injectVcs) expect(injectVcs).toEqual(trace.injectVcs);
    expect(deadlock).toBeUndefined();
  });
});

describe('what it can do beyond the text', () => {
  // 2 x 2 tiles, clockwise only: 0 east, 1 south, 3 west, 2 north; ports 0 east, 1 west, 2 south, 3 north, 4 here
  const clockwise = [
    [4, 0, 0, 0],
    [2, 4, 2, 2],
    [3, 3, 4, 3],
    [1, 1, 1, 4],
  ];
  const mesh = { width: 2, height: 2, virtualChannels: 1, bufferDepth: 4 };

  it('follows a table of directions', () => {
    // three links clockwise instead of one: 4D + S + 5 with D = 3
    const packets = [[0, 0, 2, 4]] as const;
    const { arrivals, linkFlits } = referenceNoc({ ...mesh, packets, special: [{ directions: clockwise }] });
    expect(arrivals).toEqual([4 * 3 + 4 + 5]);
    expect(linkFlits.flat(2)).toEqual([4, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0]);
  });

  it('ends in a deadlock when four worms wait for each other', () => {
    // every packet holds its first link and is longer than the buffer behind it
    const packets = [0, 1, 3, 2].map((source) => [0, source, 3 - source, 20] as const);
    const special = packets.map(() => ({ directions: clockwise }));
    const { arrivals, deadlock } = referenceNoc({ ...mesh, packets, special });
    expect(arrivals).toEqual([undefined, undefined, undefined, undefined]);
    expect(deadlock).toBeGreaterThan(0);
  });

  it('keeps packets on the channels they may take', () => {
    const packets = [0, 1, 2].map((cycle) => [cycle, 0, 3, 1] as const);
    const special = packets.map(() => ({ channels: 2 }));
    const { injectVcs } = referenceNoc({ ...mesh, virtualChannels: 2, packets, special });
    expect(injectVcs).toEqual([1, 1, 1]);
  });
});
