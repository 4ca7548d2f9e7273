/**
 * The operator graph as the compiler sees it: tensors by the index of the operator that makes them (negative: the network's inputs),
 * who reads them, and units: an operator with the element-wise ones right behind it, which work on its output where it lies. What an
 * operator is called does not matter here, only what it reads and whether it has products.
 */
import { tensorBytes, type Layer, type Tensor, type Workload } from '../model/workload.ts';

export const NETWORK_INPUT = -1;

/** Operators `first`..`last`; all but the first are element-wise and read one of the unit. */
export interface Unit {
  readonly first: number;
  readonly last: number;
}

export interface Graph {
  readonly workload: Workload;
  readonly layers: readonly Layer[];
  /** Readers of each operator's output, ascending. */
  readonly readers: readonly (readonly number[])[];
  readonly units: readonly Unit[];
  /** Unit of each operator. */
  readonly unitOf: readonly number[];
}

export function graphOf(workload: Workload): Graph {
  const { layers } = workload;
  const readers: number[][] = layers.map(() => []);
  layers.forEach(({ inputs }, index) => new Set(inputs).forEach((input) => input >= 0 && readers[input].push(index)));
  const units: { first: number; last: number }[] = [];
  layers.forEach((layer, index) => {
    const unit = units.at(-1);
    if (unit !== undefined && isPointwise(layer) && follows(layers, unit.first, index)) unit.last = index;
    else units.push({ first: index, last: index });
  });
  const unitOf = units.flatMap(({ first, last }, unit) => new Array<number>(last - first + 1).fill(unit));
  return { workload, layers, readers, units, unitOf };
}

/** Does it work on a tensor of the unit, of the same shape as the unit's first? */
function follows(layers: readonly Layer[], first: number, index: number): boolean {
  const { inputs, output } = layers[index];
  const made = layers[first].output;
  return inputs.some((input) => input >= first) && output.rows === made.rows && output.channels === made.channels;
}

export const tensorOf = ({ workload }: Graph, tensor: number): Tensor =>
  tensor >= 0
    ? workload.layers[tensor].output
    : tensor === NETWORK_INPUT
      ? workload.input
      : workload.sideInputs![-2 - tensor].tensor;

/** Nobody reads it: it leaves through memory. */
export const isOutput = ({ readers }: Graph, tensor: number): boolean => tensor >= 0 && readers[tensor].length === 0;

/** Multiply-accumulates, which are never done twice. */
export const isHeavy = ({ gemms, vector }: Layer): boolean => gemms.length > 0 || vector.some(({ fn }) => fn === 'mac');

/** Works element by element and brings no parameters, so any slice of its output needs the same slice of its inputs and no more. */
export const isPointwise = ({ reads, gemms, weightElements, biasElements, cache }: Layer): boolean =>
  reads.length > 0 &&
  gemms.length === 0 &&
  weightElements + biasElements === 0 &&
  cache === undefined &&
  reads.every(({ kind }) => kind === 'element');

/** Operators of a unit that cannot be cut along an axis have one piece. */
export const rowPieces = ({ output, rowUnit }: Layer): number => Math.ceil(output.rows / rowUnit);
export const channelPieces = ({ output, channelUnit }: Layer): number => Math.ceil(output.channels / channelUnit);

/** Activation bytes alive while each unit works. */
export function liveBytes({ units, layers, readers }: Graph): Float64Array {
  const live = new Float64Array(units.length + 1);
  units.forEach(({ last }, unit) => {
    const { output } = layers[last];
    const bytes = tensorBytes(output);
    live[unit] += bytes;
    const end = readers[last].at(-1) ?? last;
    for (let later = unit + 1; later < units.length && units[later].first <= end; later++) live[later] += bytes;
  });
  return live;
}
