// Packets from router to router (noc-model.md section 6). A packet is handed on once, when its output channel is granted, and from then
// on its flits are counts (switch.ts): the queue of a lane holds the packets that have come or will come to it, front first.
import { laneOf, routerOf, rowsOf } from './landing';
import { route } from './route';
import {
  ARRIVAL_SLOTS,
  K_FLITS,
  K_TENANT,
  L_FRONT,
  L_LEFT,
  L_OUT,
  L_STRIDE,
  L_TENANT,
  L_VC,
  MORE_QUEUED,
  MOST_LEFT,
  NO_VC,
  P_ARRIVALS,
  P_ARRIVAL_COUNTS,
  P_ARRIVAL_ROW,
  ROW,
  R_LANES,
  R_OWNED,
  A_HEAD,
  A_MORE,
  A_PACKETS,
  A_QUEUED,
  WORK_TAILS,
} from './layout';
import { blockOf, byteOf, isLong, now, plane, queueMask, recordOf } from './plane';

const TO_TERMINAL: u32 = 16;

/** Packets of a block whose tail left: their channels are free, and the next packet of each lane, if any, comes to the front. */
export function passTails(block: usize, first: u32, listEnd: usize): void {
  for (let at: usize = WORK_TAILS; at < listEnd; at += 8) {
    const entry = load<u64>(at);
    passTail(block + routerOf(entry), rowsOf(block, entry), first + (routerOf(entry) as u32), laneOf(entry) as u32);
  }
}

// @ts-ignore: decorator
@inline
function passTail(router: usize, rows: usize, tile: u32, lane: u32): void {
  if (isLong && hasMore(rows, recordOf(tile, lane))) return;
  const owned = router + (load<u8>(rows, L_VC) as usize) * ROW;
  const out: u32 = load<u8>(rows, L_OUT);
  store<u8>(owned, load<u8>(owned, R_OWNED) & ~out, R_OWNED);
  store<u8>(rows, NO_VC as u8, L_VC);
  const place = frontAt(router, lane);
  const front = load<u32>(place);
  if (out == TO_TERMINAL) arrive(front & ~MORE_QUEUED);
  if ((front & MORE_QUEUED) == 0) store<u32>(place, 0);
  else nextInQueue(router, rows, place, tile, lane);
}

/** The first of the packets behind the front one takes its place. */
function nextInQueue(router: usize, rows: usize, place: usize, tile: u32, lane: u32): void {
  const record = recordOf(tile, lane);
  const head: u32 = load<u8>(record, A_HEAD);
  const queued: u32 = load<u8>(record, A_QUEUED) - 1;
  const packet = load<u32>(record + (head << 2), A_PACKETS);
  store<u8>(record, ((head + 1) & queueMask) as u8, A_HEAD);
  store<u8>(record, queued as u8, A_QUEUED);
  store<u32>(place, packet | (queued == 0 ? 0 : MORE_QUEUED));
  comeToFront(router, rows, tile, lane, packet);
}

/** A packet will come to this input lane, behind those that are there or on their way. */
// @ts-ignore: decorator
@inline
export function handOn(tile: u32, lane: u32, packet: usize): void {
  const router = blockOf(tile) + byteOf(tile);
  const place = frontAt(router, lane);
  const front = load<u32>(place);
  if (front != 0) {
    queue(recordOf(tile, lane), packet);
    store<u32>(place, front | MORE_QUEUED);
  } else {
    store<u32>(place, packet as u32);
    comeToFront(router, router + R_LANES + lane * L_STRIDE, tile, lane, packet);
  }
}

/** A packet joins the end of the queue behind the front of a lane. */
function queue(record: usize, packet: usize): void {
  const queued: u32 = load<u8>(record, A_QUEUED);
  const end = (load<u8>(record, A_HEAD) + queued) & queueMask;
  store<u32>(record + (end << 2), packet as u32, A_PACKETS);
  store<u8>(record, (queued + 1) as u8, A_QUEUED);
}

/** Where the front packet of an input lane is; `router` is the block plus the byte of the tile. */
// @ts-ignore: decorator
@inline
function frontAt(router: usize, lane: u32): usize {
  const byte = router & (ROW - 1);
  return router - byte + (byte << 2) + lane * L_STRIDE + (R_LANES + L_FRONT);
}

/** The packet at the front of an input lane; `router` is the block plus the byte of the tile. */
// @ts-ignore: decorator
@inline
export function frontOf(router: usize, lane: u32): usize {
  return load<u32>(frontAt(router, lane)) & ~MORE_QUEUED;
}

/** Its route, by look-ahead without a cycle, its flits and its tenant are known at this router. */
// @ts-ignore: decorator
@inline
function comeToFront(router: usize, rows: usize, tile: u32, lane: u32, packet: usize): void {
  store<u8>(rows, ((1 as u32) << route(router, tile, packet)) as u8, L_OUT);
  store<u8>(rows, load<u8>(packet, K_TENANT), L_TENANT);
  const flits: u32 = load<u16>(packet, K_FLITS);
  if (isLong) countLeft(rows, recordOf(tile, lane), flits);
  else store<u8>(rows, flits as u8, L_LEFT);
}

/** So many flits of the front packet, of which there may be more than a byte can count, are to leave. */
function countLeft(rows: usize, record: usize, flits: u32): void {
  const left = min(flits, MOST_LEFT as u32);
  store<u8>(rows, left as u8, L_LEFT);
  store<u32>(record, flits - left, A_MORE);
}

/** Flits of the front packet of a lane that have not left. */
export function flitsLeft(rows: usize, record: usize): u32 {
  const left: u32 = load<u8>(rows, L_LEFT);
  return isLong ? left + load<u32>(record, A_MORE) : left;
}

/** Has a long packet flits that were not counted yet? The next of them are. */
function hasMore(rows: usize, record: usize): bool {
  const more = load<u32>(record, A_MORE);
  if (more != 0) countLeft(rows, record, more);
  return more != 0;
}

/** The terminal consumes the tail in three cycles. */
function arrive(packet: u32): void {
  const slot = ((now + 3) as u32) & (ARRIVAL_SLOTS - 1);
  const counter = plane + (slot << 2);
  const count = load<u32>(counter, P_ARRIVAL_COUNTS);
  store<u32>(load<u32>(plane, P_ARRIVALS) + slot * load<u32>(plane, P_ARRIVAL_ROW) + (count << 2), packet);
  store<u32>(counter, count + 1, P_ARRIVAL_COUNTS);
}
