// The life of a tenant: it arrives, the hypervisor writes its tables (one tenant after the other, in tenant order where several
// arrive at once), its cores get instructions until it is done, faults or departs, and it may move (move.ts). A tile is handed over when
// whoever had it has given it up and the last packet of theirs has left its source, and memory when whoever had it for a size that was
// given up has drained. Machine model sections 5 and 7; leaves out what the hypervisor's own software costs.
import { STATUS_DEPARTED, STATUS_RUNNING, STATUS_WAITING, TURN_ON } from './codes';
import { makeReady, resolvePc } from './dispatch';
import {
  C_PC,
  C_CALL,
  C_SOURCES,
  C_TILE,
  C_TURN,
  H_HYPERVISOR_FREE,
  H_LIFE_WAKE,
  H_MOVING,
  H_TENANTS,
  H_TENANTS_AT,
  S_OWNER,
  T_ARRIVAL,
  T_CORES,
  T_DEPARTURE,
  T_MEMORY_AFTER,
  T_READY,
  T_SETUP_CYCLES,
  T_SHAPES,
  T_STATUS,
  T_STRIDE,
} from './layout';
import { beginMove, nextMove, stepMove } from './move';
import { endResize } from './resize';
import { wake } from './signal';
import { hasStopped, stopTenant, withdrawBursts } from './stop';
import { coreAt, isTileFree } from './tiles';
import { beginSlice } from './turns';

const NEVER: u64 = u64.MAX_VALUE;

/** Tenants that arrive in this cycle, those whose tables are written, and those that move: before anything else happens in it. */
export function createTenants(now: u64): void {
  if (load<u64>(H_LIFE_WAKE) > now) return;
  const tenants = load<u32>(H_TENANTS);
  let tenant: usize = load<u32>(H_TENANTS_AT);
  for (let i: u32 = 0; i < tenants; i++, tenant += T_STRIDE) {
    if (load<u32>(tenant, T_STATUS) == STATUS_RUNNING) beginMove(tenant, now);
    if (load<u32>(tenant, T_STATUS) != STATUS_WAITING || load<u64>(tenant, T_ARRIVAL) > now) continue;
    if (load<u64>(tenant, T_READY) == NEVER) setUp(tenant, now);
    if (load<u64>(tenant, T_READY) <= now && tilesAreFree(tenant) && memoryIsFree(tenant)) begin(tenant, now);
  }
}

/** Tenants that depart, at the end of their last cycle, and moves that have come to something. */
export function departTenants(now: u64): void {
  if (load<u64>(H_LIFE_WAKE) > now && load<u32>(H_MOVING) == 0) return;
  const tenants = load<u32>(H_TENANTS);
  let tenant: usize = load<u32>(H_TENANTS_AT);
  let wake = NEVER;
  for (let i: u32 = 0; i < tenants; i++, tenant += T_STRIDE) {
    if (isAlive(tenant) && load<u64>(tenant, T_DEPARTURE) <= now) stopTenant(tenant, STATUS_DEPARTED, now);
    if (hasStopped(tenant, now)) withdrawBursts(tenant, now);
    if (load<u32>(tenant, T_STATUS) == STATUS_RUNNING) stepMove(tenant, now);
    if (isAlive(tenant)) wake = min(wake, nextChange(tenant, now));
  }
  store<u64>(H_LIFE_WAKE, wake);
}

function isAlive(tenant: usize): bool {
  const status = load<u32>(tenant, T_STATUS);
  return status == STATUS_WAITING || status == STATUS_RUNNING;
}

function nextChange(tenant: usize, now: u64): u64 {
  const departure = load<u64>(tenant, T_DEPARTURE);
  if (load<u32>(tenant, T_STATUS) == STATUS_RUNNING) return min(departure, nextMove(tenant, now));
  const ready = load<u64>(tenant, T_READY);
  return min(departure, max(ready == NEVER ? load<u64>(tenant, T_ARRIVAL) : ready, now + 1));
}

function setUp(tenant: usize, now: u64): void {
  const ready = max(now, load<u64>(H_HYPERVISOR_FREE)) + (load<u32>(tenant, T_SETUP_CYCLES) as u64);
  store<u64>(tenant, ready, T_READY);
  store<u64>(H_HYPERVISOR_FREE, ready);
}

function tilesAreFree(tenant: usize): bool {
  for (let v: u32 = 0; v < load<u32>(tenant, T_CORES); v++) {
    const core = coreAt(tenant, v);
    if (!isTileFree(tenant, load<u32>(core, C_TILE), load<u32>(core, C_SOURCES))) return false;
  }
  return true;
}

/** Has everybody left the size whose memory this one gets, or come to an end? */
function memoryIsFree(tenant: usize): bool {
  let other: usize = load<u32>(tenant, T_MEMORY_AFTER);
  if (other == 0) return true;
  for (; load<u32>(other) != 0; other += 8) {
    const owner: usize = load<u32>(other);
    if (isAlive(owner) && load<u32>(owner, T_SHAPES) <= load<u32>(other, 4)) return false;
  }
  return true;
}

function begin(tenant: usize, now: u64): void {
  store<u32>(tenant, STATUS_RUNNING, T_STATUS);
  endResize(tenant, now);
  for (let v: u32 = 0; v < load<u32>(tenant, T_CORES); v++) {
    const core = coreAt(tenant, v);
    if (load<u8>(core, C_TURN) == TURN_ON) store<u32>(load<u32>(core, C_SOURCES), load<u32>(core, C_CALL), S_OWNER);
    wake(core);
    beginSlice(core, now);
    if (load<u32>(core, C_PC) != 0) resolvePc(core);
    makeReady(core);
  }
}
