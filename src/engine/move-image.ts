/** Builds the records of moves: what each brings a tenant's cores to, what its tables cost, and where state waits in between. */
import * as C from '../../assembly/codes.ts';
import * as L from '../../assembly/layout.ts';
import type { Plan, TenantMove, TenantShape } from '../model/plan.ts';
import { writeShape, type CoreSites } from './core-image.ts';
import { NEVER, type Regions } from './regions.ts';
import { takeRoutes } from './routes-image.ts';

/** State of a core begins at a multiple of this in the range that holds it. */
const ALIGNMENT = 4096;

/** A source of a plane by tile. */
export interface TileSources {
  readonly data: (tile: number) => number;
  readonly request: (tile: number) => number;
}

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** What is in the image by the time moves are written. */
export interface MoveSite {
  readonly plan: Plan;
  /** Addresses of the tenant records, and of the memory channels. */
  readonly tenants: readonly number[];
  readonly channels: readonly number[];
  readonly cores: CoreSites;
  readonly sources: TileSources;
}

/** Records of all moves and changes of size, in the order of their cycles. */
export function writeMoves(regions: Regions, site: MoveSite): void {
  const { plan, tenants } = site;
  if (plan.tenants.every(({ moves = [] }) => moves.length === 0)) return;
  regions.u32(L.H_COPIES, writeCopies(regions));
  plan.tenants.forEach(({ moves = [] }, i) => {
    if (moves.length === 0) return;
    const records = regions.take(moves.length * L.V_STRIDE);
    regions.u32(tenants[i] + L.T_MOVE, records);
    regions.u32(tenants[i] + L.T_MOVES_LEFT, moves.length);
    let shapes = 0;
    moves.forEach((move, m) => {
      const record = records + m * L.V_STRIDE;
      writeMove(regions, record, move, site);
      if (move.shape) regions.u32(record + L.V_SHAPE, takeShape(regions, move.shape, i, ++shapes, site));
      else regions.u32(record + L.V_PLACES, takePlaces(regions, move, site.sources));
    });
  });
}

/** A shape that a tenant gets later: as in its record from T_SHAPE on. */
function takeShape(
  regions: Regions,
  shape: TenantShape,
  tenant: number,
  index: number,
  { plan, channels, tenants, cores }: MoveSite,
): number {
  const address = regions.take(L.SHAPE_BYTES);
  const record = address - L.T_SHAPE;
  writeShape(regions, shape, { record, plan, tenant, cores: cores.byShape[tenant][index], channels, tenants });
  return address;
}

/** Instructions that the hypervisor's copies are charged to; no program holds them. */
function writeCopies(regions: Regions): number {
  const copies = regions.take(2 * L.I_STRIDE);
  [C.OP_STORE, C.OP_LOAD].forEach((op, i) => {
    regions.u8(copies + i * L.I_STRIDE + L.I_OP, op);
    regions.u32(copies + i * L.I_STRIDE + L.I_INDEX, L.NO_INSTRUCTION);
  });
  return copies;
}

function writeMove(regions: Regions, record: number, move: TenantMove, { plan }: MoveSite): void {
  for (const unknown of [L.V_BEGIN, L.V_DRAINED, L.V_SAVED, L.V_PLACED, L.V_END]) regions.u64(record + unknown, NEVER);
  regions.u64(record + L.V_CYCLE, move.cycle);
  regions.u32(record + L.V_TABLE_CYCLES, move.tableCycles);
  regions.u32(record + L.V_ROUTES, takeRoutes(regions, plan.chip, move.routes));
}

/** Where a move brings each virtual core. */
function takePlaces(regions: Regions, { tiles, stateBytes }: TenantMove, sources: TileSources): number {
  const places = regions.take(tiles.length * L.W_STRIDE);
  let offset = 0;
  tiles.forEach((tile, vcore) => {
    const place = places + vcore * L.W_STRIDE;
    regions.u32(place + L.W_TILE, tile);
    regions.u32(place + L.W_BYTES, stateBytes[vcore]);
    regions.u32(place + L.W_SOURCES, sources.data(tile));
    regions.u32(place + L.W_SOURCES + 4, sources.request(tile));
    regions.u32(place + L.W_OFFSET, offset);
    offset += aligned(stateBytes[vcore]);
  });
  return places;
}
