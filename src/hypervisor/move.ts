/**
 * What moving a virtual core, or a whole vNPU, to another tile would do: the tiles after it and what they cost, or the reason why
 * not, in words. Called for every move of a pointer, so it touches nothing but the one tenant and the tiles it lands on.
 */
import type { Chip } from '../model/chip.ts';
import { tileAt, tileX, tileY } from '../model/mesh.ts';
import type { Topology } from '../model/vnpu.ts';
import { placementCost, requestEdges, type PlacementCost } from './topology.ts';

/** A tenant where it is now. */
export interface PlacedTenant {
  readonly name: string;
  readonly topology: Topology;
  /** Tile of each virtual core. */
  readonly tiles: readonly number[];
  /** Why no hand may move it. */
  readonly fixed?: string;
}

/** What is held: one virtual core, or `all` of a tenant, taken at `tile`. */
export interface Grip {
  readonly tenant: number;
  readonly vcore: number | 'all';
  readonly tile: number;
}

interface Moved {
  /** Tiles of the tenant after the drop; where it is refused, those it has. */
  readonly tiles: readonly number[];
  /** Cost of the tenant's placement now and after the drop. */
  readonly before: PlacementCost;
  readonly after: PlacementCost;
}

export type MovePreview =
  | (Moved & {
      readonly ok: true;
      /** Own virtual core that changes places. */
      readonly swappedWith?: number;
      /** Where the search has fitted the whole vNPU in: the tile that what is held gets. */
      readonly snappedTo?: number;
    })
  | (Moved & { readonly ok: false; readonly reason: string });

/** Preview a drop of what is held onto a tile. `toTile` may be any number; outside the mesh is refused. */
export function previewMove(chip: Chip, placed: readonly PlacedTenant[], grip: Grip, toTile: number): MovePreview {
  const { tiles, topology, fixed } = placed[grip.tenant];
  const edges = requestEdges(topology);
  const before = placementCost(chip, tiles, edges);
  const refused = (reason: string): MovePreview => ({ ok: false, reason, tiles, before, after: before });
  if (fixed !== undefined) return refused(fixed);
  if (chip.tiles[toTile] === undefined) return refused('that is outside the mesh');
  const places = tiles.map((tile) => placeOf(chip, tile));
  const outcome: Outcome =
    grip.vcore === 'all'
      ? { tiles: shift(chip, places, placeOf(chip, grip.tile), toTile) }
      : moveOne(tiles, grip.vcore, toTile);
  for (const tile of outcome.tiles) {
    const reason = wrongTile(chip, placed, grip.tenant, tile);
    if (reason !== undefined) return refused(reason);
  }
  return { ok: true, ...outcome, before, after: placementCost(chip, outcome.tiles, edges) };
}

/** Preview the tenant on these tiles, one for each virtual core: an alternative that the search has found. */
export function previewTiles(
  chip: Chip,
  { tiles, topology }: PlacedTenant,
  grip: Pick<Grip, 'vcore' | 'tile'>,
  after: readonly number[],
): MovePreview {
  const edges = requestEdges(topology);
  const held = grip.vcore === 'all' ? tiles.indexOf(grip.tile) : grip.vcore;
  const before = placementCost(chip, tiles, edges);
  return { ok: true, tiles: after, before, after: placementCost(chip, after, edges), snappedTo: after[held] };
}

interface Outcome {
  readonly tiles: readonly number[];
  readonly swappedWith?: number;
}

function moveOne(tiles: readonly number[], vcore: number, toTile: number): Outcome {
  const other = tiles.indexOf(toTile);
  const after = [...tiles];
  after[vcore] = toTile;
  if (other < 0 || other === vcore) return { tiles: after };
  after[other] = tiles[vcore];
  return { tiles: after, swappedWith: other };
}

/** Every place shifted by the way from one place to `toTile`, as tiles; -1 for those that leave the mesh. */
function shift(chip: Chip, places: readonly Place[], from: Place, toTile: number): number[] {
  const dx = tileX(chip, toTile) - from.x;
  const dy = tileY(chip, toTile) - from.y;
  return places.map((place) => {
    const x = place.x + dx;
    const y = place.y + dy;
    return x >= 0 && y >= 0 && x < chip.width && y < chip.height ? tileAt(chip, x, y) : -1;
  });
}

interface Place {
  readonly x: number;
  readonly y: number;
}

const placeOf = (chip: Chip, tile: number): Place => ({ x: tileX(chip, tile), y: tileY(chip, tile) });

function wrongTile(chip: Chip, placed: readonly PlacedTenant[], tenant: number, tile: number): string | undefined {
  const kind = chip.tiles[tile];
  if (kind === undefined) return 'a core would leave the mesh';
  if (kind === 'memory') return `tile ${tile} is a memory interface`;
  if (kind === 'disabled') return `tile ${tile} is disabled`;
  const owner = placed.findIndex(({ tiles }, other) => other !== tenant && tiles.includes(tile));
  return owner < 0 ? undefined : `tile ${tile} belongs to ${placed[owner].name}`;
}
