/** `vnpu model NAME|onnx:FILE`: the operators of a network as ONNX names them, with shapes, multiply-accumulates and parameters. */
import { DEFAULT_TENANT } from '../experiment/defaults.ts';
import { MODELS, ONNX_PREFIX, ZOO, type ModelEntry } from '../model/models.ts';
import type { OpenSizes } from '../model/onnx.ts';
import type { Result } from '../model/problem.ts';
import {
  layerMacs,
  workloadActivationBytes,
  workloadCacheBytes,
  workloadMacs,
  workloadParameters,
  workloadUsedParameters,
  type Workload,
} from '../model/workload.ts';
import { MOST_BLOCKS, MOST_SEQUENCES } from '../experiment/schema.ts';
import { importOnnx } from '../workloads/onnx/import.ts';
import { MOST_TOKENS, workloadFor } from '../workloads/zoo.ts';
import { JSON_OPTION, wholeOption, type Command, type Options } from './command.ts';
import { EXIT, inputError, unknownWord, usageError, type Exit } from './exit.ts';
import { readOnnxFile } from './onnx-file.ts';
import { note, print, printJson } from './output.ts';
import { table } from './table.ts';

export const modelCommand: Command = {
  usage: 'model <name>',
  summary: "Print a model's operators; the name of one of the zoo, or onnx:FILE",
  options: [
    JSON_OPTION,
    ['--tokens <n>', 'sequence length of a transformer, or points of an implicit function'],
    ['--batch <n>', 'sequences of a language model'],
    ['--phase <name>', 'prefill or decode'],
    ['--blocks <n>', 'only the first blocks of a language model'],
    ['--sizes <list>', 'sizes that an ONNX file leaves open, e.g. batch=1,height=640'],
  ],
  run: async ([name], options) => {
    const workload = name.startsWith(ONNX_PREFIX) ? await imported(name, options) : fromZoo(name, options);
    if ('exit' in workload) return workload.exit;
    if (!workload.ok) return inputError(name, workload.problems);
    for (const assumption of workload.value.assumptions ?? []) note(`${name}: assumed for ${assumption}`);
    if (options.json) await printJson(modelJson(workload.value));
    else await print(modelText(workload.value));
    return EXIT.done;
  },
};

type Answer = Result<Workload> | { readonly exit: Exit };

function fromZoo(model: string, options: Options): Answer {
  if (!(MODELS as readonly string[]).includes(model)) return { exit: unknownWord('model', model, MODELS) };
  const tokens = wholeOption(options, 'tokens', 1, MOST_TOKENS);
  if ('exit' in tokens) return tokens;
  const batch = wholeOption(options, 'batch', 1, MOST_SEQUENCES);
  if ('exit' in batch) return batch;
  const blocks = wholeOption(options, 'blocks', 1, MOST_BLOCKS);
  if ('exit' in blocks) return blocks;
  const { workload: otherwise } = DEFAULT_TENANT;
  const phase = options.phase ?? otherwise.phase;
  if (phase !== 'prefill' && phase !== 'decode')
    return { exit: unknownWord('phase', String(phase), ['prefill', 'decode']) };
  return workloadFor({
    model,
    phase,
    tokens: tokens.value ?? otherwise.tokens,
    batch: batch.value ?? otherwise.batch,
    blocks: blocks.value ?? otherwise.blocks,
  });
}

async function imported(name: string, options: Options): Promise<Answer> {
  const sizes = sizesOption(options);
  if ('exit' in sizes) return sizes;
  const graph = await readOnnxFile(name.slice(ONNX_PREFIX.length));
  if (!graph.ok) return graph;
  const workload = importOnnx(graph.value, name, sizes.value);
  return workload.ok ? workload : { ...workload, problems: workload.problems.map(underOption) };
}

const underOption = <P extends { path: string }>(problem: P): P =>
  problem.path === 'sizes' ? { ...problem, path: '--sizes' } : problem;

/** `a=1,b=2` as numbers by name. */
function sizesOption(options: Options): { value: OpenSizes } | { exit: Exit } {
  const pairs = options.sizes === undefined ? [] : String(options.sizes).split(',');
  const sizes: Record<string, number> = {};
  for (const pair of pairs) {
    const [, name, size] = /^(.+)=([1-9]\d{0,6})$/.exec(pair) ?? [];
    if (name === undefined) {
      return { exit: usageError(`--sizes has ${JSON.stringify(pair)}; name=number is right, separated by commas`) };
    }
    sizes[name] = Number(size);
  }
  return { value: sizes };
}

/** Inputs and outputs by name with their shapes; a layer that no other reads is an output. */
export function modelJson(workload: Workload) {
  const { name, layers, input, inputShape, sideInputs = [] } = workload;
  const read = new Set(layers.flatMap(({ inputs }) => inputs));
  const unread = layers.filter((_, index) => !read.has(index));
  const outputs = workload.outputs ?? unread.map(({ output, outShape }) => ({ name: output.name, shape: outShape }));
  return {
    name,
    inputs: Object.fromEntries([
      [input.name, inputShape],
      ...sideInputs.map(({ tensor, shape }) => [tensor.name, shape]),
    ]),
    outputs: Object.fromEntries(outputs.map((output) => [output.name, output.shape])),
    macs: workloadMacs(workload),
    parameters: workloadParameters(workload),
    layers: layers.map((layer) => ({
      type: layer.onnxType,
      name: layer.name,
      outShape: layer.outShape,
      weightShape: layer.weightShape,
      group: layer.group,
      macs: layerMacs(layer),
    })),
  };
}

const count = (value: number): string => value.toLocaleString('en-US');

function modelText(workload: Workload): string {
  const { macs, parameters, layers } = modelJson(workload);
  const rows = layers.map(({ type, name, outShape, weightShape, macs: own }) => [
    name,
    type,
    outShape.join(' x '),
    weightShape.join(' x '),
    own,
  ]);
  const used = workloadUsedParameters(workload);
  const cache = workloadCacheBytes(workload);
  const facts = [
    `${count(macs)} MACs`,
    `${count(parameters)} parameters${used < parameters ? ` (${count(used)} used)` : ''}`,
    `${count(workloadActivationBytes(workload))} bytes of activations`,
    ...(cache > 0 ? [`${count(cache)} bytes of cache`] : []),
  ];
  const head = `${workload.title}: ${facts.join(', ')}\n${certaintyText(workload.name)}`;
  return head + table([['operator', 'type', 'output', 'weights', 'MACs'], ...rows]);
}

/** How sure the shapes are, where they come from, and what is assumed. */
function certaintyText(name: string): string {
  if (!Object.hasOwn(ZOO, name)) return '';
  const { certainty, source, note: remark }: ModelEntry = ZOO[name as keyof typeof ZOO];
  return `${certainty}: ${source}${remark === undefined ? '' : `; ${remark}`}\n`;
}
