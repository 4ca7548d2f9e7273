/** The buddy allocator: nothing is lost or given twice, blocks are buddies, and what comes back merges. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BuddyAllocator, type Piece } from '../../src/hypervisor/buddy.ts';

describe('a buddy allocator', () => {
  it('splits the lowest blocks, and merges what comes back', () => {
    // 16 units without the first: blocks of 1, 2, 4 and 8 at 1, 2, 4 and 8. Five come from 1, 2 and two of 4, whose rest stays.
    const memory = new BuddyAllocator(16, 1);
    expect(memory.freeBlocks).toEqual([1, 2, 4, 8]);
    const pieces = memory.take(5)!;
    expect(pieces).toEqual([{ from: 1, units: 5 }]);
    expect(memory.freeBlocks).toEqual([2, 8]);
    memory.give(pieces);
    expect(memory.freeBlocks).toEqual([1, 2, 4, 8]);
  });

  it('gives several pieces only where no run is long enough, the longest first', () => {
    const memory = new BuddyAllocator(16);
    const taken = Array.from({ length: 8 }, () => memory.take(2)!);
    for (const which of [0, 2, 3, 6]) memory.give(taken[which]);
    expect(memory.largestRun).toBe(4);
    expect(memory.take(4)).toEqual([{ from: 4, units: 4 }]);
    expect(memory.take(3)).toEqual([
      { from: 0, units: 2 },
      { from: 12, units: 1 },
    ]);
    expect(memory.take(2)).toBeUndefined();
    expect(memory.free).toBe(1);
  });

  it('gives what is said to come last only where the rest is not enough', () => {
    // of 16 units 4 to 8 and 12 come last: runs of 4, 4 and 3 come first
    const last = [
      { from: 4, units: 4 },
      { from: 12, units: 1 },
    ];
    const memory = new BuddyAllocator(16);
    expect(memory.take(4, last)).toEqual([{ from: 0, units: 4 }]);
    expect(memory.take(5, last)).toEqual([
      { from: 8, units: 4 },
      { from: 13, units: 1 },
    ]);
    expect(memory.freeBlocks).toEqual([4, 1, 2]);
    expect(memory.take(3, last)).toEqual([{ from: 4, units: 3 }]);
    expect(memory.take(5, last)).toBeUndefined();
    expect(memory.free).toBe(4);
  });

  it('keeps its books over any order of taking and giving back', () => {
    const step = fc.record({ units: fc.integer({ min: 1, max: 40 }), back: fc.boolean(), which: fc.nat(20) });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.nat(3),
        fc.array(step, { maxLength: 40 }),
        (units, first, steps) => {
          fc.pre(first < units);
          const memory = new BuddyAllocator(units, first);
          const empty = memory.freeBlocks;
          const held: Piece[][] = [];
          const owner = new Array<boolean>(units).fill(false);
          const mark = (pieces: readonly Piece[], taken: boolean): void =>
            pieces.forEach(({ from, units: length }) => {
              for (let unit = from; unit < from + length; unit++) {
                expect(owner[unit]).toBe(!taken);
                owner[unit] = taken;
              }
            });
          for (const { units: wanted, back, which } of steps) {
            if (back && held.length > 0) {
              const [pieces] = held.splice(which % held.length, 1);
              mark(pieces, false);
              memory.give(pieces);
              continue;
            }
            const { free, largestRun } = memory;
            const pieces = memory.take(wanted);
            expect(pieces === undefined).toBe(wanted > free);
            if (pieces === undefined) continue;
            expect(pieces.length === 1).toBe(wanted <= largestRun);
            expect(pieces.reduce((sum, piece) => sum + piece.units, 0)).toBe(wanted);
            mark(pieces, true);
            held.push(pieces);
            expect(memory.free).toBe(units - first - owner.filter(Boolean).length);
            for (const size of memory.freeBlocks) expect(Number.isInteger(Math.log2(size))).toBe(true);
          }
          held.forEach((pieces) => memory.give(pieces));
          expect(memory.freeBlocks).toEqual(empty);
        },
      ),
      { numRuns: 300, seed: 2 },
    );
  });
});
