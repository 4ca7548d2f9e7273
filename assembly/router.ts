// The routers of one plane, one cycle (noc-model.md section 5): every block of routers to which something is due, or which may have
// something to do, receives and switches; heads get channels and tails go on their way, those of several blocks together; then the sources
// inject. The switch is allocated before channels are and tails are passed after both, so neither sees a grant of this cycle. Messages
// take at least 2 cycles, so blocks cannot see each other. Source: BookSim 2's iq_router, checked packet by packet.
import { allocateChannels, grantAlone } from './allocation';
import { nextBit } from './bits';
import {
  LINKS,
  L_OUT,
  L_STRIDE,
  L_TENANT,
  L_VC,
  NO_VC,
  P_BLOCK_COUNT,
  ROW,
  R_CHANNEL,
  R_LANES,
  R_OWNED,
  WORK_FULL,
  WORK_HEADS,
  WORK_LIST,
  WORK_TAILS,
} from './layout';
import { receive } from './landing';
import { flitsLeft, passTails } from './link';
import { countSleep, fallAsleep, observeLosers, tellBlocked, wakeUp } from './losers';
import { awakeIn1, awakeNow, blockBytes, blocks, lanes, linkFlits, noteEffect, openPlane, plane, tenants, vcs } from './plane';
import { tailsEnd } from './sending';
import { injectAll } from './source';
import { allocateSwitch, ANY_LEFT, ANY_WON, headsEnd } from './switch';

const HEADS_FULL: usize = WORK_HEADS + WORK_FULL;
const TAILS_FULL: usize = WORK_TAILS + WORK_FULL;

/** Step all routers and sources of the open plane. */
export function stepNetwork(reverse: bool): void {
  const count = load<u32>(plane, P_BLOCK_COUNT);
  for (let begin: u32 = 0; begin < count; begin += 16) {
    const row = awakeNow + begin;
    let bits: u64 = i8x16.bitmask(v128.load(row)) as u32;
    if (bits == 0) continue;
    v128.store(row, i8x16.splat(0));
    while (bits != 0) {
      const bit = nextBit(bits, reverse);
      bits ^= (1 as u64) << (bit as u64);
      if (begin + bit >= count) continue;
      visit(begin + bit);
      if (headsEnd >= HEADS_FULL || tailsEnd >= TAILS_FULL) passPackets();
    }
  }
  passPackets();
  injectAll(reverse);
}

/** Heads that are listed get their channels, and then tails that are listed release theirs. */
function passPackets(): void {
  grantAlone(WORK_HEADS);
  passTails();
}

/** One block. */
function visit(index: u32): void {
  const block = blocks + index * blockBytes;
  const first = index * ROW;
  wakeUp(block, index);
  const listEnd = receive(block, first);
  if (listEnd == WORK_LIST) return;
  const heads = headsEnd;
  const what = allocateSwitch(block, first, listEnd);
  const hasWon = (what & ANY_WON) != 0;
  const isGranted = headsEnd != heads && allocateChannels(block, first, listEnd, heads);
  if (!hasWon && !isGranted) {
    fallAsleep(block, index);
    return;
  }
  noteEffect(1); // a channel granted in this cycle is asked for in the next; of flits that left, sendFlits knows
  if ((what & ANY_LEFT) != 0) store<u8>(awakeIn1 + index, 255);
  observeLosers(block, first, listEnd, hasWon);
}

/**
 * Bring the counters of a plane up to the beginning of `cycle`, before they are read: blocked cycles of sleeping routers, and of
 * each packet that is leaving, only the flits that left. `resumeLinks` takes the latter back.
 */
export function settleLinks(record: usize, cycle: u64): void {
  openPlane(record, cycle);
  for (let index: u32 = 0; index < load<u32>(plane, P_BLOCK_COUNT); index++) {
    const block = blocks + index * blockBytes;
    countSleep(block, index);
    tellBlocked(block, index * ROW);
  }
  adjustLinks(-1);
}

/** Undo what settleLinks took from the flits, before the plane goes on. */
export function resumeLinks(record: usize, cycle: u64): void {
  openPlane(record, cycle);
  adjustLinks(1);
}

/** Add `sign` times the flits that have a link granted and have not left to the counters of that link. */
function adjustLinks(sign: i64): void {
  const count = load<u32>(plane, P_BLOCK_COUNT);
  for (let index: u32 = 0; index < count; index++) {
    const block = blocks + index * blockBytes;
    if (!ownsChannels(block)) continue;
    for (let lane: u32 = 0; lane < lanes; lane++) {
      const active = i8x16.ne(v128.load(block + lane * L_STRIDE, R_LANES + L_VC), i8x16.splat(NO_VC as i8));
      for (let bits = i8x16.bitmask(active) as u32; bits != 0; bits &= bits - 1) {
        const byte = ctz<u32>(bits);
        adjustLink(block + byte + R_LANES + lane * L_STRIDE, index * ROW + byte, sign);
      }
    }
  }
}

/** Does any packet at a block own a channel? */
function ownsChannels(block: usize): bool {
  let owned = i8x16.splat(0);
  for (let vc: usize = 0; vc < (vcs as usize); vc++) owned = v128.or(owned, v128.load(block + vc * R_CHANNEL, R_OWNED));
  return v128.any_true(owned);
}

function adjustLink(rows: usize, tile: u32, sign: i64): void {
  const out = ctz<u32>(load<u8>(rows, L_OUT));
  if (out == (LINKS as u32)) return;
  const link = (tile * (LINKS as u32) + out) * tenants + load<u8>(rows, L_TENANT);
  const counter = linkFlits + (link << 3);
  store<u64>(counter, load<u64>(counter) + (((flitsLeft(rows) as i64) * sign) as u64));
}
