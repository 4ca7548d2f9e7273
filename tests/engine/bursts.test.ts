/** The log of a core's last bursts: what the page shows of translation as it happens, held against the machine's own counters. */
import { describe, expect, it } from 'vitest';
import { setTranslation } from '../../src/experiment/edits.ts';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';
import { coreAfterBursts } from '../../src/worker/measure.ts';
import { machineOf, rooms } from '../support/documents.ts';
import { runToEnd, step, tinyPlan } from '../support/kernel.ts';

const load = (address: number, bytes: number) => step({ op: 'load', address, bytes });
const vchunk = { kind: 'vchunk', entries: 1, pageBytes: 4096 } as const;

it('says which entries a walk reads: last_v first, then those behind the range that was left, each once', () => {
  // Ranges 0 to 3 of 512 bytes, a range TLB of one entry. Cold, to 2: entries 0, 1, 2. To 0, nothing noted: 3, then 0 wraps. To 2,
  // nothing noted for 0: 1, 2. To 0: last_v of 2 is 0. To 1: last_v of 0 says 2, wrong, then 1. Back to 1: a hit. To 0: 2, 3, 0.
  const order = [2, 0, 2, 0, 1, 1, 0];
  const ranges = [0, 1, 2, 3].map((i) => [i * 512, 512] as const);
  const steps = order.map((range) => load(range * 512, 512));
  const plan = tinyPlan({ width: 4, height: 1, memoryPath: 'bus' }, [
    { tiles: [1], programs: [steps], ranges, translation: vchunk },
  ]);
  const machine = runToEnd(plan);
  const { bursts, hits, misses } = machine.core(1)!;
  expect(bursts.map(({ range }) => range)).toEqual(order);
  expect(bursts.map(({ reads }) => reads)).toEqual([[0, 1, 2], [3, 0], [1, 2], [0], [2, 1], [], [2, 3, 0]]);
  // two cycles for each
  expect(bursts.map(({ walkCycles }) => walkCycles)).toEqual([6, 4, 4, 2, 4, 0, 6]);
  expect([hits, misses]).toEqual([1, 6]);
  expect(machine.snapshot().cores[0].walkReads).toBe(13);
});

it('has none where addresses are physical', () => {
  const plan = tinyPlan({ width: 4, height: 1 }, [{ tiles: [1], programs: [[load(0, 4096)]] }]);
  expect(runToEnd(plan).core(1)!.bursts).toEqual([]);
});

describe('the log of a real run', () => {
  const pages: ExperimentDocument = {
    version: 1,
    chip: { scratchpadBytes: 1_572_864 },
    tenants: [{ name: 'A', translation: { kind: 'page' }, workload: { iterations: 3, weights: 'stream' } }],
  };
  const ranges = setTranslation(pages, 0, { kind: 'vchunk' });
  const TILE = 1;
  const after = (document: ExperimentDocument, bursts: number) => {
    const core = coreAfterBursts(rooms, document, TILE, bursts);
    if (!core.ok) throw new Error(core.problems[0].message);
    return core.value;
  };

  it('holds the same bursts under every translation, at the same numbers', () => {
    const [a, b] = [after(pages, 500), after(ranges, 500)];
    for (const core of [a, b]) {
      expect(core.hits + core.misses).toBe(500);
      expect(core.bursts.map(({ number }) => number)).toEqual(Array.from({ length: 64 }, (_, i) => 436 + i));
    }
    expect(a.bursts.map(({ address, bytes }) => [address, bytes])).toEqual(
      b.bursts.map(({ address, bytes }) => [address, bytes]),
    );
    // 120 cycles for a page that is not held, once per 4 KB: eight bursts of 512
    expect(a.bursts.filter(({ miss }) => miss).every(({ walkCycles }) => walkCycles === 120)).toBe(true);
    expect(a.bursts.filter(({ miss }) => miss).length).toBeGreaterThanOrEqual(8);
    expect(b.bursts.every(({ walkCycles, reads }) => walkCycles === 2 * reads.length)).toBe(true);
  });

  it('is the same in the middle of a run, and looking changes nothing', () => {
    const machine = machineOf(ranges);
    const alone = machineOf(ranges);
    for (let i = 0; i < 30; i++) {
      machine.run(1000);
      machine.core(TILE);
    }
    alone.run(30_000);
    expect(machine.digest()).toBe(alone.digest());
    expect(machine.core(TILE)).toEqual(alone.core(TILE));
  });

  it('ends with the run, and refuses a tile without a core', () => {
    const short: ExperimentDocument = { ...ranges, stop: { cycles: 5000 } };
    expect(after(short, 1e9).cycle).toBe(5000);
    expect(coreAfterBursts(rooms, short, 0, 1)).toEqual({
      ok: false,
      problems: [{ path: '', message: 'Tile 0 has no core in this experiment.' }],
    });
  });
});
