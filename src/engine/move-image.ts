/** Builds the records of moves: what each brings a tenant's cores to, what its tables cost, and where state waits in between. */
import * as C from '../../assembly/codes.ts';
import * as L from '../../assembly/layout.ts';
import type { Plan, TenantMove } from '../model/plan.ts';
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

/** Records of all moves, in the order of their cycles. */
export function writeMoves(regions: Regions, plan: Plan, tenants: readonly number[], sources: TileSources): void {
  if (plan.tenants.every(({ moves = [] }) => moves.length === 0)) return;
  regions.u32(L.H_COPIES, writeCopies(regions));
  plan.tenants.forEach(({ moves = [] }, i) => {
    if (moves.length === 0) return;
    const records = regions.take(moves.length * L.V_STRIDE);
    regions.u32(tenants[i] + L.T_MOVE, records);
    regions.u32(tenants[i] + L.T_MOVES_LEFT, moves.length);
    moves.forEach((move, m) => writeMove(regions, records + m * L.V_STRIDE, move, { plan, sources }));
  });
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

function writeMove(
  regions: Regions,
  record: number,
  move: TenantMove,
  { plan, sources }: { plan: Plan; sources: TileSources },
): void {
  for (const unknown of [L.V_BEGIN, L.V_DRAINED, L.V_SAVED, L.V_PLACED, L.V_END]) regions.u64(record + unknown, NEVER);
  const places = regions.take(move.tiles.length * L.W_STRIDE);
  regions.u64(record + L.V_CYCLE, move.cycle);
  regions.u32(record + L.V_TABLE_CYCLES, move.tableCycles);
  regions.u32(record + L.V_ROUTES, takeRoutes(regions, plan.chip, move.routes));
  regions.u32(record + L.V_PLACES, places);
  let offset = 0;
  move.tiles.forEach((tile, vcore) => {
    const place = places + vcore * L.W_STRIDE;
    regions.u32(place + L.W_TILE, tile);
    regions.u32(place + L.W_BYTES, move.stateBytes[vcore]);
    regions.u32(place + L.W_SOURCES, sources.data(tile));
    regions.u32(place + L.W_SOURCES + 4, sources.request(tile));
    regions.u32(place + L.W_OFFSET, offset);
    offset += aligned(move.stateBytes[vcore]);
  });
}
