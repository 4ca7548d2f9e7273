// The two allocators of a router (noc-model.md sections 8 to 10): output channels to waiting heads (VA), the switch to ready flits
// (SA). One record per router; requests are bitmasks over its lanes (port*V + vc), and iSLIP's "first at or after the pointer" is one
// count of trailing zeros. Lanes at different input ports that want different outputs cannot be in each other's way: for them, the
// common case, no arbitration is needed, only the pointers move.
import { firstFrom } from './bits';
import {
  FLIT_TAIL,
  K_MASK,
  L_BUFFERED,
  L_FIFO,
  L_FREE,
  L_OUT,
  L_OUTLANE,
  L_OWNER,
  L_PHASE,
  L_STRIDE,
  L_VA_ACCEPT,
  L_VA_GRANT,
  L_VC,
  NO_LANE,
  PHASE_ACTIVE,
  P_MASKED,
  P_VCS,
  R_ACTIVE,
  R_CREDIT,
  R_LANES,
  R_OUTS,
  R_OWNED,
  R_RR,
  R_SA_ACCEPT,
  R_SA_GRANT,
  R_WAIT,
  R_WANT,
} from './layout';

// the plane being stepped
let vcs: u32 = 0;
let vcMask: u64 = 0;
let portOfLane: u32 = 0; // reciprocal: (lane * portOfLane) >> 16 is the port
let masked: bool = false;

/** Lanes that won the last switch allocation. */
export let winningLanes: u64 = 0;
/** Has an output channel been granted since the plane was opened? */
export let channelGranted: bool = false;

/** Allocate for the routers of this plane from now on. */
export function openAllocation(plane: usize): void {
  vcs = load<u32>(plane, P_VCS);
  vcMask = ((1 as u64) << (vcs as u64)) - 1;
  portOfLane = 65536 / vcs + 1;
  masked = load<u32>(plane, P_MASKED) != 0;
  channelGranted = false;
}

/** VA for all heads that wait. */
export function allocateChannels(router: usize, waiting: u64): void {
  if (!masked && areApart(router, waiting)) allocateApart(router, waiting);
  else arbitrateChannels(router, waiting);
}

/** Do these lanes stand at different input ports and want different output ports? Then none can be in another's way. */
// @ts-ignore: decorator
@inline
export function areApart(router: usize, lanes: u64): bool {
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
export function winnersApart(router: usize, lanes: u64): u64 {
  let winners: u64 = 0;
  for (; lanes != 0; lanes &= lanes - 1) {
    const index = ctz<u64>(lanes) as u32;
    const out: u32 = load<u8>(router + R_LANES + index * L_STRIDE, L_OUT);
    winners |= ((index + 1) as u64) << ((out * 8) as u64);
  }
  return winners;
}

/** SA for a lane in nobody's way: it wins its output port, which is returned, and the pointers follow. */
// @ts-ignore: decorator
@inline
export function winApart(router: usize, index: u32): u32 {
  const lane = router + R_LANES + index * L_STRIDE;
  const ports = load<u16>(lane, L_OUT) as u32;
  const out = ports & 0xff;
  const port = ports >> 8;
  store<u8>(router + out, (port + 1) as u8, R_SA_GRANT);
  store<u8>(router + port, (out + 1) as u8, R_SA_ACCEPT);
  store<u8>(router + port, (load<u8>(lane, L_VC) + 1) as u8, R_RR);
  return out;
}

/** VA: every output port by itself, since a lane requests channels of one port only. */
function arbitrateChannels(router: usize, waiting: u64): void {
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
  channelGranted = true;
}

/** SA: the winning lanes, lane + 1 in the byte of its output port. Grants of all outputs are computed before any accept. */
export function allocateSwitch(router: usize, ready: u64): u64 {
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

/** The flit at the front of a lane that has one. */
// @ts-ignore: decorator
@inline
export function front(lane: usize): u32 {
  return load<u32>(load<u32>(lane, L_FIFO) + ((load<u32>(lane, L_BUFFERED) & 0xffff) << 2));
}
