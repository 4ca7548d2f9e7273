/**
 * Weight tiles. A layer whose weights are streamed is worked off in groups of output channels, each with all its K rows: a tile is
 * contiguous in memory (weights lie output channel by output channel) and no partial sum crosses tiles. Groups of whole array
 * columns cost no extra folds when weights or outputs are stationary; larger groups pay when inputs are, smaller ones are for
 * scratchpads that hold no more.
 */
import type { Layer } from '../model/workload.ts';
import { bestDataflow, type ArrayShape } from './cost.ts';
import { bytesPerChannel } from './graph.ts';

export interface Tiling {
  /** Output channels of a tile; the last may have fewer. */
  readonly channels: number;
  /** Bytes of the largest tile. */
  readonly bytes: number;
  /** Array cycles of the whole slice when it is cut so. */
  readonly cycles: number;
}

/** The ways to tile a slice of `rows` x `channels` outputs that are worth it: the more bytes, the fewer cycles. */
export function tilings(array: ArrayShape, layer: Layer, rows: number, channels: number): Tiling[] {
  const options = [...candidates(channels, array.arrayColumns)]
    .sort((a, b) => a - b)
    .map((size) => ({
      channels: size,
      bytes: size * bytesPerChannel(layer),
      cycles: tiledCycles(array, layer, rows, channels, size),
    }));
  const worth: Tiling[] = [];
  for (const option of options) {
    if (worth.length === 0 || option.cycles < worth[worth.length - 1].cycles) worth.push(option);
  }
  return worth;
}

function candidates(channels: number, columns: number): Set<number> {
  const sizes = new Set([channels]);
  for (let size = columns; size < channels; size += columns) sizes.add(size);
  for (let size = columns >> 1; size >= 1; size >>= 1) sizes.add(Math.min(size, channels));
  return sizes;
}

function tiledCycles(array: ArrayShape, layer: Layer, rows: number, channels: number, size: number): number {
  if (layer.gemms.length === 0) return 0;
  const { K } = layer.gemms[0];
  const rest = channels % size;
  const full = Math.floor(channels / size) * bestDataflow(array, rows, size, K).cycles;
  return rest === 0 ? full : full + bestDataflow(array, rows, rest, K).cycles;
}

/** The cheapest tiling whose tile fits in `bytes`, or undefined. */
export function pickTiling(options: readonly Tiling[], bytes: number): Tiling | undefined {
  let pick: Tiling | undefined;
  for (const option of options) if (option.bytes <= bytes) pick = option;
  return pick;
}
