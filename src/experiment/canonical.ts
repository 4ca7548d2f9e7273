/**
 * The canonical form of a document: keys in schema order, defaults left out. Two documents that differ only in writing have the same
 * canonical text, so links, undo and comparisons can use plain text equality.
 */
import { DEFAULT_PARTITIONS, DEFAULT_PRESET, presetOf, resolveChip } from '../model/chip.ts';
import type { HandRoute } from '../model/hand-routes.ts';
import { CHIP_PARAMETERS } from '../model/parameters.ts';
import type { Rectangle } from '../model/partitions.ts';
import { DEFAULT_TRAFFIC } from '../model/traffic.ts';
import {
  DEFAULT_CIRCLES,
  DEFAULT_MEMORY_PATH,
  DEFAULT_NOTE,
  DEFAULT_SEED,
  DEFAULT_PLACEMENT_ORDER,
  DEFAULT_STOP,
  DEFAULT_TENANT,
  DEFAULT_TITLE,
} from './defaults.ts';
import { modeDefaults } from './modes.ts';
import type { ChipDocument, EventDocument, ExperimentDocument, TenantDocument, TrafficDocument } from './schema.ts';

/** The same experiment with its keys in schema order and no default written out. */
export function canonical(document: ExperimentDocument): ExperimentDocument {
  return {
    version: 1,
    ...sparse({ title: document.title, note: document.note, seed: document.seed }, ROOT_DEFAULTS),
    ...section('chip', canonicalChip(document.chip ?? {})),
    ...(document.tenants?.length ? { tenants: document.tenants.map(canonicalTenant) } : {}),
    ...(document.traffic && { traffic: canonicalTraffic(document.traffic) }),
    ...sparse(
      { placementOrder: document.placementOrder, circles: document.circles },
      { placementOrder: DEFAULT_PLACEMENT_ORDER, circles: DEFAULT_CIRCLES },
    ),
    ...(document.events?.length ? { events: canonicalEvents(document) } : {}),
    ...sparse({ stop: document.stop }, { stop: DEFAULT_STOP }),
  };
}

/** The canonical form as one line of JSON. */
export const canonicalText = (document: ExperimentDocument): string => JSON.stringify(canonical(document));

/** A copy of plain data without the keys whose value is undefined. */
export function withoutUndefined<T>(data: T): T {
  if (Array.isArray(data)) return data.map(withoutUndefined) as T;
  if (typeof data !== 'object' || data === null) return data;
  const kept = Object.entries(data).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutUndefined(value as unknown)])) as T;
}

const ROOT_DEFAULTS = { title: DEFAULT_TITLE, note: DEFAULT_NOTE, seed: DEFAULT_SEED };

/** The entries of `given`, in its order, that are there and differ from their default. */
function sparse<T extends object>(given: T, defaults: Partial<Record<keyof T, unknown>>): Partial<T> {
  const entries = Object.entries(given).filter(
    ([key, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(defaults[key as keyof T]),
  );
  return Object.fromEntries(entries) as Partial<T>;
}

/** `{[key]: value}`, or nothing if the value has no entries. */
function section<K extends string, T extends object>(key: K, value: T): { [key in K]?: T } {
  return Object.keys(value).length === 0 ? {} : ({ [key]: value } as { [key in K]: T });
}

function canonicalChip(chip: ChipDocument): ChipDocument {
  const preset = chip.preset ?? DEFAULT_PRESET;
  const { memoryTiles } = resolveChip({ ...chip, memoryTiles: undefined });
  const ordered = {
    preset: chip.preset,
    ...Object.fromEntries(CHIP_PARAMETERS.map(({ key }) => [key, chip[key]])),
    memoryPath: chip.memoryPath,
    memoryTiles: chip.memoryTiles && [...chip.memoryTiles],
    disabledTiles: chip.disabledTiles && [...chip.disabledTiles].sort((a, b) => a - b),
    partitions: typeof chip.partitions === 'object' ? chip.partitions.map(inOrder) : chip.partitions,
  };
  const parameters = Object.fromEntries(CHIP_PARAMETERS.map((row) => [row.key, row.default]));
  return sparse(ordered, {
    preset: DEFAULT_PRESET,
    ...parameters,
    ...presetOf(preset)!.parameters,
    memoryPath: DEFAULT_MEMORY_PATH,
    memoryTiles,
    disabledTiles: [],
    partitions: DEFAULT_PARTITIONS,
  });
}

const inOrder = ({ x, y, width, height }: Rectangle): Rectangle => ({ x, y, width, height });

const WORKLOAD_DEFAULTS = { ...DEFAULT_TENANT.workload, sizes: {} };

/** Order of keys follows the schema; keys that have only one value in this version (precision, ...) are always defaults. */
function canonicalTenant(tenant: TenantDocument): TenantDocument {
  const { topology = {}, translation = {}, workload = {} } = tenant;
  const { mapping, translationKind } = modeDefaults(tenant.mode ?? DEFAULT_TENANT.mode);
  const { kind, entries, pageBytes, lastV } = translation;
  const { insertion, memory, memoryHops } = tenant.mappingCosts ?? {};
  const { model, operators, sizes, batch, iterations, weights, tokens, phase, blocks } = workload;
  const stages = workload.stages?.map(canonicalStage);
  return {
    name: tenant.name,
    ...sparse({ mode: tenant.mode }, DEFAULT_TENANT),
    ...section('topology', sparse({ width: topology.width, height: topology.height }, DEFAULT_TENANT.topology)),
    ...sparse(
      {
        mapping: tenant.mapping,
        edgeWeights: tenant.edgeWeights,
      },
      { mapping, edgeWeights: DEFAULT_TENANT.edgeWeights },
    ),
    ...section(
      'mappingCosts',
      sparse({ insertion, memory, memoryHops: memoryHops && [...memoryHops] }, DEFAULT_TENANT.mappingCosts),
    ),
    ...sparse({ placement: tenant.placement && [...tenant.placement] }, {}),
    ...sparse(
      { routing: tenant.routing, routes: tenant.routes?.map(canonicalRoute), dispatch: tenant.dispatch },
      { ...DEFAULT_TENANT, routes: [] },
    ),
    ...section(
      'translation',
      sparse({ kind, entries, pageBytes, lastV }, { ...DEFAULT_TENANT.translation, kind: translationKind }),
    ),
    ...sparse({ channels: tenant.channels && [...tenant.channels] }, {}),
    ...(tenant.bandwidth && { bandwidth: canonicalBandwidth(tenant.bandwidth) }),
    ...section(
      'workload',
      sparse({ model, operators, sizes, batch, iterations, weights, tokens, phase, blocks, stages }, WORKLOAD_DEFAULTS),
    ),
    ...sparse({ arrivalCycle: tenant.arrivalCycle, departureCycle: tenant.departureCycle }, { arrivalCycle: 0 }),
  };
}

/** In the order in which they happen; of one cycle, in the order of the tenants. */
function canonicalEvents({ events = [], tenants = [] }: ExperimentDocument): EventDocument[] {
  const turn = ({ tenant }: EventDocument): number => tenants.findIndex(({ name }) => name === tenant);
  return [...events]
    .sort((a, b) => a.cycle - b.cycle || turn(a) - turn(b))
    .map(({ cycle, tenant, topology, placement }) => ({
      ...{ cycle, tenant },
      ...(topology && { topology: sparse({ width: topology.width, height: topology.height }, {}) }),
      ...(placement && { placement: [...placement] }),
    }));
}

type StageDocument = NonNullable<NonNullable<TenantDocument['workload']>['stages']>[number];

/** A stage without what is so anyway. */
export const canonicalStage = ({ first, at, axis, cores, split }: StageDocument): StageDocument => ({
  first,
  ...sparse({ at, axis, cores, split }, { axis: 'rows', cores: 1, split: 'rows' }),
});

const canonicalTraffic = ({ pattern, rate, packetFlits, warmup, measure, routes }: TrafficDocument): TrafficDocument =>
  sparse(
    { pattern, rate, packetFlits, warmup, measure, routes: routes?.map(canonicalRoute) },
    { ...DEFAULT_TRAFFIC, routes: [] },
  );

function canonicalRoute({ tiles, channels }: HandRoute): { tiles: number[]; channels?: number[] } {
  return { tiles: [...tiles], ...(channels && { channels: [...new Set(channels)].sort((a, b) => a - b) }) };
}

/** The length of the window is the chip's unless it is given. */
const canonicalBandwidth = ({
  bytes,
  windowCycles,
}: NonNullable<TenantDocument['bandwidth']>): NonNullable<TenantDocument['bandwidth']> =>
  withoutUndefined({ bytes, windowCycles });
