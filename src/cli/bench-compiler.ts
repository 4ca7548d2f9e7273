/**
 * The bench of the compiler: how long every network of the zoo takes to compile, how even the stages are, how close the array comes to
 * what its formula allows, and what of a streamed transformer's time memory costs. Prints rows and asserts nothing; all but the times
 * is simulated and equal on every machine.
 */
import { compileWorkload, type CompileOptions } from '../compiler/compile.ts';
import { bestDataflow } from '../compiler/cost.ts';
import { resolve } from '../experiment/parse.ts';
import type { TenantDocument } from '../experiment/schema.ts';
import { CAUSES, type Cause } from '../model/causes.ts';
import { resolveChip } from '../model/chip.ts';
import { MODELS, ZOO, type ModelEntry, type ModelName } from '../model/models.ts';
import type { Compilation, Plan } from '../model/plan.ts';
import { Machine } from '../engine/machine.ts';
import { buildPlan } from '../plan/build.ts';
import { imbalance } from '../report/model-view.ts';
import { LayerList } from '../workloads/layers.ts';
import { workloadFor } from '../workloads/zoo.ts';
import type { Workload } from '../model/workload.ts';
import { cyclesPerIterationOf } from './measure.ts';

type Row = readonly [what: string, value: string, goal?: string];

const CORES = 36;
const TOKENS = 256;
const REPEATS = 5;
/** Blocks of networks that have more operators or parameters than the compiler takes whole. */
const BLOCKS: Partial<Record<ModelName, number>> = { 'hunyuan-large': 1, 'hunyuan-turbos': 2 };

/** All sections, one after the other. */
export function* compilerRows(kernel: WebAssembly.Module): Generator<Row> {
  yield* compileTimes();
  yield* balance(kernel);
  yield* arrayUtilization(kernel);
  yield* overlap(kernel);
}

const standard = (vcores: number): CompileOptions => ({
  ...{ vcores, iterations: 4, weights: 'auto', chip: resolveChip({}), memoryBytesPerCycle: 720 },
});

function network(model: ModelName, tokens = TOKENS, phase: 'prefill' | 'decode' = 'prefill'): Workload {
  const workload = workloadFor({ model, tokens, phase, blocks: BLOCKS[model] ?? 0 });
  if (!workload.ok) throw new Error(workload.problems[0].message);
  return workload.value;
}

function compiled(workload: Workload, options: CompileOptions): Compilation {
  const result = compileWorkload(workload, options);
  if (!result.ok) throw new Error(`${workload.name}: ${result.problems[0].message}`);
  return result.value;
}

/** Milliseconds by the clock: the first compilation of a network, and the best of a few. */
function timeOf(workload: Workload, options: CompileOptions): { first: number; best: number; result: Compilation } {
  const times: number[] = [];
  let result: Compilation | undefined;
  for (let i = 0; i < REPEATS; i++) {
    const began = performance.now();
    result = compiled(workload, options);
    times.push(performance.now() - began);
  }
  return { first: times[0], best: Math.min(...times), result: result! };
}

function* compileTimes(): Generator<Row> {
  const milliseconds = ({ first, best }: { first: number; best: number }): string =>
    `${best.toFixed(0)} ms (first ${first.toFixed(0)} ms)`;
  for (const model of MODELS) {
    const { options }: ModelEntry = ZOO[model];
    for (const phase of options.includes('phase') ? (['prefill', 'decode'] as const) : (['prefill'] as const)) {
      const time = timeOf(network(model, TOKENS, phase), standard(CORES));
      const blocks = BLOCKS[model] ? `, blocks: ${BLOCKS[model]}` : '';
      const { length } = time.result.balance;
      const even = `${length} stages, slowest ${imbalance(time.result.balance, CORES).toFixed(2)} x mean`;
      const what = `compile ${model}${options.includes('phase') ? ` ${phase}` : ''}${blocks}, ${CORES} cores`;
      yield [what, `${milliseconds(time)}; ${even}`, '< 200 ms'];
    }
  }
  yield ['compile resnet50, 256 cores', milliseconds(timeOf(network('resnet50'), standard(256))), '< 2,000 ms'];
}

const planOf = (tenant: Omit<TenantDocument, 'name'>): Plan => {
  const plan = buildPlan(resolve({ version: 1, tenants: [{ ...tenant, name: 'A' }] }));
  if (!plan.ok) throw new Error(plan.problems[0].message);
  return plan.value;
};

/** Stages as estimated, and what the machine then takes for an iteration beside the estimate. */
function* balance(kernel: WebAssembly.Module): Generator<Row> {
  const cases = [
    ['resnet34', 6, 3],
    ['gpt2-small', 4, 3],
    ['gpt2-medium', 6, 4],
    ['gpt2-large', 6, 6],
  ] as const;
  for (const [model, width, height] of cases) {
    const cores = width * height;
    const plan = planOf({ topology: { width, height }, workload: { model, iterations: cores + 8 } });
    const [{ balance: stages, estimatedCycles }] = plan.tenants;
    const cycles = cyclesPerIterationOf(kernel, plan);
    const beside = `${whole(cycles)} cycles per iteration simulated, ${whole(estimatedCycles)} estimated`;
    yield [
      `slowest of the stages, ${model} on ${cores} cores`,
      `${times(imbalance(stages, cores))}; ${beside}`,
      '< 1.15',
    ];
  }
}

/**
 * Equal products one behind the other, one per core, with their weights resident, simulated: how long an iteration takes against the
 * formula of the cheapest dataflow, so against an array that never waits. One product alone has its input and output on one DMA engine.
 */
function* arrayUtilization(kernel: WebAssembly.Module): Generator<Row> {
  for (const [M, side] of [
    [1024, 2048],
    [2048, 2048],
    [4096, 1024],
    [512, 4096],
  ]) {
    for (const cores of [4, 1]) {
      const plan = productsOn(cores, M, side);
      const cycles = cyclesPerIterationOf(kernel, plan);
      const { arrayRows, arrayColumns } = plan.chip;
      const tiles = Math.max(...plan.tenants[0].balance.map(({ matmul }) => matmul));
      const bound = bestDataflow({ arrayRows, arrayColumns }, M, side, side).cycles;
      const use = (M * side * side) / (arrayRows * arrayColumns * cycles);
      yield [
        `array at work, [${M}, ${side}] x [${side}, ${side}], ${cores === 1 ? 'alone' : `one on each of ${cores} cores`}`,
        `${percent(use)}: ${percent(bound / cycles)} of the systolic bound, its tiles alone ${percent(bound / tiles)}`,
        '> 95 % of the bound',
      ];
    }
  }
}

function productsOn(cores: number, M: number, side: number): Plan {
  const list = new LayerList({ height: M, width: 1, channels: side }, 'sequence');
  for (let i = 0, last = -1; i < cores; i++) last = list.linear(`product${i}`, last, side);
  const input = { name: 'input', rows: M, channels: side };
  const workload = { name: 'products', title: '', source: '', input, inputShape: [1, M, side], layers: list.layers };
  const iterations = cores + 6;
  const plan = planOf({ topology: { width: cores, height: 1 }, workload: { iterations } });
  const stages = list.layers.map(({ name }) => ({ first: name }));
  const compilation = compiled(workload, { ...standard(cores), iterations, stages });
  const ranges = compilation.tensors.map((tensor) => ({ ...tensor, physicalBase: tensor.virtualBase }));
  return { ...plan, tenants: [{ ...plan.tenants[0], ...compilation, ranges }] };
}

const MEMORY_CAUSES: readonly Cause[] = ['memory', 'translation', 'throttle'];
const STEADY_ITERATIONS = 3;

/** GPT-2 large, a block per core: cycles in which a core waited for memory, once the pipeline is full. */
function* overlap(kernel: WebAssembly.Module): Generator<Row> {
  for (const [weights, tokens] of [
    ['auto', TOKENS],
    ['stream', 4 * TOKENS],
  ] as const) {
    const iterations = CORES + STEADY_ITERATIONS + 1;
    const workload = { model: 'gpt2-large', tokens, weights, iterations };
    const plan = planOf({ topology: { width: 6, height: 6 }, workload });
    const { share, cycles } = memoryShare(kernel, plan, CORES, CORES + STEADY_ITERATIONS);
    const how = weights === 'auto' ? 'weights resident' : 'weights streamed';
    const what = `memory stalls, gpt2-large on ${CORES} cores, ${tokens} tokens, ${how}`;
    yield [what, `${(100 * share).toFixed(2)} % of ${whole(cycles)} cycles per iteration`, '< 2 %'];
  }
}

/** Part of all cycles, between the ends of two iterations, that cores spent waiting for memory. */
function memoryShare(kernel: WebAssembly.Module, plan: Plan, from: number, to: number) {
  const machine = Machine.create(kernel, plan);
  const at = (iteration: number) => {
    let snapshot = machine.snapshot();
    while (snapshot.tenants[0].iterationEnd.length < iteration && machine.outcome === 'running') {
      machine.run(20_000);
      snapshot = machine.snapshot();
    }
    const causes = snapshot.cores
      .filter(({ tenant }) => tenant === 0)
      .flatMap(({ causes: own }) => MEMORY_CAUSES.map((cause) => own[CAUSES.indexOf(cause)]));
    return { cycle: snapshot.cycle, waited: causes.reduce((sum, cycles) => sum + cycles, 0) };
  };
  const [start, end] = [at(from), at(to)];
  const cycles = end.cycle - start.cycle;
  return { share: (end.waited - start.waited) / (cycles * plan.tenants[0].tiles.length), cycles: cycles / (to - from) };
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const times = (ratio: number): string => `${ratio.toFixed(3)} x the mean`;
