/**
 * The operator graph as the compiler sees it: tensors by the index of the operator that makes them (-1 is the network's input),
 * who reads them last, and which operators are heavy (matrix products) or light (vector work only).
 */
import type { Layer, Tensor, Workload } from '../model/workload.ts';

export const NETWORK_INPUT = -1;

export interface Graph {
  readonly workload: Workload;
  readonly layers: readonly Layer[];
  /** Readers of each tensor, at index + 1. */
  readonly readers: readonly (readonly number[])[];
}

export function graphOf(workload: Workload): Graph {
  const readers: number[][] = [[], ...workload.layers.map(() => [])];
  workload.layers.forEach(({ inputs }, index) => inputs.forEach((input) => readers[input + 1].push(index)));
  return { workload, layers: workload.layers, readers };
}

export const tensorOf = ({ workload }: Graph, tensor: number): Tensor =>
  tensor === NETWORK_INPUT ? workload.input : workload.layers[tensor].output;

/** Last operator that reads a tensor; the number of operators for what nobody reads: it leaves through memory. */
export function lastUse({ layers, readers }: Graph, tensor: number): number {
  const list = readers[tensor + 1];
  return list.length === 0 ? layers.length : list[list.length - 1];
}

export const isHeavy = ({ gemms }: Layer): boolean => gemms.length > 0;

/** Works element by element, so any slice of its output needs the same slice of its inputs. */
export const isPointwise = ({ kind }: Layer): boolean => kind === 'activation' || kind === 'add';

/** Tensors made before operator `first` that it or a later one reads, in the order they are made. */
export function liveBefore(graph: Graph, first: number): number[] {
  const live: number[] = [];
  for (let tensor = NETWORK_INPUT; tensor < first; tensor++) if (lastUse(graph, tensor) >= first) live.push(tensor);
  return live;
}

/**
 * Operators at which a stage may begin. A pointwise operator stays with what it follows: cutting there would send a tensor for
 * nothing.
 */
export function stageStarts({ layers }: Graph): number[] {
  return layers.flatMap((layer, index) => (index === 0 || !isPointwise(layer) ? [index] : []));
}

/** Parameter bytes of one output channel: its weights and its bias. */
export const bytesPerChannel = ({ weightElements, biasElements, output }: Layer): number =>
  (weightElements + biasElements) / output.channels;
