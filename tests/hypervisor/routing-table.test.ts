import { describe, expect, it } from 'vitest';
import { routingTable, standardTable } from '../../src/hypervisor/routing-table.ts';

const mesh = { width: 8, height: 6 };
const topology = { kind: 'mesh', width: 3, height: 2 } as const;

describe('routing tables', () => {
  it('of a row-major rectangle are one entry', () => {
    // Two tile numbers of 6 bits (48 tiles), a width up to 8 in 4 bits, a height up to 6 in 3.
    expect(routingTable(mesh, topology, [9, 10, 11, 17, 18, 19])).toEqual({
      form: 'compact',
      entry: { vcore: 0, tile: 9, width: 3, height: 2 },
      bits: 6 + 6 + 4 + 3,
    });
  });

  it.each([
    ['mirrored', [11, 10, 9, 19, 18, 17]],
    ['torn', [9, 10, 12, 17, 18, 19]],
    ['around the edge of the mesh', [6, 7, 8, 14, 15, 16]],
  ])('of a %s placement name every core', (_, tiles) => {
    const table = routingTable(mesh, topology, tiles);
    expect(table).toEqual(standardTable(mesh, tiles));
    expect(table).toMatchObject({ form: 'standard', bits: 6 * (6 + 6) });
    expect(table.form === 'standard' && table.entries.map(({ tile }) => tile)).toEqual(tiles);
  });
});
