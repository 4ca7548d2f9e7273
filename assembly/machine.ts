// The machine: one cycle as the pipeline diagram reads, the run loop with its time jumps, and the exact end: done, or deadlock.
import {
  FLAG_NO_JUMPS,
  FLAG_REVERSE,
  H_CORES,
  H_CYCLE,
  H_DONE_TENANTS,
  H_FLAGS,
  H_LIFE_WAKE,
  H_OUTCOME,
  H_PROGRESS,
  H_PLANES_AT,
  H_TENANTS,
  H_TRACE_AT,
  H_TRACE_COUNT,
  H_TRACE_NEXT,
  H_TRAFFIC_AT,
  C_TENANT,
  K_EXTRA,
  K_FLITS,
  K_KIND,
  K_OWNER,
  K_SOURCE,
  K_STRIDE,
  K_TIME,
  PLANE_COUNT,
  ARRIVAL_SLOTS,
  P_ARRIVALS,
  P_ARRIVAL_COUNTS,
  P_ARRIVAL_ROW,
  P_BUSY,
  P_MOVED,
  P_PACKETS,
  P_SOURCES,
  P_STRIDE,
  P_USED,
  S_STRIDE,
  T_ON_THE_WAY,
  X_ARRIVED,
  X_FREE,
  X_RECEIVER,
  X_SENDER,
} from './layout';
import {
  KIND_CREDIT,
  KIND_TRACE,
  OUTCOME_DEADLOCK,
  OUTCOME_DONE,
  OUTCOME_RUNNING,
  PLANE_DATA,
  PLANE_INSTRUCTION,
  PLANE_REQUEST,
} from './codes';
import { change } from './bits';
import { coresWake, stepCores } from './core';
import { arriveInstruction, dispatchWake, stepDispatch } from './dispatch';
import { completeBurst } from './dma';
import { createTenants, departTenants } from './lifecycle';
import { arriveAtMemory, memoryWake, stepMemory } from './memory';
import { settleAll } from './observe';
import { effect, openPlane } from './plane';
import { resumeLinks, settleLinks, stepNetwork } from './router';
import { wake } from './signal';
import { enqueue } from './source';
import { createPackets, packetArrived, trafficDone, trafficWake } from './traffic';
import { sharesWake, stepShares } from './turns';
import { watched } from './watchdog';

const NEVER: u64 = u64.MAX_VALUE;

/** Advance at most `cycles`; returns how many. Stops early when every tenant is done or nothing can ever change again. */
export function advance(cycles: u32): u32 {
  const start = load<u64>(H_CYCLE);
  const end = start + (cycles as u64);
  const jumps = (load<u32>(H_FLAGS) & FLAG_NO_JUMPS) == 0;
  let now = start;
  resumeNetworks(now);
  while (now < end && load<u32>(H_OUTCOME) == OUTCOME_RUNNING) {
    cycle(now);
    const next = watched(nextEvent(now), now);
    if (isDone(now)) store<u32>(H_OUTCOME, OUTCOME_DONE);
    else if (next == NEVER) store<u32>(H_OUTCOME, OUTCOME_DEADLOCK);
    // the last cycle counts too, so that a cycle number names one state
    now = jumps && load<u32>(H_OUTCOME) == OUTCOME_RUNNING ? min(next, end) : now + 1;
  }
  store<u64>(H_CYCLE, now);
  settleNetworks(now);
  settleAll(now);
  return (now - start) as u32;
}

function resumeNetworks(now: u64): void {
  let plane: usize = load<u32>(H_PLANES_AT);
  for (let p: u32 = 0; p < (PLANE_COUNT as u32); p++, plane += P_STRIDE) {
    if (load<u32>(plane, P_USED) != 0) resumeLinks(plane, now);
  }
}

/** Bring the counters of all networks up to `now`. */
function settleNetworks(now: u64): void {
  let plane: usize = load<u32>(H_PLANES_AT);
  for (let p: u32 = 0; p < (PLANE_COUNT as u32); p++, plane += P_STRIDE) {
    if (load<u32>(plane, P_USED) != 0) settleLinks(plane, now);
  }
}

/** One cycle, in the order of its phases. Units in one phase cannot see each other: links and the bus take cycles. */
function cycle(now: u64): void {
  const reverse = (load<u32>(H_FLAGS) & FLAG_REVERSE) != 0;
  if (load<u32>(H_TRACE_NEXT) < load<u32>(H_TRACE_COUNT)) createTraffic(now);
  if (load<u32>(H_TRAFFIC_AT) != 0) createPackets(now);
  let plane: usize = load<u32>(H_PLANES_AT);
  for (let p: u32 = 0; p < (PLANE_COUNT as u32); p++, plane += P_STRIDE) {
    if (load<u32>(plane, P_USED) != 0 && !isIdle(plane, now)) stepPlane(plane, p, now, reverse);
  }
  if (load<u32>(H_CORES) == 0) return;
  createTenants(now);
  stepMemory(now);
  stepDispatch(now);
  stepCores(now, reverse);
  stepShares(now);
  departTenants(now);
}

/** One cycle of a network; then the arrivals of this cycle go to the units beside the terminals. */
function stepPlane(plane: usize, number: u32, now: u64, reverse: bool): void {
  store<u32>(plane, 0, P_MOVED);
  openPlane(plane, now);
  stepNetwork(reverse);
  store<u64>(plane, max(load<u64>(plane, P_BUSY), now + (effect as u64)), P_BUSY);
  const slot = (now as u32) & (ARRIVAL_SLOTS - 1);
  const arrivals = load<u32>(plane, P_ARRIVALS) + slot * load<u32>(plane, P_ARRIVAL_ROW);
  const arrived = load<u32>(plane + slot * 4, P_ARRIVAL_COUNTS);
  for (let i: u32 = 0; i < arrived; i++) deliver(load<u32>(arrivals + (i << 2)), number, now);
  store<u32>(plane + slot * 4, 0, P_ARRIVAL_COUNTS);
  store<u32>(plane, load<u32>(plane, P_PACKETS) - arrived, P_PACKETS);
}

/** Is there nothing in this plane in this cycle? */
function isIdle(plane: usize, now: u64): bool {
  return load<u32>(plane, P_PACKETS) == 0 && load<u64>(plane, P_BUSY) < now;
}

/** The tail of a packet has been consumed by its terminal. */
function deliver(packet: usize, plane: u32, now: u64): void {
  const kind = load<u8>(packet, K_KIND);
  if (kind == KIND_TRACE) {
    store<u64>(packet, now, K_TIME);
  } else if (load<u32>(H_TRAFFIC_AT) != 0) {
    packetArrived(packet, now);
  } else if (plane == PLANE_REQUEST) {
    arriveAtMemory(packet, now);
  } else if (plane == PLANE_INSTRUCTION) {
    arriveInstruction(packet);
  } else if (plane != PLANE_DATA) {
    completeBurst(packet);
  } else {
    const pair: usize = load<u32>(packet, K_OWNER);
    change(load<u32>(load<u32>(pair, X_SENDER), C_TENANT) + T_ON_THE_WAY, -1);
    if (kind == KIND_CREDIT) {
      store<u32>(pair, load<u32>(pair, X_FREE) + 1, X_FREE);
      wake(load<u32>(pair, X_SENDER));
    } else {
      const slot = pair + (load<u32>(packet, K_EXTRA) << 2);
      store<u32>(slot, load<u32>(slot, X_ARRIVED) + (load<u16>(packet, K_FLITS) as u32), X_ARRIVED);
      store<u64>(H_PROGRESS, now);
      wake(load<u32>(pair, X_RECEIVER));
    }
  }
}

/** Trace packets of this cycle join the queues of their sources (a packet may leave in the cycle of its creation). */
function createTraffic(now: u64): void {
  const plane: usize = load<u32>(H_PLANES_AT);
  const total = load<u32>(H_TRACE_COUNT);
  let index = load<u32>(H_TRACE_NEXT);
  let packet = load<u32>(H_TRACE_AT) + index * K_STRIDE;
  while (index < total && load<u64>(packet, K_TIME) == now) {
    enqueue(plane, load<u32>(plane, P_SOURCES) + (load<u16>(packet, K_SOURCE) as u32) * S_STRIDE, packet);
    index++;
    packet += K_STRIDE;
  }
  store<u32>(H_TRACE_NEXT, index);
}

/** The next cycle in which anything can happen; NEVER if nothing can. While flits move that is the next one. */
function nextEvent(now: u64): u64 {
  let plane: usize = load<u32>(H_PLANES_AT);
  for (let p: u32 = 0; p < (PLANE_COUNT as u32); p++, plane += P_STRIDE) {
    if (load<u32>(plane, P_USED) == 0) continue;
    if (load<u64>(plane, P_BUSY) > now || load<u32>(plane, P_MOVED) != 0) return now + 1;
  }
  return unitsWake(now);
}

/** The next event of the units around the network. */
function unitsWake(now: u64): u64 {
  let next = NEVER;
  if (load<u32>(H_TRACE_NEXT) < load<u32>(H_TRACE_COUNT)) {
    next = load<u64>(load<u32>(H_TRACE_AT) + load<u32>(H_TRACE_NEXT) * K_STRIDE, K_TIME);
  }
  if (load<u32>(H_TRAFFIC_AT) != 0) return trafficWake(now);
  if (load<u32>(H_CORES) == 0) return next;
  return min(min(next, load<u64>(H_LIFE_WAKE)), min(memoryWake(), min(dispatchWake(now), min(sharesWake(), coresWake(now)))));
}

function isDone(now: u64): bool {
  if (load<u32>(H_TRAFFIC_AT) != 0) return trafficDone(now);
  if (load<u32>(H_CORES) != 0) return load<u32>(H_DONE_TENANTS) == load<u32>(H_TENANTS);
  return load<u32>(H_TRACE_NEXT) == load<u32>(H_TRACE_COUNT) && load<u32>(load<u32>(H_PLANES_AT), P_PACKETS) == 0;
}
