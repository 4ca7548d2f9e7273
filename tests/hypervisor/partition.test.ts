/** Fixed partitions: how a chip is cut, who gets which, and who shares tiles. */
import { describe, expect, it } from 'vitest';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import { partitionsOf } from '../../src/hypervisor/partition.ts';
import { placeTenants } from '../../src/hypervisor/placement.ts';
import { resolveChip } from '../../src/model/chip.ts';

const mig = (width: number, height: number, more: object = {}) => ({
  mode: 'mig',
  topology: { width, height },
  ...more,
});
const rectangle = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });

function place(tenants: readonly object[], chip: object = {}) {
  const parsed = parseDocument({ version: 1, chip, tenants });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const experiment = resolve(parsed.value);
  return placeTenants(experiment.chip, experiment.tenants);
}
const placed = (...args: Parameters<typeof place>) => {
  const result = place(...args);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
};
const refusal = (chip: object): string => {
  const parsed = parseDocument({ version: 1, chip });
  if (parsed.ok) throw new Error('accepted');
  return parsed.problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
};

describe('a chip', () => {
  it.each([
    ['vnpu-sim-36', 'halves', [18, 18]],
    ['vnpu-sim-36', 'quarters', [9, 9, 9, 9]],
    ['vnpu-sim-48', 'halves', [24, 24]],
    ['vnpu-fpga-8', 'halves', [4, 4]],
  ] as const)('%s is cut into %s of its cores', (preset, partitions, sizes) => {
    const parts = partitionsOf(resolveChip({ preset, partitions }));
    expect(parts.map(({ length }) => length)).toEqual(sizes);
    expect(new Set(parts.flat()).size).toBe(parts.flat().length);
  });

  it('with harvested tiles has smaller partitions, and a wide one is cut across', () => {
    const chip = resolveChip({ width: 5, height: 2, memoryTiles: [0, 5], disabledTiles: [1] });
    expect(partitionsOf(chip)).toEqual([
      [2, 6, 7],
      [3, 4, 8, 9],
    ]);
  });

  it('cut by hand into what cannot be is refused', () => {
    expect(refusal({ partitions: [rectangle(7, 0, 2, 1)] })).toBe(
      'chip.partitions.0: ends outside the 8 x 6 mesh; keep it inside',
    );
    expect(refusal({ partitions: [rectangle(1, 0, 2, 2), rectangle(2, 1, 2, 2)] })).toBe(
      'chip.partitions.1: tile 10 is in an earlier partition already; partitions lie apart',
    );
    expect(refusal({ partitions: [rectangle(0, 0, 1, 6)] })).toBe(
      'chip.partitions.0: holds no core; a partition holds one at least',
    );
    expect(refusal({ partitions: 'thirds' })).toBe(
      'chip.partitions: is "thirds"; it must be "halves" or "quarters", or a list of rectangles {"x", "y", "width", "height"}',
    );
  });
});

describe('a tenant in mode mig', () => {
  const chip = { partitions: [rectangle(1, 0, 4, 6), rectangle(5, 0, 2, 3), rectangle(5, 3, 2, 3)] };

  it('gets the smallest partition that holds its cores, as the mesh it asked for', () => {
    const [tenant] = placed([mig(2, 3)], chip);
    expect(tenant).toMatchObject({ tiles: [5, 6, 13, 14, 21, 22], partition: [5, 6, 13, 14, 21, 22], editDistance: 0 });
    expect(placed([mig(3, 3)], chip)[0].partition).toHaveLength(24);
  });

  it('gets the largest if none holds them; virtual cores go round its tiles', () => {
    const [{ tiles, partition, editDistance, stretched }] = placed([mig(6, 6)], chip);
    expect([tiles.length, new Set(tiles).size, partition!.length]).toEqual([36, 24, 24]);
    expect(tiles.slice(24)).toEqual(tiles.slice(0, 12));
    expect(editDistance).toBeGreaterThan(0);
    expect(stretched.every(({ hops }) => hops > 1)).toBe(true);
  });

  it('holds the whole partition, also what it does not use', () => {
    const [, other] = placed([mig(1, 1), { topology: { width: 6, height: 3 } }], {
      partitions: [rectangle(1, 0, 6, 3)],
    });
    expect(Math.min(...other.tiles)).toBe(25);
  });

  it('is refused, with what there is, where every partition is taken', () => {
    const result = place([mig(3, 3), mig(3, 3), mig(1, 1)]);
    expect(result.ok ? [] : result.problems).toEqual([
      {
        path: 'tenants.2.mode',
        message:
          '"C" needs a whole partition; the chip has 2 of 18 and 18 cores, and in each of them another tenant has a tile; ' +
          'other chip.partitions, fewer tenants, or another mode would be right',
      },
    ]);
  });
});
