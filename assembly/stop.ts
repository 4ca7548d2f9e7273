// A tenant stops, because it departs or because one of its accesses faults; machine model section 7. What its DMA engines issue in its
// last cycle does not go out, whatever stops it (our choice): the burst that faults is none, and a departure at that cycle leaves the
// others exactly what the fault leaves them. No core can know of a fault in the same cycle, so bursts are taken back at its end, before
// their source has sent a flit of them.
import { clearBit } from './bits';
import { PLANE_REQUEST, STATUS_DEPARTED, STATUS_FAULT } from './codes';
import { makeUnready } from './dispatch';
import {
  A_APART,
  C_ISSUED_AT,
  C_OUTBOX,
  C_SOURCES,
  H_DONE_TENANTS,
  H_LIFE_WAKE,
  H_MEMORY_BUS,
  H_PLANES_AT,
  P_PACKETS,
  P_PENDING,
  P_STRIDE,
  S_INDEX,
  T_CORES,
  T_STATUS,
  T_STOP_CYCLE,
} from './layout';
import { dropMove } from './move';
import { dropLastPacket } from './packets';
import { wake } from './signal';
import { coreAt } from './tiles';

/** From the next cycle on the tenant's engines start nothing and it gets no instructions; packets begun are sent to their end. */
export function stopTenant(tenant: usize, status: u32, now: u64): void {
  store<u32>(tenant, status, T_STATUS);
  store<u64>(tenant, now, T_STOP_CYCLE);
  store<u32>(H_DONE_TENANTS, load<u32>(H_DONE_TENANTS) + 1);
  store<u64>(H_LIFE_WAKE, now);
  dropMove(tenant);
  for (let v: u32 = 0; v < load<u32>(tenant, T_CORES); v++) {
    const core = coreAt(tenant, v);
    makeUnready(core);
    wake(core);
  }
}

/** Is this the tenant's last cycle? */
export function hasStopped(tenant: usize, now: u64): bool {
  const status = load<u32>(tenant, T_STATUS);
  return (status == STATUS_FAULT || status == STATUS_DEPARTED) && load<u64>(tenant, T_STOP_CYCLE) == now;
}

/** Take back what the tenant's cores have issued in this cycle: each at most one burst, the last packet of its source. */
export function withdrawBursts(tenant: usize, now: u64): void {
  for (let v: u32 = 0; v < load<u32>(tenant, T_CORES); v++) {
    const core = coreAt(tenant, v);
    if (load<u64>(core, C_ISSUED_AT) != now + 1) continue;
    if (load<u32>(H_MEMORY_BUS) != 0) store<u32>(core, 0, C_OUTBOX);
    else dropLast(load<u32>(H_PLANES_AT) + PLANE_REQUEST * P_STRIDE, load<u32>(core, C_SOURCES + 4));
  }
}

function dropLast(plane: usize, source: usize): void {
  if (dropLastPacket(source, A_APART)) clearBit(load<u32>(plane, P_PENDING), load<u32>(source, S_INDEX));
  store<u32>(plane, load<u32>(plane, P_PACKETS) - 1, P_PACKETS);
}
