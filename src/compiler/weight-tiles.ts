/**
 * The weight tiles of one core in the order of their use, with their addresses: the list behind a tiling. And how a transfer is cut for
 * a DMA engine that serves several at a time.
 */
import type { Chip } from '../model/chip.ts';
import type { Fit } from './fit.ts';
import { bytesPerChannel, type Graph } from './graph.ts';
import type { MemoryMap } from './memory-map.ts';
import { area, channelsOf } from './rect.ts';
import type { Share, StageShape } from './split.ts';

/** Smallest transfer that a load is cut into, and the most of them, when the DMA engine serves several at a time. */
const PIECE_BYTES = 8192;
const MOST_PIECES = 8;

/** Weights of one product (or of a layer norm): what is loaded and the channels that it makes. */
export interface WeightTile {
  readonly layer: number;
  readonly address: number;
  readonly bytes: number;
  /** Counted from the first channel of the core's slice. */
  readonly channels: readonly [number, number];
}

interface TiledJob {
  readonly graph: Graph;
  readonly memory: MemoryMap;
  readonly shape: StageShape;
  readonly share: Share;
  readonly fit: Fit;
}

/** Transfers that a load or store of so many bytes is cut into. */
export function piecesOf({ dmaStreams }: Pick<Chip, 'dmaStreams'>, bytes: number): number {
  return Math.max(1, Math.min(MOST_PIECES, dmaStreams, Math.floor(bytes / PIECE_BYTES)));
}

export const sumBytes = (tiles: readonly WeightTile[]): number => tiles.reduce((sum, { bytes }) => sum + bytes, 0);

/** The weight tiles of a core in the order of their use. */
export function tilesOf({ graph, memory, shape, share, fit }: TiledJob): WeightTile[] {
  const tiles: WeightTile[] = [];
  for (let l = shape.first; l <= shape.last; l++) {
    const tiling = fit.tilings.get(l);
    const slice = share.computes.get(l)!;
    if (tiling === undefined || area(slice) === 0) continue;
    const perChannel = bytesPerChannel(graph.layers[l]);
    const count = channelsOf(slice);
    for (let from = 0; from < count; from += tiling.channels) {
      const to = Math.min(count, from + tiling.channels);
      const address = memory.weights.get(l)! + (slice.channel0 + from) * perChannel;
      tiles.push({ layer: l, address, bytes: (to - from) * perChannel, channels: [from, to] });
    }
  }
  return tiles;
}
