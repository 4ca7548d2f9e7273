/** The model zoo: from the name in a document to the operators of a network. */
import { MODELS, ZOO, type ModelName } from '../model/models.ts';
import type { WorkloadRequest } from '../model/experiment.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Workload } from '../model/workload.ts';
import { googlenet, squeezenet } from './branches.ts';
import { alexnet, mobilenet, vgg19 } from './classics.ts';
import { gpt2 } from './gpt2.ts';
import { resnet } from './resnet.ts';

/** Longest sequence of transformers, in tokens. */
export const MOST_TOKENS = 4096;

const isModel = (name: string): name is ModelName => Object.hasOwn(ZOO, name);

type Request = Pick<WorkloadRequest, 'model' | 'tokens'>;

const BUILDERS: Readonly<Record<ModelName, (request: Request) => Workload>> = {
  resnet18: () => resnet(18),
  resnet34: () => resnet(34),
  resnet50: () => resnet(50),
  alexnet,
  vgg19,
  googlenet,
  'mobilenet-v1': mobilenet,
  squeezenet,
  'gpt2-small': ({ tokens }) => gpt2('gpt2-small', tokens),
  'gpt2-medium': ({ tokens }) => gpt2('gpt2-medium', tokens),
  'gpt2-large': ({ tokens }) => gpt2('gpt2-large', tokens),
};

/** The network that a request names. Errors: a name that is not in the zoo; a sequence of no tokens or too many. */
export function workloadFor(request: Request): Result<Workload> {
  const { model, tokens } = request;
  if (!isModel(model)) return fail('model', `there is no model "${model}"; there are ${MODELS.join(', ')}`);
  if (ZOO[model].isSequence && (!Number.isInteger(tokens) || tokens < 1 || tokens > MOST_TOKENS)) {
    return fail('tokens', `${tokens} is not a whole number of tokens from 1 to ${MOST_TOKENS}`);
  }
  return ok(BUILDERS[model](request));
}
