/** Range tables: every tensor mapped once, whole pages, nothing shared, and what fragmentation makes of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapMemory, type MemoryRequest } from '../../src/hypervisor/ranges.ts';
import { meet } from '../../src/model/experiment.ts';
import type { MemoryTensor } from '../../src/model/plan.ts';
import type { Range } from '../../src/model/vnpu.ts';

const MiB = 1024 * 1024;

/** Disjoint tensors in a random order: sizes and gaps one after another from some base. */
const tensors: fc.Arbitrary<MemoryTensor[]> = fc
  .tuple(
    fc.integer({ min: 0, max: 2 ** 40 }),
    fc.array(fc.tuple(fc.nat(5 * MiB), fc.integer({ min: 1, max: 3 * MiB }), fc.constantFrom(1, 2, 3)), {
      minLength: 1,
      maxLength: 20,
    }),
  )
  .chain(([base, parts]) => {
    let at = base;
    const list = parts.map(([gap, bytes, permission], i) => {
      const tensor = { name: `t${i}`, virtualBase: at + gap, bytes, permission };
      at += gap + bytes;
      return tensor;
    });
    return fc.shuffledSubarray(list, { minLength: list.length });
  });

const LARGE = 2 ** 48;
/** Tenants that are all there from the beginning to the end. */
const together = (tenants: MemoryTensor[][]): MemoryRequest[] =>
  tenants.map((tensors, i) => ({ name: `${i}`, arrivalCycle: 0, tensors }));
const mapped = (requests: readonly MemoryRequest[], memoryBytes: number) => {
  const result = mapMemory(requests, memoryBytes);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
};
const map = (tenants: MemoryTensor[][]): readonly (readonly Range[])[] => mapped(together(tenants), LARGE).tables;

describe('range tables', () => {
  it('the first arena begins at 2 MiB, the next at the next 2 MiB', () => {
    const tensor = { name: 'w', virtualBase: 0x1000_0000, bytes: 100, permission: 1 };
    const [[a], [b]] = map([[tensor], [tensor]]);
    expect([a.physicalBase, b.physicalBase]).toEqual([2 * MiB, 4 * MiB]);
  });

  it('keep every tensor, sorted, and no two tenants share a byte', () => {
    fc.assert(
      fc.property(fc.array(tensors, { minLength: 1, maxLength: 5 }), (tenants) => {
        const tables = map(tenants);
        tables.forEach((table, index) => {
          const bases = table.map(({ virtualBase }) => virtualBase);
          expect(bases).toEqual(tenants[index].map(({ virtualBase }) => virtualBase).sort((a, b) => a - b));
        });
        const physical = tables.flat().sort((a, b) => a.physicalBase - b.physicalBase);
        for (let i = 1; i < physical.length; i++) {
          expect(physical[i].physicalBase).toBeGreaterThanOrEqual(physical[i - 1].physicalBase + physical[i - 1].bytes);
        }
        expect(physical[0].physicalBase).toBeGreaterThanOrEqual(2 * MiB);
      }),
    );
  });

  it('map whole pages: offsets inside a page of any size up to 2 MiB stay, and a page has one tenant', () => {
    fc.assert(
      fc.property(
        fc.array(tensors, { minLength: 2, maxLength: 3 }),
        fc.integer({ min: 12, max: 21 }),
        (tenants, bits) => {
          const page = 2 ** bits;
          const owner = new Map<number, number>();
          map(tenants).forEach((table, index) => {
            const shift = table[0].physicalBase - table[0].virtualBase;
            for (const { virtualBase, physicalBase, bytes } of table) {
              expect(physicalBase - virtualBase).toBe(shift);
              expect(physicalBase % page).toBe(virtualBase % page);
              for (const end of [physicalBase, physicalBase + bytes - 1]) {
                expect(owner.get(Math.floor(end / page)) ?? index).toBe(index);
                owner.set(Math.floor(end / page), index);
              }
            }
          });
        },
      ),
    );
  });

  it('hold 256 ranges and not one more', () => {
    const many = (n: number): MemoryTensor[] =>
      Array.from({ length: n }, (_, i) => ({ name: `t${i}`, virtualBase: i * 4096, bytes: 4096, permission: 1 }));
    expect(map([many(256)])[0]).toHaveLength(256);
    expect(mapMemory(together([[], many(257)]), LARGE)).toMatchObject({
      ok: false,
      problems: [{ path: 'tenants.1.workload' }],
    });
  });

  it('refuse what an entry cannot hold', () => {
    const large = { name: 'huge', virtualBase: 0, bytes: 2 ** 32, permission: 1 };
    expect(JSON.stringify(mapMemory(together([[large]]), LARGE))).toContain('tensor huge has 4294967296 bytes');
    const far = [
      { name: 'low', virtualBase: 0, bytes: 1, permission: 1 },
      { name: 'high', virtualBase: 2 ** 48 - 2, bytes: 1, permission: 1 },
    ];
    expect(JSON.stringify(mapMemory(together([far]), LARGE))).toContain(
      'needs 268435456 MiB of memory, but 268435454 MiB of',
    );
  });

  it('overlapping tensors are a mistake of the program', () => {
    const tensor = { name: 'w', virtualBase: 0, bytes: 100, permission: 1 };
    expect(() => map([[tensor, { ...tensor, name: 'x', virtualBase: 99 }]])).toThrow('w and x overlap');
  });
});

describe('fragmented memory', () => {
  const block = (name: string, virtualBase: number, bytes: number): MemoryTensor => ({
    name,
    virtualBase,
    bytes,
    permission: 1,
  });
  const life = (name: string, mebibytes: number, arrivalCycle: number, departureCycle?: number): MemoryRequest => ({
    name,
    arrivalCycle,
    ...(departureCycle && { departureCycle }),
    tensors: [block(name, 0, mebibytes * MiB)],
  });

  it('gives a tenant several pieces, and a tensor that crosses them several ranges', () => {
    // 16 MiB, the first 2 nobody's: A 2 to 6, B 6 to 10, C 10 to 14. A and C go; D finds 4 free and 6 free (10 to 16), and takes 8.
    const requests = [life('A', 4, 0, 99), life('B', 4, 0), life('C', 4, 0, 99), life('D', 8, 100)];
    const { tables, states } = mapped(requests, 16 * MiB);
    expect(tables[3]).toEqual([
      { name: 'D (1 of 2)', virtualBase: 0, physicalBase: 10 * MiB, bytes: 6 * MiB, permission: 1 },
      { name: 'D (2 of 2)', virtualBase: 6 * MiB, physicalBase: 2 * MiB, bytes: 2 * MiB, permission: 1 },
    ]);
    expect(
      states.map(({ cycle, tenant, change, freeBytes, largestFreeBytes, freeBlocks }) => [
        ...[cycle, tenant, change],
        ...[freeBytes / MiB, largestFreeBytes / MiB, freeBlocks],
      ]),
    ).toEqual([
      [0, 'A', 'taken', 10, 10, 2],
      [0, 'B', 'taken', 6, 6, 2],
      [0, 'C', 'taken', 2, 2, 1],
      [99, 'A', 'returned', 6, 4, 3],
      [99, 'C', 'returned', 10, 6, 4],
      [100, 'D', 'taken', 2, 2, 1],
    ]);
  });

  it('gets the old size back once the new one has its own, and whoever gets it then waits for it to drain', () => {
    // 18 MiB, the first 2 nobody's: A 2 to 6, with its new size 6 to 14. B finds room behind that, C needs what the old size leaves, and
    // D gets a part of that after C.
    const sizes = (later: MemoryRequest[]) => [life('A', 4, 0), ...later, { ...life('A', 8, 50), replaces: 0 }];
    const requests = sizes([life('B', 4, 60), life('C', 2, 60, 70), life('D', 4, 80)]);
    const { tables, after, states } = mapped(requests, 18 * MiB);
    expect(tables.map(([{ physicalBase }]) => physicalBase / MiB)).toEqual([2, 14, 2, 2, 6]);
    expect(after).toEqual([[], [], [0], [0], []]);
    expect(
      states.map(({ cycle, tenant, change, after: others, freeBytes }) => [
        cycle,
        tenant,
        change,
        others,
        freeBytes / MiB,
      ]),
    ).toEqual([
      [0, 'A', 'taken', undefined, 12],
      [50, 'A', 'taken', undefined, 4],
      [50, 'A', 'drained', undefined, 8],
      [60, 'B', 'taken', undefined, 4],
      [60, 'C', 'taken', ['A'], 2],
      [70, 'C', 'returned', undefined, 4],
      [80, 'D', 'taken', ['A'], 0],
    ]);
    // the event comes first, so who comes with it or before finds the old size there
    expect(mapMemory(sizes([life('B', 8, 50)]), 18 * MiB)).toMatchObject({ ok: false });
  });

  it('is refused where there is not enough of it, with what is there', () => {
    const result = mapMemory([life('A', 4, 0), life('B', 12, 7)], 16 * MiB);
    expect(result).toMatchObject({
      problems: [
        {
          path: 'tenants.1.workload',
          message: expect.stringContaining('needs 12 MiB of memory, but 10 MiB of 16 MiB are free') as string,
        },
      ],
    });
  });

  it('maps every byte of every tensor once, in whole pages, and never to two tenants that meet', () => {
    // sizes of a few units, so that gaps are often too small; whoever no longer fits is left out
    const request = fc
      .tuple(
        fc.integer({ min: 0, max: 3 * MiB }),
        fc.array(fc.integer({ min: 1, max: 6 * MiB }), { minLength: 1, maxLength: 4 }),
      )
      .chain(([base, sizes]) =>
        fc.record({
          arrivalCycle: fc.nat(30),
          stay: fc.nat(12),
          tensors: fc.constant(
            sizes.map((bytes, i) => block(`t${i}`, base + sizes.slice(0, i).reduce((sum, n) => sum + n, 0), bytes)),
          ),
        }),
      )
      .map(({ stay, ...own }): Omit<MemoryRequest, 'name'> => ({ ...own, departureCycle: own.arrivalCycle + stay }));
    let torn = 0;
    fc.assert(
      fc.property(
        fc.array(request, { minLength: 12, maxLength: 16 }),
        fc.integer({ min: 30, max: 80 }),
        (given, size) => {
          const requests = given.map((one, i) => ({ ...one, name: `${i}` }));
          const result = mapMemory(requests, size * MiB);
          if (!result.ok) return;
          result.value.tables.forEach((table, i) => {
            for (const tensor of requests[i].tensors) {
              const parts = table.filter(
                ({ virtualBase }) =>
                  virtualBase >= tensor.virtualBase && virtualBase < tensor.virtualBase + tensor.bytes,
              );
              torn += parts.length - 1;
              expect(parts[0].virtualBase).toBe(tensor.virtualBase);
              parts.forEach((part, p) => {
                const end = parts[p + 1]?.virtualBase ?? tensor.virtualBase + tensor.bytes;
                expect(part.virtualBase + part.bytes).toBe(end);
                expect(part.physicalBase % (2 * MiB)).toBe(part.virtualBase % (2 * MiB));
                expect(part.permission).toBe(tensor.permission);
              });
            }
            result.value.tables.forEach((others, j) => {
              if (j <= i || !meet(requests[i], requests[j])) return;
              for (const a of table)
                for (const b of others) {
                  expect(a.physicalBase + a.bytes <= b.physicalBase || b.physicalBase + b.bytes <= a.physicalBase).toBe(
                    true,
                  );
                }
            });
          });
        },
      ),
      { numRuns: 300, seed: 9 },
    );
    expect(torn).toBeGreaterThan(20);
  });
});
