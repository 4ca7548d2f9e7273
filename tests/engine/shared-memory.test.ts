/** Messages through memory (mode uvm), to the cycle; polls, back pressure and livelock. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/model/causes.ts';
import type { ChipRequest } from '../../src/model/chip.ts';
import type { Step } from '../../src/model/program.ts';
import { lastCycle, runInSlices, runToEnd, step, tinyPlan, type TinyTenant } from '../support/kernel.ts';

// 4 x 1 tiles, cores at 1 and 2; memory beside the network: what is posted in t is at its channel in t+1, and an answer to it is
// seen in the cycle in which it leaves, service end + 30 + 1.
const BUS: ChipRequest = { width: 4, height: 1, memoryPath: 'bus' };
const SLOT = 1024;
const BASE = 65_536;
const send = (peer: number, bytes: number, more: Parameters<typeof step>[1] = {}): Step =>
  step({ op: 'send', peer, bytes, tag: 0 }, more);
const recv = (peer: number, bytes: number, more: Parameters<typeof step>[1] = {}): Step =>
  step({ op: 'recv', peer, bytes, tag: 0 }, more);

/** Two cores that share memory; addresses are physical, so that translation does not blur the cycles. */
const pair = (sender: readonly Step[], receiver: readonly Step[], more: Partial<TinyTenant> = {}): TinyTenant => ({
  tiles: [1, 2],
  mode: 'uvm',
  programs: [sender, receiver],
  buffers: [{ from: 0, to: 1, virtualBase: BASE, slotBytes: SLOT }],
  ...more,
});

describe('a message through memory', () => {
  it('is stored, flagged, polled for and loaded', () => {
    // Send: issued in 0, starts in 5, its one burst of 512 (address 65,536, channel 0) is issued in 5 and at the channel in 6: ends in
    // byte 6*60 + 512, 14.5, so 15 + 31 = 46: acknowledged, the flag is posted. At channel 0 (65,536 + 2*1024 flags, even interleave)
    // in 47: 8 bytes, set in 47.
    // Recv: issued in 4, starts in 9, polls in 10: at the channel in 11, not set. It polls again in 110: at the channel in 111, found
    // set, byte 111*60 + 8, so 112 + 31 = 143: the load starts and its burst is issued in 143, at the channel in 144: byte
    // 144*60 + 512, 152.5, so 153 + 31 = 184.
    const machine = runToEnd(tinyPlan(BUS, [pair([send(1, 512)], [recv(0, 512)])]));
    expect([machine.outcome, lastCycle(machine)]).toEqual(['done', 184]);
    const { cores, channels } = machine.snapshot();
    // 9 to 183 on the receiver; 5 to 45 on the sender
    expect(cores[1].causes[CAUSES.indexOf('recvWait')]).toBe(175);
    expect(cores[0].causes[CAUSES.indexOf('send')]).toBe(41);
    // the data twice, a flag and two polls
    expect(channels.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(2 * 512 + 3 * 8);
  });

  it('is polled for every pollCycles', () => {
    // as above, but polls in 10, 60, 110 ...: the flag is set in 47, so the poll of 60 finds it: 50 cycles earlier
    const machine = runToEnd(tinyPlan({ ...BUS, pollCycles: 50 }, [pair([send(1, 512)], [recv(0, 512)])]));
    expect(lastCycle(machine)).toBe(134);
  });

  it('goes through the network, which then carries no data flits', () => {
    const machine = runToEnd(tinyPlan({ ...BUS, memoryPath: 'noc' }, [pair([send(1, 512)], [recv(0, 512)])]));
    const { links, outcome } = machine.snapshot();
    expect(outcome).toBe('done');
    const perPlane = links.flits.length / 4;
    const flits = [0, 1, 2, 3].map((p) =>
      links.flits.slice(p * perPlane, (p + 1) * perPlane).reduce((a, b) => a + b, 0),
    );
    expect(flits[0]).toBe(0);
    expect(flits[1]).toBeGreaterThan(0);
  });

  it('waits for a released slot, which the sender polls for', () => {
    // one slot: the second store can only follow the release of the first
    const consume = (gives: number): Step[] => [
      recv(0, 512, { gives: [gives] }),
      step({ op: 'vector', fn: 'copy', elements: 512 }, { waits: [gives], releases: 0 }),
    ];
    const plan = tinyPlan({ ...BUS, channelSlots: 1 }, [
      pair([send(1, 512), send(1, 512)], [...consume(1), ...consume(2)]),
    ]);
    const machine = runToEnd(plan);
    expect(machine.outcome).toBe('done');
    expect(machine.snapshot().cores[0].causes[CAUSES.indexOf('sendBlocked')]).toBeGreaterThan(100);
  });
});

describe('livelock', () => {
  it('is found watchdogCycles after the last progress: polls are none', () => {
    // The sender of the second message never comes. Like the message above, the first receive ends in 184; the second polls for ever.
    const plan = tinyPlan({ ...BUS, watchdogCycles: 5000 }, [pair([send(1, 512)], [recv(0, 512), recv(0, 512)])]);
    for (const timeJumps of [true, false]) {
      const machine = runToEnd(plan, { timeJumps });
      const { outcome, deadlock } = machine.snapshot();
      expect([outcome, deadlock?.cycle]).toEqual(['deadlock', 184 + 5000]);
      expect(deadlock?.waiting).toEqual([{ who: 'A1 recv (instruction 1)', for: 'a message from A0' }]);
    }
  });

  it('is not a long computation beside a poll', () => {
    const late = [
      step({ op: 'vector', fn: 'add', elements: 2048 * 20_000 }, { gives: [1] }),
      send(1, 512, { waits: [1] }),
    ];
    const plan = tinyPlan({ ...BUS, watchdogCycles: 5000 }, [pair(late, [recv(0, 512)])]);
    expect(runToEnd(plan).outcome).toBe('done');
  });
});

describe('random exchanges', () => {
  it('end, move every byte twice, and have one digest however they are run', () => {
    const arbitrary = fc.record({
      messages: fc.array(fc.integer({ min: 1, max: SLOT }), { minLength: 1, maxLength: 6 }),
      work: fc.integer({ min: 1, max: 500_000 }),
      chip: fc.record({
        channelSlots: fc.integer({ min: 1, max: 3 }),
        dmaStreams: fc.integer({ min: 1, max: 3 }),
        pollCycles: fc.integer({ min: 1, max: 300 }),
        memoryPath: fc.constantFrom('noc' as const, 'bus' as const),
        flitBytes: fc.constantFrom(16, 128),
      }),
      way: fc.record({ slice: fc.integer({ min: 1, max: 40 }), timeJumps: fc.boolean(), reverse: fc.boolean() }),
    });
    fc.assert(
      fc.property(arbitrary, ({ messages, work, chip, way }) => {
        const consume = messages.flatMap((bytes, i) => [
          recv(0, bytes, { gives: [i] }),
          step({ op: 'vector', fn: 'add', elements: work }, { waits: [i], releases: 0 }),
        ]);
        const sends = messages.map((bytes) => send(1, bytes));
        const translation = { kind: 'page', entries: 2, pageBytes: 4096 } as const;
        const plan = tinyPlan({ width: 4, height: 2, ...chip }, [
          pair(sends, consume, { translation }),
          pair(sends, consume, { translation, tiles: [5, 6] }),
        ]);
        const whole = runToEnd(plan);
        expect(whole.outcome).toBe('done');
        const moved = whole.snapshot().tenants.map(({ transferredBytes }) => transferredBytes);
        const bytes = messages.reduce((a, b) => a + b, 0);
        expect(moved).toEqual([2 * bytes, 2 * bytes]);
        const sliced = runInSlices(plan, way);
        expect([sliced.cycle, sliced.digest()]).toEqual([whole.cycle, whole.digest()]);
        for (const { causes } of whole.snapshot().cores) expect(causes.reduce((a, b) => a + b)).toBe(whole.cycle);
      }),
      { numRuns: 40, seed: 21 },
    );
  });
});
