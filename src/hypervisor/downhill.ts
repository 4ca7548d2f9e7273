/**
 * From a placement downhill: a core moves to a free tile or changes places with another, as long as that costs less.
 * Leaves out what takes two steps at once to reach.
 */
import { isConnected, type Mesh } from '../model/mesh.ts';

/** Placements that are looked at: a tenth of a second for 16 cores, one or two seconds for hundreds. */
const MOST_TRIED = 20_000;

type Tiles = readonly number[];

/**
 * Tiles that hang together, as the first ones do, and cost no more.
 * @param free tiles, the first ones among them @param cost of a placement, by the tile of each virtual core
 */
export function downhill(mesh: Mesh, free: Tiles, first: Tiles, cost: (tiles: Tiles) => number): Tiles {
  let best = { tiles: first, cost: cost(first) };
  let left = MOST_TRIED;
  for (let improved = true; improved;) {
    improved = false;
    for (const vcore of best.tiles.keys()) {
      for (const tile of free) {
        const tiles = moved(best.tiles, vcore, tile);
        if (tiles === undefined) continue;
        if (left-- <= 0) return best.tiles;
        const next = cost(tiles);
        if (next >= best.cost || !isConnected(mesh, tiles)) continue;
        best = { tiles, cost: next };
        improved = true;
      }
    }
  }
  return best.tiles;
}

/** A core on another tile; who is there takes its own, if that is a later core, so that each exchange comes up once. */
function moved(tiles: Tiles, vcore: number, tile: number): Tiles | undefined {
  const other = tiles.indexOf(tile);
  if (other >= 0 && other <= vcore) return undefined;
  const after = [...tiles];
  after[vcore] = tile;
  if (other >= 0) after[other] = tiles[vcore];
  return after;
}
