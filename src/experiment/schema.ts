/**
 * The experiment document, version 1: every key, its range and its type. Defaults stand in defaults.ts and are never written into a
 * document; chip keys, their ranges and units come from the parameter table. Keys and words that the format names and this build
 * cannot do yet are refused as such, never ignored. Rules between keys (tiles, names) stand in rules.ts.
 */
import * as v from 'valibot';
import { CHIP_PRESETS, presetOf } from '../model/chip.ts';
import { MODELS, ONNX_PREFIX, ZOO } from '../model/models.ts';
import { CHIP_PARAMETERS, parameter, type ChipParameterKey } from '../model/parameters.ts';
import { CUTS } from '../model/partitions.ts';
import { PATTERNS, TRAFFIC_PARAMETERS } from '../model/traffic.ts';
import {
  CIRCLES,
  DISPATCHES,
  EDGE_WEIGHTS,
  MAPPINGS,
  MODES,
  PLACEMENT_ORDERS,
  ROUTINGS,
  TRANSLATIONS,
} from '../model/vnpu.ts';
import { choice, flag, list, onlyYet, powerOfTwo, record, text, whole } from './fields.ts';
import { oneOf, show } from './messages.ts';
import { unpackOperators } from './operators.ts';

export const MAX_TENANTS = 16;
/** Most sequences of a language model at once, and most of its blocks. */
export const MOST_SEQUENCES = 64;
export const MOST_BLOCKS = 128;
export const MAX_TILES = 4096;
export const MAX_EVENTS = 64;
/** Most stages of a pipeline: a core of a tenant for each. */
const MOST_STAGES = 256;
const AXES = ['rows', 'channels'] as const;
const MOST_CHANNELS = parameter('virtualChannels').max;
const LARGEST_COUNT = Number.MAX_SAFE_INTEGER;

const tile = whole(0, MAX_TILES - 1, 'tile');

const optionalParameter = (row: (typeof CHIP_PARAMETERS)[number]) => v.optional(whole(row.min, row.max, row.unit));
const chipParameterEntries = Object.fromEntries(
  CHIP_PARAMETERS.map((row) => [row.key, optionalParameter(row)]),
) as Record<ChipParameterKey, ReturnType<typeof optionalParameter>>;

const presetMessage = ({ input }: { input: unknown }): string =>
  `is ${show(input)}; it must be ${oneOf(Object.keys(CHIP_PRESETS))}, or "mesh-WxH" with W and H from 1 to 64 for synthetic traffic`;
const knownPreset = v.pipe(
  v.string(presetMessage),
  v.check((name) => presetOf(name) !== undefined, presetMessage),
);

const partitionMessage = ({ input }: { input: unknown }): string =>
  `is ${show(input)}; it must be ${oneOf(CUTS)}, or a list of rectangles {"x", "y", "width", "height"}`;
const rectangleSchema = record('a partition', {
  x: whole(0, 63, 'column'),
  y: whole(0, 63, 'row'),
  width: whole(1, 64, 'tiles'),
  height: whole(1, 64, 'tiles'),
});
const partitionsSchema = v.union([v.picklist(CUTS), list(rectangleSchema, MAX_TILES)], partitionMessage);

export const chipSchema = record('a chip', {
  preset: v.optional(knownPreset),
  ...chipParameterEntries,
  memoryPath: v.optional(choice(['noc', 'bus'])),
  memoryTiles: v.optional(list(tile)),
  disabledTiles: v.optional(list(tile)),
  partitions: v.optional(partitionsSchema),
});

const topologySchema = record(
  'a topology',
  {
    kind: v.optional(choice(['mesh'], ['line', 'ring', 'star', 'tree', 'custom'])),
    width: v.optional(whole(1, 64, 'virtual cores')),
    height: v.optional(whole(1, 64, 'virtual cores')),
  },
  {
    cores: 'only meshes are, given by "width" and "height"',
    edges: 'only meshes are, given by "width" and "height"',
  },
);

const translationSchema = record('a translation', {
  kind: v.optional(choice(TRANSLATIONS)),
  entries: v.optional(whole(1, 256, 'TLB entries')),
  pageBytes: v.optional(powerOfTwo(4096, 2 * 1024 * 1024, 'bytes')),
  lastV: v.optional(flag()),
});

const mappingCostsSchema = record('mapping costs', {
  insertion: v.optional(whole(0, 1000, 'per pair of neighbours that was not asked for')),
  memory: v.optional(whole(0, 1000, 'per hop')),
  memoryHops: v.optional(list(whole(1, 128, 'hops'))),
});

const bandwidthSchema = record('a bandwidth cap', {
  bytes: whole(1, 2 ** 32 - 1, 'bytes per window'),
  windowCycles: v.optional(whole(1, 1_000_000_000, 'cycles')),
});

const modelName = v.pipe(
  text(1, 200),
  v.check(
    (name) => Object.hasOwn(ZOO, name) || name.startsWith(ONNX_PREFIX),
    ({ input }) => `is ${show(input)}; it must be ${oneOf(MODELS)}, or "onnx:FILE" for an ONNX file`,
  ),
);

const operatorTable = v.pipe(
  v.string(({ input }) => `is ${show(input)}; it must be the packed operators of an imported network`),
  v.rawCheck(({ dataset, addIssue }) => {
    const table = dataset.typed ? unpackOperators(dataset.value) : undefined;
    if (table?.ok === false) addIssue({ message: table.problems[0].message });
  }),
);

const stageSchema = record('a stage', {
  first: text(1, 400),
  at: v.optional(whole(1, LARGEST_COUNT, 'rows or channels')),
  axis: v.optional(choice(AXES)),
  cores: v.optional(whole(1, MOST_STAGES, 'virtual cores')),
  split: v.optional(choice(AXES)),
});

const workloadSchema = record('a workload', {
  model: v.optional(modelName),
  operators: v.optional(operatorTable),
  sizes: v.optional(v.record(text(1, 400), whole(1, 1_000_000))),
  batch: v.optional(whole(1, MOST_SEQUENCES, 'sequences')),
  precision: v.optional(onlyYet('int8', 'other precisions')),
  iterations: v.optional(whole(1, 10_000, 'iterations')),
  weights: v.optional(choice(['auto', 'stream'])),
  tokens: v.optional(whole(1, 4096, 'tokens')),
  phase: v.optional(choice(['prefill', 'decode'])),
  blocks: v.optional(whole(0, MOST_BLOCKS, 'blocks')),
  stages: v.optional(list(stageSchema, MOST_STAGES)),
});

/** Most routes made by hand of one tenant, or of synthetic traffic. */
const MOST_ROUTES = 1024;
/** Tiles from source to destination, and the virtual channels that packets between these two may take (all). */
const routesSchema = list(
  record('a route', {
    tiles: list(tile),
    channels: v.optional(list(whole(0, MOST_CHANNELS - 1, 'virtual channel'))),
  }),
  MOST_ROUTES,
);

export const tenantSchema = record(
  'a tenant',
  {
    name: v.optional(text(1, 40)),
    mode: v.optional(choice(MODES)),
    topology: v.optional(topologySchema),
    mapping: v.optional(choice(MAPPINGS)),
    edgeWeights: v.optional(choice(EDGE_WEIGHTS)),
    mappingCosts: v.optional(mappingCostsSchema),
    placement: v.optional(list(tile)),
    routing: v.optional(choice(ROUTINGS)),
    routes: v.optional(routesSchema),
    dispatch: v.optional(choice(DISPATCHES)),
    translation: v.optional(translationSchema),
    channels: v.optional(list(whole(0, MAX_TILES - 1, 'channel'))),
    bandwidth: v.optional(bandwidthSchema),
    workload: v.optional(workloadSchema),
    arrivalCycle: v.optional(whole(0, LARGEST_COUNT, 'cycle')),
    departureCycle: v.optional(whole(0, LARGEST_COUNT, 'cycle')),
  },
  {
    memoryBytes: 'a tenant gets the memory that its tensors need',
  },
);

const rateMessage = ({ input }: { input: unknown }): string =>
  `is ${show(input)}; it must be a number above 0 and at most 1 (flits per node and cycle)`;
const [packetFlits, warmup, measure] = TRAFFIC_PARAMETERS.map((row) => v.optional(whole(row.min, row.max, row.unit)));

export const trafficSchema = record('synthetic traffic', {
  pattern: v.optional(choice(PATTERNS)),
  rate: v.optional(
    v.pipe(
      v.number(rateMessage),
      v.check((rate) => rate > 0 && rate <= 1, rateMessage),
    ),
  ),
  packetFlits,
  warmup,
  measure,
  routes: v.optional(routesSchema),
});

export const eventSchema = record('an event', {
  cycle: whole(1, LARGEST_COUNT, 'cycle'),
  tenant: text(1, 40),
  topology: v.optional(topologySchema),
  placement: v.optional(list(tile)),
});

const stopSchema = v.union(
  [v.literal('done'), v.strictObject({ cycles: whole(1, LARGEST_COUNT) })],
  ({ input }) => `is ${show(input)}; it must be "done" or {"cycles": n} with n from 1 to ${LARGEST_COUNT}`,
);

export const documentSchema = record('an experiment', {
  version: v.literal(1, ({ input }) => versionMessage(input)),
  title: v.optional(text(0, 120)),
  note: v.optional(text(0, 500, 'lines')),
  seed: v.optional(whole(0, 2 ** 32 - 1)),
  chip: v.optional(chipSchema),
  tenants: v.optional(list(tenantSchema, MAX_TENANTS)),
  traffic: v.optional(trafficSchema),
  placementOrder: v.optional(choice(PLACEMENT_ORDERS)),
  circles: v.optional(choice(CIRCLES)),
  events: v.optional(list(eventSchema, MAX_EVENTS)),
  stop: v.optional(stopSchema),
});

function versionMessage(version: unknown): string {
  return typeof version === 'number' && Number.isInteger(version) && version > 1
    ? `is ${version}: this document was made by a newer release; this build reads version 1`
    : `is ${show(version)}; it must be 1`;
}

type Parsed = v.InferOutput<typeof documentSchema>;
/** One tenant of a document. Its name is always there: a missing one is given when the document is read. */
export type TenantDocument = v.InferOutput<typeof tenantSchema> & { name: string };
export type ChipDocument = v.InferOutput<typeof chipSchema>;
/** A tenant moves, or changes its size, while it runs. */
export type EventDocument = v.InferOutput<typeof eventSchema>;
export type TrafficDocument = v.InferOutput<typeof trafficSchema>;
/** A document that was read without an error: sparse, every missing key stands for its default. */
export type ExperimentDocument = Omit<Parsed, 'tenants'> & { tenants?: TenantDocument[] };
