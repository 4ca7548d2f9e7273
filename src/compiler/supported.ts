/** Which operators this compiler can place. What it cannot is refused by name, never compiled into something else. */
import type { Layer, Workload } from '../model/workload.ts';

/** Most operators that a refusal names. */
const NAMED = 3;
/** Larger networks would keep the search for a partition busy for minutes. */
const MOST_LAYERS = 2000;

/** Undefined if every operator can be placed, else a sentence that names those that cannot and why. */
export function unsupported({ layers, sideInputs = [] }: Workload): string | undefined {
  if (sideInputs.length > 0) return `it has ${sideInputs.length + 1} inputs; this build places networks of one`;
  if (layers.length === 0) return 'it has no operators';
  if (layers.length > MOST_LAYERS) return `it has ${layers.length} operators; this build places at most ${MOST_LAYERS}`;
  const read = new Set(layers.flatMap(({ inputs }) => inputs));
  const outputs = layers.filter((_, index) => !read.has(index));
  if (outputs.length > 1) {
    return `it has ${outputs.length} outputs, ${outputs[0].name} among them; this build places networks of one`;
  }
  const problems = layers.flatMap((layer) => {
    const why = whyNot(layer);
    return why === undefined ? [] : [`${layer.name} (${layer.onnxType}): ${why}`];
  });
  if (problems.length === 0) return undefined;
  const rest = problems.length > NAMED ? `, and ${problems.length - NAMED} more` : '';
  return `the compiler cannot place every operator yet: ${problems.slice(0, NAMED).join('; ')}${rest}`;
}

function whyNot({ kind, gemms, group, inputs, reads, cache, tiedTo, output, rowUnit }: Layer): string | undefined {
  if (inputs.length === 0) return 'it reads no tensor';
  if (cache !== undefined) return 'it keeps state between iterations';
  if (tiedTo !== undefined) return "it shares another operator's parameters";
  switch (kind) {
    case 'conv':
      if (reads.some((read) => read.kind !== 'window')) return 'it reads its whole input at once';
      return group === 1 && gemms.length === 1 && gemms[0].M === output.rows
        ? undefined
        : 'only plain convolutions of one group are';
    case 'matmul':
      if (reads.some((read) => read.kind !== 'rows')) return 'it reads its whole input at once';
      return gemms.length === 1 && gemms[0].repeat === 1 ? undefined : 'only single products are';
    case 'attention':
      if (reads.length !== 1) return 'only attention whose queries, keys and values lie in one tensor is';
      return rowUnit === output.rows && gemms.length === 2 ? undefined : 'only attention within one sequence is';
    case 'pool':
      return reads.every((read) => read.kind === 'window') ? undefined : 'it reads its whole input at once';
    case 'add':
    case 'activation':
      return reads.every((read) => read.kind === 'element') ? undefined : 'its operands have different shapes';
    case 'layernorm':
      return reads.every((read) => read.kind === 'rows') ? undefined : 'only norms over whole rows are';
    default:
      return `operators of kind ${kind} are not available yet`;
  }
}
