/**
 * What a stage costs per iteration on its busiest core: array and vector work, the cycles in which inputs arrive and results leave (a
 * core works on one iteration after the other, so these add up), and streamed weights, which load beside all of that. Costs are remembered by what a stage looks like, so the equal blocks of a network are worked out once.
 */
import type { Chip } from '../model/chip.ts';
import type { Layer, Tensor } from '../model/workload.ts';
import { bestDataflow, coreBandwidth, linkCycles, vectorCycles } from './cost.ts';
import { fitCore, type Fit, type Misfit } from './fit.ts';
import { bytesPerChannel, lastUse, liveBefore, tensorOf, type Graph } from './graph.ts';
import { area, channelsOf, type Rect } from './rect.ts';
import { rhythm, type Beat } from './rhythm.ts';
import { shareOut, type Share, type StageShape } from './split.ts';
import { Tilings } from './tiles.ts';

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
  private readonly tilings: Tilings;
  private readonly looks: readonly string[];
  /** Sum of the least cycles of all operators before each. */
  private readonly before: Float64Array;

  constructor(request: CostRequest) {
    this.request = request;
    const { graph, chip, memoryBytesPerCycle } = request;
    this.bandwidth = coreBandwidth(chip, memoryBytesPerCycle);
    this.tilings = new Tilings(chip);
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
      const fit = fitCore({ graph, chip, shape, share, landingBytes, weights, tilings: this.tilings });
      if ('layer' in fit) return { ...fit, layer: fit.layer - shape.first };
      const cost = this.coreCost(shape, share, fit);
      loadBytes += cost.loadBytes;
      if (slowest === undefined || cost.cycles > slowest.cycles) slowest = cost;
    }
    return { ...slowest!, loadBytes };
  }

  private coreCost(shape: StageShape, share: Share, fit: Fit): StageCost {
    const { graph, chip } = this.request;
    const isLast = shape.last === graph.layers.length - 1;
    const received = shape.first === 0 ? 0 : sumArea(share.holds);
    const sent = isLast ? 0 : sumArea(share.passes);
    const arrival = linkCycles(chip, received) + vectorCycles(chip, 'copy', received);
    const departure = linkCycles(chip, sent);
    const { beats, matmul, vector } = this.beatsOf(shape, share, fit);
    const loadBytes = fit.resident ? 0 : fit.weightBytes;
    const loadsWait = isLast || sent > chip.engineQueue * chip.messageBytes;
    const cycles = rhythm(beats, { arrival, departure, loadsWait, bytesPerCycle: this.bandwidth });
    const load = Math.ceil(loadBytes / this.bandwidth);
    return { cycles, matmul, vector, transfer: arrival + departure, load, loadBytes };
  }

  /** The work of a core in order, cut at weight tiles. */
  private beatsOf(
    { first, last }: StageShape,
    { computes }: Share,
    fit: Fit,
  ): { beats: Beat[]; matmul: number; vector: number } {
    const { graph, chip } = this.request;
    const beats: Beat[] = [];
    let [matmul, vector] = [0, 0];
    for (let l = first; l <= last; l++) {
      const layer = graph.layers[l];
      const slice = computes.get(l)!;
      const tiling = fit.tilings.get(l);
      const array = layer.kind === 'attention' ? attentionCycles(chip, layer, slice) : (tiling?.cycles ?? 0);
      const elements = layer.vector.reduce(
        (sum, work) => sum + vectorCycles(chip, work.fn, vectorElements(layer, work, slice)),
        0,
      );
      const tiles = tiling === undefined ? 1 : Math.ceil(channelsOf(slice) / tiling.channels);
      const bytes = tiling === undefined || fit.resident ? 0 : (channelsOf(slice) * bytesPerChannel(layer)) / tiles;
      for (let tile = 0; tile < tiles; tile++) beats.push({ bytes, cycles: (array + elements) / tiles });
      matmul += array;
      vector += elements;
    }
    return { beats, matmul, vector };
  }
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

function attentionCycles(chip: Chip, { gemms, output }: Layer, slice: Rect): number {
  return gemms.reduce(
    (sum, { M, N, K, repeat }) =>
      sum + ((repeat * channelsOf(slice)) / output.channels) * bestDataflow(chip, M, N, K).cycles,
    0,
  );
}

const sumArea = (slices: ReadonlyMap<number, Rect>): number => {
  let sum = 0;
  for (const slice of slices.values()) sum += area(slice);
  return sum;
};
