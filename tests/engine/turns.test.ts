/** Virtual cores that take turns on a tile, to the cycle. */
import { describe, expect, it } from 'vitest';
import { CAUSES, type Cause } from '../../src/model/causes.ts';
import type { ChipRequest } from '../../src/model/chip.ts';
import type { Step } from '../../src/model/program.ts';
import { lastCycle, runToEnd, step, tinyPlan } from '../support/kernel.ts';

// 4 x 1 tiles: memory at both ends, cores at 1 and 2. An instruction issued in t starts in t+5 (tests/engine/programs.test.ts).
const LINE: ChipRequest = { width: 4, height: 1, switchCycles: 100 };
const vector = (cycles: number, tokens: Parameters<typeof step>[1] = {}): Step =>
  step({ op: 'vector', fn: 'relu', elements: cycles * 2048 }, tokens);
const load = (address: number, bytes: number, tokens: Parameters<typeof step>[1] = {}): Step =>
  step({ op: 'load', address, bytes }, tokens);
const send = (peer: number): Step => step({ op: 'send', peer, bytes: 512, tag: 0 });
const recv = (peer: number): Step => step({ op: 'recv', peer, bytes: 512, tag: 0 });

/** Two virtual cores on tile 1. */
const turns = (chip: ChipRequest, programs: Step[][], evicts = false) =>
  tinyPlan({ ...LINE, ...chip }, [{ tiles: [1, 1], programs, shared: [{ tile: 1, vcores: [0, 1], evicts }] }]);
const run = (...args: Parameters<typeof turns>) => {
  const machine = runToEnd(turns(...args));
  const { cores, tenants } = machine.snapshot();
  const causes = cores.map((core): Partial<Record<Cause, number>> =>
    Object.fromEntries(CAUSES.map((cause, i) => [cause, core.causes[i]]).filter(([, cycles]) => cycles !== 0)),
  );
  return { end: lastCycle(machine), outcome: machine.outcome, causes, switches: tenants[0].switches, machine };
};

describe('a tile of two virtual cores', () => {
  it('goes to the other one when the first is done', () => {
    // The first works in 5 and is done in 6; the tile switches in 7..106 and is the second's in 107, which gets its instruction from
    // 108 on: it works in 113 and is done in 114. Every cycle of the tile is charged to one of them.
    const { end, causes, switches } = run({}, [[vector(1)], [vector(1)]]);
    expect([end, switches]).toEqual([114, 1]);
    expect(causes).toEqual([
      { idle: 6, vector: 1 },
      { switch: 100, idle: 7, vector: 1 },
    ]);
  });

  it('goes to the other one at the end of an instruction once the slice is over', () => {
    // Five times 20 cycles each, slices of 50, switches of 10. The first works from 5 on; its slice is over with 49, it starts nothing
    // more and ends in 65, which counts as switch like 66..75. The second has the slice 76..125, works from 82 on, and drains to 142.
    // Switch to 152; the first goes on in 153, without waiting for instructions, and is done in 193. Switch to 203, done in 244.
    const program: Step[] = [{ op: 'loop', count: 5, body: [vector(20)] }];
    const { end, causes, switches } = run({ sliceCycles: 50, switchCycles: 10 }, [program, program]);
    expect([end, switches]).toEqual([244, 3]);
    expect(causes).toEqual([
      { idle: 6, vector: 100, switch: 1 + 10 },
      { idle: 7, vector: 100, switch: 10 + 1 + 10 },
    ]);
  });

  it('ends one instruction at least in every slice, however short', () => {
    // Slices of 1 are over at the end of an instruction, in 25; the next one has begun in that cycle: turns of two instructions, and
    // of one, the fifth, at the end: 2, 2, 2, 2, 1, 1.
    const program: Step[] = [{ op: 'loop', count: 5, body: [vector(20)] }];
    const { outcome, switches } = run({ sliceCycles: 1, switchCycles: 10 }, [program, program]);
    expect([outcome, switches]).toEqual(['done', 5]);
  });

  it('stays where it is while the other one can do nothing', () => {
    // The second waits for a message that the first sends last: vector 5..1005, send 1005, its tail leaves in 1009, done in 1010.
    // One switch, 1011..1110; recv is issued in 1112, starts in 1117 and ends in 1118.
    const first = [vector(1000, { gives: [1] }), step({ op: 'send', peer: 1, bytes: 512, tag: 0 }, { waits: [1] })];
    const idle = run({ sliceCycles: 50 }, [first, []]);
    expect([idle.end, idle.switches, idle.outcome]).toEqual([1010, 0, 'done']);
    const { end, switches } = run({ sliceCycles: 2000 }, [first, [recv(0)]]);
    expect([end, switches]).toEqual([1118, 1]);
  });

  it('keeps messages of the one that is away', () => {
    // The message leaves in 6..9 and lands in 6 + 4 + 5 = 15; the first waits for an answer in 10 and gives the tile up. The second
    // has it in 111, receives in 117..118, sends from 121 on and is done in 126; its message lands in 131, before the first is back in 227.
    const { end, causes, switches } = run({}, [
      [send(1), recv(1)],
      [recv(0), send(0)],
    ]);
    expect([end, switches]).toEqual([227, 2]);
    expect(causes).toEqual([
      { idle: 6, send: 5, recvWait: 1, switch: 100 },
      { idle: 7, send: 5, recvWait: 1, dispatch: 3, switch: 100 },
    ]);
  });

  it('is seen at once when neither can ever go on', () => {
    // Each sends only once it has received. The first has all its instructions in 8 and gives the tile up; the second has it in 109,
    // its last instruction moves to its engine in 118 and does not start in 119: nothing can change any more.
    const program = (other: number): Step[] => [
      step({ op: 'recv', peer: other, bytes: 512, tag: 0 }, { gives: [1] }),
      step({ op: 'send', peer: other, bytes: 512, tag: 0 }, { waits: [1] }),
    ];
    const { end, outcome, machine } = run({}, [program(1), program(0)]);
    expect([end, outcome]).toEqual([119, 'deadlock']);
    expect(machine.snapshot().deadlock!.waiting.map(({ who }) => who)).toEqual([
      'A0 send (instruction 1)',
      'A0 recv (instruction 0)',
      'A1 send (instruction 1)',
      'A1 recv (instruction 0)',
    ]);
  });
});

it('a virtual core that gets its tile back has a cold TLB', () => {
  // Two loads from one page with work between: a miss and a hit, unless the tile was the other's in between.
  const program: Step[] = [
    load(0, 512, { gives: [1] }),
    vector(200, { waits: [1], gives: [2] }),
    load(512, 512, { waits: [2] }),
  ];
  const misses = (sliceCycles: number): number[] => {
    const plan = turns({ memoryPath: 'bus', sliceCycles }, [program, program]);
    const translation = { kind: 'page', entries: 4, pageBytes: 4096 } as const;
    const machine = runToEnd({ ...plan, tenants: plan.tenants.map((tenant) => ({ ...tenant, translation })) });
    return machine.snapshot().cores.map((core) => core.misses);
  };
  expect([misses(10_000), misses(250)]).toEqual([
    [1, 1],
    [2, 2],
  ]);
});

describe('weights of virtual cores that share a tile', () => {
  // Resident weights of 1,024 bytes, two bursts: issued in t and t+1, there in t+42 (at the second channel in t+2: byte 60 (t+2) + 512,
  // so t+11, + 30 + 1). Then twice 200 cycles of work.
  const program = (address: number): Step[] => [
    load(address, 1024, { gives: [1] }),
    { op: 'loop', iteration: true, count: 1, body: [vector(200, { waits: [1] }), vector(200)] },
  ];
  const chip: ChipRequest = { sliceCycles: 150, switchCycles: 10, memoryPath: 'bus' };
  const bytes = ({ machine }: ReturnType<typeof run>): number =>
    machine.snapshot().channels.reduce((sum, channel) => sum + channel.bytes, 0);

  it('are loaded once where all fit', () => {
    // First: load 5..47, works to 247, drained. Second: switch to 257, instruction in 264, load to 306, works to 506, drained. First:
    // switch to 516, works 517..717. Second: switch 718..727, works 728..928.
    const kept = run(chip, [program(0), program(8192)]);
    expect([kept.end, kept.switches, bytes(kept)]).toEqual([928, 3, 2048]);
  });

  it('are loaded again at every return where they do not fit, through memory, charged to the switch', () => {
    // The same up to 516; then 42 cycles of loading before each return: 517..559, works to 759, done; switch to 769, loads to 812, ends in 1012.
    const evicted = run(chip, [program(0), program(8192)], true);
    expect([evicted.end, evicted.switches, bytes(evicted)]).toEqual([1012, 3, 4096]);
    expect(evicted.causes[0]).toEqual({ idle: 6, memory: 42, vector: 400, switch: 1 + 10 + 42 });
  });
});
