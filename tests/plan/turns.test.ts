/** Virtual cores that share a tile: what stays in the scratchpad, what is evicted, and who is refused. */
import { describe, expect, it } from 'vitest';
import type { Compilation, SharedTile } from '../../src/model/plan.ts';
import { fail, ok, type Result } from '../../src/model/problem.ts';
import { RESIDENT_WEIGHTS } from '../../src/model/program.ts';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { compileForTiles } from '../../src/plan/turns.ts';
import { resolveChip } from '../../src/model/chip.ts';

const chip = resolveChip({ scratchpadBytes: 100_000 });
const cores = (areas: readonly (readonly [weights: number, rest: number])[]): Compilation => {
  const programs = areas.map(([weights, rest], vcore) => ({
    vcore,
    stage: '',
    steps: [],
    initialTokens: [],
    scratchpad: [
      { label: RESIDENT_WEIGHTS, bytes: weights },
      { label: 'activations', bytes: rest },
    ],
  }));
  return { programs } as unknown as Compilation;
};
const shared = (tiles: number[], areas: readonly (readonly [number, number])[]): readonly SharedTile[] | undefined => {
  const result = compileForTiles(chip, tiles, () => ok(cores(areas)));
  if (!result.ok) throw new Error('refused');
  return result.value.tiles;
};

describe('virtual cores on tiles', () => {
  it('of their own share nothing', () => {
    expect(
      shared(
        [1, 2],
        [
          [90_000, 10_000],
          [90_000, 10_000],
        ],
      ),
    ).toBeUndefined();
  });

  it('keep their weights where those of all fit beside everything else, to the byte', () => {
    const own = (weights: number) => [[weights, 20_000] as const, [30_000, 20_000] as const];
    expect(shared([1, 1], own(30_000))).toEqual([{ tile: 1, vcores: [0, 1], evicts: false }]);
    expect(shared([1, 1], own(30_001))).toEqual([{ tile: 1, vcores: [0, 1], evicts: true }]);
    expect(shared([1, 1], own(60_000))).toEqual([{ tile: 1, vcores: [0, 1], evicts: true }]);
  });

  it('get an equal part of the scratchpad where the weights of one do not fit beside what stays', () => {
    const asked: number[] = [];
    const compile = (bytes: number): Result<Compilation> => {
      asked.push(bytes);
      return ok(cores(Array.from({ length: 3 }, () => [bytes - 40_000, 40_000] as const)));
    };
    const result = compileForTiles(chip, [4, 4, 5], compile);
    expect(asked).toEqual([100_000, 50_000]);
    expect(result.ok && result.value.tiles).toEqual([{ tile: 4, vcores: [0, 1], evicts: false }]);
  });

  it('are refused with the reason where that part is too small', () => {
    const compile = (bytes: number): Result<Compilation> =>
      bytes < 100_000
        ? fail('workload', 'conv1 needs 60,000 bytes')
        : ok(
            cores([
              [1, 60_000],
              [1, 60_000],
            ]),
          );
    const result = compileForTiles(chip, [4, 4], compile);
    expect(result.ok ? [] : result.problems).toEqual([
      { path: 'workload', message: 'conv1 needs 60,000 bytes; 2 virtual cores share a tile and its scratchpad' },
    ]);
  });
});

it('GPT-2 large on 36 cores keeps its weights on a vNPU, and has to evict some of them in half of a 48-core chip', () => {
  const planOf = (mode: string) => {
    const workload = { model: 'gpt2-large', tokens: 64, iterations: 2 };
    const tenants = [{ mode, topology: { width: 6, height: 6 }, workload }];
    const parsed = parseDocument({ version: 1, chip: { preset: 'vnpu-sim-48' }, tenants });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const plan = buildPlan(resolve(parsed.value));
    if (!plan.ok) throw new Error(JSON.stringify(plan.problems));
    return plan.value.tenants[0];
  };
  expect(planOf('vnpu').shared).toBeUndefined();
  const { tiles, partition, shared: turns = [] } = planOf('mig');
  expect([new Set(tiles).size, partition?.length, turns.length]).toEqual([24, 24, 12]);
  expect(turns.every(({ vcores }) => vcores.length === 2)).toBe(true);
  expect(turns.every(({ evicts }) => evicts)).toBe(true);
});
