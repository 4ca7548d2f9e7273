/** The model zoo: from what a document asks for to the operators of a network. */
import { MODELS, ONNX_PREFIX, ZOO, type ModelEntry, type ModelName } from '../model/models.ts';
import type { WorkloadRequest } from '../model/experiment.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import type { Workload } from '../model/workload.ts';
import { bertBase } from './bert.ts';
import { googlenet, squeezenet } from './branches.ts';
import { alexnet, mobilenet, vgg19 } from './classics.ts';
import { dlrmSmall } from './dlrm.ts';
import { gpt2 } from './gpt2.ts';
import { hunyuan } from './hunyuan.ts';
import { importOnnx } from './onnx/import.ts';
import { resnet } from './resnet.ts';
import { keypoints, sketchDepth, sketchImplicit } from './sketch.ts';

/** Longest sequence of transformers, in tokens. */
export const MOST_TOKENS = 4096;

const isModel = (name: string): name is ModelName => Object.hasOwn(ZOO, name);

/** What of a document's workload decides the network; what is left out is as in a document. */
export type Request = Pick<WorkloadRequest, 'model' | 'imported' | 'tokens'> &
  Partial<Pick<WorkloadRequest, 'batch' | 'phase' | 'blocks'>>;
type Whole = Required<Omit<Request, 'imported'>>;

const BUILDERS: Readonly<Record<ModelName, (request: Whole) => Workload>> = {
  resnet18: () => resnet(18),
  resnet34: () => resnet(34),
  resnet50: () => resnet(50),
  alexnet,
  vgg19,
  googlenet,
  'mobilenet-v1': mobilenet,
  squeezenet,
  'gpt2-small': (request) => gpt2('gpt2-small', request),
  'gpt2-medium': (request) => gpt2('gpt2-medium', request),
  'gpt2-large': (request) => gpt2('gpt2-large', request),
  'bert-base': bertBase,
  'hunyuan-large': (request) => hunyuan('hunyuan-large', request),
  'hunyuan-turbos': (request) => hunyuan('hunyuan-turbos', request),
  'hunyuan-7b': (request) => hunyuan('hunyuan-7b', request),
  'hunyuan-7b-prover': (request) => hunyuan('hunyuan-7b-prover', request),
  'dlrm-small': ({ batch }) => dlrmSmall(batch),
  'sketch-depth': sketchDepth,
  'sketch-implicit': ({ tokens }) => sketchImplicit(tokens),
  'sdf-keypoints': ({ tokens }) => keypoints(tokens),
};

/**
 * The network that a request names. Errors: a name that is not in the zoo; a sequence of no tokens or too many; an option that means
 * nothing to the model; what is wrong with an imported network.
 */
export function workloadFor(request: Request): Result<Workload> {
  const { model, imported } = request;
  if (model.startsWith(ONNX_PREFIX)) {
    if (imported === undefined) return fail('operators', 'the operators of the imported network are missing');
    return importOnnx(imported.graph, model, imported.sizes);
  }
  if (!isModel(model)) return fail('model', `there is no model "${model}"; there are ${MODELS.join(', ')}`);
  const { tokens, batch = 1, phase = 'prefill', blocks = 0 } = request;
  const whole = { model, tokens, batch, phase, blocks };
  const problem = wrongOption(ZOO[model], whole);
  return problem === undefined ? ok(BUILDERS[model](whole)) : { ok: false, problems: [problem] };
}

/** What a model cannot be asked for. Tokens are left alone: every document has them, and images have none. */
function wrongOption({ title, options }: ModelEntry, { tokens, batch, phase, blocks }: Whole): Problem | undefined {
  const takes = (option: (typeof options)[number]): boolean => options.includes(option);
  if (takes('tokens') && (!Number.isInteger(tokens) || tokens < 1 || tokens > MOST_TOKENS)) {
    return { path: 'tokens', message: `${tokens} is not a whole number of tokens from 1 to ${MOST_TOKENS}` };
  }
  if (!takes('batch') && batch !== 1) {
    return { path: 'batch', message: `${title} takes one input at a time; give it more iterations instead` };
  }
  if (!takes('phase') && phase !== 'prefill') {
    return { path: 'phase', message: `${title} has no tokens to add one by one; leave "phase" out` };
  }
  if (!takes('blocks') && blocks !== 0) {
    return { path: 'blocks', message: `${title} is not cut into blocks; leave "blocks" out` };
  }
  return undefined;
}
