/**
 * What all messages take, or all loads from memory, whichever is more, for each has a plane of its own. One takes as long as the bytes of
 * all on the busiest link of its way, at the rate of a link, and the way's hops. Mostly loads decide: bursts come from all interfaces and
 * meet on the links into a column, and the closer together cores lie, the more of them share one, which a sum over edges cannot say.
 * How well it ranks cycles beside the other costs: `npm run bench mapping`.
 * Leaves out when data are sent, stores, other tenants, and routes that are not x first.
 */
import type { Chip } from '../model/chip.ts';
import type { Transfers } from '../model/mapping.ts';
import { isConnected, LOCAL, neighbour, tileCount, xFirstPort } from '../model/mesh.ts';

/** Cycles from router to router, as a lone packet needs them. */
const HOP_CYCLES = 4;

/** Placements that are looked at on the way downhill: some tenths of a second. */
const MOST_TRIED = 20_000;

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
  const sent = messages.map(([, , bytes = 0]) => bytes);
  const busy = new Float64Array(LOCAL * tileCount(chip));
  const known: Way[] = [];
  const fromMemory = (tile: number): Way => (known[tile] ??= wayTo(chip, memoryTiles, tile));
  const cycles = (bytes: number, { hops }: Way): number =>
    bytes === 0 ? 0 : bytes / chip.flitBytes + HOP_CYCLES * hops;
  const alone = (bytes: number, way: Way): number => cycles(bytes * Math.max(0, ...way.parts), way);
  const together = (ways: readonly Way[], bytes: readonly number[]): number => {
    busy.fill(0);
    ways.forEach(({ links, parts }, i) => links.forEach((link, j) => (busy[link] += bytes[i] * parts[j])));
    const most = ({ links }: Way): number => links.reduce((all, link) => Math.max(all, busy[link]), 0);
    return sum(ways, (way, i) => (bytes[i] === 0 ? 0 : cycles(most(way), way)));
  };
  return {
    of: (tiles) => {
      const sending = messages.map(([from, to]) => wayTo(chip, [tiles[from]], tiles[to]));
      const loading = loads.map((_, vcore) => fromMemory(tiles[vcore]));
      return Math.round(Math.max(together(sending, sent), together(loading, loads)));
    },
    least: (free) => {
      const best = (bytes: number): number => Math.min(...free.map((tile) => alone(bytes, fromMemory(tile))));
      return Math.round(
        Math.max(
          sum(sent, (bytes) => alone(bytes, ONE_HOP)),
          sum(loads, best),
        ),
      );
    },
  };
}

/** Links to a tile, from one tile or from several in equal parts, each link with its part of the bytes. */
interface Way {
  readonly links: readonly number[];
  readonly parts: readonly number[];
  /** From the farthest. */
  readonly hops: number;
}

const ONE_HOP: Way = { links: [], parts: [1], hops: 1 };

/** X first; a link is known by the tile that it leaves and its port. */
function wayTo(chip: Chip, from: Tiles, to: number): Way {
  const parts = new Map<number, number>();
  let farthest = 0;
  for (const start of from) {
    let hops = 0;
    for (let tile = start; tile !== to; hops++) {
      const port = xFirstPort(chip, tile, to);
      const link = tile * LOCAL + port;
      parts.set(link, (parts.get(link) ?? 0) + 1 / from.length);
      tile = neighbour(chip, tile, port);
    }
    farthest = Math.max(farthest, hops);
  }
  return { links: [...parts.keys()], parts: [...parts.values()], hops: farthest };
}

const sum = <T>(items: readonly T[], of: (item: T, i: number) => number): number =>
  items.reduce((all, item, i) => all + of(item, i), 0);

/**
 * The best of some placements, and from there downhill: a core moves to a free tile or changes places with another, as long as that
 * costs less. The tiles hang together all the time.
 */
export function downhill(
  chip: Chip,
  free: Tiles,
  candidates: readonly Tiles[],
  cost: BottleneckCost['of'],
): Tiles | undefined {
  const whole = candidates.filter((tiles) => isConnected(chip, tiles));
  let [best] = whole.map((tiles) => ({ tiles, cost: cost(tiles) })).sort((a, b) => a.cost - b.cost);
  let left = MOST_TRIED;
  for (let improved = best !== undefined; improved;) {
    improved = false;
    for (const tiles of neighbours(best.tiles, free, tileCount(chip))) {
      if (left-- <= 0) return best.tiles;
      const next = cost(tiles);
      improved = next < best.cost && isConnected(chip, tiles);
      if (!improved) continue;
      best = { tiles, cost: next };
      break;
    }
  }
  return best?.tiles;
}

/** Every placement that differs by one core on another tile, or by two that have changed places. */
function* neighbours(tiles: Tiles, free: Tiles, count: number): Generator<Tiles> {
  const owner = new Int32Array(count).fill(-1);
  tiles.forEach((tile, vcore) => (owner[tile] = vcore));
  for (const [vcore, from] of tiles.entries()) {
    for (const to of free) {
      const other = owner[to];
      if (other === vcore || (other >= 0 && other < vcore)) continue;
      const after = [...tiles];
      after[vcore] = to;
      if (other >= 0) after[other] = from;
      yield after;
    }
  }
}
