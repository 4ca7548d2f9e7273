/**
 * What a stage costs per iteration: array and vector cycles of its busiest core, the cycles in which its inputs arrive and its results
 * leave (a core works on one iteration after the other, so these add up), and the loading of streamed weights, which runs beside all
 * of that. Costs are remembered by what a stage looks like, so the equal blocks of a network are worked out once.
 */
import type { Chip } from '../model/chip.ts';
import type { Layer, Tensor } from '../model/workload.ts';
import { bestDataflow, coreBandwidth, linkCycles, vectorCycles } from './cost.ts';
import { fitCore, type Fit, type Misfit } from './fit.ts';
import { bytesPerChannel, lastUse, liveBefore, tensorOf, type Graph } from './graph.ts';
import { area, channelsOf, type Rect } from './rect.ts';
import { shareOut, type Share, type StageShape } from './split.ts';

export interface StageCost {
  /** Cycles between two iterations on the slowest core of the stage. */
  readonly cycles: number;
  /** Of which, on that core: array, vector unit, arrival of inputs and departure of results. */
  readonly matmul: number;
  readonly vector: number;
  readonly transfer: number;
  /** Cycles that its weights take to load at the bandwidth that one core can draw. */
  readonly load: number;
  /** Weight bytes that all cores of the stage load per iteration. */
  readonly loadBytes: number;
}

export interface CostRequest {
  readonly graph: Graph;
  readonly chip: Chip;
  readonly vcores: number;
  readonly weights: 'auto' | 'stream';
  readonly memoryBytesPerCycle: number;
  /** Cores from which a core may have to receive: sizes the landing slots that the estimate sets aside. */
  readonly peers: number;
}

/** Vector elements that `layer` works on for a slice of its output. */
export const vectorElements = (layer: Layer, work: { elements: number }, slice: Rect): number =>
  Math.ceil((work.elements * area(slice)) / (layer.output.rows * layer.output.channels));

export class StageCosts {
  private readonly request: CostRequest;
  private readonly bandwidth: number;
  private readonly known = new Map<string, StageCost | Misfit>();
  private readonly looks: readonly string[];
  /** Sum of the least cycles of all operators before each. */
  private readonly before: Float64Array;

  constructor(request: CostRequest) {
    this.request = request;
    const { graph, chip, memoryBytesPerCycle } = request;
    this.bandwidth = coreBandwidth(chip, memoryBytesPerCycle);
    this.looks = graph.layers.map((layer, index) => look(graph, layer, index));
    this.before = new Float64Array(graph.layers.length + 1);
    graph.layers.forEach((layer, index) => (this.before[index + 1] = this.before[index] + leastCycles(chip, layer)));
  }

  /** Array and vector cycles of a run of operators on one core, if nothing else took time. */
  leastCycles(first: number, last: number): number {
    return this.before[last + 1] - this.before[first];
  }

  /** The cost of a stage, or what it would need if it does not fit the scratchpads. */
  of(shape: StageShape): StageCost | Misfit {
    const key = this.keyOf(shape);
    let cost = this.known.get(key);
    if (cost === undefined) this.known.set(key, (cost = this.workOut(shape)));
    return 'layer' in cost ? { ...cost, layer: cost.layer + shape.first } : cost;
  }

  private keyOf({ first, last, cores, split }: StageShape): string {
    const { graph } = this.request;
    const end = last === graph.layers.length - 1;
    const passing = liveBefore(graph, first)
      .filter((tensor) => lastUse(graph, tensor) > last)
      .map((tensor) => sizeOf(tensorOf(graph, tensor)));
    return [cores, split, first === 0, end, passing.join('+'), ...this.looks.slice(first, last + 1)].join(';');
  }

  private workOut(shape: StageShape): StageCost | Misfit {
    const { graph, chip, weights, peers } = this.request;
    const landingBytes = shape.first === 0 ? 0 : peers * chip.channelSlots * chip.messageBytes;
    let slowest: StageCost | undefined;
    let loadBytes = 0;
    for (const share of shareOut(graph, chip, shape)) {
      const fit = fitCore({ graph, chip, shape, share, landingBytes, weights });
      if ('layer' in fit) return { ...fit, layer: fit.layer - shape.first };
      const cost = this.coreCost(shape, share, fit);
      loadBytes += cost.loadBytes;
      if (slowest === undefined || cost.cycles > slowest.cycles) slowest = cost;
    }
    return { ...slowest!, loadBytes };
  }

  private coreCost(shape: StageShape, share: Share, fit: Fit): StageCost {
    const { graph, chip } = this.request;
    const matmul = matmulCycles(chip, graph, share, fit);
    const vector = vectorTime(chip, graph, share);
    const received = shape.first === 0 ? 0 : sumArea(share.holds);
    const stored = shape.last === graph.layers.length - 1;
    const transfer = linkCycles(chip, received) + (stored ? 0 : linkCycles(chip, sumArea(share.passes)));
    const loadBytes = fit.resident ? 0 : fit.weightBytes;
    const load = loadBytes / this.bandwidth;
    const first = fit.resident || !stored ? 0 : firstTileBytes(shape, fit) / this.bandwidth;
    const busy = matmul + vector + transfer + vectorCycles(chip, 'copy', received);
    return {
      cycles: Math.ceil(Math.max(busy + first, load)),
      matmul,
      vector,
      transfer,
      load: Math.ceil(load),
      loadBytes,
    };
  }
}

/** A store ends an iteration in order behind its loads, so the first tile of the next iteration is loaded while nothing else runs. */
function firstTileBytes({ first, last }: StageShape, { tilings }: Fit): number {
  for (let l = first; l <= last; l++) if (tilings.has(l)) return tilings.get(l)!.bytes;
  return 0;
}

const sizeOf = ({ rows, channels }: Tensor): string => `${rows}x${channels}`;

/** Everything about an operator that its cost depends on, seen from itself. */
function look(graph: Graph, layer: Layer, index: number): string {
  const inputs = layer.inputs.map((input) => `${index - input}:${sizeOf(tensorOf(graph, input))}`);
  const readers = graph.readers[index + 1].map((reader) => reader - index);
  const { window, gemms } = layer;
  return [
    layer.kind,
    sizeOf(layer.output),
    bytesPerChannel(layer),
    inputs,
    readers,
    JSON.stringify({ window, gemms }),
  ].join(',');
}

function leastCycles(chip: Chip, { gemms, vector }: Layer): number {
  const array = gemms.reduce((sum, { M, N, K, repeat }) => sum + repeat * bestDataflow(chip, M, N, K).cycles, 0);
  return vector.reduce((sum, { fn, elements }) => sum + vectorCycles(chip, fn, elements), array);
}

function matmulCycles(chip: Chip, graph: Graph, { computes }: Share, fit: Fit): number {
  let cycles = 0;
  for (const [l, slice] of computes) {
    const { kind, gemms, output } = graph.layers[l];
    if (kind !== 'attention') cycles += fit.tilings.get(l)?.cycles ?? 0;
    else
      for (const { M, N, K, repeat } of gemms)
        cycles += ((repeat * channelsOf(slice)) / output.channels) * bestDataflow(chip, M, N, K).cycles;
  }
  return cycles;
}

function vectorTime(chip: Chip, graph: Graph, { computes }: Share): number {
  let cycles = 0;
  for (const [l, slice] of computes) {
    const layer = graph.layers[l];
    for (const work of layer.vector) cycles += vectorCycles(chip, work.fn, vectorElements(layer, work, slice));
  }
  return cycles;
}

const sumArea = (slices: ReadonlyMap<number, Rect>): number => {
  let sum = 0;
  for (const slice of slices.values()) sum += area(slice);
  return sum;
};
