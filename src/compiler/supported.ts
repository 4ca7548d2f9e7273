/** Which operators this compiler can place. What it cannot is refused by name, never compiled into something else. */
import type { Layer, Workload } from '../model/workload.ts';

/** Most operators that a refusal names. */
const NAMED = 3;

/** Undefined if every operator can be placed, else a sentence that names those that cannot and why. */
export function unsupported({ layers, sideInputs = [] }: Workload): string | undefined {
  if (sideInputs.length > 0) return `it has ${sideInputs.length + 1} inputs; this build places networks of one`;
  if (layers.length === 0) return 'it has no operators';
  const problems = layers.flatMap((layer) => {
    const why = whyNot(layer);
    return why === undefined ? [] : [`${layer.name} (${layer.onnxType}): ${why}`];
  });
  if (problems.length === 0) return undefined;
  const rest = problems.length > NAMED ? `, and ${problems.length - NAMED} more` : '';
  return `the compiler cannot place every operator yet: ${problems.slice(0, NAMED).join('; ')}${rest}`;
}

function whyNot({ kind, gemms, group, inputs, reads, cache, tiedTo }: Layer): string | undefined {
  if (inputs.length === 0) return 'it reads no tensor';
  if (cache !== undefined) return 'it keeps state between iterations';
  if (tiedTo !== undefined) return "it shares another operator's parameters";
  switch (kind) {
    case 'conv':
      return group === 1 && gemms.length === 1 ? undefined : 'only convolutions of one group are';
    case 'matmul':
      if (reads.some((read) => read.kind !== 'rows')) return 'it reads its whole input at once';
      return gemms.length === 1 && gemms[0].repeat === 1 ? undefined : 'only single products are';
    case 'attention':
      return reads.length === 1 ? undefined : 'only attention whose queries, keys and values lie in one tensor is';
    case 'pool':
      return reads.every((read) => read.kind === 'window') ? undefined : 'it reads its whole input at once';
    case 'add':
    case 'activation':
    case 'layernorm':
      return undefined;
    default:
      return `operators of kind ${kind} are not available yet`;
  }
}
