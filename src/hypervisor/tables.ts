/**
 * What the hypervisor writes into the reserved zone of every core of a virtual NPU: its routing table and, under vChunk, its range
 * translation table; and what that costs. Leaves out the copy in the controller, which is written while the cores' are.
 * Source: the meta-zone of vNPU (ISCA 2025) section 5.1 as reported by reviews; the widths of fields as in papers and model.
 */
import type { Chip } from '../model/chip.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import {
  hasVirtualCores,
  type HypervisorTables,
  type Mode,
  type RoutingTable,
  type Topology,
  type Translation,
} from '../model/vnpu.ts';
import { routingTable, standardTable } from './routing-table.ts';

/** Fields of an entry of the range translation table, in bits. */
export const RANGE_FIELDS = { virtual: 48, physical: 48, size: 32, permission: 4, last_v: 8 } as const;
export const RANGE_BITS = Object.values(RANGE_FIELDS).reduce((sum, bits) => sum + bits, 0);
/** An entry takes whole bytes. */
export const RANGE_BYTES = Math.ceil(RANGE_BITS / 8);

/** One of five ports. */
export const DIRECTION_BITS = 3;

export interface TableRequest {
  readonly mode: Mode;
  readonly topology: Topology;
  /** Tile of each virtual core. */
  readonly tiles: readonly number[];
  readonly translation: Translation;
  /** Routes that are not x first need a direction beside each destination. */
  readonly hasDirections: boolean;
  /** Entries of its range translation table. */
  readonly ranges: number;
}

/** The tables of a tenant; refused, with sizes, if they do not fit the reserved zone. Problems carry the path `topology`. */
export function hypervisorTables(chip: Chip, request: TableRequest): Result<HypervisorTables> {
  const { mode, tiles, translation } = request;
  const routing = hasVirtualCores(mode) ? tableOf(chip, request) : undefined;
  const routingEntries = routing === undefined ? 0 : routing.form === 'compact' ? 1 : routing.entries.length;
  const rangeEntries = translation.kind === 'vchunk' ? request.ranges : 0;
  const routingBytes = Math.ceil((routing?.bits ?? 0) / 8);
  const bytes = routingBytes + rangeEntries * RANGE_BYTES;
  if (bytes > chip.reservedBytes) {
    const parts = `${routingBytes} bytes of routing table and ${rangeEntries} ranges of ${RANGE_BYTES} bytes`;
    return fail('topology', `needs ${parts} in each core; chip.reservedBytes holds ${chip.reservedBytes}`);
  }
  const setupCycles = chip.tableCycles * tiles.length * (routingEntries + rangeEntries);
  return ok({ ...(routing && { routing }), routingEntries, rangeEntries, bytes, setupCycles });
}

/** Destinations with a direction cannot be told in one entry. */
function tableOf(chip: Chip, { topology, tiles, hasDirections }: TableRequest): RoutingTable {
  if (!hasDirections) return routingTable(chip, topology, tiles);
  const table = standardTable(chip, tiles);
  return { ...table, bits: table.bits + tiles.length * DIRECTION_BITS };
}
