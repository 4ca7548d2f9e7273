/**
 * Which tiles each tenant gets: placements by hand first, then the mapping policies in tenant order; or why someone does not fit.
 * Tenants that are never there at the same time may get the same tiles.
 * Leaves out: moving tenants that are there already to make room for one more.
 */
import { coreTiles, type Chip } from '../model/chip.ts';
import { meet, type TenantRequest } from '../model/experiment.ts';
import type { Found, StretchedEdge } from '../model/mapping.ts';
import type { Problem, Result } from '../model/problem.ts';
import { ok } from '../model/problem.ts';
import { vcoreCount } from '../model/vnpu.ts';
import { partitionsOf, pickPartition } from './partition.ts';
import { pick } from './pick.ts';
import { largestFreePiece, largestFreeRectangle, type IsFree } from './policies.ts';
import type { Searching } from './similar.ts';
import { requestEdges, stretchedEdges, topologyEditDistance } from './topology.ts';

export interface Placement {
  /** Tile of each virtual core. */
  readonly tiles: readonly number[];
  /** Of a tenant in mode mig: all core tiles that it holds; several virtual cores may have the same. */
  readonly partition?: readonly number[];
  /** Of a placement by the mapping search. */
  readonly search?: Found;
  /** 0 for a mesh that is placed as it was asked for. */
  readonly editDistance: number;
  /** Requested edges whose ends are not neighbours. */
  readonly stretched: readonly StretchedEdge[];
}

/** Owners of each taken tile, one after the other in time. */
type Owners = Map<number, TenantRequest[]>;

/** Who has the tile while this tenant is there. */
const ownerAt = (owners: Owners, tile: number, request: TenantRequest): TenantRequest | undefined =>
  owners.get(tile)?.find((owner) => meet(owner, request));

const take = (owners: Owners, tile: number, request: TenantRequest): void =>
  void owners.set(tile, [...(owners.get(tile) ?? []), request]);

/** Place all tenants, in their order. Problems carry paths such as `tenants.1.placement.3` and `tenants.2.topology`. */
export function placeTenants(
  chip: Chip,
  requests: readonly TenantRequest[],
  searching?: Searching,
): Result<Placement[]> {
  const owners: Owners = new Map();
  const problems = requests.flatMap((request, index) => takeByHand(chip, request, index, owners));
  if (problems.length > 0) return { ok: false, problems };
  const placements: Placement[] = [];
  for (const [index, request] of requests.entries()) {
    const isFree = (tile: number): boolean =>
      chip.tiles[tile] === 'core' && ownerAt(owners, tile, request) === undefined;
    const picked = request.placement ? { tiles: request.placement } : choose(chip, isFree, request, index, searching);
    if (picked === undefined) {
      problems.push(doesNotFit(chip, request, index, isFree));
      continue;
    }
    if (!request.placement) held(picked).forEach((tile) => take(owners, tile, request));
    const edges = requestEdges(request.topology);
    const editDistance = topologyEditDistance(chip, picked.tiles, edges);
    placements.push({ ...picked, editDistance, stretched: stretchedEdges(chip, picked.tiles, edges) });
  }
  return problems.length > 0 ? { ok: false, problems } : ok(placements);
}

type Chosen = Pick<Placement, 'tiles' | 'partition' | 'search'>;

/** A partition for a tenant in mode mig, else tiles by its mapping policy. */
const choose = (...[chip, isFree, request, index, searching]: Parameters<typeof pick>): Chosen | undefined =>
  request.mode === 'mig' ? pickPartition(chip, isFree, request) : pick(chip, isFree, request, index, searching);

/** Tiles that nobody else can have. */
const held = ({ tiles, partition }: Chosen): readonly number[] => partition ?? tiles;

function takeByHand(chip: Chip, request: TenantRequest, index: number, owners: Owners): Problem[] {
  const { placement, topology, name } = request;
  if (placement === undefined) return [];
  const path = `tenants.${index}.placement`;
  const cores = vcoreCount(topology);
  if (placement.length !== cores) {
    return [
      { path, message: `names ${placement.length} tiles; "${name}" has ${cores} virtual cores, one tile for each` },
    ];
  }
  return placement.flatMap((tile, vcore) => {
    const owner = ownerAt(owners, tile, request);
    if (owner === undefined) take(owners, tile, request);
    const kind = chip.tiles[tile] ?? 'outside the mesh';
    if (kind !== 'core') return [{ path: `${path}.${vcore}`, message: `tile ${tile} is ${kind}; name a core tile` }];
    if (owner === undefined) return [];
    const whose = owner === request ? `"${name}" uses it twice` : `"${owner.name}" and "${name}" both use it`;
    return [{ path: `${path}.${vcore}`, message: `tile ${tile} is taken: ${whose}; name a free core tile` }];
  });
}

function doesNotFit(chip: Chip, request: TenantRequest, index: number, isFree: IsFree): Problem {
  const { name, topology, mapping } = request;
  const cores = coreTiles(chip);
  if (request.mode === 'mig') return noPartition(chip, request, index);
  const free = cores.filter(isFree).length;
  const asked = `"${name}" asks for ${topology.width} x ${topology.height} virtual cores`;
  const have = `${free} of ${cores.length} cores are free`;
  const path = `tenants.${index}.topology`;
  if (vcoreCount(topology) > free) {
    return { path, message: `${asked}, but ${have}; at most ${free} virtual cores fit beside the other tenants` };
  }
  if (mapping === 'similar') {
    const largest = largestFreePiece(chip, isFree);
    const right = `at most ${largest} virtual cores fit, or the mapping "disconnected" at the price of its detours`;
    return { path, message: `${asked} in one piece; ${have}, but the largest piece has ${largest}; ${right}` };
  }
  const largest = largestFreeRectangle(chip, isFree);
  const right = `a mesh up to ${largest.width} x ${largest.height} fits, or the mapping "similar" instead of "${mapping}"`;
  return { path, message: `${asked} in one rectangle; ${have}, but not in that shape; ${right}` };
}

function noPartition(chip: Chip, { name }: TenantRequest, index: number): Problem {
  const sizes = partitionsOf(chip).map(({ length }) => length);
  const have = `the chip has ${sizes.length} of ${sizes.join(' and ')} cores, and in each of them another tenant has a tile`;
  const right = 'other chip.partitions, fewer tenants, or another mode would be right';
  return { path: `tenants.${index}.mode`, message: `"${name}" needs a whole partition; ${have}; ${right}` };
}
