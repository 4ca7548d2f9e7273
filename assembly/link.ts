// What is on its way between two units of one network plane: flits, credits and tails for the terminals, in wheels whose slot
// is the cycle they are due in (noc-model.md section 6). Also the cursors that router and source write through while a plane
// is being stepped. Every delay is at least 2 cycles, so the order in which units are visited has no effect.
import { setBit } from './bits';
import {
  FLIT_TAIL,
  L_BUFFERED,
  L_FIFO,
  L_FREE,
  L_INDEX,
  L_OUT,
  L_OWNER,
  L_PHASE,
  L_ROUTER,
  L_TENANT,
  K_TENANT,
  K_X,
  K_Y,
  NO_LANE,
  PHASE_IDLE,
  PHASE_WAIT,
  P_ACTIVE,
  P_ARRIVALS,
  P_ARRIVAL_COUNTS,
  P_ARRIVAL_SLOT,
  P_CREDITS,
  P_CREDIT_COUNTS,
  P_CREDIT_SLOT,
  P_FIFO_MASK,
  P_FLITS,
  P_FLIT_COUNTS,
  P_FLIT_SLOT,
  P_SOURCE_CREDITS,
  P_SOURCE_CREDIT_COUNTS,
  R_CREDIT,
  R_INDEX,
  R_NONEMPTY,
  R_OUTS,
  R_WAIT,
  R_WANT,
  R_X,
  R_Y,
} from './layout';

// the plane being stepped
let fifoMask: u32 = 0;
let activeSet: usize = 0;
// where the next entry of each due cycle goes
let flitsIn2: usize = 0;
let flitsIn3: usize = 0;
let arrivalsIn3: usize = 0;
let creditsIn3: usize = 0;
let creditsIn6: usize = 0;
let sourceCreditsIn2: usize = 0;

/** Point the cursors at the slots of cycle `now`. */
export function openLinks(plane: usize, now: u32): void {
  fifoMask = load<u32>(plane, P_FIFO_MASK);
  activeSet = load<u32>(plane, P_ACTIVE);
  flitsIn2 = end(plane + P_FLIT_COUNTS, P_FLITS, P_FLIT_SLOT, plane, (now + 2) & 3, 3);
  flitsIn3 = end(plane + P_FLIT_COUNTS, P_FLITS, P_FLIT_SLOT, plane, (now + 3) & 3, 3);
  arrivalsIn3 = end(plane + P_ARRIVAL_COUNTS, P_ARRIVALS, P_ARRIVAL_SLOT, plane, (now + 3) & 3, 2);
  creditsIn3 = end(plane + P_CREDIT_COUNTS, P_CREDITS, P_CREDIT_SLOT, plane, (now + 3) & 7, 2);
  creditsIn6 = end(plane + P_CREDIT_COUNTS, P_CREDITS, P_CREDIT_SLOT, plane, (now + 6) & 7, 2);
  sourceCreditsIn2 = end(plane + P_SOURCE_CREDIT_COUNTS, P_SOURCE_CREDITS, P_ARRIVAL_SLOT, plane, (now + 2) & 3, 2);
}

function end(counts: usize, base: i32, bytes: i32, plane: usize, slot: u32, shift: u32): usize {
  return load<u32>(plane + base) + slot * load<u32>(plane + bytes) + (load<u32>(counts + slot * 4) << shift);
}

/** Write the lengths of the slots back. */
export function closeLinks(plane: usize, now: u32): void {
  close(plane + P_FLIT_COUNTS, P_FLITS, P_FLIT_SLOT, plane, (now + 2) & 3, 3, flitsIn2);
  close(plane + P_FLIT_COUNTS, P_FLITS, P_FLIT_SLOT, plane, (now + 3) & 3, 3, flitsIn3);
  close(plane + P_ARRIVAL_COUNTS, P_ARRIVALS, P_ARRIVAL_SLOT, plane, (now + 3) & 3, 2, arrivalsIn3);
  close(plane + P_CREDIT_COUNTS, P_CREDITS, P_CREDIT_SLOT, plane, (now + 3) & 7, 2, creditsIn3);
  close(plane + P_CREDIT_COUNTS, P_CREDITS, P_CREDIT_SLOT, plane, (now + 6) & 7, 2, creditsIn6);
  close(plane + P_SOURCE_CREDIT_COUNTS, P_SOURCE_CREDITS, P_ARRIVAL_SLOT, plane, (now + 2) & 3, 2, sourceCreditsIn2);
}

function close(counts: usize, base: i32, bytes: i32, plane: usize, slot: u32, shift: u32, cursor: usize): void {
  store<u32>(
    counts + slot * 4,
    ((cursor - load<u32>(plane + base) - slot * load<u32>(plane + bytes)) >> shift) as u32,
  );
}

/** A flit that reaches a router input in two cycles (from a source). */
// @ts-ignore: decorator
@inline
export function flitIn2(lane: usize, flit: u32): void {
  store<u64>(flitsIn2, (lane as u64) | ((flit as u64) << 32));
  flitsIn2 += 8;
}

/** A flit that reaches the next router in three cycles: crossbar, output, link. */
// @ts-ignore: decorator
@inline
export function flitIn3(lane: usize, flit: u32): void {
  store<u64>(flitsIn3, (lane as u64) | ((flit as u64) << 32));
  flitsIn3 += 8;
}

/** A packet whose tail its terminal consumes in three cycles. */
// @ts-ignore: decorator
@inline
export function arrivalIn3(packet: u32): void {
  store<u32>(arrivalsIn3, packet);
  arrivalsIn3 += 4;
}

/** A credit for an output channel of the upstream router. */
// @ts-ignore: decorator
@inline
export function creditIn3(lane: usize): void {
  store<u32>(creditsIn3, lane as u32);
  creditsIn3 += 4;
}

/** The credit of an ejected flit: three cycles to the terminal, which consumes at once, and three back. */
// @ts-ignore: decorator
@inline
export function creditIn6(lane: usize): void {
  store<u32>(creditsIn6, lane as u32);
  creditsIn6 += 4;
}

/** A credit for the source beside the router. */
// @ts-ignore: decorator
@inline
export function sourceCreditIn2(free: usize): void {
  store<u32>(sourceCreditsIn2, free as u32);
  sourceCreditsIn2 += 4;
}

/** Phase 1 of a cycle: flits land in their buffers and credits become usable. Arrivals stay for the machine to deliver. */
export function receive(plane: usize, now: u32): void {
  const slot = now & 3;
  const flits = load<u32>(plane, P_FLITS) + slot * load<u32>(plane, P_FLIT_SLOT);
  const flitsEnd = flits + (load<u32>(plane + slot * 4, P_FLIT_COUNTS) << 3);
  for (let at = flits; at < flitsEnd; at += 8) {
    const entry = load<u64>(at);
    land(entry as u32, (entry >> 32) as u32);
  }
  store<u32>(plane + slot * 4, 0, P_FLIT_COUNTS);

  const credits = load<u32>(plane, P_CREDITS) + (now & 7) * load<u32>(plane, P_CREDIT_SLOT);
  const creditsEnd = credits + (load<u32>(plane + (now & 7) * 4, P_CREDIT_COUNTS) << 2);
  for (let at = credits; at < creditsEnd; at += 4) credit(load<u32>(at));
  store<u32>(plane + (now & 7) * 4, 0, P_CREDIT_COUNTS);

  const sources = load<u32>(plane, P_SOURCE_CREDITS) + slot * load<u32>(plane, P_ARRIVAL_SLOT);
  const sourcesEnd = sources + (load<u32>(plane + slot * 4, P_SOURCE_CREDIT_COUNTS) << 2);
  for (let at = sources; at < sourcesEnd; at += 4) {
    const free = load<u32>(at);
    store<u16>(free, load<u16>(free) + 1);
  }
  store<u32>(plane + slot * 4, 0, P_SOURCE_CREDIT_COUNTS);
}

/** A flit enters the buffer of an input channel; a head at the front of an idle one starts to wait for an output channel. */
function land(lane: usize, flit: u32): void {
  const buffered = load<u32>(lane, L_BUFFERED);
  store<u32>(load<u32>(lane, L_FIFO) + (((buffered + (buffered >> 16)) & fifoMask) << 2), flit);
  store<u32>(lane, buffered + 0x10000, L_BUFFERED);
  // done for every flit, not only the first: that costs less than a branch nobody can predict
  const router: usize = load<u32>(lane, L_ROUTER);
  store<u64>(
    router,
    load<u64>(router, R_NONEMPTY) | ((1 as u64) << (load<u8>(lane, L_INDEX) as u64)),
    R_NONEMPTY,
  );
  setBit(activeSet, load<u32>(router, R_INDEX));
  if (load<u8>(lane, L_PHASE) == PHASE_IDLE) beginWait(router, lane, flit);
}

/** The packet at the front of this lane gets its route (look-ahead: no cycle) and waits for an output channel. */
export function beginWait(router: usize, lane: usize, flit: u32): void {
  const packet: usize = flit & ~FLIT_TAIL;
  const out = xFirst(router, packet);
  const bit = (1 as u64) << (load<u8>(lane, L_INDEX) as u64);
  const want = router + (out << 3);
  store<u8>(lane, PHASE_WAIT, L_PHASE);
  store<u8>(lane, out as u8, L_OUT);
  store<u8>(lane, load<u8>(packet, K_TENANT), L_TENANT);
  store<u64>(want, load<u64>(want, R_WANT) | bit, R_WANT);
  store<u8>(router, (load<u8>(router, R_OUTS) as u32) | ((1 as u32) << out), R_OUTS);
  store<u64>(router, load<u64>(router, R_WAIT) | bit, R_WAIT);
}

/** Dimension order, X first (noc-model.md section 3). */
// @ts-ignore: decorator
@inline
function xFirst(router: usize, packet: usize): u32 {
  const x: u32 = load<u8>(router, R_X);
  const y: u32 = load<u8>(router, R_Y);
  const toX: u32 = load<u8>(packet, K_X);
  const toY: u32 = load<u8>(packet, K_Y);
  if (toX != x) return toX > x ? 0 : 1;
  if (toY != y) return toY > y ? 2 : 3;
  return 4;
}

/** A slot behind an output channel is free again. */
function credit(lane: usize): void {
  const free: u32 = load<u16>(lane, L_FREE) + 1;
  store<u16>(lane, free, L_FREE);
  const owner = load<u8>(lane, L_OWNER);
  if (free != 1 || owner == NO_LANE) return;
  const router: usize = load<u32>(lane, L_ROUTER);
  store<u64>(router, load<u64>(router, R_CREDIT) | ((1 as u64) << (owner as u64)), R_CREDIT);
}

/** Is anything on its way in this plane? */
export function linksBusy(plane: usize): bool {
  const pairs = load<u64>(plane, P_FLIT_COUNTS) | load<u64>(plane, P_FLIT_COUNTS + 8);
  const arrivals = load<u64>(plane, P_ARRIVAL_COUNTS) | load<u64>(plane, P_ARRIVAL_COUNTS + 8);
  const sources = load<u64>(plane, P_SOURCE_CREDIT_COUNTS) | load<u64>(plane, P_SOURCE_CREDIT_COUNTS + 8);
  const near = load<u64>(plane, P_CREDIT_COUNTS) | load<u64>(plane, P_CREDIT_COUNTS + 8);
  const far = load<u64>(plane, P_CREDIT_COUNTS + 16) | load<u64>(plane, P_CREDIT_COUNTS + 24);
  return (pairs | arrivals | sources | near | far) != 0;
}
