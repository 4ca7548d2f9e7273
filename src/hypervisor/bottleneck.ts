/**
 * What messages cost the core that they cost most: for each of its messages, in and out, the bytes of all messages on the busiest link of
 * the way, at the rate of a link, and the way's hops. Two heavy messages on one link stop a pipeline more than a long way does, which a
 * sum over edges cannot say. How well it ranks cycles beside the other costs: `npm run bench mapping`.
 * Leaves out when messages are sent, memory traffic, other tenants, and routes that are not x first.
 */
import type { Chip } from '../model/chip.ts';
import type { Edge } from '../model/mapping.ts';
import { hops, isConnected, LOCAL, neighbour, tileCount, xFirstPort } from '../model/mesh.ts';

/** Cycles from router to router, as a lone packet needs them. */
const HOP_CYCLES = 4;

/** Placements that are looked at on the way downhill: some tenths of a second. */
const MOST_TRIED = 20_000;

type Tiles = readonly number[];

/**
 * Cycles per iteration.
 * @param tiles tile of each virtual core @param flows bytes per iteration from one to another
 */
export function messageCycles(chip: Chip, tiles: Tiles, flows: readonly Edge[]): number {
  const ways = flows.map(([from, to]) => linksBetween(chip, tiles[from], tiles[to]));
  const busiest = busiestLinks(ways, (i) => flows[i][2] ?? 0);
  return mostAtOneCore(tiles.length, flows, (i) => busiest[i] / chip.flitBytes + HOP_CYCLES * ways[i].length);
}

/**
 * What loads from memory cost, which messages do not meet (they come back on a plane of their own): for each core the bytes of all loads
 * on the busiest link of the ways to it, at the rate of a link, over all cores. Memory interleaves evenly over its interfaces, so cores
 * that lie in one column share the links into it, and the closer together they lie, the more of them do.
 * @param memoryTiles of the tenant's channels @param loads bytes per iteration to each core
 */
export function loadCycles(chip: Chip, tiles: Tiles, memoryTiles: Tiles, loads: readonly number[]): number {
  const { length } = memoryTiles;
  const ways = tiles.flatMap((tile) => memoryTiles.map((from) => linksBetween(chip, from, tile)));
  const busiest = busiestLinks(ways, (i) => loads[Math.floor(i / length)] / length);
  const most = tiles.map((_, core) => Math.max(0, ...busiest.slice(core * length, (core + 1) * length)));
  return most.reduce((sum, bytes, core) => sum + (loads[core] === 0 ? 0 : bytes / chip.flitBytes), 0);
}

/** Of each way: the bytes of all ways on the busiest of its links; `bytes`: of each way. */
function busiestLinks(ways: readonly (readonly number[])[], bytes: (way: number) => number): number[] {
  const loads = new Map<number, number>();
  ways.forEach((way, i) => way.forEach((link) => loads.set(link, (loads.get(link) ?? 0) + bytes(i))));
  return ways.map((way) => way.reduce((most, link) => Math.max(most, loads.get(link)!), 0));
}

/** No placement costs less: every message alone on its links, one hop long. */
export function leastMessageCycles(chip: Chip, cores: number, flows: readonly Edge[]): number {
  return mostAtOneCore(cores, flows, (i) => (flows[i][2] ?? 0) / chip.flitBytes + HOP_CYCLES);
}

/** Cycles of the core whose messages take longest, in and out; `cost`: cycles of each. */
function mostAtOneCore(cores: number, flows: readonly Edge[], cost: (flow: number) => number): number {
  const cycles = new Float64Array(cores);
  flows.forEach(([from, to], i) => {
    for (const end of [from, to]) cycles[end] += cost(i);
  });
  return Math.ceil(Math.max(0, ...cycles));
}

/** Links of the way x first, each by the tile that it leaves and its port. */
function linksBetween(chip: Chip, from: number, to: number): number[] {
  const links: number[] = [];
  for (let tile = from; tile !== to;) {
    const port = xFirstPort(chip, tile, to);
    links.push(tile * LOCAL + port);
    tile = neighbour(chip, tile, port);
  }
  return links;
}

/**
 * The best of some placements, and from there downhill: a core moves to a free tile or changes places with another, as long as that
 * brings the cycles down, or, at equal cycles, the bytes times hops. The tiles hang together all the time.
 */
export function leastBottleneck(
  chip: Chip,
  free: Tiles,
  candidates: readonly Tiles[],
  flows: readonly Edge[],
): Tiles | undefined {
  const score = (tiles: Tiles): Score => {
    const byteHops = flows.reduce((sum, [u, v, bytes = 0]) => sum + bytes * hops(chip, tiles[u], tiles[v]), 0);
    return [messageCycles(chip, tiles, flows), byteHops];
  };
  const whole = candidates.filter((tiles) => isConnected(chip, tiles));
  let [best] = whole.map((tiles) => ({ tiles, score: score(tiles) })).sort((a, b) => compare(a.score, b.score));
  let left = MOST_TRIED;
  for (let improved = best !== undefined; improved;) {
    improved = false;
    for (const tiles of neighbours(best.tiles, free, tileCount(chip))) {
      if (left-- <= 0) return best.tiles;
      const next = score(tiles);
      improved = compare(next, best.score) < 0 && isConnected(chip, tiles);
      if (!improved) continue;
      best = { tiles, score: next };
      break;
    }
  }
  return best?.tiles;
}

type Score = readonly [cycles: number, byteHops: number];
const compare = (a: Score, b: Score): number => a[0] - b[0] || a[1] - b[1];

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
