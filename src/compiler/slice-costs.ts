/**
 * What slices of operators cost, remembered: the search for a partition asks for the same slices again and again, and most networks
 * repeat the same operators.
 */
import type { Chip } from '../model/chip.ts';
import type { Layer } from '../model/workload.ts';
import type { Rect } from './rect.ts';
import { arrayCycles, productsOf, streamedBytesOf, vectorCyclesOf } from './work.ts';

export interface SliceCost {
  /** Cycles of array and vector unit, one after the other. */
  readonly cycles: number;
  /** Parameters and kept state that come from memory. */
  readonly bytes: number;
}

export class SliceCosts {
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

  private anew(layer: Layer, slice: Rect): SliceCost {
    const cycles = arrayCycles(this.chip, productsOf(layer, slice)) + vectorCyclesOf(this.chip, layer, slice);
    return { cycles, bytes: streamedBytesOf(layer, slice) };
  }
}
