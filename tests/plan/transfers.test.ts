/** Bytes by programs: every byte that a program sends or loads is counted once, per iteration. */
import { expect, it } from 'vitest';
import { transfersOf } from '../../src/plan/transfers.ts';
import type { Program } from '../../src/model/program.ts';

const program = (vcore: number, steps: Program['steps']): Program => ({
  ...{ vcore, stage: '', steps, initialTokens: [], scratchpad: [] },
});
const send = (peer: number, bytes: number) =>
  ({ op: 'send', peer, bytes, tag: 0, waits: [], gives: [], layer: -1 }) as const;
const load = (bytes: number) => ({ op: 'load', address: 0, bytes, waits: [], gives: [], layer: -1 }) as const;

it('adds what goes from one core to another and divides by the iterations', () => {
  // 4 iterations of 100 B from 0 to 2, of 2 x 30 B back, and 8 B once from 1 to 2: 100, 60 and 2 B per iteration.
  const programs = [
    program(0, [{ op: 'loop', count: 4, iteration: true, body: [send(2, 100)] }]),
    program(1, [send(2, 8)]),
    program(2, [{ op: 'loop', count: 4, iteration: true, body: [{ op: 'loop', count: 2, body: [send(0, 30)] }] }]),
  ];
  expect(transfersOf({ programs, iterations: 4 }).messages).toEqual([[0, 2, 100], [1, 2, 2], [2, 0, 60]]); // prettier-ignore
});

it('adds what comes from memory, and nothing that goes there', () => {
  // 4 iterations of 100 B and 12 B once: 103 B per iteration; a store and a message count nothing.
  const programs = [
    program(1, [load(12), { op: 'loop', count: 4, iteration: true, body: [load(100), send(0, 7)] }]),
    program(0, [{ ...load(50), op: 'store' }]),
  ];
  expect(transfersOf({ programs, iterations: 4 }).loads).toEqual([0, 103]);
});
