/**
 * The bench of virtualization: what modes, look-ups, translations and partitions cost. All are simulated cycles, so the tables are the same
 * on every machine; nothing is asserted. One tenant is alone on the chip, its weights streamed from memory unless said otherwise.
 */
import { Machine } from '../engine/machine.ts';
import { modeVariants } from '../experiment/comparison.ts';
import { parseDocument, resolve } from '../experiment/parse.ts';
import type { ChipDocument, ExperimentDocument, TenantDocument } from '../experiment/schema.ts';
import { CAUSE_GROUPS } from '../model/causes.ts';
import { MODELS, ZOO } from '../model/models.ts';
import type { Plan } from '../model/plan.ts';
import type { Program } from '../model/program.ts';
import type { Mode, Translation } from '../model/vnpu.ts';
import { buildPlan } from '../plan/build.ts';
import { modeRow, type ModeRow } from '../report/comparison.ts';
import { causesOf, groupCycles } from '../report/shares.ts';
import { tenantReport } from '../report/tenants.ts';

type Row = readonly string[];
type Tenant = Omit<TenantDocument, 'name'>;

const MiB = 1024 * 1024;
const SMALL: ChipDocument = { scratchpadBytes: 2 * MiB };
const SLICE = 1_000_000;
/** Long iterations are looked at so far. */
const LONG = 1_000_000;

/** Iterations that leave room for a steady figure behind a full pipeline and before it runs empty. */
const MANY = 32;
/** Networks whose weights are streamed in every iteration; those in front are in the table of modes too. */
const NETWORKS = [
  { model: 'resnet18', iterations: MANY },
  { model: 'gpt2-small', iterations: MANY, tokens: 128 },
  { model: 'resnet34', iterations: MANY },
] as const;
const COMPARED = NETWORKS.slice(0, 2);
const TRANSLATIONS: readonly Partial<Translation>[] = [
  { kind: 'page', entries: 4 },
  { kind: 'page', entries: 32 },
  { kind: 'vchunk', entries: 4 },
  { kind: 'vchunk', entries: 4, lastV: false },
];
/** Iterations of a tenant whose cores take turns: several times as many as its pipeline holds. */
const TURNS = 144;
/** A tenant that wants half as many cores again as its partition has, as in the paper (36 and 24); weights of all of them fit. */
const TOO_SMALL: readonly (readonly [title: string, chip: ChipDocument, tenant: Tenant])[] = [
  [
    'gpt2-large, 36 on 24, 48 MiB',
    { ...cutAt(6, 4), scratchpadBytes: 48 * MiB },
    { topology: { width: 6, height: 6 }, workload: gpt2('large', TURNS) },
  ],
  ['gpt2-medium, 24 on 16', cutAt(4, 4), { topology: { width: 6, height: 4 }, workload: gpt2('medium', TURNS) }],
  ['gpt2-small, 12 on 8', cutAt(4, 2), { topology: { width: 4, height: 3 }, workload: gpt2('small', TURNS) }],
  [
    'resnet18, 9 on 6',
    cutAt(3, 2),
    { topology: { width: 3, height: 3 }, workload: { model: 'resnet18', iterations: TURNS } },
  ],
  [
    'resnet34, 24 on 16',
    cutAt(4, 4),
    { topology: { width: 6, height: 4 }, workload: { model: 'resnet34', iterations: TURNS } },
  ],
];

/** All tables, row by row as they are found. */
export function* virtualizationRows(kernel: WebAssembly.Module): Generator<Row> {
  yield* modes(kernel);
  yield* messages(kernel);
  yield* partitions(kernel);
  yield* translations(kernel);
  yield* everyModel(kernel);
}

const percent = (ratio: number): string => `${(ratio * 100).toFixed(2)} %`;
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

function cutAt(width: number, height: number): ChipDocument {
  return { partitions: [{ x: 1, y: 0, width, height }] };
}

function gpt2(size: string, iterations: number): Tenant['workload'] {
  return { model: `gpt2-${size}`, tokens: 64, iterations };
}

function documentOf(chip: ChipDocument, tenant: Tenant): ExperimentDocument {
  const parsed = parseDocument({ version: 1, chip, tenants: [{ ...tenant, name: 'A' }] });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

function planOf(document: ExperimentDocument): Plan | undefined {
  const plan = buildPlan(resolve(document));
  return plan.ok ? plan.value : undefined;
}

function finished(kernel: WebAssembly.Module, plan: Plan, limit = Infinity): Machine {
  const machine = Machine.create(kernel, plan);
  while (machine.outcome === 'running' && machine.cycle < limit) machine.run(SLICE);
  return machine;
}

function rowOf(kernel: WebAssembly.Module, mode: Mode, document: ExperimentDocument): ModeRow {
  const plan = planOf(document)!;
  return modeRow(mode, plan, finished(kernel, plan).snapshot(), 0);
}

const rowsOf = (kernel: WebAssembly.Module, chip: ChipDocument, tenant: Tenant): ModeRow[] =>
  modeVariants(documentOf(chip, tenant), 0, true).map(({ mode, document }) => rowOf(kernel, mode, document));

/** Each mode against bare metal, per iteration and end to end, and by cause how a vNPU's time differs. */
function* modes(kernel: WebAssembly.Module): Generator<Row> {
  yield ['mode, against bare metal', ...COMPARED.map(({ model }) => model)];
  const columns = COMPARED.map((workload) => rowsOf(kernel, SMALL, { workload: { ...workload, weights: 'stream' } }));
  const of = (rows: readonly ModeRow[], mode: Mode): ModeRow => rows.find((row) => row.mode === mode)!;
  for (const { mode } of columns[0]) {
    const cells = columns.map((rows) => {
      const [row, bare] = [of(rows, mode), of(rows, 'bare')];
      if (mode === 'bare') return `${whole(bare.steadyCyclesPerIteration!)} cycles per iteration`;
      const perIteration = percent(row.steadyCyclesPerIteration! / bare.steadyCyclesPerIteration! - 1);
      return `${perIteration}, end to end ${percent(row.endCycle / bare.endCycle - 1)}`;
    });
    yield [mode, ...cells];
  }
  yield ['vnpu, by cause', ...columns.map((rows) => difference(of(rows, 'vnpu'), of(rows, 'bare')))];
}

/** Cycles per cause beyond those of another run, as shares of that run's time. */
function difference(row: ModeRow, base: ModeRow): string {
  const [own, other] = [row, base].map(({ stalls }) => groupCycles(causesOf(stalls)));
  const all = base.tiles * base.endCycle;
  const parts = CAUSE_GROUPS.map((group) => `${group} ${percent((own[group] - other[group]) / all)}`);
  return parts.join(', ');
}

/** Messages from one core to its neighbour, one after the other: what look-ups add to a send and a receive. */
function* messages(kernel: WebAssembly.Module): Generator<Row> {
  const COUNT = 100;
  yield [`${COUNT} messages to a neighbour`, 'bare', 'vnpu', 'more'];
  for (const bytes of [128, 1024, 4096, 16_384]) {
    const [bare, vnpu] = (['bare', 'vnpu'] as const).map((mode) => {
      const plan = planOf(documentOf({}, { mode, topology: { width: 2, height: 1 }, workload: { iterations: 1 } }))!;
      const [tenant] = plan.tenants;
      const talking = { ...plan, tenants: [{ ...tenant, programs: exchange(COUNT, bytes), iterations: COUNT }] };
      const machine = finished(kernel, talking);
      return machine.cycle - tenant.tables.setupCycles;
    });
    yield [`of ${whole(bytes)} bytes`, `${whole(bare)} cycles`, whole(vnpu), percent(vnpu / bare - 1)];
  }
}

/** A core that sends, and one that receives and lets go of the landing slot. */
function exchange(count: number, bytes: number): Program[] {
  const common = { waits: [], gives: [], layer: -1 };
  const landed = [{ token: 0, count: 1 }];
  const send = { ...common, op: 'send', peer: 1, bytes, tag: 1 } as const;
  const receive = { ...common, op: 'recv', peer: 0, bytes, tag: 1, gives: landed } as const;
  const release = { ...common, op: 'vector', fn: 'copy', elements: bytes, waits: landed, releases: 0 } as const;
  return [[send], [receive, release]].map((body, vcore) => ({
    vcore,
    stage: '',
    steps: [{ op: 'loop', iteration: true, count, body }],
    initialTokens: [],
    scratchpad: [],
  }));
}

/**
 * A fixed partition with two thirds of the cores that the tenant wants, by steady figures: at the end of a run stages that share tiles no
 * longer take turns, for those before them have finished.
 */
function* partitions(kernel: WebAssembly.Module): Generator<Row> {
  yield ['partition too small', 'vnpu', 'mig', 'times', 'switches'];
  for (const [title, chip, tenant] of TOO_SMALL) {
    const [vnpu, mig] = (['vnpu', 'mig'] as const).map((mode) => {
      const { steadyCyclesPerIteration, switches } = rowOf(kernel, mode, documentOf(chip, { ...tenant, mode }));
      return { cycles: steadyCyclesPerIteration!, switches };
    });
    const times = (mig.cycles / vnpu.cycles).toFixed(2);
    yield [title, `${whole(vnpu.cycles)} cycles per iteration`, whole(mig.cycles), times, whole(mig.switches)];
  }
}

/** The overhead of every translation over none, with one DMA stream and with eight. */
function* translations(kernel: WebAssembly.Module): Generator<Row> {
  yield [
    'translation over none',
    'DMA streams',
    '4 pages',
    '32 pages',
    'vChunk',
    'no last_v',
    'table reads with last_v',
  ];
  for (const dmaStreams of [1, 8]) {
    for (const workload of NETWORKS) {
      const run = (translation: Partial<Translation>) => {
        const tenant: Tenant = { translation, workload: { ...workload, weights: 'stream' } };
        const plan = planOf(documentOf({ ...SMALL, dmaStreams }, tenant))!;
        const snapshot = finished(kernel, plan).snapshot();
        return { cycles: modeRow('vnpu', plan, snapshot, 0).steadyCyclesPerIteration!, cores: snapshot.cores };
      };
      const none = run({ kind: 'physical' });
      const found = TRANSLATIONS.map(run);
      const sum = (key: 'misses' | 'walkReads' | 'plainReads'): string =>
        whole(found.at(-2)!.cores.reduce((all, core) => all + core[key], 0));
      const reads = `${sum('walkReads')} instead of ${sum('plainReads')}, ${sum('misses')} misses`;
      yield [
        workload.model,
        String(dmaStreams),
        ...found.map(({ cycles }) => percent(cycles / none.cycles - 1)),
        reads,
      ];
    }
  }
}

/**
 * Exposed and raw stalls of one streamed iteration, or the beginning of it, of every model; two blocks of language models. What does not
 * fit the small scratchpads has the chip's own.
 */
function* everyModel(kernel: WebAssembly.Module): Generator<Row> {
  yield ['translation stalls of an iteration', '32 pages: exposed', 'raw', 'vChunk, 4 ranges: exposed', 'raw'];
  for (const model of MODELS) {
    const cells = TRANSLATIONS.slice(1, 3).flatMap((translation) => {
      const short = (ZOO[model].options as readonly string[]).includes('blocks') ? { tokens: 32, blocks: 2 } : {};
      const workload = { model, iterations: 1, weights: 'stream', ...short } as const;
      const plan =
        planOf(documentOf(SMALL, { translation, workload })) ?? planOf(documentOf({}, { translation, workload }));
      if (plan === undefined) return [];
      const { stalls, translation: counts } = tenantReport(plan, finished(kernel, plan, LONG).snapshot(), 0);
      return [whole(stalls.translation), whole(counts.stallCycles)];
    });
    yield [model, ...(cells.length > 0 ? cells : ['does not fit'])];
  }
}
