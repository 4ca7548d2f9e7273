// Output channels for waiting heads (VA, noc-model.md sections 8, 9 and 11). Which heads wait, and which of them are alone in asking for
// their output, is found for all routers of a block at once. A head that is alone is granted every free channel of its output; where
// several ask for one output, iSLIP runs with requests as bitmasks over input channels numbered port * V + vc, and its "first at or
// after the pointer" is one count of trailing zeros.
import { firstFrom } from './bits';
import { beginToLeave, frontOf, handOn } from './link';
import {
  H_TENANTS,
  LINKS,
  K_FLITS,
  K_MASK,
  K_TENANT,
  L_OUT,
  L_STRIDE,
  L_VA_ACCEPT,
  L_VA_GRANT,
  L_VC,
  PORTS,
  P_LINK_FLITS,
  ROW,
  R_LANES,
  R_OWNED,
  WORK_HEADS,
  WORK_LANE,
  WORK_LOST,
  WORK_REQUESTS,
  WORK_WAITING,
} from './layout';
import { indexOf, lanes, masked, neighbour, noteMove, plane, vcs, work } from './plane';

const NOBODY: u32 = 255;

let granted: bool = false;

/** VA at the block whose first tile is `first`, where heads wait. Returns whether any was granted a channel. */
export function allocateChannels(block: usize, first: u32): bool {
  granted = false;
  const contested = listHeads();
  for (let at: u32 = 0; at < lanes; at += 4) {
    for (let bits = load<u64>(work + at * 2, WORK_HEADS); bits != 0; bits &= bits - 1) {
      const bit = ctz<u64>(bits) as u32;
      const byte = bit & (ROW - 1);
      allocateOnly(block + byte, first + byte, at + (bit >> 4));
    }
  }
  for (let bits = contested; bits != 0; bits &= bits - 1) {
    const byte = ctz<u32>(bits);
    allocateAmong(block + byte, first + byte, byte);
  }
  return granted;
}

/** Write, per lane, the routers where its head waits and no other asks for that output. Returns the routers where several do. */
function listHeads(): u32 {
  let once = i8x16.splat(0);
  let twice = i8x16.splat(0);
  const end = work + lanes * WORK_LANE;
  for (let row = work; row < end; row += WORK_LANE) {
    const waiting = v128.load(row, WORK_WAITING);
    twice = v128.or(twice, v128.and(once, waiting));
    once = v128.or(once, waiting);
  }
  let list = work;
  for (let row = work; row < end; row += WORK_LANE, list += 2) {
    const alone = v128.andnot(v128.load(row, WORK_WAITING), twice);
    store<u16>(list, i8x16.bitmask(i8x16.ne(alone, i8x16.splat(0))) as u16, WORK_HEADS);
  }
  return i8x16.bitmask(i8x16.ne(twice, i8x16.splat(0))) as u32;
}

/** VA for a head that nobody stands in the way of; `router` is the block plus the byte of the tile. */
// @ts-ignore: decorator
@inline
function allocateOnly(router: usize, tile: u32, lane: u32): void {
  const record = router + R_LANES + lane * L_STRIDE;
  const out: u32 = ctz<u32>(load<u8>(record, L_OUT));
  let free = freeChannels(router, out);
  if (masked) free &= load<u16>(frontOf(tile, lane), K_MASK);
  if (free == 0) return;
  const base = out * vcs;
  const vc = firstFrom((free as u64) << (base as u64), load<u8>(record, L_VA_ACCEPT)) - base;
  take(router, tile, lane, out, vc);
}

/** VA at a router where several heads ask for one output. */
function allocateAmong(router: usize, tile: u32, byte: usize): void {
  const requests = work + WORK_REQUESTS;
  let outs: u32 = 0;
  for (let lane: u32 = 0; lane < lanes; lane++) {
    const row = work + byte + lane * WORK_LANE;
    const waiting: u32 = load<u8>(row, WORK_WAITING);
    if (waiting == 0 || ((load<u16>(work + lane * 2, WORK_HEADS) >> (byte as u16)) & 1) != 0) continue;
    const at = requests + (ctz<u32>(waiting) << 3);
    store<u64>(at, load<u64>(at) | ((1 as u64) << (indexOf(lane) as u64)));
    outs |= waiting;
  }
  for (let left = outs; left != 0; left &= left - 1) {
    const out = ctz<u32>(left);
    arbitrate(router, tile, out, load<u64>(requests + (out << 3)));
    store<u64>(requests + (out << 3), 0);
  }
}

/** One output port: every free channel grants a requester; one that is granted several accepts one, the rest is wasted. */
function arbitrate(router: usize, tile: u32, out: u32, requests: u64): void {
  let free = freeChannels(router, out);
  while (free != 0) {
    const vc = ctz<u32>(free);
    const winner = grant(router, tile, out, vc, requests);
    free &= free - 1;
    if (winner == NOBODY) continue;
    let offers: u64 = (1 as u64) << ((out * vcs + vc) as u64);
    for (let rest = free; rest != 0; rest &= rest - 1) {
      const other = ctz<u32>(rest);
      if (grant(router, tile, out, other, requests) != winner) continue;
      offers |= (1 as u64) << ((out * vcs + other) as u64);
      free &= ~((1 as u32) << other);
    }
    const lane = laneOf(winner);
    const accepted = firstFrom(offers, load<u8>(router + R_LANES + lane * L_STRIDE, L_VA_ACCEPT));
    take(router, tile, lane, out, accepted - out * vcs);
  }
}

/** The lane of a channel number port * V + vc. */
function laneOf(index: u32): u32 {
  const port = index / vcs;
  return (index - port * vcs) * PORTS + port;
}

/** Channels of an output port that nobody owns. */
// @ts-ignore: decorator
@inline
function freeChannels(router: usize, out: u32): u32 {
  let owned: u32 = 0;
  for (let vc: u32 = 0; vc < vcs; vc++) owned |= ((load<u8>(router + vc * ROW, R_OWNED) >> (out as u8)) & 1) << vc;
  return ~owned & ((1 << vcs) - 1);
}

/** The input channel that output channel (out, vc) grants, or NOBODY. */
function grant(router: usize, tile: u32, out: u32, vc: u32, requests: u64): u32 {
  if (masked) requests = allowed(tile, vc, requests);
  if (requests == 0) return NOBODY;
  return firstFrom(requests, load<u8>(router + R_LANES + (vc * PORTS + out) * L_STRIDE, L_VA_GRANT));
}

/** The requests of packets that may take channel `vc`. */
function allowed(tile: u32, vc: u32, requests: u64): u64 {
  let result: u64 = 0;
  for (let left = requests; left != 0; left &= left - 1) {
    const index = ctz<u64>(left) as u32;
    const may: u64 = (load<u16>(frontOf(tile, laneOf(index)), K_MASK) >> (vc as u16)) & 1;
    result |= may << (index as u64);
  }
  return result;
}

/** Commit: the packet owns channel `vc` of the output from the next cycle on and is handed on to the router behind it. */
function take(router: usize, tile: u32, lane: u32, out: u32, vc: u32): void {
  const record = router + R_LANES + lane * L_STRIDE;
  const owned = router + vc * ROW;
  store<u8>(record, (out * vcs + vc + 1) as u8, L_VA_ACCEPT);
  store<u8>(router + R_LANES + (vc * PORTS + out) * L_STRIDE, (indexOf(lane) + 1) as u8, L_VA_GRANT);
  store<u8>(owned, load<u8>(owned, R_OWNED) | (1 << (out as u8)), R_OWNED);
  store<u8>(record, vc as u8, L_VC);
  store<u8>(work + lane * WORK_LANE + (tile & (ROW - 1)), 0, WORK_LOST); // in the pipeline, not blocked
  const packet = frontOf(tile, lane);
  const flits: u32 = load<u16>(packet, K_FLITS);
  beginToLeave(record, tile, lane, flits);
  granted = true;
  noteMove();
  if (out == (LINKS as u32)) return;
  const link = load<u32>(plane, P_LINK_FLITS) + (((tile * (LINKS as u32) + out) * load<u32>(H_TENANTS) + (load<u8>(packet, K_TENANT) as u32)) << 3);
  // all of them now; settleLinks takes back those that have not left
  store<u64>(link, load<u64>(link) + (flits as u64));
  handOn(neighbour(tile, out), vc * PORTS + (out ^ 1), packet);
}
