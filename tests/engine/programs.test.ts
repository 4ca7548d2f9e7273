/** Exact cycles of tiny programs. The derivation of each number stands above it; the rules are those of the machine model. */
import { describe, expect, it } from 'vitest';
import { CAUSES, type Cause } from '../../src/model/causes.ts';
import type { ChipRequest } from '../../src/model/chip.ts';
import { lastCycle, runToEnd, step, tinyPlan } from '../support/kernel.ts';

// 4 x 1 tiles: memory at both ends, cores at 1 and 2. busCycles 4: an instruction issued in cycle t is in the core's instruction
// queue in t+4, moves to its engine's queue in that cycle and starts in t+5.
const LINE: ChipRequest = { width: 4, height: 1 };
const START = 5;
// The cycle in which a core ends is its last and idle.
const load = (address: number, bytes: number) => ({ op: 'load', address, bytes }) as const;
const matmul = (M: number) => ({ op: 'matmul', M, N: 128, K: 128, dataflow: 'ws' }) as const;

const causesOf = (machine: ReturnType<typeof runToEnd>, core = 0): Partial<Record<Cause, number>> => {
  const { causes } = machine.snapshot().cores[core];
  return Object.fromEntries(CAUSES.map((cause, i) => [cause, causes[i]]).filter(([, cycles]) => cycles !== 0));
};

describe('one core', () => {
  it('a matmul takes the systolic formula after dispatch', () => {
    // ws, one fold: M + 2R + C - 2 = 10 + 256 + 128 - 2 = 392
    const machine = runToEnd(tinyPlan(LINE, [{ tiles: [1], programs: [[step(matmul(10))]] }]));
    expect([machine.outcome, lastCycle(machine)]).toEqual(['done', START + 392]);
    expect(causesOf(machine)).toEqual({ idle: START + 1, compute: 392 });
  });

  it('vector work is elements over lanes, rounded up, times its cost', () => {
    // ceil(4097 / 2048) = 3 groups, softmax costs 5: 15 cycles
    const vector = step({ op: 'vector', fn: 'softmax', elements: 4097 });
    expect(lastCycle(runToEnd(tinyPlan(LINE, [{ tiles: [1], programs: [[vector]] }])))).toBe(START + 15);
  });

  it('a token orders two engines: the second starts in the cycle in which the first has ended', () => {
    // matmul 5..397 gives; vector waits, 1 cycle more
    const steps = [step(matmul(10), { gives: [7] }), step({ op: 'vector', fn: 'relu', elements: 1 }, { waits: [7] })];
    const machine = runToEnd(tinyPlan(LINE, [{ tiles: [1], programs: [steps] }]));
    expect(lastCycle(machine)).toBe(START + 392 + 1);
    expect(causesOf(machine)).toEqual({ idle: START + 1, compute: 392, vector: 1 });
  });

  it('independent engines overlap', () => {
    // issued in 0 and 4: the vector unit starts in 9 and ends in 10, inside the matmul
    const steps = [step(matmul(10)), step({ op: 'vector', fn: 'relu', elements: 1 })];
    expect(lastCycle(runToEnd(tinyPlan(LINE, [{ tiles: [1], programs: [steps] }])))).toBe(START + 392);
  });

  it('the bus paces short instructions: one per busCycles', () => {
    // 10 vector instructions of one cycle: the last is issued in 36, starts in 41, ends in 42
    const steps = [{ op: 'loop', count: 10, body: [step({ op: 'vector', fn: 'relu', elements: 1 })] } as const];
    const machine = runToEnd(tinyPlan(LINE, [{ tiles: [1], programs: [steps] }]));
    expect(lastCycle(machine)).toBe(42);
    expect(causesOf(machine)).toEqual({ idle: START + 1, vector: 10, dispatch: 27 });
  });

  it('instructions ahead and behind run in a pass before the first and after the last, and are left out for free where there is no iteration', () => {
    // One instruction per engine and iteration: a fetch (vector, 1 cycle) an iteration ahead, a product of 392 cycles, and a barrier behind it.
    // Pass -1: fetch 0, issued in 0. Pass 0: product 0 in 4, fetch 1 in 8. Pass 1: product 1 in 12, fetch 2 in 16, barrier 0 in 20.
    // Pass 2: product 2 in 24, barrier 1 in 28 (there is no fetch 3). Pass 3: barrier 2 in 32. Products start in 9, 401 and 793 and end in
    // 1185; each barrier meets in the cycle in which its product has ended and lets go a cycle later, so the core ends in 1186.
    const body = [
      step(matmul(10), { waits: [1], gives: [2] }),
      step({ op: 'vector', fn: 'relu', elements: 1 }, { gives: [1], ahead: 1 }),
      step({ op: 'barrier', group: 0 }, { waits: [2], ahead: -1 }),
    ];
    const program = [{ op: 'loop', iteration: true, count: 3, body } as const];
    for (const timeJumps of [true, false]) {
      const machine = runToEnd(tinyPlan(LINE, [{ tiles: [1], programs: [program], iterations: 3 }]), { timeJumps });
      expect(lastCycle(machine)).toBe(1186);
      const { cores, tenants } = machine.snapshot();
      expect(cores[0].retired).toBe(9);
      expect([...tenants[0].iterationStart]).toEqual([5, 13, 21]);
      expect([...tenants[0].iterationEnd]).toEqual([402, 794, 1186]);
    }
  });

  it('an empty program ends at once', () => {
    expect(lastCycle(runToEnd(tinyPlan(LINE, [{ tiles: [1], programs: [[]] }])))).toBe(0);
  });
});

describe('memory', () => {
  it('a burst over the network: request, service, latency, data', () => {
    // Cut and issued in 5; the source sends its one flit in 6; one hop: 6 + 4*1 + 1 + 5 = 16 at the memory tile 0 (address 0).
    // Service 512 B at 60 B/cycle from 16: ends in byte 16*60 + 512 = 1472, cycle 24.53, so 25; latency 30: data leave in 55.
    // The source sends in 56; four flits of 128 B over one hop: 56 + 4 + 4 + 5 = 69.
    const machine = runToEnd(tinyPlan(LINE, [{ tiles: [1], programs: [[step(load(0, 512))]] }]));
    expect(lastCycle(machine)).toBe(69);
    expect(causesOf(machine)).toEqual({ idle: START + 1, memory: 64 });
  });

  it('a burst beside the network', () => {
    // issued in 5, at the channel in 6: ends in byte 6*60 + 512 = 872, so 15; latency 30: leaves in 45, seen in 46
    const machine = runToEnd(
      tinyPlan({ ...LINE, memoryPath: 'bus' }, [{ tiles: [1], programs: [[step(load(0, 512))]] }]),
    );
    expect(lastCycle(machine)).toBe(46);
  });

  it('service is exact in bytes: two bursts of one channel do not round up twice', () => {
    // Addresses 0 and 1024 are both channel 0 (interleave 512 over two channels). Issued in 5 and, by rotation of one stream, the
    // second transfer starts when the first has ended, in 46: at the channel in 47, byte 47*60 + 512 = 3332, so 56 + 30 + 1 = 87.
    const steps = [step(load(0, 512)), step(load(1024, 512))];
    const one = runToEnd(tinyPlan({ ...LINE, memoryPath: 'bus' }, [{ tiles: [1], programs: [steps] }]));
    expect(lastCycle(one)).toBe(87);
    // With two streams the second starts in 9 (its dispatch), is at the channel in 10, waits for byte 872, ends in byte 1384: 23.07,
    // so 24 + 30 + 1 = 55; rounding each service up would give 15 + 9 = 24 as well, but three bursts tell: 1384 + 512 = 1896 = 31.6.
    const three = runToEnd(
      tinyPlan({ ...LINE, memoryPath: 'bus', dmaStreams: 4 }, [
        { tiles: [1], programs: [[...steps, step(load(2048, 512))]] },
      ]),
    );
    expect(lastCycle(three)).toBe(32 + 31);
  });

  it('a store sends its data and waits for the acknowledgement', () => {
    // Issued in 5, four flits sent from 6, one hop: 6 + 4 + 4 + 5 = 19 at the memory; served by byte 19*60 + 512 = 1652, so 28, + 30
    // = 58; the acknowledgement of one flit leaves in 59: 59 + 4 + 1 + 5 = 69.
    const store = step({ op: 'store', address: 0, bytes: 512 });
    expect(lastCycle(runToEnd(tinyPlan(LINE, [{ tiles: [1], programs: [[store]] }])))).toBe(69);
  });
});

describe('translation', () => {
  const bus: ChipRequest = { ...LINE, memoryPath: 'bus' };
  const counts = (machine: ReturnType<typeof runToEnd>) => {
    const { hits, misses, walkReads, translationStall } = machine.snapshot().cores[0];
    return { hits, misses, walkReads, translationStall };
  };

  it('pages: one walk per page, each blocking this and all later bursts', () => {
    const plan = tinyPlan(bus, [
      { tiles: [1], programs: [[step(load(0, 8192))]], translation: { kind: 'page', entries: 4, pageBytes: 4096 } },
    ]);
    const machine = runToEnd(plan);
    expect(counts(machine)).toEqual({ hits: 14, misses: 2, walkReads: 0, translationStall: 240 });
    // Walk 5..125, bursts 0-7 issued in 125..132, walk 133..253, bursts 8-15 in 253..260. Channels 0 and 1 alternate: each serves
    // four of the last eight, from 254 and 255, 2048 bytes: the later one ends in byte 255*60 + 2048, 289.1, so 290 + 30 + 1.
    expect(lastCycle(machine)).toBe(321);
    expect(causesOf(machine).translation).toBe(240);
  });

  it('vChunk: a cold start reads from entry 0, a change of range follows RTT_CUR, last_v jumps back', () => {
    const ranges = Array.from({ length: 4 }, (_, i) => [i * 4096, 4096] as const);
    const visit = (order: number[]) => order.map((i) => step(load(i * 4096, 512)));
    const run = (order: number[], entries: number) =>
      counts(
        runToEnd(
          tinyPlan(bus, [
            { tiles: [1], programs: [visit(order)], ranges, translation: { kind: 'vchunk', entries, pageBytes: 4096 } },
          ]),
        ),
      );
    // cold at 0: one read; then 1, 2, 3: one read each; back to 0: from 3 the next entry, wrapping, is 0: one read
    expect(run([0, 1, 2, 3, 0], 1)).toEqual({ hits: 0, misses: 5, walkReads: 5, translationStall: 10 });
    // cold at 2: entries 0, 1, 2; then 0: from 2 the next are 3, 0: two; then 2: last_v[0] unset, 1, 2: two; then 0: last_v[2] = 0: one
    expect(run([2, 0, 2, 0], 1)).toEqual({ hits: 0, misses: 4, walkReads: 8, translationStall: 16 });
    // with two entries the last two are hits
    expect(run([2, 0, 2, 0], 2)).toEqual({ hits: 2, misses: 2, walkReads: 5, translationStall: 10 });
    // a wrong guess is read once: 0 (1), 3 (1, 2, 3: three), 0 (one, wrapping), then 1: last_v[0] = 3 wrong (one), 1 (one)
    expect(run([0, 3, 0, 1], 1)).toEqual({ hits: 0, misses: 4, walkReads: 7, translationStall: 14 });
  });

  it('vChunk: knows what its walks would have read without last_v, and reads that where it has none', () => {
    const ranges = Array.from({ length: 4 }, (_, i) => [i * 4096, 4096] as const);
    const reads = (order: number[], lastV = true) => {
      const programs = [order.map((i) => step(load(i * 4096, 512)))];
      const translation = { kind: 'vchunk', entries: 1, pageBytes: 4096, lastV } as const;
      const { walkReads, plainReads } = runToEnd(
        tinyPlan(bus, [{ tiles: [1], programs, ranges, translation }]),
      ).snapshot().cores[0];
      return [walkReads, plainReads];
    };
    // cold at 2: 0, 1, 2; to 0 past 3: two; to 2 past 1: two; to 0 again two, but last_v[2] says 0 at once
    expect(reads([2, 0, 2, 0])).toEqual([8, 9]);
    // a wrong guess costs a read: to 1 from 0 is one without it
    expect(reads([0, 3, 0, 1])).toEqual([7, 6]);
    expect(reads([2, 0, 2, 0], false)).toEqual([9, 9]);
    expect(reads([0, 3, 0, 1], false)).toEqual([6, 6]);
  });

  it('with one stream 4 and 32 entries miss equally often; with eight streams they differ', () => {
    const steps = Array.from({ length: 8 }, (_, i) => step(load(i * 65_536, 8192)));
    const misses = (entries: number, dmaStreams: number) =>
      counts(
        runToEnd(
          tinyPlan({ ...bus, dmaStreams }, [
            { tiles: [1], programs: [steps], translation: { kind: 'page', entries, pageBytes: 4096 } },
          ]),
        ),
      ).misses;
    expect([misses(4, 1), misses(32, 1)]).toEqual([16, 16]);
    expect(misses(32, 8)).toBe(16);
    expect(misses(4, 8)).toBeGreaterThan(64);
  });

  it('two walkers overlap the walks of following bursts, in order', () => {
    // Bursts of 512 in pages of 512: every burst walks. One walker: 4 x 120. Two: the second walk starts a cycle after the first.
    const plan = (walkers: number) =>
      tinyPlan({ ...bus, walkers }, [
        { tiles: [1], programs: [[step(load(0, 2048))]], translation: { kind: 'page', entries: 4, pageBytes: 512 } },
      ]);
    // One walker: bursts issued in 125, 246, 367, 488 (each look-up a cycle after the issue before); the last is at its channel in
    // 489: byte 489*60 + 512 = 29852, 497.5, so 498 + 31 = 529.
    expect(lastCycle(runToEnd(plan(1)))).toBe(529);
    // Two: walks 5..125 and 6..126; then 127..247 and 128..248; the last burst is issued in 248, at the channel in 249: 258 + 31.
    expect(lastCycle(runToEnd(plan(2)))).toBe(289);
  });
});

describe('faults', () => {
  const faulty = (operation: Parameters<typeof step>[0]) =>
    runToEnd(
      tinyPlan(LINE, [
        { tiles: [1], programs: [[step(load(0, 512)), step(operation)]], ranges: [[0, 4096, 1]] },
        { tiles: [2], programs: [[step(matmul(10))]] },
      ]),
    ).snapshot();

  it.each([
    ['outside every range', load(8192, 512), 8192],
    ['a store to memory that may only be read', { op: 'store', address: 1024, bytes: 512 } as const, 1024],
  ])('%s stops its tenant and names core, instruction and address; the other goes on', (_, operation, address) => {
    const { tenants, outcome } = faulty(operation);
    // the load ends in 69; the second transfer starts and is looked up in that cycle
    expect(tenants[0]).toMatchObject({ status: 'fault', fault: { vcore: 0, instruction: 1, address, cycle: 69 } });
    expect([tenants[1].status, outcome]).toEqual(['done', 'done']);
  });
});
