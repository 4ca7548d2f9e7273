/** Memory after each change as the page draws it: parts in the order of addresses, what changed, and what is free between them. */
import { describe, expect, it } from 'vitest';
import { memoryMap, type MemoryChange } from '../../src/ui/memory-map.ts';

const change = (tenant: string, kind: MemoryChange['change'], ...pieces: [number, number][]): MemoryChange => ({
  ...{ cycle: 0, tenant, change: kind, freeBytes: 0, largestFreeBytes: 0, freeBlocks: 0 },
  pieces: pieces.map(([address, bytes]) => ({ address, bytes })),
});

describe('memory, change by change', () => {
  it('shows who holds what, what is given back, and gaps, up to the highest address that anybody has', () => {
    const rows = memoryMap([
      change('A', 'taken', [2, 4]),
      change('B', 'taken', [6, 2]),
      change('A', 'drained', [2, 4]),
      change('C', 'taken', [2, 2], [10, 5]),
      change('B', 'returned', [6, 2]),
    ]);
    const text = rows.map((parts) =>
      parts.map(({ tenant, bytes, changed }) => `${tenant ?? '-'}${bytes}${changed ? '*' : ''}`).join(' '),
    );
    expect(text).toEqual(['-2 A4* -9', '-2 A4 B2* -7', '-2 -4* B2 -7', '-2 C2* -2 B2 -2 C5*', '-2 C2 -2 -2* -2 C5']);
    for (const parts of rows) expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(15);
    expect(memoryMap([])).toEqual([]);
  });
});
