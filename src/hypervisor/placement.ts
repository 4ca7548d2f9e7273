/**
 * Which tiles each tenant gets: placements by hand first, then the mapping policies in tenant order; or why someone does not fit.
 * Tenants that are never there at the same time may get the same tiles.
 * A tile that a tenant moves to must be free from then on, and is free again for others once it moves away.
 * Leaves out: moving tenants unasked to make room for one more.
 */
import { coreTiles, type Chip } from '../model/chip.ts';
import { meet, type Life, type TenantRequest } from '../model/experiment.ts';
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

/** A tenant on the same tiles for a while. */
interface Stay extends Life {
  readonly request: TenantRequest;
}

/** Who has each taken tile, one after the other in time. */
type Owners = Map<number, Stay[]>;

/** Who has the tile during this stay. */
const ownerAt = (owners: Owners, tile: number, stay: Stay): TenantRequest | undefined =>
  owners.get(tile)?.find((owner) => meet(owner, stay))?.request;

const take = (owners: Owners, tile: number, stay: Stay): void =>
  void owners.set(tile, [...(owners.get(tile) ?? []), stay]);

/** Place all tenants, in their order. Problems carry paths such as `tenants.1.placement.3` and `tenants.2.topology`. */
export function placeTenants(
  chip: Chip,
  requests: readonly TenantRequest[],
  searching?: Searching,
): Result<Placement[]> {
  const owners: Owners = new Map();
  const problems = [
    ...requests.flatMap((request, index) => takeByHand(chip, request, index, owners)),
    ...requests.flatMap((request) => takeMoves(chip, request, owners)),
  ];
  if (problems.length > 0) return { ok: false, problems };
  const placements: Placement[] = [];
  for (const [index, request] of requests.entries()) {
    const stay = firstStay(request);
    const isFree = (tile: number): boolean => chip.tiles[tile] === 'core' && ownerAt(owners, tile, stay) === undefined;
    const picked = request.placement ? { tiles: request.placement } : choose(chip, isFree, request, index, searching);
    if (picked === undefined) {
      problems.push(doesNotFit(chip, request, index, isFree));
      continue;
    }
    if (!request.placement) held(picked).forEach((tile) => take(owners, tile, stay));
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
  return takeTiles(chip, placement, firstStay(request), path, owners);
}

const firstStay = (request: TenantRequest): Stay => staysOf(request)[0];

/** A stay ends where the next one begins: whoever comes in that cycle waits for the tile. */
export function staysOf(request: TenantRequest): Stay[] {
  const { moves = [], arrivalCycle, departureCycle } = request;
  const begins = [arrivalCycle, ...moves.map(({ cycle }) => cycle)];
  return begins.map((begin, i) => {
    const end = i + 1 < begins.length ? begins[i + 1] - 1 : departureCycle;
    return { request, arrivalCycle: begin, ...(end !== undefined && { departureCycle: end }) };
  });
}

function takeMoves(chip: Chip, request: TenantRequest, owners: Owners): Problem[] {
  const stays = staysOf(request);
  return (request.moves ?? []).flatMap(({ event, placement = [] }, i) =>
    takeTiles(chip, placement, stays[i + 1], `events.${event}.placement`, owners),
  );
}

function takeTiles(chip: Chip, tiles: readonly number[], stay: Stay, path: string, owners: Owners): Problem[] {
  const { request } = stay;
  const { name } = request;
  return tiles.flatMap((tile, vcore) => {
    const owner = ownerAt(owners, tile, stay);
    if (owner === undefined) take(owners, tile, stay);
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
