// Output channels for waiting heads (VA, noc-model.md sections 8, 9 and 11). Requests are bitmasks over input channels numbered
// port * V + vc, and iSLIP's "first at or after the pointer" is one count of trailing zeros.
import { firstFrom } from './bits';
import { beginToLeave, frontOf, handOn } from './link';
import {
  BANK_BYTES,
  H_TENANTS,
  K_FLITS,
  K_MASK,
  K_TENANT,
  LANES_PER_BANK,
  LANES_PER_VC,
  L_COUNT,
  L_LOST,
  L_OUT,
  L_OUTLANE,
  L_OWNER,
  L_VA_ACCEPT,
  L_VA_GRANT,
  NO_LANE,
  P_NEAR,
  R_INDEX,
  R_LINK_FLITS,
  WORK_REQUESTS,
  WORK_WAITING,
} from './layout';
import { banks, general, indexOf, laneOf, masked, noteMove, placeOf, plane, stayAwake, vcs, waitingEnd, work } from './plane';

const NOBODY: u32 = 255;

/** VA at all routers of the group where a head waits. */
export function allocateChannels(): void {
  const hasLanes = !general && !masked;
  for (let at = work + WORK_WAITING; at < waitingEnd; at += 8) {
    const router: usize = load<u32>(at);
    const lanes = load<u32>(at, 4);
    if (hasLanes && (lanes & (lanes - 1)) == 0) allocateOnly(router, ctz<u32>(lanes));
    else allocate(router);
  }
}

/** VA at a router of one bank where one head alone may get a channel: every free channel of its output grants it. */
// @ts-ignore: decorator
@inline
function allocateOnly(router: usize, lane: u32): void {
  const out: u32 = load<u8>(router + lane, L_OUT);
  const first = (load<u8>(router + out, L_OWNER) == NO_LANE) as u32;
  const second = (load<u8>(router + out, L_OWNER + LANES_PER_VC) == NO_LANE) as u32;
  const isNext = (load<u8>(router + lane, L_VA_ACCEPT) == out * vcs + 1) as u32;
  take(router, out, lane, second & ((first ^ 1) | isNext));
}

function allocate(router: usize): void {
  const requests = work + WORK_REQUESTS;
  for (let outs = collectRequests(router, requests); outs != 0; outs &= outs - 1) {
    const out = ctz<u32>(outs);
    arbitrate(router, out, load<u64>(requests + (out << 3)));
    store<u64>(requests + (out << 3), 0);
  }
}

/** Write the waiting input channels of each output port; returns the ports that any waits for. */
function collectRequests(router: usize, requests: usize): u32 {
  let outs: u32 = 0;
  for (let b: u32 = 0; b < banks; b++) {
    const bank = router + b * BANK_BYTES;
    const idle = i8x16.eq(v128.load(bank, L_OUTLANE), i8x16.splat(-1));
    const waiting = v128.andnot(idle, i8x16.eq(v128.load(bank, L_COUNT), i8x16.splat(0)));
    for (let left = i8x16.bitmask(waiting) as u32; left != 0; left &= left - 1) {
      const place = ctz<u32>(left);
      const out: u32 = load<u8>(bank + place, L_OUT);
      const index = indexOf(b * LANES_PER_BANK + place);
      store<u64>(requests + (out << 3), load<u64>(requests + (out << 3)) | ((1 as u64) << (index as u64)));
      outs |= 1 << out;
    }
  }
  return outs;
}

/** One output port: every free channel grants a requester; one that is granted several accepts one, the rest is wasted. */
function arbitrate(router: usize, out: u32, requests: u64): void {
  let free = freeChannels(router, out);
  while (free != 0) {
    const vc = ctz<u32>(free);
    const winner = grant(router, out, vc, requests);
    free &= free - 1;
    if (winner == NOBODY) continue;
    let granted: u64 = (1 as u64) << ((out * vcs + vc) as u64);
    for (let rest = free; rest != 0; rest &= rest - 1) {
      const other = ctz<u32>(rest);
      if (grant(router, out, other, requests) != winner) continue;
      granted |= (1 as u64) << ((out * vcs + other) as u64);
      free &= ~((1 as u32) << other);
    }
    const accepted = firstFrom(granted, load<u8>(router + placeOf(laneOf(winner)), L_VA_ACCEPT));
    take(router, out, laneOf(winner), accepted - out * vcs);
  }
}

/** Channels of an output port that nobody owns. */
function freeChannels(router: usize, out: u32): u32 {
  let free: u32 = 0;
  for (let vc: u32 = 0; vc < vcs; vc++) {
    free |= ((load<u8>(router + placeOf(vc * LANES_PER_VC + out), L_OWNER) == NO_LANE) as u32) << vc;
  }
  return free;
}

/** The input channel that output channel (out, vc) grants, or NOBODY. */
function grant(router: usize, out: u32, vc: u32, requests: u64): u32 {
  if (masked) requests = allowed(router, vc, requests);
  if (requests == 0) return NOBODY;
  return firstFrom(requests, load<u8>(router + placeOf(vc * LANES_PER_VC + out), L_VA_GRANT));
}

/** The requests of packets that may take channel `vc`. */
function allowed(router: usize, vc: u32, requests: u64): u64 {
  let result: u64 = 0;
  for (let left = requests; left != 0; left &= left - 1) {
    const index = ctz<u64>(left) as u32;
    const packet = frontOf(router, laneOf(index));
    const may: u64 = (load<u16>(packet, K_MASK) >> (vc as u16)) & 1;
    result |= may << (index as u64);
  }
  return result;
}

/** Commit: the packet owns channel `vc` of the output from the next cycle on and is handed on to the router behind it. */
function take(router: usize, out: u32, number: u32, vc: u32): void {
  const lane = router + placeOf(number);
  const channelNumber = vc * LANES_PER_VC + out;
  const channel = router + placeOf(channelNumber);
  store<u8>(lane, (out * vcs + vc + 1) as u8, L_VA_ACCEPT);
  store<u8>(channel, (indexOf(number) + 1) as u8, L_VA_GRANT);
  store<u8>(channel, number as u8, L_OWNER);
  store<u8>(lane, channelNumber as u8, L_OUTLANE);
  store<u8>(lane, 0, L_LOST); // in the pipeline, not blocked
  const packet = frontOf(router, number);
  const flits: u32 = load<u16>(packet, K_FLITS);
  beginToLeave(router, number, flits);
  stayAwake(load<u32>(router, R_INDEX));
  noteMove();
  if (out == 4) return;
  const link = load<u32>(router, R_LINK_FLITS) + ((out * load<u32>(H_TENANTS) + (load<u8>(packet, K_TENANT) as u32)) << 3);
  // all of them now; settleLinks takes back those that have not left
  store<u64>(link, load<u64>(link) + (flits as u64));
  handOn(router + load<u32>(plane + (out << 3), P_NEAR), channelNumber ^ 1, packet);
}
