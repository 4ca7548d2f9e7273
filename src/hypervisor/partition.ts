/**
 * Tiles of a tenant in mode mig: of the fixed partitions that nobody has a tile of, the smallest that holds its virtual cores, or else
 * the largest, whose tiles they then share in turns. Inside the partition the requested mesh is kept where it fits, else cores are
 * taken in order; where tiles are shared, virtual cores go round in that order, so pipeline neighbours lie on neighbouring tiles and
 * can work at the same time (our choice). Machine model section 9.
 */
import { coreTiles, type Chip } from '../model/chip.ts';
import type { TenantRequest } from '../model/experiment.ts';
import { partitionRectangles, rectangleTiles } from '../model/partitions.ts';
import { vcoreCount } from '../model/vnpu.ts';
import { exact, inOrder, type IsFree } from './policies.ts';

export interface PickedPartition {
  /** Tile of each virtual core; several may have the same. */
  readonly tiles: readonly number[];
  /** All core tiles of the partition. */
  readonly partition: readonly number[];
}

/** Core tiles of every partition of a chip. */
export function partitionsOf(chip: Chip): number[][] {
  const rectangles = partitionRectangles(chip, chip.partitions, coreTiles(chip));
  return rectangles.map((own) => rectangleTiles(chip, own).filter((tile) => chip.tiles[tile] === 'core'));
}

/** A partition for the tenant, or undefined if none is free. */
export function pickPartition(chip: Chip, isFree: IsFree, request: TenantRequest): PickedPartition | undefined {
  const free = partitionsOf(chip).filter((tiles) => tiles.length > 0 && tiles.every(isFree));
  const wanted = vcoreCount(request.topology);
  const largest = Math.max(...free.map(({ length }) => length));
  const size = Math.min(...free.map(({ length }) => length).filter((length) => length >= Math.min(wanted, largest)));
  const partition = free.find(({ length }) => length === size);
  return partition && { partition, tiles: tilesIn(chip, new Set(partition), request) };
}

function tilesIn(chip: Chip, partition: ReadonlySet<number>, { topology, mapping }: TenantRequest): number[] {
  const isInside = (tile: number): boolean => partition.has(tile);
  const whole = mapping === 'exact' ? exact(chip, isInside, topology) : undefined;
  if (whole) return whole;
  const used = Math.min(partition.size, vcoreCount(topology));
  const order = inOrder(
    chip,
    isInside,
    { kind: 'mesh', width: used, height: 1 },
    mapping === 'rowMajor' ? mapping : 'snake',
  )!;
  return Array.from({ length: vcoreCount(topology) }, (_, vcore) => order[vcore % used]);
}
