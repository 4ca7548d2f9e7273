/**
 * What slices of operators cost, remembered: the search for a partition asks for the same slices again and again, and most networks
 * repeat the same operators.
 */
import type { Chip } from '../model/chip.ts';
import type { Layer } from '../model/workload.ts';
import { tensorOf, type Graph } from './graph.ts';
import { bytesOf, type Rect } from './rect.ts';
import { partOf, type Crossings, type StageShape } from './split.ts';
import { arrayCycles, productsOf, streamedBytesOf, vectorCyclesOf } from './work.ts';

export interface SliceCost {
  /** Cycles of array and vector unit, one after the other. */
  readonly cycles: number;
  /** Parameters and kept state that come from memory. */
  readonly bytes: number;
}

/** What one core of a split stage does: cycles by unit, bytes from memory, and bytes that it receives. */
export interface PartCost {
  readonly byUnit: readonly { readonly unit: number; readonly cycles: number }[];
  readonly bytes: number;
  readonly arriving: number;
}

/** Bytes of slices of tensors. */
export function sizeOf(graph: Graph, slices: ReadonlyMap<number, Rect>): number {
  let bytes = 0;
  for (const [tensor, slice] of slices) bytes += bytesOf(slice, tensorOf(graph, tensor));
  return bytes;
}

export class SliceCosts {
  private readonly parts = new Map<string, PartCost>();
  private readonly chip: Chip;
  private readonly layers: readonly Layer[];
  /** Costs by slice, of each operator; operators of equal work share theirs. */
  private readonly known: readonly Map<string, SliceCost>[];

  constructor(chip: Chip, layers: readonly Layer[]) {
    this.chip = chip;
    this.layers = layers;
    const byWork = new Map<string, Map<string, SliceCost>>();
    this.known = layers.map(({ gemms, vector, output, usedElements, weightElements, biasElements, cache }) => {
      const work = JSON.stringify([gemms, vector, output.rows, output.channels, usedElements, cache]);
      const key = `${work} ${weightElements + biasElements}`;
      const costs = byWork.get(key) ?? new Map<string, SliceCost>();
      byWork.set(key, costs);
      return costs;
    });
  }

  of(operator: number, slice: Rect): SliceCost {
    const key = `${slice.row0},${slice.row1},${slice.channel0},${slice.channel1}`;
    let cost = this.known[operator].get(key);
    if (cost === undefined) this.known[operator].set(key, (cost = this.anew(this.layers[operator], slice)));
    return cost;
  }

  /** One core of a stage that is split between two units. */
  ofPart(graph: Graph, shape: StageShape, crossings: Crossings, core: number): PartCost {
    const key = [shape.from.unit, shape.to.unit, shape.cores, shape.split, core].join();
    let part = this.parts.get(key);
    if (part === undefined) this.parts.set(key, (part = this.partAnew(graph, shape, crossings, core)));
    return part;
  }

  private partAnew(graph: Graph, shape: StageShape, crossings: Crossings, core: number): PartCost {
    const { computes, holds } = partOf(graph, this.chip, shape, crossings, core);
    const costs = [...computes].map(([l, slice]) => ({ unit: graph.unitOf[l], ...this.of(l, slice) }));
    const bytes = costs.reduce((sum, cost) => sum + cost.bytes, 0);
    return { byUnit: costs, bytes, arriving: sizeOf(graph, holds) };
  }

  private anew(layer: Layer, slice: Rect): SliceCost {
    const cycles = arrayCycles(this.chip, productsOf(layer, slice)) + vectorCyclesOf(this.chip, layer, slice);
    return { cycles, bytes: streamedBytesOf(layer, slice) };
  }
}
