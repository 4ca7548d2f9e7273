/**
 * Order by tokens: random bodies of operations on random engines over a small scratchpad, some of them for the next iteration or the one
 * before, run by the abstract machine in random order with queues of four. Two accesses to the same bytes of which one writes must never overlap in time nor change places.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emit, tokensOf } from '../../src/compiler/emit.ts';
import type { Operation, Work } from '../../src/compiler/operation.ts';
import { dependencies } from '../../src/compiler/sync.ts';
import { resolveChip } from '../../src/model/chip.ts';
import type { Ahead, Program, ScratchpadUse as Span } from '../../src/model/program.ts';
import { AbstractMachine } from '../support/abstract-machine.ts';

const ITERATIONS = 7;

const spanArbitrary: fc.Arbitrary<Span> = fc
  .record({ at: fc.nat(11), length: fc.integer({ min: 1, max: 5 }), write: fc.boolean() })
  .map(({ at, length, write }) => ({ bases: [0], step: 1, phase: 0, from: at, to: at + length, write, holds: '' }));

/** A buffer of two halves used in turn, beside the others. */
const ringArbitrary = (uses: number): fc.Arbitrary<Span> =>
  fc
    .record({ phase: fc.nat(Math.max(0, uses - 1)), write: fc.boolean() })
    .map(({ phase, write }) => ({ bases: [100, 200], step: uses, phase, from: 0, to: 50, write, holds: '' }));

const workArbitrary: fc.Arbitrary<Work> = fc.oneof(
  fc.constant<Work>({ kind: 'matmul', M: 1, N: 1, K: 1, repeat: 1, dataflow: 'ws' }),
  fc.constant<Work>({ kind: 'vector', fn: 'relu', elements: 1 }),
  fc.integer({ min: 1, max: 8 }).map((pieces): Work => ({ kind: 'load', address: 0, bytes: 8192 * pieces, pieces })),
  fc.integer({ min: 1, max: 3 }).map((pieces): Work => ({ kind: 'store', address: 0, bytes: 8192 * pieces, pieces })),
);

const bodyArbitrary: fc.Arbitrary<Operation[]> = fc.integer({ min: 1, max: 3 }).chain((uses) =>
  fc
    .array(
      fc.tuple(
        workArbitrary,
        fc.array(fc.oneof(spanArbitrary, ringArbitrary(uses)), { minLength: 1, maxLength: 3 }),
        fc.constantFrom<Ahead[]>(0, 0, 0, 1, -1),
      ),
      {
        minLength: 1,
        maxLength: 12,
      },
    )
    .map((list) => list.map(([work, spans, ahead], layer) => ({ work, spans, layer, ahead }))),
);

const bytesOf = ({ bases, step, phase, from, to }: Span, iteration: number): [number, number] => {
  const base = bases[(iteration * step + phase) % bases.length];
  return [base + from, base + to];
};

function conflict(a: Operation, iterationA: number, b: Operation, iterationB: number): boolean {
  return a.spans.some((x) =>
    b.spans.some((y) => {
      const [[from, to], [start, end]] = [bytesOf(x, iterationA), bytesOf(y, iterationB)];
      return (x.write || y.write) && from < end && start < to;
    }),
  );
}

/** A hostile but repeatable order of actions: a linear congruential generator. */
function chooser(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

interface Interval {
  start: number;
  end: number;
  pieces: number;
}

/** Run and return when each operation of each iteration began and ended, in steps. */
function intervals(
  body: readonly Operation[],
  dmaStreams: number,
  choose: (n: number) => number,
): Map<string, Interval> {
  const chip = resolveChip({ dmaStreams });
  const program: Program = {
    vcore: 0,
    stage: '',
    scratchpad: [],
    ...emit(chip, [], body, ITERATIONS, tokensOf(chip, body, dependencies(body)!)),
  };
  const seen = new Map<string, Interval>();
  let step = 0;
  const machine = new AbstractMachine([program], chip, {
    started: (_, { layer }, iteration) => {
      const known = seen.get(`${iteration}.${layer}`);
      if (known === undefined) seen.set(`${iteration}.${layer}`, { start: step++, end: Infinity, pieces: 0 });
    },
    ended: (_, { layer }, iteration) => {
      const known = seen.get(`${iteration}.${layer}`)!;
      known.end = step++;
      known.pieces++;
    },
  });
  machine.run(choose);
  expect(machine.leftovers()).toEqual([]);
  return seen;
}

/** Pairs of conflicting operations that overlap in time or change places: pass by pass, as far as their iterations exist. */
function violations(body: readonly Operation[], seen: ReadonlyMap<string, Interval>): number {
  const order = Array.from({ length: ITERATIONS + 2 }, (_, pass) =>
    body.map(({ ahead = 0 }, index) => ({ iteration: pass - 1 + ahead, index })),
  )
    .flat()
    .filter(({ iteration }) => iteration >= 0 && iteration < ITERATIONS);
  let count = 0;
  for (let i = 0; i < order.length; i++) {
    for (let j = i + 1; j < Math.min(order.length, i + 3 * body.length); j++) {
      const [a, b] = [order[i], order[j]];
      if (!conflict(body[a.index], a.iteration, body[b.index], b.iteration)) continue;
      if (seen.get(`${a.iteration}.${a.index}`)!.end > seen.get(`${b.iteration}.${b.index}`)!.start) count++;
    }
  }
  return count;
}

/** Nothing waits for a later iteration, and transfers of several streams stay in their pass: bodies that programs are made of. */
const isOrdered = (body: readonly Operation[], streams: number): boolean =>
  dependencies(body) !== undefined && (streams === 1 || body.every(({ work, ahead }) => !ahead || !('pieces' in work)));

describe('tokens', () => {
  test('conflicting operations keep their order, in any timing, and nothing locks', () => {
    fc.assert(
      fc.property(bodyArbitrary, fc.constantFrom(1, 4, 16), fc.nat(), (body, streams, seed) => {
        fc.pre(isOrdered(body, streams));
        expect(violations(body, intervals(body, streams, chooser(seed)))).toBe(0);
      }),
      { numRuns: 800 },
    );
  });

  test('the check can fail: the same bodies without waits violate it', () => {
    const span = (write: boolean): Span => ({ bases: [0], step: 1, phase: 0, from: 0, to: 1, write, holds: '' });
    const body: Operation[] = [
      { work: { kind: 'matmul', M: 1, N: 1, K: 1, repeat: 1, dataflow: 'ws' }, layer: 0, spans: [span(true)] },
      { work: { kind: 'vector', fn: 'relu', elements: 1 }, layer: 1, spans: [span(false)] },
    ];
    const unguarded = body.map((operation) => ({ ...operation, spans: [] }));
    const seeds = Array.from({ length: 10 }, (_, seed) => seed);
    expect(seeds.map((seed) => violations(body, intervals(body, 1, chooser(seed))))).toEqual(seeds.map(() => 0));
    expect(seeds.some((seed) => violations(body, intervals(unguarded, 1, chooser(seed))) > 0)).toBe(true);
  });

  test('a producer and a consumer on one buffer need two waits, one of them paid in advance', () => {
    const span = (write: boolean): Span => ({ bases: [0], step: 1, phase: 0, from: 0, to: 64, write, holds: '' });
    const body: Operation[] = [
      { work: { kind: 'matmul', M: 1, N: 1, K: 1, repeat: 1, dataflow: 'ws' }, layer: 0, spans: [span(true)] },
      { work: { kind: 'vector', fn: 'relu', elements: 1 }, layer: 0, spans: [span(false)] },
    ];
    expect(dependencies(body)!).toEqual([
      { before: 1, after: 0, distance: 1 },
      { before: 0, after: 1, distance: 0 },
    ]);
    const chip = resolveChip({});
    expect(emit(chip, [], body, 2, tokensOf(chip, body, dependencies(body)!)).initialTokens).toHaveLength(1);
  });

  test('what is fetched an iteration ahead waits for the one before the last, and is waited for as usual', () => {
    const span = (write: boolean): Span => ({ bases: [0, 64], step: 1, phase: 0, from: 0, to: 64, write, holds: '' });
    const body: Operation[] = [
      { work: { kind: 'matmul', M: 1, N: 1, K: 1, repeat: 1, dataflow: 'ws' }, layer: 0, spans: [span(false)] },
      { work: { kind: 'load', address: 0, bytes: 64, pieces: 1 }, layer: 0, spans: [span(true)], ahead: 1 },
    ];
    expect(dependencies(body)).toEqual([
      { before: 1, after: 0, distance: 0 },
      { before: 0, after: 1, distance: 2 },
    ]);
  });

  test('an iteration cannot wait for a later one: one buffer is too few to fetch ahead into', () => {
    const span = (write: boolean): Span => ({ bases: [0], step: 1, phase: 0, from: 0, to: 64, write, holds: '' });
    const body: Operation[] = [
      { work: { kind: 'load', address: 0, bytes: 64, pieces: 1 }, layer: 0, spans: [span(true)], ahead: 1 },
      { work: { kind: 'matmul', M: 1, N: 1, K: 1, repeat: 1, dataflow: 'ws' }, layer: 0, spans: [span(false)] },
    ];
    expect(dependencies(body)).toBeUndefined();
  });

  test('two halves let the producer run two iterations ahead', () => {
    const span = (write: boolean): Span => ({ bases: [0, 64], step: 1, phase: 0, from: 0, to: 64, write, holds: '' });
    const body: Operation[] = [
      { work: { kind: 'load', address: 0, bytes: 64, pieces: 1 }, layer: 0, spans: [span(true)] },
      { work: { kind: 'matmul', M: 1, N: 1, K: 1, repeat: 1, dataflow: 'ws' }, layer: 0, spans: [span(false)] },
    ];
    expect(dependencies(body)!).toContainEqual({ before: 1, after: 0, distance: 2 });
  });
});
