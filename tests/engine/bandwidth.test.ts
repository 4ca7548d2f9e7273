/** Access counters: a cap holds from window to window, to the cycle, and what one tenant may not take the other gets. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/model/causes.ts';
import type { ChipRequest } from '../../src/model/chip.ts';
import { Machine } from '../../src/engine/machine.ts';
import { kernel, lastCycle, runToEnd, step, tinyPlan } from '../support/kernel.ts';

// 4 x 1 tiles, memory at both ends and beside the network: a burst issued in t is at its channel in t+1.
const BUS: ChipRequest = { width: 4, height: 1, memoryPath: 'bus' };
const load = (address: number, bytes: number) => step({ op: 'load', address, bytes });
const throttled = (machine: Machine, core = 0): number =>
  machine.snapshot().cores[core].causes[CAUSES.indexOf('throttle')];

describe('a capped tenant', () => {
  it('waits for the next window once its budget is used up', () => {
    // Bursts of 512: two in cycles 5 and 6 use up 1,024 of window 0 (cycles 0 to 99). The third waits for cycle 100 and the fourth
    // is issued in 101, on channel 1, idle by then: in byte 102*60 + 512 = 6632, so 111 + 30 + 1 = 142.
    const bandwidth = { bytes: 1024, windowCycles: 100 };
    const machine = runToEnd(tinyPlan(BUS, [{ tiles: [1], programs: [[load(0, 2048)]], bandwidth }]));
    expect(lastCycle(machine)).toBe(142);
    // held from 7 to 99; the cycle of an issue is no longer throttled
    expect(throttled(machine)).toBe(93);
    expect(machine.snapshot().tenants[0].transferredBytes).toBe(2048);
  });

  it('pays back in the next window what a cycle went over', () => {
    // A budget of 700 lets bursts go in 5 and 6 (0 and 512 are below 700), 324 too many. Window 1 begins at 324: one burst in 100
    // (836 then). Window 2 begins at 136: bursts in 200 and 201 (648 is below 700): the load of 5 bursts ends after 201:
    // channel 0, byte 202*60 + 512, 210.53, so 211 + 31 = 242.
    const bandwidth = { bytes: 700, windowCycles: 100 };
    const plan = tinyPlan(BUS, [{ tiles: [1], programs: [[load(0, 2560)]], bandwidth }]);
    expect(lastCycle(runToEnd(plan))).toBe(242);
  });

  it('is slowed to its budget however small that is, with and without time jumps', () => {
    // One byte per window of 10: a burst costs 512 windows. Issued in 5, then in 10*512 (all 512 bytes paid back) and 10*1024.
    const plan = tinyPlan(BUS, [
      { tiles: [1], programs: [[load(0, 1536)]], bandwidth: { bytes: 1, windowCycles: 10 } },
    ]);
    // third burst at its channel 0 in 10241: byte 614460 + 512, so 10250 + 31... 614972 / 60 = 10249.53
    for (const timeJumps of [true, false]) expect(lastCycle(runToEnd(plan, { timeJumps }))).toBe(10_250 + 31);
  });
});

describe('two tenants, one capped', () => {
  const WINDOW = 500;
  /** Bytes per window of both tenants, which load without end from one memory, A under a cap. */
  function bytesPerWindow(cap: number | undefined, windows: number): [number, number][] {
    const steps = [{ op: 'loop', count: 1000, body: [load(0, 65_536)] } as const];
    const bandwidth = cap === undefined ? {} : { bandwidth: { bytes: cap, windowCycles: WINDOW } };
    const plan = tinyPlan({ width: 4, height: 1 }, [
      { tiles: [1], programs: [steps], ...bandwidth },
      { tiles: [2], programs: [steps] },
    ]);
    const machine = Machine.create(kernel, plan);
    let before = [0, 0];
    return Array.from({ length: windows }, () => {
      machine.run(WINDOW);
      const now = machine.snapshot().tenants.map(({ transferredBytes }) => transferredBytes);
      const moved: [number, number] = [now[0] - before[0], now[1] - before[1]];
      before = now;
      return moved;
    });
  }

  it('the cap holds in every window and the other one takes what is left', () => {
    const free = bytesPerWindow(undefined, 8);
    const capped = bytesPerWindow(5120, 8);
    // 5,120 are ten bursts: one core never goes over
    for (const [a] of capped) expect(a).toBe(5120);
    // from the second window on, when both queues are full
    for (let w = 1; w < 8; w++) expect(capped[w][1]).toBeGreaterThan(free[w][1] * 1.1);
  });
});

describe('any cap', () => {
  it('holds over any number of windows, up to one burst per core, in any slicing', () => {
    const arbitrary = fc.record({
      bytes: fc.integer({ min: 1, max: 4000 }),
      windowCycles: fc.integer({ min: 1, max: 300 }),
      memoryPath: fc.constantFrom('noc' as const, 'bus' as const),
      slice: fc.integer({ min: 1, max: 50 }),
      timeJumps: fc.boolean(),
      reverse: fc.boolean(),
    });
    fc.assert(
      fc.property(arbitrary, ({ bytes, windowCycles, memoryPath, slice, timeJumps, reverse }) => {
        const programs = [[load(0, 4096)], [load(8192, 4096)]];
        const plan = tinyPlan({ ...BUS, memoryPath }, [
          { tiles: [1, 2], programs, bandwidth: { bytes, windowCycles } },
        ]);
        const whole = Machine.create(kernel, plan);
        const sliced = Machine.create(kernel, plan, { timeJumps, reverse });
        for (let cycle = 0; cycle < 1000; cycle += windowCycles) {
          whole.run(windowCycles);
          const moved = whole.snapshot().tenants[0].transferredBytes;
          expect(moved).toBeLessThan((cycle / windowCycles + 1) * bytes + 2 * 512);
        }
        while (sliced.cycle < whole.cycle && sliced.outcome === 'running') {
          sliced.run(Math.min(slice, whole.cycle - sliced.cycle));
        }
        expect(sliced.digest()).toBe(whole.digest());
      }),
      { numRuns: 60, seed: 3 },
    );
  });
});
