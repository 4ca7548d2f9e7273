import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapMemory } from '../../src/hypervisor/ranges.ts';
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

const map = (tenants: MemoryTensor[][]): Range[][] => {
  const result = mapMemory(tenants);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
};

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
    expect(mapMemory([[], many(257)])).toMatchObject({ ok: false, problems: [{ path: 'tenants.1.workload' }] });
  });

  it('refuse what an entry cannot hold', () => {
    const large = { name: 'huge', virtualBase: 0, bytes: 2 ** 32, permission: 1 };
    expect(JSON.stringify(mapMemory([[large]]))).toContain('tensor huge has 4294967296 bytes');
    const far = [
      { name: 'low', virtualBase: 0, bytes: 1, permission: 1 },
      { name: 'high', virtualBase: 2 ** 48 - 2, bytes: 1, permission: 1 },
    ];
    expect(JSON.stringify(mapMemory([far]))).toContain('2^48');
  });

  it('overlapping tensors are a mistake of the program', () => {
    const tensor = { name: 'w', virtualBase: 0, bytes: 100, permission: 1 };
    expect(() => mapMemory([[tensor, { ...tensor, name: 'x', virtualBase: 99 }]])).toThrow('w and x overlap');
  });
});
