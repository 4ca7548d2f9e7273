/** The model zoo: from the name in a document to the operators of a network. */
import { MODELS, type ModelName } from '../model/models.ts';
import type { WorkloadRequest } from '../model/experiment.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Workload } from '../model/workload.ts';
import { gpt2Small } from './gpt2.ts';
import { resnet18 } from './resnet18.ts';

/** Longest sequence of transformers, in tokens. */
export const MOST_TOKENS = 4096;

const isModel = (name: string): name is ModelName => (MODELS as readonly string[]).includes(name);

/** The network that a request names. Errors: a name that is not in the zoo; a sequence of no tokens or too many. */
export function workloadFor({ model, tokens }: Pick<WorkloadRequest, 'model' | 'tokens'>): Result<Workload> {
  if (!isModel(model)) return fail('model', `there is no model "${model}"; there are ${MODELS.join(', ')}`);
  if (model === 'resnet18') return ok(resnet18());
  if (!Number.isInteger(tokens) || tokens < 1 || tokens > MOST_TOKENS) {
    return fail('tokens', `${tokens} is not a whole number of tokens from 1 to ${MOST_TOKENS}`);
  }
  return ok(gpt2Small(tokens));
}
