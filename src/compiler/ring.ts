/**
 * The ring through which streamed weights pass. Every use of a tile in an iteration is known, so every tile has its place: one behind
 * the other, from the start again where the end is reached. A tile is loaded as soon as the tiles that lay there are used up. The tiles
 * of a run that works in blocks stay for all of its blocks if the ring holds them, else they are loaded for every block again.
 */
import type { Graph } from './graph.ts';
import type { Fit } from './fit.ts';
import type { MemoryMap } from './memory-map.ts';
import { blocksOf, type CoreWork } from './runs.ts';
import { withChannels, withRows, type Rect } from './rect.ts';
import { expertSlices, isStreamed, parametersOf, stateOf } from './work.ts';

export interface Transferred {
  readonly address: number;
  readonly bytes: number;
}

/** A tile as it is loaded. */
export interface TileLoad {
  readonly operator: number;
  readonly from: readonly Transferred[];
  readonly bytes: number;
  /** Place in the ring, or among the resident weights. */
  readonly offset: number;
  /** It may be loaded once so many uses of tiles are over. */
  readonly due: number;
  readonly firstUse: number;
}

/** One use of a tile: the slice that is made with it. */
export interface TileUse {
  readonly slice: Rect;
  readonly load: number;
}

export interface RingPlan {
  readonly loads: readonly TileLoad[];
  /** Uses of each run, block after block. */
  readonly uses: ReadonlyMap<number, readonly (readonly TileUse[])[]>;
}

interface Draft {
  operator: number;
  from: Transferred[];
  bytes: number;
  offset: number;
  due: number;
  firstUse: number;
  lastUse: number;
}

/** Where each tile lies and when it may be loaded. */
export function planRing(graph: Graph, memory: MemoryMap, work: CoreWork, fit: Fit): RingPlan {
  const loads: Draft[] = [];
  const uses = new Map<number, TileUse[][]>();
  let used = 0;
  work.runs.forEach((run, index) => {
    const layer = graph.layers[run.main];
    const tiling = fit.tilings.get(index);
    if (tiling === undefined || !isStreamed(layer)) return;
    const firstOfRun = loads.length;
    const kept = new Map<string, number>();
    const keep = fit.resident || staysForAllBlocks(index, fit, slicesFor(layer, run.slice, tiling.channels).length);
    const blocks = blocksOf(graph, run, fit.spills.blocks[index]);
    const ofBlocks = blocks.map((block) =>
      slicesFor(layer, block, tiling.channels).map((slice): TileUse => {
        const tile = keep ? widest(layer, run.slice, slice) : slice;
        const key = keep ? [tile.row0, tile.row1, tile.channel0, tile.channel1].join() : '';
        let load = keep ? kept.get(key) : undefined;
        if (load === undefined) {
          const from = transfers(memory, layer, run.main, tile);
          const bytes = from.reduce((sum, piece) => sum + piece.bytes, 0);
          load = loads.push({ operator: run.main, from, bytes, offset: 0, due: 0, firstUse: used, lastUse: used }) - 1;
          if (keep) kept.set(key, load);
        }
        loads[load].lastUse = used++;
        return { slice, load };
      }),
    );
    if (loads.length > firstOfRun) uses.set(index, ofBlocks);
  });
  place(loads, fit.resident ? Infinity : fit.weightBytes);
  return { loads, uses };
}

const staysForAllBlocks = (run: number, { spills, tilings, weightBytes }: Fit, tiles: number): boolean =>
  spills.blocks[run] > 1 && (tiles + 1) * tilings.get(run)!.bytes <= weightBytes;

/** Channel tiles of each expert in a slice. */
function slicesFor(layer: Graph['layers'][number], slice: Rect, channels: number): Rect[] {
  return expertSlices(layer, slice).flatMap((rows) => {
    const tiles: Rect[] = [];
    for (let from = rows.channel0; from < rows.channel1; from += channels)
      tiles.push(withChannels(rows, from, Math.min(rows.channel1, from + channels)));
    return tiles;
  });
}

/** All rows of a run that share the parameters of a tile. */
function widest(layer: Graph['layers'][number], run: Rect, tile: Rect): Rect {
  const rows = expertSlices(layer, run).find(({ row0, row1 }) => row0 <= tile.row0 && tile.row1 <= row1)!;
  return withRows(tile, rows.row0, rows.row1);
}

function transfers(memory: MemoryMap, layer: Graph['layers'][number], operator: number, slice: Rect): Transferred[] {
  const at = (base: number, { offset, bytes }: { offset: number; bytes: number }) => ({
    address: base + offset,
    bytes,
  });
  return [
    ...parametersOf(layer, slice).map((piece) => at(memory.parameters.get(operator)!, piece)),
    ...stateOf(layer, slice).map((piece) => at(memory.state.get(operator)!, piece)),
  ];
}

/** Places in turn; a tile is due when the last use of any tile that lay there before is over. */
function place(loads: Draft[], size: number): void {
  takePlaces(loads, size);
  let oldest = 0;
  loads.forEach((load, index) => {
    for (let before = oldest; before < index; before++) {
      const other = loads[before];
      const overlaps = other.offset < load.offset + load.bytes && load.offset < other.offset + other.bytes;
      if (overlaps) load.due = Math.max(load.due, other.lastUse + 1);
    }
    if (index > 0) load.due = Math.max(load.due, loads[index - 1].due);
    while (oldest < index && loads[oldest].lastUse < load.due) oldest++;
  });
}

/**
 * Places one behind the other, from the start again where the end is reached. Every iteration begins at the start, so the last round,
 * which seldom fills the ring, does not: there its tiles would hold up the first ones of the next iteration. It lies so that as many
 * bytes pass between its tiles and those before them in their places as between them and those of the next iteration.
 */
function takePlaces(loads: Draft[], size: number): void {
  let [next, first] = [0, 0];
  loads.forEach((load, index) => {
    if (next + load.bytes > size) [next, first] = [0, index];
    load.offset = next;
    next += load.bytes;
  });
  if (first === 0) return;
  const middle = (size - next) / 2;
  const before = loads.slice(0, first);
  const start = before[before.findLastIndex(({ offset }) => offset <= middle)].offset;
  for (const load of loads.slice(first)) load.offset += start;
}
