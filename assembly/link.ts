// Packets from router to router (noc-model.md section 6). A packet is handed on once, when its output channel is granted, and from then
// on its flits are counts (switch.ts): the queue of a lane holds the packets that have come or will come to it, front first.
import { route } from './route';
import {
  ARRIVAL_SLOTS,
  K_TENANT,
  L_LEFT,
  L_OUT,
  L_QUEUED,
  L_QUEUE_HEAD,
  L_STRIDE,
  L_TENANT,
  L_VC,
  MOST_LEFT,
  NO_VC,
  P_ARRIVALS,
  P_ARRIVAL_COUNTS,
  P_ARRIVAL_ROW,
  P_LONG,
  ROW,
  R_LANES,
  R_OWNED,
  WORK_TAILS,
} from './layout';
import { blockOf, byteOf, lanes, now, plane, queueMask, queueStride, queues, work } from './plane';

const TO_TERMINAL: u32 = 16;

/** Packets of a block whose tail left: their channels are free, and the next packet of each lane, if any, comes to the front. */
export function passTails(block: usize, first: u32): void {
  for (let at: u32 = 0; at < lanes; at += 4) {
    for (let bits = load<u64>(work + at * 2, WORK_TAILS); bits != 0; bits &= bits - 1) {
      const bit = ctz<u64>(bits) as u32;
      const byte = bit & (ROW - 1);
      passTail(block + byte, first + byte, at + (bit >> 4));
    }
  }
}

// @ts-ignore: decorator
@inline
function passTail(router: usize, tile: u32, lane: u32): void {
  const record = router + R_LANES + lane * L_STRIDE;
  const queue = queueOf(tile, lane);
  if (load<u32>(plane, P_LONG) != 0 && hasMore(record, tile, lane)) return;
  const owned = router + (load<u8>(record, L_VC) as usize) * ROW;
  const out: u32 = load<u8>(record, L_OUT);
  store<u8>(owned, load<u8>(owned, R_OWNED) & ~(out as u8), R_OWNED);
  store<u8>(record, NO_VC as u8, L_VC);
  const head: u32 = load<u8>(record, L_QUEUE_HEAD);
  if (out == TO_TERMINAL) arrive(load<u32>(queue + (head << 2)));
  const next = (head + 1) & queueMask;
  const queued: u32 = load<u8>(record, L_QUEUED) - 1;
  store<u8>(record, next as u8, L_QUEUE_HEAD);
  store<u8>(record, queued as u8, L_QUEUED);
  if (queued != 0) comeToFront(router, record, tile, load<u32>(queue + (next << 2)));
}

/** A packet will come to this input lane, behind those that are there or on their way. */
export function handOn(tile: u32, lane: u32, packet: usize): void {
  const router = blockOf(tile) + byteOf(tile);
  const record = router + R_LANES + lane * L_STRIDE;
  const queued: u32 = load<u8>(record, L_QUEUED);
  const end = (load<u8>(record, L_QUEUE_HEAD) + queued) & queueMask;
  store<u32>(queueOf(tile, lane) + (end << 2), packet as u32);
  store<u8>(record, (queued + 1) as u8, L_QUEUED);
  if (queued == 0) comeToFront(router, record, tile, packet);
}

/** The packet at the front of an input lane. */
// @ts-ignore: decorator
@inline
export function frontOf(tile: u32, lane: u32): usize {
  const record = blockOf(tile) + byteOf(tile) + R_LANES + lane * L_STRIDE;
  return load<u32>(queueOf(tile, lane) + ((load<u8>(record, L_QUEUE_HEAD) as u32) << 2));
}

/** A channel was granted to the packet at the front of the lane at `record`: so many flits are to leave. */
// @ts-ignore: decorator
@inline
export function beginToLeave(record: usize, tile: u32, lane: u32, flits: u32): void {
  const left = min(flits, MOST_LEFT as u32);
  store<u8>(record, left as u8, L_LEFT);
  if (load<u32>(plane, P_LONG) != 0) store<u32>(moreOf(tile, lane), flits - left);
}

/** Flits of the front packet of a lane that have not left; it has a channel. */
export function flitsLeft(record: usize, tile: u32, lane: u32): u32 {
  const left: u32 = load<u8>(record, L_LEFT);
  return load<u32>(plane, P_LONG) != 0 ? left + load<u32>(moreOf(tile, lane)) : left;
}

/** Has a long packet flits that were not counted yet? The next of them are. */
function hasMore(record: usize, tile: u32, lane: u32): bool {
  const more = load<u32>(moreOf(tile, lane));
  if (more != 0) beginToLeave(record, tile, lane, more);
  return more != 0;
}

/** Where the flits of a long packet beyond MOST_LEFT are counted. */
function moreOf(tile: u32, lane: u32): usize {
  return queueOf(tile, lane) + ((queueMask + 1) << 2);
}

/** Its route, by look-ahead without a cycle, and its tenant are known at this router. */
// @ts-ignore: decorator
@inline
function comeToFront(router: usize, record: usize, tile: u32, packet: usize): void {
  store<u8>(record, ((1 as u32) << route(router, tile, packet)) as u8, L_OUT);
  store<u8>(record, load<u8>(packet, K_TENANT), L_TENANT);
}

// @ts-ignore: decorator
@inline
function queueOf(tile: u32, lane: u32): usize {
  return queues + (tile * lanes + lane) * queueStride;
}

/** The terminal consumes the tail in three cycles. */
function arrive(packet: u32): void {
  const slot = ((now + 3) as u32) & (ARRIVAL_SLOTS - 1);
  const counter = plane + (slot << 2);
  const count = load<u32>(counter, P_ARRIVAL_COUNTS);
  store<u32>(load<u32>(plane, P_ARRIVALS) + slot * load<u32>(plane, P_ARRIVAL_ROW) + (count << 2), packet);
  store<u32>(counter, count + 1, P_ARRIVAL_COUNTS);
}
