// A tenant changes its size while it runs: it gets other virtual cores, with programs compiled for them, on tiles and in memory of their
// own, and its iterations go on where they were. From the cycle of the event on its cores begin no iteration to which the controller has
// come for none of them; the others go on to their end on all cores, for a program cannot be cut in half (finishing). Then the old cores leave their tiles, and
// the new ones come like those of a tenant that arrives: the hypervisor writes their tables, they wait until their tiles are free,
// and their programs load resident weights. A shape does one iteration at least. Machine model section 7 and the paper leave this
// open; that iterations are not cut is our choice. Leaves out what the host does to fill the memory of the new shape, as at arrival.
import { CAUSE_AWAY, CAUSE_SWITCH, MOVE_FINISHING, STATUS_WAITING } from './codes';
import { iterationsBegun } from './dispatch';
import {
  C_PC,
  C_RESERVED,
  C_STARTED,
  SHAPE_BYTES,
  T_ARRIVAL,
  T_CORES,
  T_DONE,
  T_FIRST,
  T_ITERATIONS,
  T_LEFT,
  T_LIMIT,
  T_MOVE,
  T_MOVE_STAGE,
  T_ON_THE_WAY,
  T_READY,
  T_SHAPE,
  T_SHAPES,
  T_STATUS,
  T_STAYS,
  T_WARMUP,
  V_DRAINED,
  V_FIRST,
  V_PLACED,
  V_READY,
  V_SAVED,
  V_SHAPE,
  V_WARMUP,
} from './layout';
import { changeRoutes, endMove } from './move';
import { observe } from './observe';
import { coreAt } from './tiles';

const NEVER: u64 = u64.MAX_VALUE;

/** No core begins an iteration any more that the controller has come to for none. */
export function beginResize(tenant: usize): void {
  let limit = load<u32>(tenant, T_FIRST) + 1;
  for (let v: u32 = 0; v < load<u32>(tenant, T_CORES); v++) limit = max(limit, begun(tenant, coreAt(tenant, v)));
  store<u32>(tenant, limit, T_LIMIT);
  store<u32>(tenant, MOVE_FINISHING, T_MOVE_STAGE);
}

/** Does the tenant go on with another shape once all its cores have finished? */
export function changesShape(tenant: usize): bool {
  return load<u32>(tenant, T_MOVE_STAGE) == MOVE_FINISHING && load<u32>(tenant, T_DONE) < load<u32>(tenant, T_ITERATIONS);
}

/** At the end of a cycle: once all cores have finished and nothing is under way, the new ones take over. */
export function stepResize(tenant: usize, move: usize, now: u64): void {
  if (load<u32>(tenant, T_LEFT) != 0 || load<u32>(tenant, T_ON_THE_WAY) != 0) return;
  store<u64>(move, now + 1, V_DRAINED);
  store<u64>(move, now + 1, V_SAVED);
  store<u64>(move, load<u64>(tenant, T_READY), V_READY);
  store<u64>(move, load<u64>(tenant, T_WARMUP), V_WARMUP);
  store<u32>(move, load<u32>(tenant, T_FIRST), V_FIRST);
  charge(tenant, CAUSE_AWAY, now);
  memory.copy(tenant + T_SHAPE, load<u32>(move, V_SHAPE), SHAPE_BYTES);
  charge(tenant, CAUSE_SWITCH, now);
  changeRoutes(tenant, move);
  store<u32>(tenant, load<u32>(tenant, T_DONE), T_FIRST);
  store<u32>(tenant, load<u32>(tenant, T_ITERATIONS), T_LIMIT);
  store<u32>(tenant, load<u32>(tenant, T_SHAPES) + 1, T_SHAPES);
  store<u32>(tenant, load<u32>(tenant, T_STAYS) + 1, T_STAYS);
  store<u64>(tenant, 0, T_WARMUP);
  store<u64>(tenant, now + 1, T_ARRIVAL);
  store<u64>(tenant, NEVER, T_READY);
  store<u32>(tenant, STATUS_WAITING, T_STATUS);
}

/** The tenant begins; if it comes with another shape, the change is over. */
export function endResize(tenant: usize, now: u64): void {
  if (load<u32>(tenant, T_MOVE_STAGE) != MOVE_FINISHING) return;
  const move: usize = load<u32>(tenant, T_MOVE);
  store<u64>(move, now, V_PLACED);
  endMove(tenant, move, now);
}

/** Iterations, from cycle 0 on, that the controller has come to for a core: all of them where it has issued everything. */
function begun(tenant: usize, core: usize): u32 {
  const isIssued = load<u32>(core, C_PC) == 0 && (load<u8>(core, C_STARTED) != 0 || load<u32>(core, C_RESERVED) != 0);
  return isIssued ? load<u32>(tenant, T_ITERATIONS) : iterationsBegun(core);
}

/** From the next cycle on the cores are charged this. */
function charge(tenant: usize, cause: u32, now: u64): void {
  for (let v: u32 = 0; v < load<u32>(tenant, T_CORES); v++) observe(coreAt(tenant, v), cause, now + 1);
}
