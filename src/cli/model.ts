/** `vnpu model NAME`: the operators of a network as ONNX names them, with shapes, multiply-accumulates and parameters. */
import { DEFAULT_TENANT } from '../experiment/defaults.ts';
import { MODELS } from '../model/models.ts';
import { layerMacs, workloadMacs, workloadParameters, type Workload } from '../model/workload.ts';
import { MOST_TOKENS, workloadFor } from '../workloads/zoo.ts';
import { JSON_OPTION, wholeOption, type Command } from './command.ts';
import { EXIT, inputError, notYet, unknownWord } from './exit.ts';
import { print, printJson } from './output.ts';
import { table } from './table.ts';

export const modelCommand: Command = {
  usage: 'model <name>',
  summary: "Print a model's operators",
  options: [JSON_OPTION, ['--tokens <n>', 'sequence length of a transformer']],
  run: async ([name], options) => {
    if (name.startsWith('onnx:')) return notYet('reading ONNX files');
    if (!(MODELS as readonly string[]).includes(name)) return unknownWord('model', name, MODELS);
    const tokens = wholeOption(options, 'tokens', 1, MOST_TOKENS);
    if ('exit' in tokens) return tokens.exit;
    const workload = workloadFor({ model: name, tokens: tokens.value ?? DEFAULT_TENANT.workload.tokens });
    if (!workload.ok) return inputError(name, workload.problems);
    if (options.json) await printJson(modelJson(workload.value));
    else await print(modelText(workload.value));
    return EXIT.done;
  },
};

/** Inputs and outputs by name with their shapes; a layer that no other reads is an output. */
export function modelJson(workload: Workload) {
  const { name, layers, input, inputShape } = workload;
  const read = new Set(layers.flatMap(({ inputs }) => inputs));
  const outputs = layers.filter((_, index) => !read.has(index));
  return {
    name,
    inputs: { [input.name]: inputShape },
    outputs: Object.fromEntries(outputs.map(({ output, outShape }) => [output.name, outShape])),
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

function modelText(workload: Workload): string {
  const { macs, parameters, layers } = modelJson(workload);
  const rows = layers.map(({ type, name, outShape, weightShape, macs: own }) => [
    name,
    type,
    outShape.join(' x '),
    weightShape.join(' x '),
    own,
  ]);
  const head = `${workload.title}: ${macs.toLocaleString('en-US')} MACs, ${parameters.toLocaleString('en-US')} parameters\n`;
  return head + table([['operator', 'type', 'output', 'weights', 'MACs'], ...rows]);
}
