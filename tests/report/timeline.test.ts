import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES, CAUSE_GROUPS } from '../../src/model/causes.ts';
import { changeSince, ghostCauses, ghostIterationCauses, keepGhost } from '../../src/report/ghost.ts';
import { coresByTenant, recentColumns, timelineColumns, totalsAt } from '../../src/report/timeline.ts';
import { causes, timelineOf } from './support.ts';

/** Two cores, buckets of 100 cycles, the third filled to 40: 240 cycles. */
const timeline = timelineOf(100, [
  [{ compute: 100 }, { compute: 40, translation: 60 }, { idle: 40 }],
  [{ recvWait: 100 }, { send: 50, sendBlocked: 50 }, { memory: 30, throttle: 10 }],
]);
const cores = [
  { tile: 0, tenant: 0, shape: 0, vcore: 0 },
  { tile: 1, tenant: 0, shape: 0, vcore: 1 },
];
const group = (name: (typeof CAUSE_GROUPS)[number]): number => CAUSE_GROUPS.indexOf(name);

describe('totalsAt', () => {
  it('is exact at bucket borders and at the end', () => {
    expect(timeline.cycles).toBe(240);
    expect([...totalsAt(timeline, [0], 200)]).toEqual(causes({ compute: 140, translation: 60 }));
    expect([...totalsAt(timeline, [0, 1], 240)]).toEqual(
      causes({
        compute: 140,
        translation: 60,
        idle: 40,
        recvWait: 100,
        send: 50,
        sendBlocked: 50,
        memory: 30,
        throttle: 10,
      }),
    );
  });

  it('spreads a bucket evenly, the unfinished one over what it holds', () => {
    // half of the second bucket: 100 + 20 compute, 30 translation
    expect([...totalsAt(timeline, [0], 150)]).toEqual(causes({ compute: 120, translation: 30 }));
    // half of the 40 cycles that the third bucket holds
    expect([...totalsAt(timeline, [1], 220)]).toEqual(
      causes({ recvWait: 100, send: 50, sendBlocked: 50, memory: 15, throttle: 5 }),
    );
  });

  it('stays at the end beyond it', () => {
    expect(totalsAt(timeline, [0, 1], 1e9)).toEqual(totalsAt(timeline, [0, 1], 240));
  });

  it('gives each core as many cycles as have passed, and never takes any back', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 300, noNaN: true }),
        fc.double({ min: 0, max: 300, noNaN: true }),
        (x, y) => {
          const [early, late] = [Math.min(x, y), Math.max(x, y)];
          const [before, after] = [totalsAt(timeline, [0, 1], early), totalsAt(timeline, [0, 1], late)];
          expect(before.reduce((a, b) => a + b, 0)).toBeCloseTo(2 * Math.min(early, 240), 6);
          for (let i = 0; i < CAUSES.length; i++) expect(after[i]).toBeGreaterThanOrEqual(before[i] - 1e-9);
        },
      ),
    );
  });
});

describe('timelineColumns', () => {
  it('groups causes and normalises every column', () => {
    const shares = timelineColumns(timeline, [0, 1], { from: 0, to: 300, columns: 3 });
    const column = (i: number) => [...shares.subarray(i * CAUSE_GROUPS.length, (i + 1) * CAUSE_GROUPS.length)];
    // 100 of 200 core-cycles at work, 100 waiting for a message
    expect(column(0)[group('work')]).toBeCloseTo(0.5, 6);
    expect(column(0)[group('network')]).toBeCloseTo(0.5, 6);
    // 40 compute, 60 translation, 100 sending or blocked of 200
    expect(column(1)[group('work')]).toBeCloseTo(0.2, 6);
    expect(column(1)[group('translation')]).toBeCloseTo(0.3, 6);
    expect(column(1)[group('network')]).toBeCloseTo(0.5, 6);
    // the unfinished bucket: 40 idle and 40 memory of 80
    expect(column(2)[group('idle')]).toBeCloseTo(0.5, 6);
    expect(column(2)[group('memory')]).toBeCloseTo(0.5, 6);
  });

  it('adds up to 1 where something ran and to 0 where nothing did, at any zoom', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 50 }),
        (from, width, columns) => {
          const shares = timelineColumns(timeline, [0, 1], { from, to: from + width, columns });
          for (let column = 0; column < columns; column++) {
            const start = from + (column * width) / columns;
            const sum = shares
              .subarray(column * CAUSE_GROUPS.length, (column + 1) * CAUSE_GROUPS.length)
              .reduce((a, b) => a + b, 0);
            if (start < 240 - 1e-6) expect(sum).toBeCloseTo(1, 5);
            else if (start > 240 + 1e-6) expect(sum).toBe(0);
          }
        },
      ),
    );
  });
});

describe('recentColumns', () => {
  const [work, wait] = [CAUSES.indexOf('compute'), CAUSES.indexOf('memory')];
  // two cores, cycles 100 to 103
  const recent = { from: 100, cycles: 4, causes: Uint8Array.of(work, work, wait, wait, wait, work, wait, work) };
  const shares = (span: { from: number; to: number; columns: number }, cores = [0, 1]) => {
    const columns = recentColumns(recent, cores, span);
    const at = (name: 'work' | 'memory', i: number): number => columns[i * CAUSE_GROUPS.length + group(name)];
    return Array.from({ length: span.columns }, (_, i) => [at('work', i), at('memory', i)]);
  };

  it('are exact in every cycle', () => {
    expect(shares({ from: 100, to: 104, columns: 4 }, [0])).toEqual([
      [1, 0],
      [1, 0],
      [0, 1],
      [0, 1],
    ]);
    expect(shares({ from: 100, to: 104, columns: 2 })).toEqual([
      [0.75, 0.25],
      [0.25, 0.75],
    ]);
  });

  it('repeat a cycle that is wider than a column, and are empty beyond what is known', () => {
    expect(shares({ from: 101, to: 103, columns: 4 }, [0]).map(([work]) => work)).toEqual([1, 1, 0, 0]);
    expect(shares({ from: 103, to: 105, columns: 2 }, [1])).toEqual([
      [1, 0],
      [0, 0],
    ]);
  });
});

describe('coresByTenant', () => {
  it('keeps the order of the snapshot', () => {
    const mixed = [1, 0, 1].map((tenant, vcore) => ({ tile: vcore, tenant, shape: 0, vcore }));
    expect(coresByTenant(mixed, 3)).toEqual([[1], [0, 2], []]);
  });
});

describe('ghost', () => {
  const ghost = keepGhost(timeline, cores, [
    { name: 'A', iterationsDone: 4, cyclesPerIteration: 300, measuredFrom: 100, lastEnd: 200 },
  ]);

  it('knows what had been spent by a cycle', () => {
    expect(ghost.cycle).toBe(240);
    expect(ghostCauses(ghost, 'A', 100)).toEqual(totalsAt(timeline, [0, 1], 100));
    expect(ghostCauses(ghost, 'B', 100)).toBeNull();
  });

  it('knows what its measured iterations were spent on', () => {
    // the second bucket alone
    const expected = causes({ compute: 40, translation: 60, send: 50, sendBlocked: 50 });
    expect([...ghostIterationCauses(ghost, 'A')!]).toEqual(expected);
    expect(ghostIterationCauses(ghost, 'B')).toBeNull();
  });

  it('compares iterations when both have them', () => {
    const now = { name: 'A', iterationsDone: 2, cyclesPerIteration: 200, causes: causes({ compute: 1 }) };
    expect(changeSince(ghost, now, 50)).toEqual({ ratio: 1.5, basis: 'iterations' });
  });

  it('compares the work done at equal cycles before that, and only as far as the ghost reached', () => {
    // by cycle 150 the ghost's arrays had worked 120 cycles; 180 now is 1.5 times as much
    const now = { name: 'A', iterationsDone: 1, cyclesPerIteration: 200, causes: causes({ compute: 180 }) };
    expect(changeSince(ghost, now, 150)).toEqual({ ratio: 1.5, basis: 'progress' });
    expect(changeSince(ghost, now, 241)).toBeNull();
    expect(changeSince(ghost, { ...now, name: 'C' }, 150)).toBeNull();
  });
});
