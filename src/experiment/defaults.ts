/**
 * What a key means that a document leaves out. Chip parameters have theirs in the parameter table and the presets; here are all the
 * others. A document never holds a default once it is canonical, so a link stays short and a changed default is a new version.
 */
import type { TenantRequest } from '../model/experiment.ts';

export const DEFAULT_TITLE = '';
export const DEFAULT_NOTE = '';
export const DEFAULT_SEED = 0;
export const DEFAULT_STOP = 'done';
export const DEFAULT_PLACEMENT_ORDER = 'given';
export const DEFAULT_CIRCLES = 'refuse';
export const DEFAULT_MEMORY_PATH = 'noc';

/** A tenant of which only the name is known: ResNet-18 on 3 x 3 virtual cores under vChunk. The mode decides mapping and translation. */
export const DEFAULT_TENANT = {
  mode: 'vnpu',
  topology: { kind: 'mesh', width: 3, height: 3 },
  mapping: 'exact',
  edgeWeights: 'equal',
  mappingCosts: { memory: 0 },
  routing: 'dor',
  dispatch: 'bus',
  arrivalCycle: 0,
  translation: { kind: 'vchunk', entries: 4, pageBytes: 4096, lastV: true },
  workload: { model: 'resnet18', iterations: 32, weights: 'auto', tokens: 256, batch: 1, phase: 'prefill', blocks: 0 },
} as const satisfies Omit<TenantRequest, 'name'>;

/** A, B, ... P: the name of a tenant that has none, by its place in the document. */
export const defaultName = (index: number): string => String.fromCharCode(65 + index);
