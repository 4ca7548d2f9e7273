/**
 * Weight tiles. A layer whose weights are streamed is worked off in groups of output channels, each with all its K rows: a tile is
 * contiguous in memory (weights lie output channel by output channel) and no partial sum crosses tiles. Groups of whole array
 * columns cost no extra folds when weights or outputs are stationary; larger groups pay when inputs are, smaller ones are for
 * scratchpads that hold no more. Only a handful of sizes is tried, so arrays of few columns do not make thousands of tiles.
 */
import type { Layer } from '../model/workload.ts';
import type { ArrayShape } from './cost.ts';
import { area, channelsOf, withChannels, type Rect } from './rect.ts';
import { arrayCycles, expertSlices, productsOf, streamedBytesOf } from './work.ts';

export interface Tiling {
  /** Output channels of a tile; the last may have fewer. */
  readonly channels: number;
  /** Bytes of the largest tile. */
  readonly bytes: number;
  /** Array cycles of the whole slice when it is cut so. */
  readonly cycles: number;
  /** A handful of tiles makes up the slice. */
  readonly isFew: boolean;
  /** One tile is the whole slice. */
  readonly isWhole: boolean;
}

/** Tiles of a slice are cut only so fine where larger ones fit. */
const MOST_TILES = 32;

/** The ways to tile slices, remembered by their shape. */
export class Tilings {
  private readonly array: ArrayShape;
  private readonly known = new Map<string, readonly Tiling[]>();

  constructor(array: ArrayShape) {
    this.array = array;
  }

  /** The ways to tile a slice that are worth it: the more bytes, the fewer instructions and the less or as many cycles. Never empty. */
  of(layer: Layer, slice: Rect): readonly Tiling[] {
    const { gemms, usedElements, weightElements, biasElements, cache, output, channelUnit } = layer;
    const products = gemms.map(({ M, N, K, repeat }) => `${M}x${N}x${K}x${repeat}`);
    const key = [
      ...[products, usedElements, weightElements + biasElements, cache?.readBytes, output.rows, output.channels],
      ...[channelUnit, slice.row0, slice.row1, channelsOf(slice)],
    ].join();
    let tilings = this.known.get(key);
    if (tilings === undefined) this.known.set(key, (tilings = worthwhile(this.array, layer, slice)));
    return tilings;
  }
}

function worthwhile(array: ArrayShape, layer: Layer, slice: Rect): Tiling[] {
  const worth: Tiling[] = [];
  for (const size of candidates(layer, channelsOf(slice), array.arrayColumns)) {
    const apart = expertSlices(layer, slice);
    const option = {
      channels: size,
      bytes: Math.max(...apart.map((rows) => streamedBytesOf(layer, { ...rows, channel1: slice.channel0 + size }))),
      cycles: apart.reduce((sum, rows) => sum + tiledCycles(array, layer, rows, size), 0),
    };
    const isFew = channelsOf(slice) <= size * MOST_TILES;
    const isWhole = size === channelsOf(slice);
    if (option.cycles <= (worth.at(-1)?.cycles ?? Infinity)) worth.push({ ...option, isFew, isWhole });
  }
  return worth;
}

/** Sizes of tiles in channels, ascending: a few multiples of the array's columns, and halves of them. */
function candidates({ channelUnit }: Layer, channels: number, columns: number): number[] {
  const sizes = new Set([channels]);
  const add = (size: number): unknown =>
    sizes.add(Math.min(channels, Math.max(1, Math.ceil(size / channelUnit)) * channelUnit));
  for (let size = columns; size < channels; size *= 2) {
    add(size);
    add(Math.ceil((1.5 * size) / columns) * columns);
  }
  for (let size = columns >> 1; size >= 1; size >>= 1) add(size);
  return [...sizes].filter((size) => size > 0).sort((a, b) => a - b);
}

function tiledCycles(array: ArrayShape, layer: Layer, slice: Rect, size: number): number {
  if (area(slice) === 0) return 0;
  const cycles = (from: number, to: number): number =>
    arrayCycles(array, productsOf(layer, withChannels(slice, from, to)));
  const { channel0, channel1 } = slice;
  const full = Math.floor((channel1 - channel0) / size);
  const rest = channel0 + full * size;
  return full * cycles(channel0, channel0 + size) + (rest < channel1 ? cycles(rest, channel1) : 0);
}

/** The smallest tiling that takes at most `tolerance` times the fewest cycles, of tiles of at least `least` bytes if there is one. */
export function smallestTiling(options: readonly Tiling[], least: number, tolerance = 1): Tiling {
  const fewest = options[options.length - 1].cycles;
  const fast = options.filter(({ cycles }) => cycles <= tolerance * fewest);
  return fast.find(({ bytes, isFew, isWhole }) => isWhole || (isFew && bytes >= least)) ?? fast[fast.length - 1];
}

/** The cheapest tiling whose tile fits in `bytes`, or undefined. */
export function pickTiling(options: readonly Tiling[], bytes: number, least: number): Tiling | undefined {
  const fitting = options.filter((option) => option.bytes <= bytes);
  return fitting.length === 0 ? undefined : smallestTiling(fitting, least);
}
