import { describe, expect, it } from 'vitest';
import { forEachInstruction, type Program } from '../../src/model/program.ts';
import { listProgram } from '../../src/plan/listing.ts';

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
        { ...free, op: 'recv', peer: 2, bytes: 100, tag: 7 },
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
        { ...free, op: 'send', peer: 3, bytes: 20, tag: 8 },
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
      '1 .recv 100 B from 2, tag 7',
      '-1 .repeat 3 times',
      '2 ..matmul [4, 6] x [6, 5] ws, waits 1 x2 9',
      '3 .relu 20 elements, frees a slot of 2',
      '4 .send 20 B to 3, tag 8',
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
