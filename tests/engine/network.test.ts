/** The network against BookSim2: every packet of every reference trace arrives in its cycle, in any slicing and visiting order. */
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { probeNoc, type NetworkTrace } from '../../src/engine/probes.ts';
import { kernel } from '../support/kernel.ts';

interface Trace extends NetworkTrace {
  readonly id: string;
  readonly arrivals: number[];
  readonly flitHops?: number;
  readonly finalCycle?: number;
}

const FOLDER = 'tests/reference/replay';
const traces = readdirSync(FOLDER).flatMap((file): Trace[] => JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')));

describe.each(traces.map((trace) => [trace.id, trace] as const))('%s', (_, trace) => {
  it('arrives as in BookSim', () => {
    const result = probeNoc(kernel, trace);
    expect(result.arrivals).toEqual(trace.arrivals);
    if (trace.flitHops !== undefined) expect(result.flitHops).toBe(trace.flitHops);
    if (trace.finalCycle !== undefined) expect(result.cycles).toBe(trace.finalCycle);
  });

  it('does so in slices of 7 cycles with units visited in reverse', () => {
    expect(probeNoc(kernel, trace, { slice: 7, reverse: true }).arrivals).toEqual(trace.arrivals);
  });
});

it('has all reference traces', () => expect(traces).toHaveLength(8 + 14));
