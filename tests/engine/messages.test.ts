/** Messages, landing slots, barriers and deadlock, to the cycle. */
import { describe, expect, it } from 'vitest';
import type { ChipRequest } from '../../src/model/chip.ts';
import { lastCycle, runToEnd, step, tinyPlan } from '../support/kernel.ts';

const LINE: ChipRequest = { width: 4, height: 1 };
const send = (peer: number, bytes: number) => ({ op: 'send', peer, bytes, tag: 0 }) as const;
const recv = (peer: number, bytes: number) => ({ op: 'recv', peer, bytes, tag: 0 }) as const;
const pair = (chip: ChipRequest, a: Parameters<typeof step>[], b: Parameters<typeof step>[]) =>
  tinyPlan({ ...LINE, ...chip }, [{ tiles: [1, 2], programs: [a.map((s) => step(...s)), b.map((s) => step(...s))] }]);

describe('a message', () => {
  it('ends when its last flit has been ejected', () => {
    // The send is issued in 0 and starts in 5; the source sends from 6; 4 flits, one hop: 6 + 4*1 + 4 + 5 = 19.
    expect(lastCycle(runToEnd(pair({}, [[send(1, 512)]], [[recv(0, 512)]])))).toBe(19);
  });

  it('is cut into packets of at most maxPacketFlits, one flit a cycle without a gap', () => {
    // 40 flits in packets of 16, 16 and 8 from cycle 6 on. Two channels in rotation; no credit stall on one hop: the tail of the
    // last is the 40th flit; as one stream of single-packet timing: 6 + 4 + 40 + 5 = 55, a new head in the stream costs nothing
    // as its channel was free.
    expect(lastCycle(runToEnd(pair({}, [[send(1, 40 * 128)]], [[recv(0, 40 * 128)]])))).toBe(55);
  });

  it('waits at the sender for a landing slot, freed by the end of its last reader', () => {
    // One slot. First message as above: it has landed in 19, the receive ends then. The vector instruction that releases it is
    // issued third: cores take turns on the bus (send 0, recv 4, send 8, vector 12): it waits for the token, starts in 19 and
    // ends in 20; the credit is queued in 20, sent in 21: 21 + 4 + 1 + 5 = 31. The second send starts in 31: flits from 32:
    // 32 + 4 + 4 + 5 = 45; its receive was waiting.
    const plan = pair(
      { channelSlots: 1 },
      [[send(1, 512)], [send(1, 512)]],
      [
        [recv(0, 512), { gives: [1] }],
        [
          { op: 'vector', fn: 'copy', elements: 512 },
          { waits: [1], releases: 0 },
        ],
        [recv(0, 512)],
      ],
    );
    expect(lastCycle(runToEnd(plan))).toBe(45);
  });
});

describe('a barrier', () => {
  it('lets all go barrierCycles after the last arrival', () => {
    // Core 0 arrives in 5; core 1 first works 1 cycle on the vector unit (issued in 4, starts in 9, ends in 10) and its barrier,
    // issued in 12 after core 0's second instruction in 8, waits for that token no more: it starts in 17. Release in 17 + 3 = 20;
    // core 0's vector work is queued behind nothing but the token that its barrier gives in 20: ends in 21.
    const barrier = { op: 'barrier', group: 2 } as const;
    const work = { op: 'vector', fn: 'relu', elements: 1 } as const;
    const plan = pair(
      { barrierCycles: 3 },
      [
        [barrier, { gives: [1] }],
        [work, { waits: [1] }],
      ],
      [
        [work, { gives: [1] }],
        [barrier, { waits: [1] }],
      ],
    );
    expect(lastCycle(runToEnd(plan))).toBe(21);
  });
});

describe('deadlock', () => {
  it('is detected in the cycle after which nothing can change, and says who waits for whom', () => {
    // Both receive first. The receives start in 5 and 9; both sends (issued in 8 and 12, moved to their queues in 12 and 16) wait
    // for a token of the receive: after cycle 16 nothing can ever change.
    const plan = pair(
      {},
      [
        [recv(1, 512), { gives: [1] }],
        [send(1, 512), { waits: [1] }],
      ],
      [
        [recv(0, 512), { gives: [1] }],
        [send(0, 512), { waits: [1] }],
      ],
    );
    const machine = runToEnd(plan);
    const { outcome, deadlock } = machine.snapshot();
    expect([outcome, deadlock?.cycle]).toEqual(['deadlock', 17]);
    expect(deadlock?.waiting).toEqual([
      { who: 'A0 send (instruction 1)', for: 'token 1 of its own core' },
      { who: 'A0 recv (instruction 0)', for: 'a message from A1' },
      { who: 'A1 send (instruction 1)', for: 'token 1 of its own core' },
      { who: 'A1 recv (instruction 0)', for: 'a message from A0' },
    ]);
  });
});
