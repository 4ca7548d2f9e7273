/** Programs of every network of the zoo: nothing is lost or done twice, scratchpads hold what is read, and everything comes to its end. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileWorkload, type CompileOptions } from '../../src/compiler/compile.ts';
import { DEFAULT_ENTRY, galleryEntry } from '../../src/experiment/gallery.ts';
import { resolve } from '../../src/experiment/parse.ts';
import { resolveChip } from '../../src/model/chip.ts';
import { MODELS } from '../../src/model/models.ts';
import type { Compilation } from '../../src/model/plan.ts';
import type { Workload } from '../../src/model/workload.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { imbalance } from '../../src/report/model-view.ts';
import { importOnnx } from '../../src/workloads/onnx/import.ts';
import { readOnnx } from '../../src/workloads/onnx/read.ts';
import { workloadFor, type Request } from '../../src/workloads/zoo.ts';
import { checkCompilation } from '../support/conservation.ts';
import { sourceOf } from '../support/onnx-writer.ts';

const MiB = 1024 * 1024;
const TOKENS = 128;
/** Networks whose programs for small scratchpads are tens of thousands of instructions long. */
const IS_LARGE = /^(gpt2|bert|hunyuan|dlrm)/;

function network(model: string, tokens = TOKENS, more: Pick<Request, 'phase' | 'blocks'> = {}): Workload {
  const workload = workloadFor({ model, tokens, ...more });
  if (!workload.ok) throw new Error(workload.problems[0].message);
  return workload.value;
}

function compile(workload: Workload, options: Pick<CompileOptions, 'vcores'> & Partial<CompileOptions>): Compilation {
  const result = compileWorkload(workload, {
    chip: resolveChip({}),
    weights: 'auto',
    iterations: 2,
    memoryBytesPerCycle: 720,
    ...options,
  });
  if (!result.ok) throw new Error(result.problems[0].message);
  return result.value;
}

/** A refusal names the operator and sizes, or says that there are too many operators. */
const REFUSAL =
  /^\S+ needs [\d,]+ bytes at once.*scratchpad has|takes [\d,]+ tiles of weights|has [\d,]+ operators.*"blocks": 1/;

function checkOrRefuse(workload: Workload, vcores: number, options: Partial<CompileOptions>): void {
  const chip = options.chip ?? resolveChip({});
  const standard = { chip, weights: 'auto', iterations: 2, memoryBytesPerCycle: 720 } as const;
  const result = compileWorkload(workload, { ...standard, ...options, vcores });
  if (result.ok) checkCompilation(workload, result.value, chip);
  else expect(result.problems[0].message).toMatch(REFUSAL);
}

describe.each(MODELS)('%s', (model) => {
  const workload = network(model);

  test.each([1, 36])('resident where they fit, %i cores', (vcores) => checkOrRefuse(workload, vcores, {}));
});

describe.each(MODELS.filter((model) => !IS_LARGE.test(model)))('%s in small scratchpads', (model) => {
  const workload = network(model);

  test('streamed through scratchpads of 2 MiB, 16 cores', () =>
    checkOrRefuse(workload, 16, { chip: resolveChip({ scratchpadBytes: 2 * MiB }), weights: 'stream' }));

  test('all cores of the prototype chip, half a megabyte each', () =>
    checkOrRefuse(workload, 8, { chip: resolveChip({ preset: 'vnpu-fpga-8' }), memoryBytesPerCycle: 16 }));
});

describe.each([
  ['hunyuan-large', 1],
  ['hunyuan-turbos', 2],
  ['hunyuan-7b', 2],
  ['hunyuan-7b-prover', 2],
  ['gpt2-small', 0],
] as const)('%s, blocks: %i', (model, blocks) => {
  test.each([
    ['prefill', 12],
    ['decode', 12],
    ['decode', 36],
  ] as const)('%s on %i cores', (phase, vcores) => {
    const workload = network(model, TOKENS, { phase, blocks });
    checkCompilation(workload, compile(workload, { vcores }), resolveChip({}));
  });
});

/** Networks of ONNX files, with what their inputs measure. */
const FOLDER = 'tests/reference/onnx/';
const FILES = ['ppocr.json', 'macs.json'].flatMap(
  (list) =>
    JSON.parse(readFileSync(FOLDER + list, 'utf8')) as { file: string; inputs: Record<string, readonly number[]> }[],
);

async function fromFile(file: string, inputs: Record<string, readonly number[]>): Promise<Workload> {
  const graph = await readOnnx(sourceOf(new Uint8Array(readFileSync(FOLDER + file))));
  if (!graph.ok) throw new Error(graph.problems[0].message);
  const sizes = graph.value.inputs.flatMap(({ name, dims }) =>
    dims.flatMap((dim, axis) => (typeof dim === 'string' ? [[dim, inputs[name][axis]] as const] : [])),
  );
  const workload = importOnnx(graph.value, file, Object.fromEntries(sizes));
  if (!workload.ok) throw new Error(workload.problems[0].message);
  return workload.value;
}

describe.each(FILES)('$file', ({ file, inputs }) => {
  test.each([
    ['streamed through nine scratchpads of 1.5 MiB', 9, 1.5 * MiB, 'stream'],
    ['resident where they fit, 36 cores', 36, 30 * MiB, 'auto'],
  ] as const)('%s', async (_, vcores, scratchpadBytes, weights) => {
    const workload = await fromFile(file, inputs);
    const chip = resolveChip({ scratchpadBytes });
    checkCompilation(workload, compile(workload, { vcores, chip, weights }), chip);
  });
});

test('stages are named by their operators, without what all names of a file begin with', async () => {
  const { file, inputs } = FILES.find(({ file }) => file.includes('cls'))!;
  const names = compile(await fromFile(file, inputs), { vcores: 4 }).balance.map(({ label }) => label);
  expect(names[0]).toMatch(/^Conv\.0\.\.Conv\.\d+$/);
  expect(names[3]).toMatch(/^Conv\.\d+\.\.MatMul\.0$/);
});

test('the networks of today fit the simulated chip', () => {
  for (const model of ['resnet50', 'vgg19', 'gpt2-large', 'bert-base', 'hunyuan-7b', 'dlrm-small'])
    expect(compile(network(model), { vcores: 36 }).programs).toHaveLength(36);
});

describe('balance', () => {
  test('ResNet-34 on 18 cores: the slowest takes at most 1.15 times the mean', () => {
    expect(imbalance(compile(network('resnet34'), { vcores: 18 }).balance, 18)).toBeLessThan(1.15);
    const chip = resolveChip({ scratchpadBytes: 2 * MiB });
    expect(imbalance(compile(network('resnet34'), { vcores: 18, chip, weights: 'stream' }).balance, 18)).toBeLessThan(
      1.15,
    );
  });

  test.each([
    ['gpt2-small', 12],
    ['gpt2-medium', 24],
    ['gpt2-large', 36],
  ])('%s on a core per block', (model, blocks) => {
    expect(imbalance(compile(network(model, 256), { vcores: blocks }).balance, blocks)).toBeLessThan(1.15);
  });

  test('nine cores of each tenant of the default experiment', () => {
    const plan = buildPlan(resolve(galleryEntry(DEFAULT_ENTRY)!.document));
    if (!plan.ok) throw new Error(plan.problems[0].message);
    for (const { balance } of plan.value.tenants) expect(imbalance(balance, 9)).toBeLessThan(1.1);
  });
});

test('activations that do not fit go to memory and are counted apart', () => {
  const chip = resolveChip({ scratchpadBytes: 2 * MiB });
  for (const tokens of [512, 1024]) {
    const workload = network('gpt2-small', tokens);
    const compilation = compile(workload, { vcores: 12, chip, weights: 'stream', memoryBytesPerCycle: 360 });
    checkCompilation(workload, compilation, chip);
    expect(compilation.traffic.spilledBytes).toBeGreaterThan(0);
  }
  const roomy = compile(network('gpt2-small', 512), { vcores: 12 });
  expect(roomy.traffic.spilledBytes).toBe(0);
});
