/**
 * Bytes that a compilation moves per iteration, counted from the operations of its cores. Unique: every parameter that an iteration
 * uses once, and every activation that leaves a core (between stages or to and from memory) once. Replicated: all that is moved again:
 * weights that several cores load or that are loaded for block after block, halos and inputs that several cores need, and tensors that
 * pass through a stage. Resident weights count once. What was spilled, and state kept between iterations, are counted apart.
 */
import type { Compilation } from '../model/plan.ts';
import { workloadUsedParameters } from '../model/workload.ts';
import { isOutput, tensorOf, type Graph } from './graph.ts';
import type { MemoryMap } from './memory-map.ts';
import { EMPTY, bytesOf, whole, type Rect } from './rect.ts';
import type { Schedule } from './schedule.ts';
import type { Share } from './split.ts';
import type { Transfer } from './transfers.ts';

type Kind = keyof Omit<MemoryMap, 'tensors'>;

export function trafficOf(
  graph: Graph,
  memory: MemoryMap,
  shares: readonly Share[],
  transfers: readonly Transfer[],
  schedules: readonly Schedule[],
): Compilation['traffic'] {
  const moved = bytesByKind(memory, schedules);
  const sent = transfers.reduce((sum, { bytes }) => sum + bytes, 0);
  const unique = uniqueBytes(graph, shares, transfers);
  const used = workloadUsedParameters(graph.workload);
  return {
    uniqueWeightBytes: used,
    replicatedWeightBytes: moved.parameters - used,
    uniqueActivationBytes: unique,
    replicatedActivationBytes: sent + moved.inputs + moved.outputs - unique,
    spilledBytes: moved.spills,
    stateBytes: moved.state,
  };
}

/** Bytes of all that leaves a core, is loaded or is stored, each counted once. */
function uniqueBytes(graph: Graph, shares: readonly Share[], transfers: readonly Transfer[]): number {
  const moved = new Map<number, Rect[]>();
  const add = (tensor: number, slice: Rect): unknown => moved.set(tensor, [...(moved.get(tensor) ?? []), slice]);
  for (const { tensor, slice } of transfers) add(tensor, slice);
  for (const { loads } of shares) loads.forEach((slice, tensor) => add(tensor, slice));
  graph.layers.forEach(({ output }, l) => isOutput(graph, l) && add(l, whole(output)));
  let bytes = 0;
  for (const [tensor, slices] of moved)
    bytes += bytesOf({ ...EMPTY, row1: unionArea(slices), channel1: 1 }, tensorOf(graph, tensor));
  return bytes;
}

/** Area that slices cover together. */
function unionArea(slices: readonly Rect[]): number {
  const channels = [...new Set(slices.flatMap(({ channel0, channel1 }) => [channel0, channel1]))].sort((a, b) => a - b);
  let covered = 0;
  channels.slice(1).forEach((channel1, i) => {
    const channel0 = channels[i];
    const rows = slices.filter((slice) => slice.channel0 <= channel0 && channel1 <= slice.channel1);
    let end = 0;
    for (const { row0, row1 } of rows.sort((a, b) => a.row0 - b.row0)) {
      covered += Math.max(0, row1 - Math.max(end, row0)) * (channel1 - channel0);
      end = Math.max(end, row1);
    }
  });
  return covered;
}

function bytesByKind(memory: MemoryMap, schedules: readonly Schedule[]): Record<Kind, number> {
  const kinds: Kind[] = ['inputs', 'outputs', 'parameters', 'state', 'spills'];
  const starts = kinds
    .flatMap((kind) => [...memory[kind].values()].map((address) => ({ kind, address })))
    .sort((a, b) => a.address - b.address);
  const kindOf = (address: number): Kind => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle].address <= address) low = middle;
      else high = middle - 1;
    }
    return starts[low].kind;
  };
  const moved: Record<Kind, number> = { inputs: 0, outputs: 0, parameters: 0, state: 0, spills: 0 };
  for (const { prologue, body } of schedules) {
    for (const { work } of [...prologue, ...body])
      if (work.kind === 'load' || work.kind === 'store') moved[kindOf(work.address)] += work.bytes;
  }
  return moved;
}
