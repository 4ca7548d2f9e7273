/**
 * Virtual addresses of everything that programs keep in memory: the network's inputs and outputs, one tensor of parameters per operator
 * (output channel by output channel with each channel's bias behind its weights; experts one after the other), state kept between
 * iterations, and what cores spill. A range table holds 256 entries, so a network of more operators keeps the parameters of
 * neighbouring operators in one tensor.
 */
import type { MemoryTensor } from '../model/plan.ts';
import { READ, WRITE } from '../model/vnpu.ts';
import { tensorBytes } from '../model/workload.ts';
import { NETWORK_INPUT, isOutput, tensorOf, type Graph } from './graph.ts';
import { parameterBytes } from './work.ts';

const FIRST_ADDRESS = 0x1_0000_0000;
const ALIGNMENT = 4096;
/** Most tensors of a tenant, and the largest (both of the range table). */
const MOST_TENSORS = 192;
const LARGEST = 2 ** 32 - ALIGNMENT;

export interface MemoryMap {
  readonly tensors: readonly MemoryTensor[];
  /** Addresses of inputs and outputs by tensor, of parameters and kept state by operator, of spills by virtual core. */
  readonly inputs: ReadonlyMap<number, number>;
  readonly outputs: ReadonlyMap<number, number>;
  readonly parameters: ReadonlyMap<number, number>;
  readonly state: ReadonlyMap<number, number>;
  readonly spills: ReadonlyMap<number, number>;
}

interface Wanted {
  readonly name: string;
  readonly bytes: number;
  readonly permission: number;
  /** Neighbours of one kind may share a tensor. */
  readonly kind: keyof Omit<MemoryMap, 'tensors'>;
  readonly key: number;
}

/** @param spilled bytes that each virtual core spills */
export function memoryMap(graph: Graph, spilled: ReadonlyMap<number, number>): MemoryMap {
  const wanted = wantedTensors(graph, spilled);
  const maps = { inputs: new Map(), outputs: new Map(), parameters: new Map(), state: new Map(), spills: new Map() };
  const tensors: MemoryTensor[] = [];
  const shared = Math.ceil(wanted.length / MOST_TENSORS);
  let next = FIRST_ADDRESS;
  let inLast = 0;
  let last: Wanted | undefined;
  for (const want of wanted) {
    const { name, bytes, permission, kind, key } = want;
    (maps[kind] as Map<number, number>).set(key, next);
    const tail = tensors.at(-1);
    const joins =
      tail !== undefined && last?.kind === kind && inLast < shared && next + bytes - tail.virtualBase < LARGEST;
    if (joins)
      tensors[tensors.length - 1] = { ...tail, name: joined(tail.name, name), bytes: next + bytes - tail.virtualBase };
    else tensors.push({ name, virtualBase: next, bytes, permission });
    inLast = joins ? inLast + 1 : 1;
    next += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    last = want;
  }
  for (const [l, { tiedTo }] of graph.layers.entries()) {
    if (tiedTo !== undefined) maps.parameters.set(l, maps.parameters.get(tiedTo));
  }
  shareState(graph, maps.state);
  return { tensors, ...maps };
}

const joined = (first: string, last: string): string => `${first.split(' .. ')[0]} .. ${last}`;

function wantedTensors(graph: Graph, spilled: ReadonlyMap<number, number>): Wanted[] {
  const { layers, workload } = graph;
  const wanted: Wanted[] = [];
  const add = (kind: Wanted['kind'], key: number, name: string, bytes: number, permission = READ): unknown =>
    bytes > 0 && wanted.push({ name, bytes, permission, kind, key });
  const sides = workload.sideInputs?.length ?? 0;
  for (let input = NETWORK_INPUT; input >= NETWORK_INPUT - sides; input--)
    add('inputs', input, tensorOf(graph, input).name, tensorBytes(tensorOf(graph, input)));
  layers.forEach((layer, l) => {
    if (layer.tiedTo === undefined) add('parameters', l, `${layer.name}.weight`, parameterBytes(layer));
  });
  layers.forEach(({ name, cache }, l) => add('state', l, `${name}.state`, cache?.heldBytes ?? 0, READ | WRITE));
  layers.forEach(({ output }, l) => {
    if (isOutput(graph, l)) add('outputs', l, `${output.name}.output`, tensorBytes(output), READ | WRITE);
  });
  for (const [vcore, bytes] of spilled) add('spills', vcore, `spills of core ${vcore}`, bytes, READ | WRITE);
  return wanted;
}

/** An operator that keeps no state of its own reads that of the one before it. */
function shareState({ layers }: Graph, state: Map<number, number>): void {
  let before: number | undefined;
  layers.forEach(({ cache }, l) => {
    if (cache === undefined) return;
    if (state.has(l)) before = state.get(l);
    else if (before !== undefined) state.set(l, before);
  });
}
