import { describe, expect, it } from 'vitest';
import { hypervisorTables, type TableRequest } from '../../src/hypervisor/tables.ts';
import { coresOnly } from './requests.ts';

// 5 x 2 tiles: tile numbers have 4 bits
const chip = coresOnly(5, 2);
const request: TableRequest = {
  mode: 'vnpu',
  topology: { kind: 'mesh', width: 4, height: 2 },
  tiles: [4, 3, 2, 1, 9, 8, 7, 6],
  translation: { kind: 'physical', entries: 4, pageBytes: 4096 },
  hasDirections: false,
  ranges: 20,
};

describe('the tables of a virtual NPU', () => {
  it('of 8 cores in any order take about the 300 cycles that reviews of the paper report', () => {
    // 8 entries of 2 x 4 bits in each of 8 cores, 5 cycles each
    const tables = hypervisorTables(chip, request);
    expect(tables).toMatchObject({
      ok: true,
      value: { routing: { form: 'standard' }, routingEntries: 8, rangeEntries: 0, bytes: 8, setupCycles: 320 },
    });
  });

  it('name a direction beside every destination where routes go up and down', () => {
    const tiles = [1, 2, 3, 4, 6, 7, 8, 9];
    // 8 entries of 4 + 4 + 3 bits, though the placement is a rectangle
    expect(hypervisorTables(chip, { ...request, tiles, hasDirections: true })).toMatchObject({
      ok: true,
      value: { routing: { form: 'standard' }, routingEntries: 8, bytes: 11 },
    });
  });

  it('of a rectangle are one entry per core', () => {
    const tables = hypervisorTables(chip, { ...request, tiles: [1, 2, 3, 4, 6, 7, 8, 9] });
    // 4 + 4 bits of numbers, 3 of a width up to 5, 2 of a height up to 2: 13 bits
    expect(tables).toMatchObject({ ok: true, value: { routingEntries: 1, bytes: 2, setupCycles: 40 } });
  });

  it('hold the ranges under vChunk only', () => {
    const translation = { kind: 'vchunk', entries: 4, pageBytes: 4096 } as const;
    // 20 ranges of 140 bits, 18 bytes
    expect(hypervisorTables(chip, { ...request, translation })).toMatchObject({
      ok: true,
      value: { rangeEntries: 20, bytes: 8 + 20 * 18, setupCycles: 5 * 8 * 28 },
    });
  });

  it('of a bare tenant do not exist', () => {
    const tables = hypervisorTables(chip, { ...request, mode: 'bare' });
    expect(tables).toMatchObject({ ok: true, value: { routingEntries: 0, bytes: 0, setupCycles: 0 } });
  });

  it('that do not fit the reserved zone are refused with their sizes', () => {
    const translation = { kind: 'vchunk', entries: 4, pageBytes: 4096 } as const;
    expect(hypervisorTables(coresOnly(5, 2, { reservedBytes: 300 }), { ...request, translation })).toEqual({
      ok: false,
      problems: [
        {
          path: 'topology',
          message:
            'needs 8 bytes of routing table and 20 ranges of 18 bytes in each core; chip.reservedBytes holds 300',
        },
      ],
    });
  });
});
