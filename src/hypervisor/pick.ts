/** One tenant's tiles by its mapping policy: the simple ones by themselves, the others with the mapping search that the caller brings. */
import type { Chip } from '../model/chip.ts';
import type { TenantRequest } from '../model/experiment.ts';
import { NO_TRANSFERS, type Found, type MappingCosts } from '../model/mapping.ts';
import { hops } from '../model/mesh.ts';
import { vcoreCount } from '../model/vnpu.ts';
import { exact, inOrder, type IsFree } from './policies.ts';
import { pickRegion } from './shapes.ts';
import { disconnected, similar, type Searching, type Wanted } from './similar.ts';
import { requestEdges } from './topology.ts';

export interface Picked {
  /** Tile of each virtual core. */
  readonly tiles: readonly number[];
  readonly search?: Found;
}

/** Tiles for tenant number `index`, or undefined if its policy finds none. */
export function pick(
  chip: Chip,
  isFree: IsFree,
  request: TenantRequest,
  index: number,
  searching?: Searching,
): Picked | undefined {
  const { topology, mapping } = request;
  if (mapping === 'exact') return tilesOnly(exact(chip, isFree, topology));
  if (mapping === 'rowMajor' || mapping === 'snake') return tilesOnly(inOrder(chip, isFree, topology, mapping));
  if (searching === undefined) throw new Error(`the mapping "${mapping}" needs the mapping search`);
  const { mapper } = searching;
  const wanted = wantedOf(chip, isFree, request, index, searching);
  if (mapping === 'similar') return similar(chip, isFree, wanted, mapper);
  if (mapping === 'disconnected') return disconnected(chip, isFree, wanted, mapper);
  const region = new Set(pickRegion(chip, isFree, topology, mapping));
  return similar(chip, (tile) => region.has(tile), wanted, mapper);
}

const tilesOnly = (tiles: readonly number[] | undefined): Picked | undefined => tiles && { tiles };

/** The request as the search takes it; where the plain edit distance counts, a mesh that fits as it is comes first. */
export function wantedOf(
  chip: Chip,
  isFree: IsFree,
  request: TenantRequest,
  index: number,
  searching: Searching,
): Wanted {
  const { topology, edgeWeights, mappingCosts } = request;
  const offers = [exact(chip, isFree, topology), inOrder(chip, isFree, topology, 'snake')];
  return {
    nodes: vcoreCount(topology),
    edges: requestEdges(topology),
    edgeWeights,
    ...(mappingCosts.insertion !== undefined && { insertionCost: mappingCosts.insertion }),
    ...(mappingCosts.memory > 0 && { tileCost: memoryCost(chip, request, mappingCosts) }),
    transfers: edgeWeights === 'equal' ? NO_TRANSFERS : searching.transfers(index),
    memoryTiles: chip.memoryPath === 'noc' ? interfacesOf(chip, request) : [],
    offers: offers.flatMap((tiles) => (tiles ? [tiles] : [])),
    seed: searching.seed,
  };
}

/** What a virtual core costs that is farther from the nearest interface of its tenant's channels than it asks, or nearer. */
function memoryCost(chip: Chip, request: TenantRequest, { memory, memoryHops }: MappingCosts) {
  const interfaces = interfacesOf(chip, request);
  return (vcore: number, tile: number): number => {
    const there = Math.min(...interfaces.map((memoryTile) => hops(chip, memoryTile, tile)));
    return memory * Math.abs(there - (memoryHops?.[vcore] ?? 1));
  };
}

/** Tiles of its channels. */
const interfacesOf = ({ memoryTiles }: Chip, { channels }: TenantRequest): readonly number[] =>
  channels?.map((channel) => memoryTiles[channel]) ?? memoryTiles;
