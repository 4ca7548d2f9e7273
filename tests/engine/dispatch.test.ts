/** Dispatch over the instruction network, look-ups of virtual cores, and the creation of virtual NPUs, to the cycle. */
import { describe, expect, it } from 'vitest';
import type { ChipRequest } from '../../src/model/chip.ts';
import type { Step } from '../../src/model/program.ts';
import { lastCycle, runToEnd, step, tinyPlan, type TinyTenant } from '../support/kernel.ts';

// 4 x 1 tiles: memory at both ends, cores at 1 and 2; the controller is beside tile 0.
const LINE: ChipRequest = { width: 4, height: 1 };
const work = step({ op: 'vector', fn: 'relu', elements: 1 });
const times = (count: number): Step => ({ op: 'loop', count, body: [work] });
const end = (chip: ChipRequest, ...tenants: TinyTenant[]): number =>
  lastCycle(runToEnd(tinyPlan({ ...LINE, ...chip }, tenants)));

describe('the instruction network', () => {
  it.each([
    // Issued in 0, the source sends its one flit in 1; h hops: 1 + 4*h + 1 + 5; moved to its engine then, starts one later, ends in 1.
    [1, 1, 1 + 4 + 1 + 5 + 2],
    [2, 1, 1 + 8 + 1 + 5 + 2],
    // 32 bytes in flits of 16 are two
    [1, 2, 1 + 4 + 2 + 5 + 2],
  ])('brings one instruction to tile %i as %i flits', (tile, flits, cycle) => {
    expect(end({ flitBytes: 32 / flits }, { tiles: [tile], programs: [[work]], dispatch: 'noc' })).toBe(cycle);
  });

  it('carries as many instructions as the core has slots, and the next when one is decoded', () => {
    // One channel takes a head every other cycle (BookSim's too): four issued in 0 to 3 are sent in 1, 3, 5 and 7 and decoded in 11,
    // 13, 15 and 17; each slot is issued to again a cycle later, decoded 12 later. The tenth, second of the third round, is
    // decoded in 13 + 2 * 12 = 37, starts in 38 and ends in 39.
    expect(end({}, { tiles: [1], programs: [[times(10)]], dispatch: 'noc' })).toBe(39);
  });

  it('is a port of its own: a tenant on the bus does not slow it', () => {
    const noc: TinyTenant = { tiles: [1], programs: [[times(10)]], dispatch: 'noc' };
    const both = runToEnd(tinyPlan(LINE, [noc, { tiles: [2], programs: [[times(10)]] }])).snapshot();
    expect(both.tenants.map(({ status }) => status)).toEqual(['done', 'done']);
    // the bus tenant alone ends in 42 (programs.test.ts); neither waits for the other
    expect(both.cycle - 1).toBe(42);
  });

  it('keeps the order of one core’s instructions on any number of virtual channels', () => {
    // the long work first: were the short one to overtake, its token would come too early and the end would be another
    const steps = Array.from({ length: 12 }, (_, i) =>
      step({ op: 'vector', fn: 'relu', elements: 2048 * (12 - i) }, { waits: i === 0 ? [] : [i], gives: [i + 1] }),
    );
    for (const virtualChannels of [1, 2, 5]) {
      const machine = runToEnd(
        tinyPlan({ ...LINE, virtualChannels, instructionQueue: 16 }, [
          { tiles: [2], programs: [steps], dispatch: 'noc' },
        ]),
      );
      // 78 cycles of work behind the first arrival (15 + 1); all others are there in time
      expect([machine.outcome, lastCycle(machine)]).toEqual(['done', 16 + 78]);
    }
  });
});

describe('the vRouters', () => {
  it('look a core up on the way, as latency and not as throughput', () => {
    for (const dispatch of ['bus', 'noc'] as const) {
      const bare: TinyTenant = { tiles: [1], programs: [[times(4)]], dispatch };
      const chip = { vrouterCycles: 7 };
      // four instructions fit into the slots, so the look-up of 7 cycles shows once
      expect(end(chip, { ...bare, mode: 'vnpu' })).toBe(end(chip, bare) + 7);
    }
  });

  it('look the receiver up once per message, however long it is', () => {
    for (const bytes of [1, 128, 16_384]) {
      const programs = [[step({ op: 'send', peer: 1, bytes, tag: 0 })], [step({ op: 'recv', peer: 0, bytes, tag: 0 })]];
      const pair: TinyTenant = { tiles: [1, 2], programs };
      const bare = end({ vrouterCycles: 5 }, pair);
      // one look-up at dispatch and one at the send; the receiver's is over long before the message is there
      expect(end({ vrouterCycles: 5 }, { ...pair, mode: 'vnpu' })).toBe(bare + 5 + 5);
    }
  });

  it('look the next message up while the one before is sent', () => {
    // The first send is issued in 0, on the way for 4 + 5, at the head of its queue from 10 and looked up in 10 to 14: its 16 flits
    // leave in 16 to 31, and it ends in 32. The second, issued in 8, is looked up in 18 to 22: it starts in 32, and its last flit is
    // ejected in 33 + 4 * 1 + 16 + 5 = 58.
    const twice = (one: Step): Step[] => [one, one];
    const programs = [
      twice(step({ op: 'send', peer: 1, bytes: 2048, tag: 0 })),
      twice(step({ op: 'recv', peer: 0, bytes: 2048, tag: 0 })),
    ];
    const pair: TinyTenant = { tiles: [1, 2], programs };
    expect(end({ vrouterCycles: 5 }, { ...pair, mode: 'vnpu' })).toBe(58);
    // without look-ups: sent in 6 to 21 and 23 to 38
    expect(end({ vrouterCycles: 5 }, pair)).toBe(23 + 4 + 16 + 5);
  });

  it('look a message up while it waits for its data', () => {
    // The work is issued in 0, starts in 10 and ends in 110; the send is at the head of its queue long before, starts in 110, and its
    // four flits have come in 111 + 4 + 4 + 5.
    const programs = [
      [
        step({ op: 'vector', fn: 'relu', elements: 100 * 2048 }, { gives: [1] }),
        step({ op: 'send', peer: 1, bytes: 512, tag: 0 }, { waits: [1] }),
      ],
      [step({ op: 'recv', peer: 0, bytes: 512, tag: 0 })],
    ];
    expect(end({ vrouterCycles: 5 }, { tiles: [1, 2], programs, mode: 'vnpu' })).toBe(124);
  });
});

describe('creation of a virtual NPU', () => {
  const tables = { routingEntries: 8, rangeEntries: 0, bytes: 12, setupCycles: 320 };

  it('takes the cycles that its tables take, before its first instruction', () => {
    const tenant: TinyTenant = { tiles: [1], programs: [[work]] };
    expect(end({}, { ...tenant, tables })).toBe(end({}, tenant) + 320);
  });

  it('is done for one tenant after the other', () => {
    const machine = runToEnd(
      tinyPlan(LINE, [
        { tiles: [1], programs: [[work]], tables },
        { tiles: [2], programs: [[work]], tables },
      ]),
    );
    expect(machine.snapshot().tenants.map(({ readyCycle }) => readyCycle)).toEqual([320, 640]);
  });
});
