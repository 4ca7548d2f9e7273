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

/** Tiles below this size are cut only where larger ones do not fit: each costs an instruction and a round trip to memory. */
const WORTHWHILE_BYTES = 32 * 1024;

/** The ways to tile slices, remembered by their shape. */
export class Tilings {
  private readonly array: ArrayShape;
  private readonly known = new Map<string, readonly Tiling[]>();

  constructor(array: ArrayShape) {
    this.array = array;
  }

  /** The ways to tile a slice of `rows` x `channels` outputs that are worth it: the more bytes, the fewer cycles or instructions. */
  of(layer: Layer, rows: number, channels: number): readonly Tiling[] {
    const key = [layer.gemms[0]?.K, bytesPerChannel(layer), rows, channels].join();
    let tilings = this.known.get(key);
    if (tilings === undefined) this.known.set(key, (tilings = worthwhile(this.array, layer, rows, channels)));
    return tilings;
  }
}

function worthwhile(array: ArrayShape, layer: Layer, rows: number, channels: number): Tiling[] {
  const worth: Tiling[] = [];
  for (const size of candidates(layer, channels, array.arrayColumns)) {
    const option = {
      channels: size,
      bytes: size * bytesPerChannel(layer),
      cycles: tiledCycles(array, layer, rows, channels, size),
    };
    const last = worth.at(-1);
    const fewer = last !== undefined && last.bytes < WORTHWHILE_BYTES && option.cycles === last.cycles;
    if (last === undefined || option.cycles < last.cycles || fewer) worth.push(option);
  }
  return worth;
}

/** Sizes of tiles in channels, ascending. A layer norm uses its parameters in one piece. */
function candidates({ gemms }: Layer, channels: number, columns: number): number[] {
  if (gemms.length === 0) return [channels];
  const sizes = new Set([channels]);
  for (let size = columns; size < channels; size += columns) sizes.add(size);
  for (let size = columns >> 1; size >= 1; size >>= 1) sizes.add(Math.min(size, channels));
  return [...sizes].sort((a, b) => a - b);
}

function tiledCycles(array: ArrayShape, { gemms }: Layer, rows: number, channels: number, size: number): number {
  if (gemms.length === 0) return 0;
  const { K } = gemms[0];
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
