/** Chips and tenants for the tests of this room. */
import { resolveChip, type Chip, type ChipRequest } from '../../src/model/chip.ts';
import type { TenantRequest } from '../../src/model/experiment.ts';

/** A chip of cores only, but for the named tiles. */
export const coresOnly = (width: number, height: number, more: ChipRequest = {}): Chip =>
  resolveChip({ width, height, memoryTiles: [], ...more });

export const tenant = (
  name: string,
  width: number,
  height: number,
  more: Partial<TenantRequest> = {},
): TenantRequest => ({
  name,
  mode: 'vnpu',
  topology: { kind: 'mesh', width, height },
  mapping: 'exact',
  edgeWeights: 'equal',
  mappingCosts: { memory: 0 },
  routing: 'dor',
  dispatch: 'bus',
  arrivalCycle: 0,
  translation: { kind: 'vchunk', entries: 4, pageBytes: 4096 },
  workload: { model: 'resnet18', iterations: 1, weights: 'auto', tokens: 256, batch: 1, phase: 'prefill', blocks: 0 },
  ...more,
});
