// A tenant moves to other tiles while it runs; its programs are never compiled again, only its tables are written anew. From the cycle
// of the event on its engines start nothing and it gets no instructions; what they work on ends, packets arrive (draining: a send that
// has begun has its landing slot, so this always ends; a receive or a barrier that waits goes on waiting). Then each core that changes its
// tile stores its state to memory: all that its program holds in the scratchpad, which the hypervisor cannot tell live from dead, and its
// queues (saving). Then the hypervisor writes the tables (placing), and the cores load their state at their new tiles, where TLBs are
// cold (restoring). Both copies go through the network and the tenant's channels and count against its bandwidth, with physical
// addresses. A tile is given up once its state is in memory, so tenants can change places. Machine model sections 6 and 7 leave this
// open: the way through memory is our choice, because a direct one would cross other tenants' routers. Leaves out cores that wait
// for their first instruction or have finished: they have no state.
import {
  ENGINE_BARRIER,
  ENGINE_MATMUL,
  ENGINE_MOVE,
  ENGINE_RECV,
  ENGINE_SEND,
  ENGINE_VECTOR,
  MOVE_DRAINING,
  MOVE_FINISHING,
  MOVE_NONE,
  MOVE_PLACING,
  MOVE_RESTORING,
  MOVE_SAVING,
  PLANE_DATA,
} from './codes';
import { makeReady, makeUnready } from './dispatch';
import { startStream } from './dma';
import { barrierRelease, engineAt, messageLanded } from './engines';
import {
  CAUSE_COUNT,
  C_ACTIVE_STREAMS,
  C_CAUSES,
  C_FINISHED,
  C_LAST_V,
  C_QUEUE,
  C_RESERVED,
  C_RTT_CURRENT,
  C_CALL,
  C_SOURCES,
  C_STARTED,
  C_TENANT,
  C_TILE,
  C_TLB_COUNT,
  E_RUNNING,
  H_COPIES,
  H_HYPERVISOR_FREE,
  H_MOVING,
  H_PLANES_AT,
  I_STRIDE,
  MOST_RANGES,
  NO_RANGE,
  N_STRIDE,
  N_VIRTUAL,
  P_ROUTES,
  P_STRIDE,
  Q_COUNT,
  S_OWNER,
  T_CORES,
  T_INDEX,
  T_MOVE,
  T_MOVES_LEFT,
  T_MOVE_STAGE,
  T_ON_THE_WAY,
  T_RANGES,
  T_RANGE_COUNT,
  T_STAYS,
  V_BEGIN,
  V_BYTES,
  V_CYCLE,
  V_DRAINED,
  V_END,
  V_PLACED,
  V_ROUTES,
  V_SAVED,
  V_SHAPE,
  V_STRIDE,
  V_TABLE_CYCLES,
  W_BYTES,
  W_CAUSES,
  W_OFFSET,
  W_SOURCES,
  W_TILE,
} from './layout';
import { settle } from './observe';
import { beginResize, stepResize } from './resize';
import { isShared } from './shared';
import { wake } from './signal';
import { coreAt, isTileFree, placeAt } from './tiles';
import { lookUpHead } from './vrouter';

const NEVER: u64 = u64.MAX_VALUE;

/** Is the core's tenant held because it moves? */
// @ts-ignore: decorator
@inline
export function isMoving(core: usize): bool {
  return load<u32>(load<u32>(core, C_TENANT), T_MOVE_STAGE) > (MOVE_FINISHING as u32);
}

/** What is due at the beginning of a cycle for a tenant that runs: its next move begins, or its tables are written. */
export function beginMove(tenant: usize, now: u64): void {
  const move: usize = load<u32>(tenant, T_MOVE);
  const stage = load<u32>(tenant, T_MOVE_STAGE);
  if (stage == MOVE_PLACING && load<u64>(move, V_PLACED) <= now && mayPlace(tenant, move)) place(tenant, move, now);
  if (stage != MOVE_NONE || load<u32>(tenant, T_MOVES_LEFT) == 0 || load<u64>(move, V_CYCLE) > now) return;
  store<u64>(move, now, V_BEGIN);
  store<u32>(H_MOVING, load<u32>(H_MOVING) + 1);
  if (load<u32>(move, V_SHAPE) != 0) {
    beginResize(tenant);
    return;
  }
  store<u32>(tenant, MOVE_DRAINING, T_MOVE_STAGE);
  for (let v: u32 = 0; v < load<u32>(tenant, T_CORES); v++) {
    makeUnready(coreAt(tenant, v));
    wake(coreAt(tenant, v));
  }
}

/** What a move has come to at the end of a cycle. */
export function stepMove(tenant: usize, now: u64): void {
  const move: usize = load<u32>(tenant, T_MOVE);
  if (load<u32>(tenant, T_MOVE_STAGE) == MOVE_FINISHING) stepResize(tenant, move, now);
  if (load<u32>(tenant, T_MOVE_STAGE) == MOVE_DRAINING && isDrained(tenant)) {
    store<u64>(move, now + 1, V_DRAINED);
    store<u32>(tenant, MOVE_SAVING, T_MOVE_STAGE);
    save(tenant, move);
  }
  if (load<u32>(tenant, T_MOVE_STAGE) == MOVE_SAVING && hasCopied(tenant)) {
    const written = max(now + 1, load<u64>(H_HYPERVISOR_FREE)) + (load<u32>(move, V_TABLE_CYCLES) as u64);
    store<u64>(move, now + 1, V_SAVED);
    store<u64>(move, written, V_PLACED);
    store<u64>(H_HYPERVISOR_FREE, written);
    store<u32>(tenant, MOVE_PLACING, T_MOVE_STAGE);
  }
  if (load<u32>(tenant, T_MOVE_STAGE) == MOVE_RESTORING && hasCopied(tenant)) resume(tenant, move, now);
}

/** The next cycle in which a move begins or goes on by itself; copies and packets under way wake it anyway. */
export function nextMove(tenant: usize, now: u64): u64 {
  const stage = load<u32>(tenant, T_MOVE_STAGE);
  if (stage == MOVE_PLACING) return max(load<u64>(load<u32>(tenant, T_MOVE), V_PLACED), now + 1);
  if (stage != MOVE_NONE || load<u32>(tenant, T_MOVES_LEFT) == 0) return NEVER;
  return max(load<u64>(load<u32>(tenant, T_MOVE), V_CYCLE), now + 1);
}

/** A tenant that is over moves no more. */
export function dropMove(tenant: usize): void {
  if (load<u32>(tenant, T_MOVE_STAGE) == MOVE_NONE) return;
  store<u32>(tenant, MOVE_NONE, T_MOVE_STAGE);
  store<u32>(H_MOVING, load<u32>(H_MOVING) - 1);
}

/** Is nothing of the tenant under way any more: no packet, no instruction, no engine that will end by itself? */
function isDrained(tenant: usize): bool {
  if (load<u32>(tenant, T_ON_THE_WAY) != 0) return false;
  for (let v: u32 = 0; v < load<u32>(tenant, T_CORES); v++) if (!isQuiet(coreAt(tenant, v))) return false;
  return true;
}

function isQuiet(core: usize): bool {
  if (load<u32>(core, C_ACTIVE_STREAMS) != 0 || load<u32>(core, C_RESERVED) != load<u32>(core + C_QUEUE, Q_COUNT)) return false;
  if (isAtWork(core, ENGINE_SEND) || isAtWork(core, ENGINE_MATMUL) || isAtWork(core, ENGINE_VECTOR)) return false;
  if (isAtWork(core, ENGINE_RECV) && !isShared(core) && messageLanded(engineAt(core, ENGINE_RECV))) return false;
  return !isAtWork(core, ENGINE_BARRIER) || barrierRelease(core) == NEVER;
}

function isAtWork(core: usize, engine: u32): bool {
  return load<u32>(engineAt(core, engine), E_RUNNING) != 0;
}

/** Bytes that a move takes along for a core. */
function stateBytes(core: usize, place: usize): u32 {
  const hasState = load<u8>(core, C_STARTED) != 0 && load<u8>(core, C_FINISHED) == 0;
  return hasState ? load<u32>(place, W_BYTES) : 0;
}

function save(tenant: usize, move: usize): void {
  for (let v: u32 = 0; v < load<u32>(tenant, T_CORES); v++) {
    const core = coreAt(tenant, v);
    const place = placeAt(move, v);
    if (load<u32>(place, W_TILE) == load<u32>(core, C_TILE)) continue;
    const bytes = stateBytes(core, place);
    store<u64>(move, load<u64>(move, V_BYTES) + (bytes as u64), V_BYTES);
    copy(core, place, bytes, load<u32>(H_COPIES));
  }
}

/** Start a copy of a core's state, to or from the range behind the tenant's table. */
function copy(core: usize, place: usize, bytes: u32, instruction: usize): void {
  if (bytes == 0) return;
  const tenant: usize = load<u32>(core, C_TENANT);
  const range = load<u32>(tenant, T_RANGES) + load<u32>(tenant, T_RANGE_COUNT) * N_STRIDE;
  const address = load<u64>(range, N_VIRTUAL) + (load<u32>(place, W_OFFSET) as u64);
  startStream(core, ENGINE_MOVE, instruction, u32.MAX_VALUE, address, bytes);
  wake(core);
}

function hasCopied(tenant: usize): bool {
  for (let v: u32 = 0; v < load<u32>(tenant, T_CORES); v++) if (load<u32>(coreAt(tenant, v), C_ACTIVE_STREAMS) != 0) return false;
  return true;
}

function mayPlace(tenant: usize, move: usize): bool {
  for (let v: u32 = 0; v < load<u32>(tenant, T_CORES); v++) {
    const place = placeAt(move, v);
    const tile = load<u32>(place, W_TILE);
    if (tile == load<u32>(coreAt(tenant, v), C_TILE)) continue;
    if (!isTileFree(tenant, tile, load<u32>(place, W_SOURCES))) return false;
  }
  return true;
}

/** The cores are at their new tiles from this cycle on. */
function place(tenant: usize, move: usize, now: u64): void {
  store<u64>(move, now, V_PLACED);
  store<u32>(tenant, MOVE_RESTORING, T_MOVE_STAGE);
  store<u32>(tenant, load<u32>(tenant, T_STAYS) + 1, T_STAYS);
  changeRoutes(tenant, move);
  for (let v: u32 = 0; v < load<u32>(tenant, T_CORES); v++) {
    const core = coreAt(tenant, v);
    const next = placeAt(move, v);
    settle(core, now);
    memory.copy(next + W_CAUSES, core + C_CAUSES, CAUSE_COUNT * 8);
    if (load<u32>(next, W_TILE) != load<u32>(core, C_TILE)) settleDown(core, next);
  }
}

/** Messages of the tenant go the ways that this move brings from now on. */
export function changeRoutes(tenant: usize, move: usize): void {
  const routes: usize = load<u32>(load<u32>(H_PLANES_AT) + PLANE_DATA * P_STRIDE, P_ROUTES);
  if (routes != 0) store<u32>(routes + (load<u32>(tenant, T_INDEX) << 2), load<u32>(move, V_ROUTES));
}

function settleDown(core: usize, place: usize): void {
  store<u32>(core, load<u32>(place, W_TILE), C_TILE);
  store<u64>(core, load<u64>(place, W_SOURCES), C_SOURCES);
  store<u32>(load<u32>(core, C_SOURCES), load<u32>(core, C_CALL), S_OWNER);
  store<u32>(core, 0, C_TLB_COUNT);
  store<u32>(core, NO_RANGE, C_RTT_CURRENT);
  memory.fill(core + C_LAST_V, 0xff, 2 * MOST_RANGES);
  copy(core, place, stateBytes(core, place), load<u32>(H_COPIES) + I_STRIDE);
}

/** The move, or the change of size, is over in this cycle; the next one may begin. */
export function endMove(tenant: usize, move: usize, end: u64): void {
  store<u64>(move, end, V_END);
  dropMove(tenant);
  store<u32>(tenant, load<u32>(tenant, T_MOVES_LEFT) - 1, T_MOVES_LEFT);
  store<u32>(tenant, (move + V_STRIDE) as u32, T_MOVE);
}

/** From the next cycle on engines start again and instructions come; what waits is looked up in the new tables. */
function resume(tenant: usize, move: usize, now: u64): void {
  endMove(tenant, move, now + 1);
  for (let v: u32 = 0; v < load<u32>(tenant, T_CORES); v++) {
    const core = coreAt(tenant, v);
    lookUpHead(core, ENGINE_SEND, now);
    lookUpHead(core, ENGINE_RECV, now);
    makeReady(core);
    wake(core);
  }
}
