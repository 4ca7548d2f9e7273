// Output channels for waiting heads (VA, noc-model.md sections 8, 9 and 11). Which heads wait, and which of them are alone in asking for
// their output, is found for all routers of a block at once. A head that is alone is granted every free channel of its output; where
// several ask for one output, iSLIP runs with requests as bitmasks over input channels numbered port * V + vc, and its "first at or
// after the pointer" is one count of trailing zeros.
import { firstFrom } from './bits';
import { indexOf, routerAt, routerOf, routersWith, rowsOf, workOf } from './landing';
import { flitsLeft, frontOf, handOn } from './link';
import { loseHead } from './losers';
import {
  LINKS,
  K_MASK,
  L_ACCEPT,
  L_GRANT,
  L_OUT,
  L_STRIDE,
  L_TENANT,
  L_VC,
  PORTS,
  ROW,
  R_LANES,
  R_CHANNEL,
  R_OWNED,
  WORK_CONTESTED,
  WORK_LANE,
  WORK_LIST,
  WORK_REQUESTS,
  WORK_WAITING,
} from './layout';
import { linkFlits, masked, neighbour, tenants, tileOf, vcs } from './plane';
import { headsEnd, setHeadsEnd } from './switch';

const NOBODY: u32 = 255;
const NO_OUTPUT: u32 = (1 as u32) << PORTS;

let granted: bool = false;

/**
 * VA at the block whose first tile is `first`, where the heads listed from `from` on wait. Returns whether any is granted a channel. A head
 * that is alone in asking for its output is sure of one and stays in the list, to get it with those of other blocks: one long loop instead
 * of many short ones, whose ends are hard to predict. Not so where packets may not take every channel, and where interference, which is
 * charged before that, depends on who owns one.
 */
export function allocateChannels(block: usize, first: u32, listEnd: usize, from: usize): bool {
  granted = false;
  const twice = v128.load(WORK_CONTESTED);
  if (v128.any_true(twice)) {
    dropContested(from);
    for (let bits = routersWith(twice); bits != 0; bits &= bits - 1) {
      const byte = ctz<u32>(bits);
      allocateAmong(block + byte, first + byte, byte, listEnd);
    }
  }
  if (masked || tenants > 1) grantAlone(from);
  return granted || headsEnd != from;
}

/** Take heads out of the list that share their output with others. */
function dropContested(from: usize): void {
  let end = from;
  for (let at = from; at < headsEnd; at += 8) {
    const entry = load<u64>(at);
    store<u64>(end, entry);
    end += (((load<u8>(rowsOf(entry), L_OUT) & load<u8>(routerOf(entry), WORK_CONTESTED)) == 0) as usize) << 3;
  }
  setHeadsEnd(end);
}

/** VA for heads that are alone in asking for their output, listed from `from` on, which leave the list. */
export function grantAlone(from: usize): void {
  for (let at = from; at < headsEnd; at += 8) allocateOnly(load<u64>(at));
  setHeadsEnd(from);
}

// @ts-ignore: decorator
@inline
function allocateOnly(entry: u64): void {
  const rows = rowsOf(entry);
  const router = routerAt(entry);
  const bit = load<u8>(rows, L_OUT);
  const out: u32 = ctz<u32>(bit);
  let free = freeChannels(router, out);
  if (masked) {
    free &= load<u16>(frontOf(rows), K_MASK);
    if (free == 0) return loseHead(workOf(entry), routerOf(entry), bit);
  }
  const base = out * vcs;
  const vc = firstFrom((free as u64) << (base as u64), load<u8>(rows, L_ACCEPT)) - base;
  take(router, rows, tileOf(router), indexOf(entry), out, vc);
}

/** VA at a router where several heads ask for one output. */
function allocateAmong(router: usize, tile: u32, byte: usize, listEnd: usize): void {
  let outs: u32 = 0;
  for (let at: usize = WORK_LIST; at < listEnd; at += 8) {
    const entry = load<u64>(at);
    const waiting: u32 = load<u8>(workOf(entry) + byte, WORK_WAITING) & load<u8>(byte, WORK_CONTESTED);
    // no branch: whether a lane has such a head is hard to predict
    const asked: usize = WORK_REQUESTS + (ctz<u32>(waiting | NO_OUTPUT) << 3);
    store<u64>(asked, load<u64>(asked) | ((1 as u64) << (indexOf(entry) as u64)));
    outs |= waiting;
  }
  for (let left = outs; left != 0; left &= left - 1) {
    const out = ctz<u32>(left);
    arbitrate(router, tile, out, load<u64>(out << 3, WORK_REQUESTS));
    store<u64>(out << 3, 0, WORK_REQUESTS);
  }
}

/** One output port: every free channel grants a requester; one that is granted several accepts one, the rest is wasted. */
function arbitrate(router: usize, tile: u32, out: u32, requests: u64): void {
  let free = freeChannels(router, out);
  let losers = requests;
  while (free != 0) {
    const vc = ctz<u32>(free);
    const winner = grant(router, out, vc, requests);
    free &= free - 1;
    if (winner == NOBODY) continue;
    losers &= ~((1 as u64) << (winner as u64));
    let offers: u64 = (1 as u64) << ((out * vcs + vc) as u64);
    for (let rest = free; rest != 0; rest &= rest - 1) {
      const other = ctz<u32>(rest);
      if (grant(router, out, other, requests) != winner) continue;
      offers |= (1 as u64) << ((out * vcs + other) as u64);
      free &= ~((1 as u32) << other);
    }
    const lane = laneOfIndex(winner);
    const rows = rowsAt(router, lane);
    take(router, rows, tile, winner, out, firstFrom(offers, load<u8>(rows, L_ACCEPT)) - out * vcs);
  }
  for (; losers != 0; losers &= losers - 1) {
    loseHead(laneOfIndex(ctz<u64>(losers) as u32) * WORK_LANE, tile & (ROW - 1), 1 << (out as u8));
  }
}

/** The lane of a channel number port * V + vc. */
function laneOfIndex(index: u32): u32 {
  const port = index / vcs;
  return (index - port * vcs) * PORTS + port;
}

/** A router's byte in the first row of a lane. */
// @ts-ignore: decorator
@inline
function rowsAt(router: usize, lane: u32): usize {
  return router + R_LANES + lane * L_STRIDE;
}

/** Channels of an output port that nobody owns. */
// @ts-ignore: decorator
@inline
function freeChannels(router: usize, out: u32): u32 {
  let owned: u32 = ((load<u8>(router, R_OWNED) as u32) >> out) & 1;
  owned |= (((load<u8>(router, R_OWNED + R_CHANNEL) as u32) >> out) & 1) << 1;
  for (let vc: u32 = 2; vc < vcs; vc++) owned |= (((load<u8>(router + vc * R_CHANNEL, R_OWNED) as u32) >> out) & 1) << vc;
  return ~owned & ((1 << vcs) - 1);
}

/** The input channel that output channel (out, vc) grants, or NOBODY. */
function grant(router: usize, out: u32, vc: u32, requests: u64): u32 {
  if (masked) requests = allowed(router, vc, requests);
  if (requests == 0) return NOBODY;
  return firstFrom(requests, load<u8>(rowsAt(router, vc * PORTS + out), L_GRANT));
}

/** The requests of packets that may take channel `vc`. */
function allowed(router: usize, vc: u32, requests: u64): u64 {
  let result: u64 = 0;
  for (let left = requests; left != 0; left &= left - 1) {
    const index = ctz<u64>(left) as u32;
    const packet = frontOf(rowsAt(router, laneOfIndex(index)));
    const may: u64 = (load<u16>(packet, K_MASK) >> (vc as u16)) & 1;
    result |= may << (index as u64);
  }
  return result;
}

/** Commit: the packet at the front of a lane, number `index` to iSLIP, owns channel `vc` of the output from the next cycle on and is handed on to the router behind it. */
// @ts-ignore: decorator
@inline
function take(router: usize, rows: usize, tile: u32, index: u32, out: u32, vc: u32): void {
  const owned = router + vc * R_CHANNEL;
  store<u8>(rows, (out * vcs + vc + 1) as u8, L_ACCEPT);
  store<u8>(rowsAt(router, vc * PORTS + out), (index + 1) as u8, L_GRANT);
  store<u8>(owned, load<u8>(owned, R_OWNED) | ((1 as u32) << out), R_OWNED);
  store<u8>(rows, vc as u8, L_VC);
  granted = true;
  if (out == (LINKS as u32)) return;
  const link = linkFlits + (((tile * LINKS + out) * tenants + (load<u8>(rows, L_TENANT) as u32)) << 3);
  // all of them now; settleLinks takes back those that have not left
  store<u64>(link, load<u64>(link) + (flitsLeft(rows) as u64));
  handOn(neighbour(tile, out), vc * PORTS + (out ^ 1), frontOf(rows));
}
