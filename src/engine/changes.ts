/** What has become of a tenant's moves and sizes, as the machine notes it. */
import * as L from '../../assembly/layout.ts';
import type { TenantMove } from '../model/plan.ts';
import type { Kernel } from './kernel.ts';

/** What a tenant did on one of its sizes. */
export interface ShapeSnapshot {
  /** Iterations that others before it had done. */
  readonly firstIteration: number;
  /** As those of the tenant, which are about its creation. */
  readonly readyCycle: number;
  readonly warmupCycles: number;
}

/** A move to other tiles, or a change of size, by the first cycles of its parts; null for those that are not known yet. */
export interface MoveSnapshot {
  /** Engines start nothing more; of a change of size: no further iteration begins. */
  readonly begin: number;
  /** Nothing is under way any more. */
  readonly drained: number | null;
  /** The state of its cores is in memory. */
  readonly saved: number | null;
  /** Tables are written and the cores are at their new tiles. */
  readonly placed: number | null;
  /** State is restored, engines start again. */
  readonly end: number | null;
  /** Bytes of state that went to memory and come back. */
  readonly bytes: number;
}

/** Address of the first move of a tenant. */
export const movesAt = (kernel: Kernel, record: number, moves: number): number =>
  kernel.u32(record + L.T_MOVE) - (moves - kernel.u32(record + L.T_MOVES_LEFT)) * L.V_STRIDE;

/** The shapes that a tenant has had: those before the present one as the changes of size noted them. */
export function readShapes(kernel: Kernel, record: number, moves: readonly TenantMove[]): ShapeSnapshot[] {
  const first = movesAt(kernel, record, moves.length);
  const changes = moves.flatMap(({ shape }, m) => (shape ? [first + m * L.V_STRIDE] : []));
  const before = changes.slice(0, kernel.u32(record + L.T_SHAPES)).map((change) => ({
    firstIteration: kernel.u32(change + L.V_FIRST),
    readyCycle: kernel.u64(change + L.V_READY),
    warmupCycles: kernel.u64(change + L.V_WARMUP),
  }));
  const now = {
    firstIteration: kernel.u32(record + L.T_FIRST),
    readyCycle: kernel.u64(record + L.T_READY),
    warmupCycles: kernel.u64(record + L.T_WARMUP),
  };
  return [...before, now];
}

/** The moves of a tenant that have begun, of as many as its plan has. */
export function readMoves(kernel: Kernel, record: number, moves: number): MoveSnapshot[] {
  const first = movesAt(kernel, record, moves);
  const records = Array.from({ length: moves }, (_, m) => first + m * L.V_STRIDE);
  return records.map((move) => readMove(kernel, move)).filter(({ begin }) => begin !== Infinity);
}

function readMove(kernel: Kernel, move: number): MoveSnapshot {
  const known = (offset: number): number | null => {
    const cycle = kernel.u64(move + offset);
    return cycle <= kernel.cycle ? cycle : null;
  };
  return {
    begin: kernel.u64(move + L.V_BEGIN),
    drained: known(L.V_DRAINED),
    saved: known(L.V_SAVED),
    placed: known(L.V_PLACED),
    end: known(L.V_END),
    bytes: kernel.u64(move + L.V_BYTES),
  };
}
