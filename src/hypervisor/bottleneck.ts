/**
 * What all messages take, or all loads from memory, whichever is more, for each has a plane of its own. One takes as long as the bytes of
 * all on the busiest link of its way, at the rate of a link, and the way's hops. Mostly loads decide: bursts come from all interfaces and
 * meet on the links into a column, and the closer together cores lie, the more of them share one, which a sum over edges cannot say.
 * How well it ranks cycles beside the other costs: `npm run bench mapping`.
 * Leaves out when data are sent, stores, other tenants, and routes that are not x first.
 */
import type { Chip } from '../model/chip.ts';
import type { Edge, Transfers } from '../model/mapping.ts';
import { hops, LOCAL, neighbour, tileCount, tileX, tileY, xFirstPort, type Mesh } from '../model/mesh.ts';

/** Cycles from router to router, as a lone packet needs them. */
const HOP_CYCLES = 4;

type Tiles = readonly number[];

/** Cycles of one iteration. */
export interface BottleneckCost {
  /** @param tiles tile of each virtual core */
  readonly of: (tiles: Tiles) => number;
  /** No placement on free tiles costs less: every message alone and one hop long, every load alone and where it comes in best. */
  readonly least: (free: Tiles) => number;
}

/** @param memoryTiles interfaces that the tenant's loads come from, each in equal parts; none where loads do not cross the mesh */
export function bottleneckCost(chip: Chip, memoryTiles: Tiles, { messages, loads }: Transfers): BottleneckCost {
  const busiestOfMessages = messagesOn(chip, messages);
  const busiestOfLoads = loadsOn(chip, memoryTiles);
  const farthest = chip.tiles.map((_, tile) => Math.max(0, ...memoryTiles.map((from) => hops(chip, from, tile))));
  const cycles = (bytes: number, way: number): number => bytes / chip.flitBytes + HOP_CYCLES * way;
  return {
    of: (tiles) => {
      const [sent, loaded] = [busiestOfMessages(tiles), busiestOfLoads(tiles, loads)];
      const sending = sum(messages, ([from, to], i) => cycles(sent[i], hops(chip, tiles[from], tiles[to])));
      const loading = sum(loads, (bytes, v) => (bytes === 0 ? 0 : cycles(loaded[v], farthest[tiles[v]])));
      return Math.round(Math.max(sending, loading));
    },
    least: (free) => {
      const parts = free.map((tile) => busiestOfLoads([tile], [1])[0]);
      const best = (bytes: number): number =>
        Math.min(...free.map((tile, i) => cycles(bytes * parts[i], farthest[tile])));
      const sending = sum(messages, ([, , bytes = 0]) => cycles(bytes, 1));
      return Math.round(
        Math.max(
          sending,
          sum(loads, (bytes) => (bytes === 0 ? 0 : best(bytes))),
        ),
      );
    },
  };
}

const sum = <T>(items: readonly T[], of: (item: T, i: number) => number): number =>
  items.reduce((all, item, i) => all + of(item, i), 0);

const zeros = (count: number): number[] => new Array<number>(count).fill(0);

/** Of each message: the bytes of all on the busiest link of its way. */
function messagesOn(mesh: Mesh, messages: readonly Edge[]): (tiles: Tiles) => number[] {
  const busy = new Float64Array(LOCAL * tileCount(mesh));
  /** With so many bytes more on every link of the way. */
  const busiest = (from: number, to: number, bytes: number): number => {
    let most = 0;
    for (let tile = from; tile !== to;) {
      const port = xFirstPort(mesh, tile, to);
      most = Math.max(most, (busy[tile * LOCAL + port] += bytes));
      tile = neighbour(mesh, tile, port);
    }
    return most;
  };
  return (tiles) => {
    busy.fill(0);
    for (const [from, to, bytes = 0] of messages) busiest(tiles[from], tiles[to], bytes);
    return messages.map(([from, to]) => busiest(tiles[from], tiles[to], 0));
  };
}

/**
 * Of each core: the bytes of all loads on the busiest link of the ways to it, which lead along the row of each interface and then along
 * the core's column. Looked at line by line and not way by way, since ways are many: interfaces times cores.
 */
function loadsOn(mesh: Mesh, memoryTiles: Tiles): (tiles: Tiles, loads: readonly number[]) => number[] {
  const [columns, rows] = [() => zeros(mesh.width), () => zeros(mesh.height)];
  const fromRow = rows();
  const inRow = fromRow.map(columns);
  for (const tile of memoryTiles) {
    fromRow[tileY(mesh, tile)] += 1 / memoryTiles.length;
    inRow[tileY(mesh, tile)][tileX(mesh, tile)] += 1 / memoryTiles.length;
  }
  const unlike = [...new Map(inRow.map((parts) => [parts.join(), parts])).values()];
  return (tiles, loads) => {
    const toColumn = columns();
    const inColumn = toColumn.map(rows);
    loads.forEach((bytes, v) => {
      toColumn[tileX(mesh, tiles[v])] += bytes;
      inColumn[tileX(mesh, tiles[v])][tileY(mesh, tiles[v])] += bytes;
    });
    const along = unlike.map((parts) => alongLine(parts, toColumn));
    const across = toColumn.map((_, x) => along.reduce((most, row) => Math.max(most, row[x]), 0));
    const upAndDown = inColumn.map((bytes) => alongLine(fromRow, bytes));
    return loads.map((_, v) => {
      const [x, y] = [tileX(mesh, tiles[v]), tileY(mesh, tiles[v])];
      return Math.max(across[x], upAndDown[x][y]);
    });
  };
}

/**
 * Of each place on a line: the bytes on the busiest link of the ways that lead there, from either side.
 * @param parts of everything that is sent, by the place that sends it @param bytes to each place
 */
function alongLine(parts: readonly number[], bytes: readonly number[]): number[] {
  const most = zeros(parts.length);
  const total = sum(bytes, (own) => own);
  for (const step of [1, -1]) {
    let sent = 0;
    let left = total;
    let busiest = 0;
    for (let i = step > 0 ? 0 : parts.length - 1; i >= 0 && i < parts.length; i += step) {
      most[i] = Math.max(most[i], busiest);
      sent += parts[i];
      left -= bytes[i];
      busiest = Math.max(busiest, sent * left);
    }
  }
  return most;
}
