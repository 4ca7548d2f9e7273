// The input-queued router of noc-model.md: channel allocation (VA) and switch allocation (SA), both on the state before any
// grant of the cycle, then the commits. One record per router; requests are bitmasks over its lanes (port*V + vc), and iSLIP's
// "first at or after the pointer" is one count of trailing zeros. Source: BookSim 2's iq_router, checked packet by packet.
import { count, firstFrom, nextBit } from './bits';
import { arrivalIn3, beginWait, creditIn3, creditIn6, flitIn3, sourceCreditIn2 } from './link';
import {
  FLIT_TAIL,
  H_TENANTS,
  K_MASK,
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
  L_VA_ACCEPT,
  L_VA_GRANT,
  L_VC,
  NO_LANE,
  PHASE_ACTIVE,
  PHASE_IDLE,
  P_ACTIVE,
  P_FIFO_MASK,
  P_MASKED,
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
  R_RR,
  R_SA_ACCEPT,
  R_SA_GRANT,
  R_WAIT,
  R_WANT,
} from './layout';
import { observeLosers, watchLosers } from './losers';

// the plane being stepped
let vcs: u32 = 0;
let vcMask: u64 = 0;
let portOfLane: u32 = 0; // reciprocal: (lane * portOfLane) >> 16 is the port
let fifoMask: u32 = 0;
let masked: bool = false;
let tenants: u32 = 0;
let moved: u32 = 0;
let winningLanes: u64 = 0; // of the last switch allocation

/** Phase 3 of a cycle, for every router that holds a flit. */
export function route(plane: usize, reverse: bool): void {
  vcs = load<u32>(plane, P_VCS);
  vcMask = ((1 as u64) << (vcs as u64)) - 1;
  portOfLane = 65536 / vcs + 1;
  fifoMask = load<u32>(plane, P_FIFO_MASK);
  tenants = load<u32>(H_TENANTS);
  masked = load<u32>(plane, P_MASKED) != 0;
  watchLosers(plane);
  moved = 0;
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
  if (moved != 0) store<u32>(plane, 1, P_MOVED);
}

/** One router, one cycle. Returns whether it still holds a flit. */
function visit(router: usize): bool {
  const nonEmpty = load<u64>(router, R_NONEMPTY);
  const ready = load<u64>(router, R_ACTIVE) & nonEmpty & load<u64>(router, R_CREDIT);
  const waiting = load<u64>(router, R_WAIT);
  if (waiting != 0) {
    if (!masked && areApart(router, waiting)) allocateApart(router, waiting);
    else allocateChannels(router, waiting);
  }
  // heads that got their channel now are in the pipeline, not blocked
  const present = nonEmpty & ~(waiting & ~load<u64>(router, R_WAIT));
  if (areApart(router, ready)) {
    if (present != ready) observeLosers(router, present & ~ready, winnersApart(router, ready));
    for (let left = ready; left != 0; left &= left - 1) forwardApart(router, ctz<u64>(left) as u32);
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

/** Do these lanes stand at different input ports and want different output ports? Then none can be in another's way. */
// @ts-ignore: decorator
@inline
function areApart(router: usize, lanes: u64): bool {
  if ((lanes & (lanes - 1)) == 0) return true;
  let seen: u32 = 0;
  for (; lanes != 0; lanes &= lanes - 1) {
    const ports = load<u16>(router + R_LANES + (ctz<u64>(lanes) as u32) * L_STRIDE, L_OUT) as u32;
    const bits = (1 << (ports & 0xff)) | (0x100 << (ports >> 8));
    if ((seen & bits) != 0) return false;
    seen |= bits;
  }
  return true;
}

/** VA for lanes that are apart: every free channel of its port grants each. */
function allocateApart(router: usize, lanes: u64): void {
  for (; lanes != 0; lanes &= lanes - 1) {
    const index = ctz<u64>(lanes) as u32;
    const out: u32 = load<u8>(router + R_LANES + index * L_STRIDE, L_OUT);
    const free = ~(load<u16>(router + (out << 1), R_OWNED) as u64) & vcMask;
    if (free != 0) takeChannel(router, index, out, free << ((out * vcs) as u64));
  }
}

/** Winners of SA among lanes that are apart, each at its output port; packed as by allocateSwitch. */
function winnersApart(router: usize, lanes: u64): u64 {
  let winners: u64 = 0;
  for (; lanes != 0; lanes &= lanes - 1) {
    const index = ctz<u64>(lanes) as u32;
    const out: u32 = load<u8>(router + R_LANES + index * L_STRIDE, L_OUT);
    winners |= ((index + 1) as u64) << ((out * 8) as u64);
  }
  return winners;
}

/** SA for a lane in nobody's way: it wins its output port, the pointers follow, and its flit leaves. */
// @ts-ignore: decorator
@inline
function forwardApart(router: usize, index: u32): void {
  const lane = router + R_LANES + index * L_STRIDE;
  const ports = load<u16>(lane, L_OUT) as u32;
  const out = ports & 0xff;
  const port = ports >> 8;
  store<u8>(router + out, (port + 1) as u8, R_SA_GRANT);
  store<u8>(router + port, (out + 1) as u8, R_SA_ACCEPT);
  store<u8>(router + port, (load<u8>(lane, L_VC) + 1) as u8, R_RR);
  forward(router, out, index);
}

/** VA: every output port by itself, since a lane requests channels of one port only. */
function allocateChannels(router: usize, waiting: u64): void {
  for (let outs: u32 = load<u8>(router, R_OUTS); outs != 0; outs &= outs - 1) {
    const out = ctz<u32>(outs);
    const requests = load<u64>(router + (out << 3), R_WANT) & waiting;
    if (requests == 0) continue;
    let free = ~(load<u16>(router + (out << 1), R_OWNED) as u64) & vcMask;
    while (free != 0) {
      // The lane that the lowest free channel grants may be granted others too: it accepts one of them, the rest is wasted.
      const vc = ctz<u64>(free) as u32;
      const lane = grantChannel(router, out, vc, requests);
      free &= free - 1;
      if (lane == NO_LANE) continue;
      let granted = (1 as u64) << ((out * vcs + vc) as u64);
      for (let rest = free; rest != 0; rest &= rest - 1) {
        const other = ctz<u64>(rest) as u32;
        if (grantChannel(router, out, other, requests) != lane) continue;
        granted |= (1 as u64) << ((out * vcs + other) as u64);
        free &= ~((1 as u64) << (other as u64));
      }
      takeChannel(router, lane, out, granted);
    }
  }
}

/** The lane that output channel (out, vc) grants, or NO_LANE. */
function grantChannel(router: usize, out: u32, vc: u32, requests: u64): u32 {
  if (masked) requests = allowed(router, vc, requests);
  if (requests == 0) return NO_LANE;
  return firstFrom(requests, load<u8>(router + R_LANES + (out * vcs + vc) * L_STRIDE, L_VA_GRANT));
}

/** The requests of packets that may take channel `vc`. */
function allowed(router: usize, vc: u32, requests: u64): u64 {
  let result: u64 = 0;
  for (let left = requests; left != 0; left &= left - 1) {
    const lane = ctz<u64>(left);
    const packet: usize = front(router + R_LANES + (lane as usize) * L_STRIDE) & ~FLIT_TAIL;
    const may: u64 = (load<u16>(packet, K_MASK) >> (vc as u16)) & 1;
    result |= may << lane;
  }
  return result;
}

/** Accept one of the granted output channels and commit it. */
function takeChannel(router: usize, index: u32, out: u32, granted: u64): void {
  const lane = router + R_LANES + index * L_STRIDE;
  const channel = firstFrom(granted, load<u8>(lane, L_VA_ACCEPT));
  const outLane = router + R_LANES + channel * L_STRIDE;
  const bit = (1 as u64) << (index as u64);
  const owned = router + (out << 1);
  store<u8>(lane, (channel + 1) as u8, L_VA_ACCEPT);
  store<u8>(outLane, (index + 1) as u8, L_VA_GRANT);
  store<u8>(outLane, index as u8, L_OWNER);
  store<u32>(lane, outLane as u32, L_OUTLANE);
  store<u8>(lane, PHASE_ACTIVE, L_PHASE);
  store<u16>(owned, load<u16>(owned, R_OWNED) | ((1 as u32) << (channel - out * vcs)), R_OWNED);
  store<u64>(router, load<u64>(router, R_WAIT) & ~bit, R_WAIT);
  store<u64>(router, load<u64>(router, R_ACTIVE) | bit, R_ACTIVE);
  const credit = load<u64>(router, R_CREDIT) & ~bit;
  store<u64>(router, load<u16>(outLane, L_FREE) != 0 ? credit | bit : credit, R_CREDIT);
  moved = 1;
}

/** SA: the winning lanes, lane + 1 in the byte of its output port. Grants of all outputs are computed before any accept. */
function allocateSwitch(router: usize, ready: u64): u64 {
  let grants: u64 = 0; // a byte of granting outputs per input port
  for (let outs: u32 = load<u8>(router, R_OUTS); outs != 0; outs &= outs - 1) {
    const out = ctz<u32>(outs);
    const requests = load<u64>(router + (out << 3), R_WANT) & ready;
    if (requests == 0) continue;
    const lane = firstFrom(requests, (load<u8>(router + out, R_SA_GRANT) as u32) * vcs);
    grants |= (1 as u64) << ((((lane * portOfLane) >> 16) * 8 + out) as u64);
  }
  let winners: u64 = 0;
  winningLanes = 0;
  while (grants != 0) {
    const port = (ctz<u64>(grants) as u32) >> 3;
    const offers = (grants >> ((port * 8) as u64)) & 0xff;
    grants &= ~((0xff as u64) << ((port * 8) as u64));
    const out = firstFrom(offers, load<u8>(router + port, R_SA_ACCEPT));
    const lanes = ((load<u64>(router + (out << 3), R_WANT) & ready) >> ((port * vcs) as u64)) & vcMask;
    const vc = firstFrom(lanes, load<u8>(router + port, R_RR));
    store<u8>(router + out, (port + 1) as u8, R_SA_GRANT);
    store<u8>(router + port, (out + 1) as u8, R_SA_ACCEPT);
    store<u8>(router + port, (vc + 1) as u8, R_RR);
    winningLanes |= (1 as u64) << ((port * vcs + vc) as u64);
    winners |= ((port * vcs + vc + 1) as u64) << ((out * 8) as u64);
  }
  return winners;
}

/** Commit one match of SA: the front flit of the lane leaves through its output channel. */
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
  if (left == 0) store<u64>(router, load<u64>(router, R_NONEMPTY) & ~bit, R_NONEMPTY);
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
  moved = 1;
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

/** The flit at the front of a lane that has one. */
// @ts-ignore: decorator
@inline
function front(lane: usize): u32 {
  return load<u32>(load<u32>(lane, L_FIFO) + ((load<u32>(lane, L_BUFFERED) & 0xffff) << 2));
}
