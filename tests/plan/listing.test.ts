import { describe, expect, it } from 'vitest';
import { forEachInstruction, type Program } from '../../src/model/program.ts';
import { listProgram } from '../../src/plan/listing.ts';
import { liveBytes } from '../../src/plan/live.ts';

const free = { waits: [], gives: [], layer: -1 };

const program: Program = {
  vcore: 0,
  stage: 'test',
  initialTokens: [],
  scratchpad: [],
  steps: [
    { ...free, op: 'load', address: 0x1000, bytes: 512, gives: [{ token: 1, count: 1 }] },
    {
      op: 'loop',
      count: 5,
      iteration: true,
      body: [
        { ...free, op: 'recv', peer: 2, bytes: 100, tag: 7, ahead: 1 },
        {
          op: 'loop',
          count: 3,
          body: [
            {
              ...free,
              op: 'matmul',
              M: 4,
              N: 5,
              K: 6,
              dataflow: 'ws',
              waits: [
                { token: 1, count: 2 },
                { token: 9, count: 1 },
              ],
            },
          ],
        },
        { ...free, op: 'vector', fn: 'relu', elements: 20, releases: 2 },
        { ...free, op: 'send', peer: 3, bytes: 20, tag: 8, ahead: -1 },
      ],
    },
    { ...free, op: 'store', address: 2 ** 40, bytes: 8 },
    { ...free, op: 'barrier', group: 4 },
  ],
};

describe('the listing of a program', () => {
  it('has a line for each loop and each instruction, indented by loops', () => {
    const text = listProgram(program).map(({ index, depth, text }) => `${index} ${'.'.repeat(depth)}${text}`);
    expect(text).toEqual([
      '0 load 512 B from 0x1000, gives 1',
      '-1 5 iterations',
      '1 .recv 100 B from 2, tag 7, for the next iteration',
      '-1 .repeat 3 times',
      '2 ..matmul [4, 6] x [6, 5] ws, waits 1 x2 9',
      '3 .relu 20 elements, frees a slot of 2',
      '4 .send 20 B to 3, tag 8, for the iteration before',
      '5 store 8 B to 0x10000000000',
      '6 barrier 4',
    ]);
  });

  it('numbers instructions in the order in which the image holds them', () => {
    const order: string[] = [];
    forEachInstruction(program.steps, ({ op }) => order.push(op));
    const numbered = listProgram(program).filter(({ index }) => index >= 0);
    expect(numbered.map(({ index }) => index)).toEqual(order.map((_, i) => i));
  });
});

describe('live bytes', () => {
  const use = (from: number, to: number, write: boolean) => {
    return { bases: [0], step: 1, phase: 0, from, to, write, holds: '' };
  };
  const work = (...uses: ReturnType<typeof use>[]) =>
    ({ ...free, op: 'vector', fn: 'relu', elements: 1, uses }) as const;

  it('count from a write to the last read before the next write', () => {
    const instructions = [
      work(use(0, 100, true)),
      work(use(100, 150, true)),
      work(use(0, 100, false), use(200, 210, true)),
      work(use(0, 100, true), use(100, 150, false)),
      work(use(0, 50, false)),
    ];
    // 0..100 is held by 0 to 2 and, written anew, by 3; half of it is still read by 4. 100..150 is held by 1 to 3, 200..210 by 2.
    expect(liveBytes(instructions)).toEqual([100, 150, 160, 150, 50]);
  });

  it('count both halves of a buffer used in turn all the time', () => {
    const half = { ...use(0, 10, true), bases: [0, 100] };
    expect(liveBytes([work(use(40, 45, true)), work(half), work(use(40, 45, false))])).toEqual([25, 25, 25]);
  });
});
