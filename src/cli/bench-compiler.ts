/**
 * The bench of the compiler: how long every network of the zoo takes to compile, how even the stages are, how close the array comes to
 * what its formula allows, and what of a streamed transformer's time memory costs. Prints rows and asserts nothing; all but the times
 * is simulated and equal on every machine, over iterations after which as many follow as fill the pipeline.
 */
import { compileWorkload, type CompileOptions } from '../compiler/compile.ts';
import { bestDataflow } from '../compiler/cost.ts';
import { resolve } from '../experiment/parse.ts';
import type { TenantDocument } from '../experiment/schema.ts';
import { CAUSES, type Cause } from '../model/causes.ts';
import { resolveChip } from '../model/chip.ts';
import { MODELS, ZOO, type ModelEntry, type ModelName } from '../model/models.ts';
import type { Compilation, Plan } from '../model/plan.ts';
import { issueCycles } from '../model/vnpu.ts';
import { Machine } from '../engine/machine.ts';
import { buildPlan } from '../plan/build.ts';
import { imbalance } from '../report/model-view.ts';
import { LayerList } from '../workloads/layers.ts';
import { workloadFor } from '../workloads/zoo.ts';
import type { Workload } from '../model/workload.ts';

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
  yield* estimates(kernel);
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

/** Stages as estimated and as the machine keeps them busy, and how long an iteration is estimated to take and takes. */
function* balance(kernel: WebAssembly.Module): Generator<Row> {
  const cases = [
    ['resnet34', 6, 3],
    ['gpt2-small', 4, 3],
    ['gpt2-medium', 6, 4],
    ['gpt2-large', 6, 6],
  ] as const;
  for (const [model, width, height] of cases) {
    const cores = width * height;
    const iterations = 2 * cores + STEADY_ITERATIONS;
    const plan = planOf({ topology: { width, height }, workload: { model, iterations } });
    const [{ balance: stages, estimatedCycles }] = plan.tenants;
    const { cycles, busy } = steady(kernel, plan, cores);
    const slowest = (Math.max(...busy) * cores) / busy.reduce((sum, own) => sum + own, 0);
    const beside = `${whole(cycles)} cycles per iteration simulated, ${whole(estimatedCycles)} estimated`;
    yield [
      `slowest of the stages, ${model} on ${cores} cores`,
      `${times(slowest)} by array and vector unit, ${times(imbalance(stages, cores))} estimated; ${beside}`,
      '< 1.15',
    ];
  }
}

/** Small networks on many cores, where messages and instructions count as much as work: estimated and simulated. */
function* estimates(kernel: WebAssembly.Module): Generator<Row> {
  for (const model of ['resnet50', 'googlenet', 'mobilenet-v1', 'squeezenet', 'dlrm-small'] as const) {
    // the first core may be two iterations ahead of each that follows, and must not come to its end
    const iterations = 4 * CORES + STEADY_ITERATIONS;
    const plan = planOf({ topology: { width: 6, height: 6 }, workload: { model, iterations } });
    const [{ estimatedCycles, instructions, balance }] = plan.tenants;
    const { cycles } = steady(kernel, plan, CORES);
    const slowest = Math.max(...balance.map((stage) => stage.cycles));
    const why = `slowest core ${whole(slowest)}, its ${whole(instructions)} instructions ${whole(instructions * issueCycles(plan.chip, 'bus'))}`;
    yield [
      `cycles per iteration, ${model} on ${CORES} cores`,
      `${whole(cycles)} simulated, ${whole(estimatedCycles)} estimated: ${why}`,
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
      const { cycles } = steady(kernel, plan, cores);
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
  const iterations = 2 * cores + STEADY_ITERATIONS;
  const plan = planOf({ topology: { width: cores, height: 1 }, workload: { iterations } });
  const stages = list.layers.map(({ name }) => ({ first: name }));
  const compilation = compiled(workload, { ...standard(cores), iterations, stages });
  const ranges = compilation.tensors.map((tensor) => ({ ...tensor, physicalBase: tensor.virtualBase }));
  return { ...plan, tenants: [{ ...plan.tenants[0], ...compilation, ranges }] };
}

const MEMORY_CAUSES: readonly Cause[] = ['memory', 'translation', 'throttle'];
const BUSY_CAUSES: readonly Cause[] = ['compute', 'vector'];
const STEADY_ITERATIONS = 3;
/** Cycles between looks at the machine. */
const STEP = 2_000;

/** GPT-2 large, a block per core: cycles in which a core waited for memory, once the pipeline is full. */
function* overlap(kernel: WebAssembly.Module): Generator<Row> {
  for (const [weights, tokens] of [
    ['auto', TOKENS],
    ['stream', 4 * TOKENS],
  ] as const) {
    const iterations = 2 * CORES + STEADY_ITERATIONS;
    const workload = { model: 'gpt2-large', tokens, weights, iterations };
    const plan = planOf({ topology: { width: 6, height: 6 }, workload });
    const { cycles, busy, waited } = steady(kernel, plan, CORES);
    const share = waited.reduce((sum, own) => sum + own, 0) / (CORES * cycles);
    const how = weights === 'auto' ? 'weights resident' : 'weights streamed';
    const what = `memory stalls, gpt2-large on ${CORES} cores, ${tokens} tokens, ${how}`;
    const work = `array or vector unit at work in ${percent(Math.min(...busy) / cycles)} to ${percent(Math.max(...busy) / cycles)}`;
    yield [what, `${(100 * share).toFixed(2)} % of ${whole(cycles)} cycles per iteration; ${work}`, '< 2 %'];
  }
}

/** Per iteration once `filled` of them are done: cycles, and those that each core is busy and waits for memory. */
function steady(kernel: WebAssembly.Module, plan: Plan, filled: number) {
  const machine = Machine.create(kernel, plan);
  const at = (iteration: number) => {
    let snapshot = machine.snapshot();
    while (snapshot.tenants[0].iterationEnd.length < iteration && machine.outcome === 'running') {
      machine.run(STEP);
      snapshot = machine.snapshot();
    }
    const of = (counted: readonly Cause[]) =>
      snapshot.cores.map(({ causes }) => counted.reduce((sum, cause) => sum + causes[CAUSES.indexOf(cause)], 0));
    const { iterationEnd } = snapshot.tenants[0];
    return {
      end: iterationEnd[iteration - 1],
      cycle: snapshot.cycle,
      busy: of(BUSY_CAUSES),
      waited: of(MEMORY_CAUSES),
    };
  };
  const [first, last] = [at(filled), at(filled + STEADY_ITERATIONS)];
  const cycles = (last.end - first.end) / STEADY_ITERATIONS;
  const perIteration = (before: readonly number[], after: readonly number[]): number[] =>
    after.map((count, core) => ((count - before[core]) * cycles) / (last.cycle - first.cycle));
  return { cycles, busy: perIteration(first.busy, last.busy), waited: perIteration(first.waited, last.waited) };
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const times = (ratio: number): string => `${ratio.toFixed(3)} x the mean`;
