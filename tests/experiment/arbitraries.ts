/** Random valid documents: every key of the schema, alone and together, defaults written out now and then. */
import fc from 'fast-check';
import { CHIP_PARAMETERS } from '../../src/model/parameters.ts';
import type { EdgeWeights, Mapping, Mode, Routing } from '../../src/model/vnpu.ts';
import { MODE_RULES } from '../../src/experiment/modes.ts';
import { parseDocument } from '../../src/experiment/parse.ts';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';

const optional = { requiredKeys: [] };
const line = (min: number, max: number) =>
  fc
    .string({ unit: 'grapheme', minLength: min, maxLength: max })
    .filter((t) => t.length <= max && !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(t));

const chip = fc
  .record(
    {
      preset: fc.constantFrom('vnpu-sim-36', 'vnpu-sim-48', 'vnpu-fpga-8'),
      ...Object.fromEntries(
        CHIP_PARAMETERS.filter(({ key }) => !['bufferDepth', 'controllerTile'].includes(key)).map((row) => [
          row.key,
          fc.oneof(fc.integer({ min: row.min, max: row.max }), fc.constant(row.default)),
        ]),
      ),
      memoryPath: fc.constantFrom('noc', 'bus'),
      memoryTiles: fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1 }),
      disabledTiles: fc.uniqueArray(fc.integer({ min: 6, max: 9 })),
      partitions: fc.constantFrom('halves', 'quarters'),
    },
    optional,
  )
  .filter((c) => c.memoryTiles !== undefined || c.disabledTiles === undefined);

const anyStage = fc.record(
  {
    first: fc.constantFrom('conv1', 'block0.qkv'),
    at: fc.integer({ min: 1, max: 1000 }),
    axis: fc.constantFrom('rows', 'channels'),
    cores: fc.integer({ min: 1, max: 256 }),
    split: fc.constantFrom('rows', 'channels'),
  },
  { requiredKeys: ['first'] },
);

const anyTenant = fc.record(
  {
    mode: fc.constantFrom('vnpu', 'bare', 'zigzag', 'uvm', 'mig') as fc.Arbitrary<Mode>,
    topology: fc.record(
      { kind: fc.constant('mesh'), width: fc.integer({ min: 1, max: 64 }), height: fc.integer({ min: 1, max: 64 }) },
      optional,
    ),
    mapping: fc.constantFrom('exact', 'rowMajor', 'snake') as fc.Arbitrary<Mapping>,
    edgeWeights: fc.constantFrom('equal', 'traffic', 'bottleneck') as fc.Arbitrary<EdgeWeights>,
    mappingCosts: fc.record({ insertion: fc.nat(1000), memory: fc.nat(1000) }, optional),
    routing: fc.constantFrom('dor', 'confined') as fc.Arbitrary<Routing>,
    dispatch: fc.constantFrom('bus', 'noc'),
    translation: fc.record(
      {
        kind: fc.constantFrom('vchunk', 'page', 'physical'),
        entries: fc.integer({ min: 1, max: 256 }),
        pageBytes: fc.integer({ min: 12, max: 21 }).map((bits) => 2 ** bits),
        lastV: fc.boolean(),
      },
      optional,
    ),
    bandwidth: fc.record(
      { bytes: fc.integer({ min: 1, max: 2 ** 32 - 1 }), windowCycles: fc.integer({ min: 1, max: 1_000_000_000 }) },
      { requiredKeys: ['bytes'] },
    ),
    workload: fc.record(
      {
        model: fc.constantFrom('resnet18', 'gpt2-small'),
        batch: fc.integer({ min: 1, max: 64 }),
        phase: fc.constantFrom('prefill', 'decode'),
        blocks: fc.integer({ min: 0, max: 128 }),
        precision: fc.constant('int8'),
        iterations: fc.integer({ min: 1, max: 10_000 }),
        weights: fc.constantFrom('auto', 'stream'),
        tokens: fc.integer({ min: 1, max: 4096 }),
        stages: fc.array(anyStage, { maxLength: 4 }),
      },
      optional,
    ),
    channels: fc.constant([0]),
    arrivalCycle: fc.nat(1000),
    departureCycle: fc.integer({ min: 1001, max: Number.MAX_SAFE_INTEGER }),
  },
  optional,
);

/** What contradicts the mode is left out. */
const tenant = anyTenant.map(({ mode = 'vnpu', mapping, routing, translation, ...rest }) => ({
  ...rest,
  ...(mode !== 'vnpu' && { mode }),
  ...(mapping && MODE_RULES[mode].mapping.includes(mapping) && { mapping }),
  ...(routing && MODE_RULES[mode].routing.includes(routing) && { routing }),
  ...(translation && {
    translation:
      mode === 'bare' || mode === 'uvm' ? { ...translation, kind: mode === 'bare' ? 'physical' : 'page' } : translation,
  }),
}));

/** JSON as a person might write it, valid by construction except for sizes that the rules refuse. */
export const rawDocument = fc.record(
  {
    version: fc.constant(1),
    title: line(0, 120),
    note: line(0, 500),
    seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    chip,
    tenants: fc
      .array(tenant, { maxLength: 16 })
      .chain((tenants) =>
        fc
          .uniqueArray(line(1, 40), { minLength: tenants.length, maxLength: tenants.length })
          .map((names) => tenants.map((t, i) => ({ name: names[i], ...t }))),
      ),
    circles: fc.constantFrom('refuse', 'watch'),
    stop: fc.oneof(fc.constant('done'), fc.record({ cycles: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }) })),
  },
  { requiredKeys: ['version'] },
);

/** A document and moves of its tenants, on tiles that a chip of any size has. */
const withEvents = fc
  .record({
    raw: rawDocument,
    events: fc.array(fc.record({ turn: fc.nat(15), cycle: fc.integer({ min: 1001, max: 5000 }) }), { maxLength: 4 }),
  })
  .map(({ raw, events }) => {
    const { tenants = [] } = raw as { tenants?: { name: string; topology?: { width?: number; height?: number } }[] };
    const named = events.flatMap(({ turn, cycle }) => {
      const tenant = tenants[turn];
      const { width = 3, height = 3 } = tenant?.topology ?? {};
      const placement = Array.from({ length: width * height }, (_, v) => v + 10);
      return tenant === undefined ? [] : [{ cycle, tenant: tenant.name, placement }];
    });
    return named.length === 0 ? raw : { ...raw, events: named };
  });

/** The same after reading. The few that a rule between keys refuses are left out; parse.test.ts bounds how few. */
export const anyDocument: fc.Arbitrary<ExperimentDocument> = fc
  .oneof({ weight: 3, arbitrary: rawDocument }, withEvents)
  .map((raw) => parseDocument(raw))
  .filter((result) => result.ok)
  .map((result) => (result as { value: ExperimentDocument }).value);
