/**
 * The bench of the topology mapping: times over the reference instances, the paper's hard sizes, how full a chip gets by policy, and
 * whether a lower cost means fewer cycles. Prints rows and asserts nothing; all but the times follows from fixed seeds.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mapperOf, MappingSearch } from '../engine/mapping.ts';
import { resolve } from '../experiment/parse.ts';
import type { TenantDocument } from '../experiment/schema.ts';
import { bottleneckCost } from '../hypervisor/bottleneck.ts';
import { placeTenants } from '../hypervisor/placement.ts';
import { requestEdges } from '../hypervisor/topology.ts';
import { NO_TRANSFERS, type Edge, type Mapper, type MappingProblem } from '../model/mapping.ts';
import { hops } from '../model/mesh.ts';
import type { TenantPlan } from '../model/plan.ts';
import { MAPPINGS, type Mapping } from '../model/vnpu.ts';
import { buildPlan } from '../plan/build.ts';
import { transfersOf } from '../plan/transfers.ts';
import { cyclesPerIterationOf } from './measure.ts';
import { parseMap } from './probe-map.ts';

type Row = readonly [what: string, value: string, goal?: string];

const AT_ONCE_MS = 16;
const SOON_MS = 100;
const LIMIT_MS = 10_000;
const OCCUPANCIES = [0, 0.05, 0.1, 0.15, 0.2];
type Workload = NonNullable<TenantDocument['workload']>;
const NETWORKS: readonly Workload[] = [{ model: 'resnet34' }, { model: 'gpt2-small' }];
/** All blocks of GPT-2 in a full pipeline would take an hour. */
const STREAMED: readonly Workload[] = [
  { model: 'resnet34', weights: 'stream' },
  { model: 'gpt2-small', blocks: 4, weights: 'stream' },
];
/**
 * Links as narrow as the paper's prototype has them, and narrower: with the default's 128 bytes placement hardly shows in cycles. One
 * iteration alone gives its latency; in a pipeline of many, work hides what messages and loads take, if weights stay where they are.
 * Streamed weights want a pipeline that is short for its iterations, so that it is full while they are measured.
 */
const LOADS = [
  { flitBytes: 16, side: 4, iterations: 24, networks: NETWORKS, samples: 50 },
  { flitBytes: 16, side: 3, iterations: 40, networks: STREAMED, samples: 12 },
  { flitBytes: 16, side: 4, iterations: 1, networks: NETWORKS, samples: 50 },
  { flitBytes: 4, side: 4, iterations: 1, networks: NETWORKS, samples: 50 },
] as const;

interface Load {
  readonly flitBytes: number;
  /** Virtual cores in a row, and rows. */
  readonly side: number;
  readonly samples: number;
  readonly workload: Workload;
}

/** What takes seconds. `root` is the project's folder. */
export function* searchRows(root: string, mapping: WebAssembly.Module): Generator<Row> {
  yield* reference(root, mapping);
  yield* firstAnswers(mapping);
}

/** What takes minutes. */
export function* placementRows(kernel: WebAssembly.Module, mapping: WebAssembly.Module): Generator<Row> {
  yield* hardSizes(mapping);
  yield* utilization(mapperOf(mapping));
  for (const { iterations, networks, ...load } of LOADS) {
    for (const network of networks) {
      yield* correlation({ ...load, workload: { ...network, iterations } }, kernel, mapperOf(mapping));
    }
  }
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function* reference(root: string, mapping: WebAssembly.Module): Generator<Row> {
  const { instances } = JSON.parse(readFileSync(join(root, 'tests/reference/mapping_public.json'), 'utf8')) as {
    instances: { optimum: number | null }[];
  };
  let right = 0;
  const times = instances.map((instance) => {
    const problem = parseMap(instance);
    if (!problem.ok) throw new Error(problem.problems[0].message);
    const run = () => solveIn(mapping, problem.value, LIMIT_MS);
    const { answer } = run();
    const milliseconds = Math.min(...Array.from({ length: 3 }, () => run().milliseconds));
    if (answer.proven && (answer.feasible ? answer.cost : null) === instance.optimum) right++;
    return milliseconds;
  });
  times.sort((a, b) => a - b);
  yield ['mapping: reference instances with the optimum, proven', `${right} of ${times.length}`, 'all'];
  yield ['mapping: time to the proof (best of three), median', `${times[times.length >> 1].toFixed(2)} ms`, '< 2 ms'];
  yield [
    'mapping: time to the proof (best of three), longest',
    `${times[times.length - 1].toFixed(0)} ms`,
    '< 1,000 ms',
  ];
}

function solveIn(mapping: WebAssembly.Module, problem: MappingProblem, limit: number) {
  const began = performance.now();
  const search = new MappingSearch(mapping, problem);
  while (!search.over && performance.now() - began < limit) search.advance();
  return { milliseconds: performance.now() - began, answer: search.answer };
}

/** How soon there is an answer for 128 nodes on 32 x 32 cores, and what it costs then, a moment later and after a second. */
function* firstAnswers(mapping: WebAssembly.Module): Generator<Row> {
  const line = Array.from({ length: 127 }, (_, u): Edge => [u, u + 1]);
  const requests: readonly (readonly [what: string, edges: readonly Edge[]])[] = [
    ['16 x 8 mesh', requestEdges({ kind: 'mesh', width: 16, height: 8 })],
    ['line', line],
    ['ring', [...line, [0, 127]]],
    ['binary tree', line.map(([u]): Edge => [u >> 1, u + 1])],
  ];
  for (const [what, edges] of requests) {
    const outcomes = [0, 0.2, 0.4].map((occupancy, i) => {
      const problem = requestOn(32, someFree(32, occupancy, randomFrom(i)), 128, edges, i);
      const first = solveIn(mapping, problem, 0);
      const costs = [first, ...[AT_ONCE_MS, 1000].map((limit) => solveIn(mapping, problem, limit))];
      return `${first.milliseconds.toFixed(1)} ms: ${costs.map(({ answer }) => answer.cost).join('/')}`;
    });
    yield [
      `mapping: 128 nodes (${what}) on 32 x 32, 0, 20, 40 % taken`,
      outcomes.join('  '),
      'first answer / 16 ms / 1 s',
    ];
  }
}

function* hardSizes(mapping: WebAssembly.Module): Generator<Row> {
  const sizes = [
    { what: '28 nodes (7 x 4) on 6 x 6', width: 7, height: 4, nodes: 28, side: 6 },
    { what: '11 nodes (4 x 3 without one) on 6 x 6', width: 4, height: 3, nodes: 11, side: 6 },
    { what: '36 nodes (6 x 6) on 8 x 8', width: 6, height: 6, nodes: 36, side: 8 },
  ];
  for (const { what, width, height, nodes, side } of sizes) {
    const edges = requestEdges({ kind: 'mesh', width, height }).filter(([u, v]) => u < nodes && v < nodes);
    const outcomes = OCCUPANCIES.map((occupancy, i) => {
      const free = someFree(side, occupancy, randomFrom(100 * side + i));
      const problem = requestOn(side, free, nodes, edges, i);
      const atOnce = solveIn(mapping, problem, AT_ONCE_MS).answer.cost;
      const soon = solveIn(mapping, problem, SOON_MS).answer.cost;
      const { answer } = solveIn(mapping, { ...problem, seed: i + 1000 }, LIMIT_MS);
      const best = Math.min(atOnce, soon, answer.cost);
      return { atOnce, soon, best, bound: answer.proven ? answer.cost : answer.lowerBound };
    });
    const list = outcomes.map(({ atOnce, soon, best, bound }) => `${atOnce}/${soon}/${best}/${bound}`).join('  ');
    yield [`mapping: ${what}, 0 to 20 % taken`, list, 'cost in 16 ms / in 100 ms / best known / bound in 10 s'];
  }
}

function someFree(side: number, occupancy: number, random: () => number): number[] {
  const free = new Set(Array.from({ length: side * side }, (_, tile) => tile));
  while (free.size > side * side * (1 - occupancy)) free.delete(Math.floor(random() * side * side));
  return [...free];
}

const requestOn = (
  side: number,
  free: readonly number[],
  nodes: number,
  edges: readonly Edge[],
  seed: number,
): MappingProblem => ({
  ...{ mesh: { width: side, height: side }, free, nodes, edges, seed },
  ...{ insertionCost: 1, connected: true, stretch: 'once' },
});

/** Share of an n x n chip's cores in use when 3 x 3 requests come until one is refused, for n = 3..11. */
function* utilization(mapper: Mapper): Generator<Row> {
  const sides = Array.from({ length: 9 }, (_, i) => i + 3);
  yield ['mapping: cores in use by 3 x 3 requests', sides.map((n) => `${n}x${n}`.padStart(6)).join('')];
  for (const mapping of MAPPINGS) {
    const shares = sides.map((side) => {
      let most = 0;
      while (fits(side, most + 1, mapping, mapper)) most++;
      return `${((900 * most) / (side * side)).toFixed(0)} %`.padStart(6);
    });
    yield [`  ${mapping}`, shares.join('')];
  }
}

function fits(side: number, count: number, mapping: Mapping, mapper: Mapper): boolean {
  const tenants = Array.from({ length: count }, (_, i): TenantDocument => ({ name: `T${i}`, mapping }));
  const { chip, tenants: requests } = resolve({ version: 1, chip: coresOnly(side), tenants });
  return placeTenants(chip, requests, { mapper, seed: 1, transfers: () => NO_TRANSFERS }).ok;
}

/** A chip of side x side cores between its memory columns. */
const coresOnly = (side: number) => ({ width: side + 2, height: side });

/** Rank correlation of costs and simulated cycles over random occupancies, and what weights by traffic bring. */
function* correlation(load: Load, kernel: WebAssembly.Module, mapper: Mapper): Generator<Row> {
  const random = randomFrom(7);
  const policies: readonly Mapping[] = ['similar', 'snake', 'rowMajor'];
  const seen: Measured[] = [];
  let [equal, traffic, bottleneck] = [0, 0, 0];
  for (let i = 0; i < load.samples; i++) {
    const { mapping, taken } = { mapping: policies[i % policies.length], taken: 0.1 + 0.2 * random() };
    const disabledTiles = takenOf(taken, random);
    const run = (tenant: Partial<TenantDocument>) => measured(load, disabledTiles, tenant, kernel, mapper);
    const one = run({ mapping });
    if (one === undefined) continue;
    seen.push(one);
    if (mapping !== 'similar') continue;
    equal += one.cycles;
    traffic += run({ mapping, edgeWeights: 'traffic' })!.cycles;
    bottleneck += run({ mapping, edgeWeights: 'bottleneck' })!.cycles;
  }
  const cycles = seen.map((one) => one.cycles);
  const alike = cycles.every((count) => count === cycles[0]);
  const rank = (cost: keyof Measured): string =>
    alike ? 'none: all take the same cycles' : spearman(seen.map((one) => one[cost]), cycles).toFixed(2); // prettier-ignore
  const { model, iterations, weights = 'auto' } = load.workload;
  const what = iterations === 1 ? 'the latency of one iteration' : 'cycles per iteration';
  yield [
    `mapping: rank correlation with ${what}, ${model}`,
    `${load.side} x ${load.side} cores, links of ${load.flitBytes} bytes, weights "${weights}", ${seen.length} occupancies`,
  ];
  const spread = (100 * (Math.max(...cycles) - Math.min(...cycles))) / Math.min(...cycles);
  yield ['  slowest placement against the fastest', `+${spread.toFixed(2)} % cycles`];
  yield ['  topology edit distance', rank('editDistance')];
  yield ['  bytes x hops (edgeWeights "traffic")', rank('byteHops')];
  yield ['  messages or loads on busy links (edgeWeights "bottleneck")', rank('bottleneck')];
  const gain = (cycles: number): string => `${((100 * cycles) / equal - 100).toFixed(2)} %`;
  yield ['  cycles, traffic against equal weights', gain(traffic)];
  yield ['  cycles, bottleneck against equal weights', gain(bottleneck)];
}

function takenOf(share: number, random: () => number): number[] {
  const cores = Array.from({ length: 36 }, (_, i) => 1 + (i % 6) + 8 * Math.floor(i / 6));
  return cores.filter(() => random() < share);
}

interface Measured {
  readonly cycles: number;
  readonly editDistance: number;
  readonly byteHops: number;
  readonly bottleneck: number;
}

/** One tenant on what is left of the default chip. */
function measured(
  { flitBytes, side, workload }: Load,
  disabledTiles: readonly number[],
  tenant: Partial<TenantDocument>,
  kernel: WebAssembly.Module,
  mapper: Mapper,
): Measured | undefined {
  const asked = { name: 'A', topology: { width: side, height: side }, workload, ...tenant };
  const plan = buildPlan(
    resolve({ version: 1, chip: { disabledTiles: [...disabledTiles], flitBytes }, tenants: [asked] }),
    mapper,
  );
  if (!plan.ok) return undefined;
  const { chip, tenants } = plan.value;
  const [placed] = tenants;
  return {
    cycles: cyclesPerIterationOf(kernel, plan.value),
    editDistance: placed.editDistance,
    byteHops: byteHops(chip, placed),
    bottleneck: bottleneckCost(chip, chip.memoryTiles, transfersOf(placed)).of(placed.tiles),
  };
}

const byteHops = (mesh: Parameters<typeof hops>[0], tenant: TenantPlan): number =>
  transfersOf(tenant).messages.reduce(
    (sum, [u, v, bytes = 0]) => sum + bytes * hops(mesh, tenant.tiles[u], tenant.tiles[v]),
    0,
  );

/** Spearman's rank correlation; equal values share their mean rank. */
function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (x.length - 1) / 2;
  const sum = (p: readonly number[], q: readonly number[]): number =>
    p.reduce((total, value, i) => total + (value - mean) * (q[i] - mean), 0);
  return sum(x, y) / Math.sqrt(sum(x, x) * sum(y, y));
}

function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const same = values.filter((other) => other === value).length;
    return below + (same - 1) / 2;
  });
}
