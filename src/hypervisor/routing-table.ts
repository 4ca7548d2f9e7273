/**
 * The routing table that each core of a tenant holds: virtual core to tile. `standard` has one entry per core; `compact` says the
 * same in one entry when virtual cores fill a rectangle row by row. Bits are counted as the fields need them on this chip; the
 * paper gives no widths.
 */
import { tileCount, tileX, type Mesh } from '../model/mesh.ts';
import type { RoutingTable, Topology } from '../model/vnpu.ts';

/** Bits that tell n things apart. */
const bitsFor = (n: number): number => Math.max(1, Math.ceil(Math.log2(n)));

/** One entry per virtual core: its number and its tile. */
export function standardTable(mesh: Mesh, tiles: readonly number[]): RoutingTable {
  const bits = tiles.length * 2 * bitsFor(tileCount(mesh));
  return { form: 'standard', entries: tiles.map((tile, vcore) => ({ vcore, tile })), bits };
}

/** The smallest table for a placement: compact if it is an upright rectangle in row-major order, else standard. */
export function routingTable(mesh: Mesh, topology: Topology, tiles: readonly number[]): RoutingTable {
  const { width, height } = topology;
  const tileOf = (vcore: number): number => tiles[0] + (vcore % width) + mesh.width * Math.floor(vcore / width);
  const inOneRow = tileX(mesh, tiles[0]) + width <= mesh.width;
  if (!inOneRow || !tiles.every((tile, vcore) => tile === tileOf(vcore))) return standardTable(mesh, tiles);
  const bits = 2 * bitsFor(tileCount(mesh)) + bitsFor(mesh.width + 1) + bitsFor(mesh.height + 1);
  return { form: 'compact', entry: { vcore: 0, tile: tiles[0], width, height }, bits };
}
