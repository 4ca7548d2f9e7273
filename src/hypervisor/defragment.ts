/**
 * Moves that would gather the free cores of a chip on which tenants have come and gone: of one tenant into free room, or, where that
 * does not help any more, of two at once, one of which takes room of the other. Leaves out placements that keep no requested
 * mesh, and moves of three.
 */
import type { Chip } from '../model/chip.ts';
import type { TenantRequest } from '../model/experiment.ts';
import { exact, largestFreeRectangle } from './policies.ts';
import { requestEdges, topologyEditDistance } from './topology.ts';

type Shaped = Pick<TenantRequest, 'topology'>;
type Tiles = readonly number[];

/** A tenant that would better lie elsewhere. */
export interface Move {
  readonly tenant: number;
  readonly tiles: Tiles;
  /** The tenant that must move at the same time; its own move is the next one or the one before. */
  readonly with?: number;
  /** Cores that get another tile: each needs its scratchpad filled and its tables written again. */
  readonly movedCores: number;
  readonly editDistanceBefore: number;
  readonly editDistanceAfter: number;
  /** Cores of the largest free rectangle, before and after all that happens at once. */
  readonly freeBefore: number;
  readonly freeAfter: number;
}

/** Pairs of places that are looked at for one exchange: some tenths of a second. */
const MOST_PAIRS = 10_000;

/**
 * Moves, one after the other, each of which (or each pair) enlarges the largest free rectangle most, at no higher edit distance; among
 * equals the one that moves the fewest cores. The tenants are taken to be there at the same time; those that are not movable stay.
 */
export function defragment(
  chip: Chip,
  requests: readonly Shaped[],
  placements: readonly { readonly tiles: Tiles }[],
  isMovable: (tenant: number) => boolean = () => true,
): Move[] {
  let present: readonly Tiles[] = placements.map(({ tiles }) => tiles);
  const moves: Move[] = [];
  const movable = requests.flatMap((_, tenant) => (isMovable(tenant) ? [tenant] : []));
  for (;;) {
    const state = { chip, requests, present };
    const after = bestOf(state, singles(state, movable)) ?? bestOf(state, exchanges(state, movable));
    if (after === undefined) return moves;
    moves.push(...movesTo(state, after));
    present = after;
  }
}

interface State {
  readonly chip: Chip;
  readonly requests: readonly Shaped[];
  /** Tiles of each tenant. */
  readonly present: readonly Tiles[];
}

/** Where all tenants lie after one of them has moved. */
function* singles(state: State, movable: readonly number[]): Generator<readonly Tiles[]> {
  for (const tenant of movable) yield* placesOf(state, tenant);
}

/** Where all lie after two have moved, the first of them onto tiles of the second. */
function* exchanges(state: State, movable: readonly number[]): Generator<readonly Tiles[]> {
  let left = MOST_PAIRS;
  for (const one of movable) {
    for (const other of movable) {
      if (one === other) continue;
      const away = state.present.map((tiles, tenant) => (tenant === other ? [] : tiles));
      for (const present of placesOf({ ...state, present: away }, one)) {
        if (!present[one].some((tile) => state.present[other].includes(tile))) continue;
        for (const both of placesOf({ ...state, present }, other)) {
          if (left-- === 0) return;
          yield both;
        }
      }
    }
  }
}

function bestOf(state: State, candidates: Iterable<readonly Tiles[]>): readonly Tiles[] | undefined {
  let best: readonly Tiles[] | undefined;
  let most = freeRectangle(state.chip, state.present);
  let fewest = Infinity;
  for (const after of candidates) {
    const free = freeRectangle(state.chip, after);
    const moved = state.present.reduce((sum, tiles, tenant) => sum + movedCores(tiles, after[tenant]), 0);
    if (free < most || (free === most && (best === undefined || moved >= fewest))) continue;
    [best, most, fewest] = [after, free, moved];
  }
  return best;
}

const movedCores = (before: Tiles, after: Tiles): number =>
  after.filter((tile, vcore) => tile !== before[vcore]).length;

function movesTo({ chip, requests, present }: State, after: readonly Tiles[]): Move[] {
  const movers = present.flatMap((tiles, tenant) => (movedCores(tiles, after[tenant]) > 0 ? [tenant] : []));
  const [freeBefore, freeAfter] = [freeRectangle(chip, present), freeRectangle(chip, after)];
  return movers.map((tenant, i) => {
    const distance = (tiles: Tiles): number =>
      topologyEditDistance(chip, tiles, requestEdges(requests[tenant].topology));
    return {
      tenant,
      tiles: after[tenant],
      ...(movers.length > 1 && { with: movers[1 - i] }),
      movedCores: movedCores(present[tenant], after[tenant]),
      editDistanceBefore: distance(present[tenant]),
      editDistanceAfter: distance(after[tenant]),
      freeBefore,
      freeAfter,
    };
  });
}

/** All tenants with one of them wherever its mesh fits as it is, upright or turned, if the others stay; its own tiles count as free. */
function* placesOf({ chip, requests, present }: State, tenant: number): Generator<readonly Tiles[]> {
  const taken = new Set(present.flatMap((tiles, i) => (i === tenant ? [] : tiles)));
  const seen = new Set<string>();
  for (const corner of chip.tiles.keys()) {
    const isFree = (tile: number): boolean =>
      tile >= corner && chip.tiles[tile] === 'core' && !taken.has(tile) && tile % chip.width >= corner % chip.width;
    const tiles = exact(chip, isFree, requests[tenant].topology);
    if (tiles === undefined || seen.has(tiles.join())) continue;
    seen.add(tiles.join());
    yield present.map((own, i) => (i === tenant ? tiles : own));
  }
}

/** Cores of the largest rectangle that nobody has. */
export function freeRectangle(chip: Chip, present: readonly Tiles[]): number {
  const taken = new Set(present.flat());
  const { width, height } = largestFreeRectangle(chip, (tile) => chip.tiles[tile] === 'core' && !taken.has(tile));
  return width * height;
}
