/**
 * Virtual addresses of everything that programs keep in memory: the network's input and output and one tensor of parameters per
 * operator, output channel by output channel with each channel's bias behind its weights. A core's slice of channels is contiguous.
 */
import type { MemoryTensor } from '../model/plan.ts';
import { READ, WRITE } from '../model/vnpu.ts';
import { tensorOf, type Graph } from './graph.ts';

const FIRST_ADDRESS = 0x1_0000_0000;
const ALIGNMENT = 4096;

export interface MemoryMap {
  readonly tensors: readonly MemoryTensor[];
  readonly input: number;
  readonly output: number;
  /** Address of each operator's parameters. */
  readonly weights: ReadonlyMap<number, number>;
}

export function memoryMap(graph: Graph): MemoryMap {
  const tensors: MemoryTensor[] = [];
  let next = FIRST_ADDRESS;
  const add = (name: string, bytes: number, permission: number): number => {
    const virtualBase = next;
    tensors.push({ name, virtualBase, bytes, permission });
    next += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    return virtualBase;
  };
  const { input } = graph.workload;
  const output = tensorOf(graph, graph.layers.length - 1);
  const inputAt = add(input.name, input.rows * input.channels, READ);
  const weights = new Map<number, number>();
  graph.layers.forEach(({ name, weightElements, biasElements }, index) => {
    if (weightElements > 0) weights.set(index, add(`${name}.weight`, weightElements + biasElements, READ));
  });
  const outputAt = add(`${output.name}.output`, output.rows * output.channels, READ | WRITE);
  return { tensors, input: inputAt, output: outputAt, weights };
}
