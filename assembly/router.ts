// The input-queued router of noc-model.md, one cycle of it: allocation on the state before any grant of the cycle, then the commits.
// Source: BookSim 2's iq_router, checked packet by packet.
import { allocateChannels, allocateSwitch, areApart, channelGranted, front, openAllocation, winApart, winnersApart, winningLanes } from './allocation';
import { count, nextBit } from './bits';
import { arrivalIn3, beginWait, creditIn3, creditIn6, flitIn3, sourceCreditIn2 } from './link';
import {
  FLIT_TAIL,
  H_TENANTS,
  L_BUFFERED,
  L_FIFO,
  L_FREE,
  L_OUT,
  L_OUTLANE,
  L_OWNER,
  L_PEER,
  L_PHASE,
  L_STRIDE,
  L_TENANT,
  L_VC,
  NO_LANE,
  PHASE_IDLE,
  P_ACTIVE,
  P_FIFO_MASK,
  P_MOVED,
  P_ROUTERS,
  P_ROUTER_STRIDE,
  P_VCS,
  P_WORDS,
  R_ACTIVE,
  R_CREDIT,
  R_LANES,
  R_LINK_FLITS,
  R_NONEMPTY,
  R_OUTS,
  R_OWNED,
  R_WAIT,
  R_WANT,
} from './layout';
import { observeLosers, watchLosers } from './losers';

// the plane being stepped
let vcs: u32 = 0;
let fifoMask: u32 = 0;
let tenants: u32 = 0;
let flitLeft: bool = false;

/** Phase 3 of a cycle, for every router that holds a flit. */
export function route(plane: usize, reverse: bool): void {
  vcs = load<u32>(plane, P_VCS);
  fifoMask = load<u32>(plane, P_FIFO_MASK);
  tenants = load<u32>(H_TENANTS);
  flitLeft = false;
  openAllocation(plane);
  watchLosers(plane);
  const routers: usize = load<u32>(plane, P_ROUTERS);
  const stride = load<u32>(plane, P_ROUTER_STRIDE);
  const active: usize = load<u32>(plane, P_ACTIVE);
  const words = load<u32>(plane, P_WORDS);
  for (let w: u32 = 0; w < words; w++) {
    const word = active + (w << 3);
    let bits = load<u64>(word);
    while (bits != 0) {
      const bit = nextBit(bits, reverse);
      bits ^= (1 as u64) << (bit as u64);
      if (!visit(routers + ((w << 6) + bit) * stride)) {
        store<u64>(word, load<u64>(word) & ~((1 as u64) << (bit as u64)));
      }
    }
  }
  if (flitLeft || channelGranted) store<u32>(plane, 1, P_MOVED);
}

/** One router, one cycle. Returns whether it still holds a flit. */
// @ts-ignore: decorator
@inline
function visit(router: usize): bool {
  const nonEmpty = load<u64>(router, R_NONEMPTY);
  const ready = load<u64>(router, R_ACTIVE) & nonEmpty & load<u64>(router, R_CREDIT);
  const waiting = load<u64>(router, R_WAIT);
  if (waiting != 0) allocateChannels(router, waiting);
  // heads that got their channel now are in the pipeline, not blocked
  const present = nonEmpty & ~(waiting & ~load<u64>(router, R_WAIT));
  if (areApart(router, ready)) {
    if (present != ready) observeLosers(router, present & ~ready, winnersApart(router, ready));
    for (let left = ready; left != 0; left &= left - 1) forward(router, winApart(router, ctz<u64>(left) as u32), ctz<u64>(left) as u32);
    return load<u64>(router, R_NONEMPTY) != 0;
  }
  const winners = allocateSwitch(router, ready);
  const losers = present & ~winningLanes;
  if (losers != 0) observeLosers(router, losers, winners);
  for (let left = winners; left != 0; ) {
    const shift = (ctz<u64>(left) >> 3) << 3;
    forward(router, (shift >> 3) as u32, ((left >> shift) & 0xff) as u32 - 1);
    left &= ~((0xff as u64) << shift);
  }
  return load<u64>(router, R_NONEMPTY) != 0;
}

/** Commit one match of SA: the front flit of the lane leaves through its output channel. */
// @ts-ignore: decorator
@inline
function forward(router: usize, out: u32, index: u32): void {
  const lane = router + R_LANES + index * L_STRIDE;
  const bit = (1 as u64) << (index as u64);
  const buffered = load<u32>(lane, L_BUFFERED);
  const flit = load<u32>(load<u32>(lane, L_FIFO) + ((buffered & 0xffff) << 2));
  const left = (buffered >> 16) - 1;
  const outLane: usize = load<u32>(lane, L_OUTLANE);
  const free: u32 = load<u16>(outLane, L_FREE) - 1;
  store<u32>(lane, (left << 16) | ((buffered + 1) & fifoMask), L_BUFFERED);
  store<u16>(outLane, free, L_FREE);
  if (free == 0) store<u64>(router, load<u64>(router, R_CREDIT) & ~bit, R_CREDIT);
  store<u64>(router, load<u64>(router, R_NONEMPTY) & ~(left == 0 ? bit : 0), R_NONEMPTY);
  if (index < 4 * vcs) creditIn3(load<u32>(lane, L_PEER));
  else sourceCreditIn2(load<u32>(lane, L_PEER));
  if (out < 4) {
    flitIn3(load<u32>(outLane, L_PEER), flit);
    count(load<u32>(router, R_LINK_FLITS) + ((out * tenants + (load<u8>(lane, L_TENANT) as u32)) << 3));
  } else {
    creditIn6(outLane);
    if ((flit & FLIT_TAIL) != 0) arrivalIn3(flit & ~FLIT_TAIL);
  }
  if ((flit & FLIT_TAIL) != 0) release(router, lane, outLane, bit, left);
  flitLeft = true;
}

/** The tail has left: the output channel is free, and the next packet of this lane, if any, starts to wait. */
function release(router: usize, lane: usize, outLane: usize, bit: u64, left: u32): void {
  const out: u32 = load<u8>(lane, L_OUT);
  const owned = router + (out << 1);
  const want = router + (out << 3);
  store<u16>(owned, load<u16>(owned, R_OWNED) & ~((1 as u32) << (load<u8>(outLane, L_VC) as u32)), R_OWNED);
  store<u8>(outLane, NO_LANE, L_OWNER);
  store<u64>(router, load<u64>(router, R_ACTIVE) & ~bit, R_ACTIVE);
  const others = load<u64>(want, R_WANT) & ~bit;
  store<u64>(want, others, R_WANT);
  if (others == 0) store<u8>(router, (load<u8>(router, R_OUTS) as u32) & ~((1 as u32) << out), R_OUTS);
  if (left == 0) store<u8>(lane, PHASE_IDLE, L_PHASE);
  else beginWait(router, lane, front(lane));
}
