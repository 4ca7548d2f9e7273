// Packets from router to router (noc-model.md section 6). A packet is handed on once, when its output channel is granted, and from then
// on its flits are counts (switch.ts): the queue of a lane holds the packets that have come or will come to it, front first.
import { routerAt, rowsOf } from './landing';
import { route } from './route';
import { setTailsEnd, tailsEnd } from './sending';
import {
  K_FLITS,
  K_TENANT,
  L_LEFT,
  L_MORE,
  L_OUT,
  L_QUEUE,
  L_APART,
  L_STRIDE,
  L_TENANT,
  L_VC,
  MOST_LEFT,
  NO_TENANT,
  NO_VC,
  ROW,
  R_LANES,
  R_CHANNEL,
  R_OWNED,
  WORK_TAILS,
} from './layout';
import { frontPacket, popPacket, pushPacket } from './packets';
import { arrivalCountIn3, arrivalsIn3, blockOf, byteOf, isLong, tileOf } from './plane';

const TO_TERMINAL: u32 = 16;

/** Packets whose tail left, from the list of tails: their channels are free, and the next packet of each lane, if any, comes to the front. */
export function passTails(): void {
  for (let at: usize = WORK_TAILS; at < tailsEnd; at += 8) passTail(load<u64>(at));
  setTailsEnd(WORK_TAILS);
}

// @ts-ignore: decorator
@inline
function passTail(entry: u64): void {
  const rows = rowsOf(entry);
  const queue = queueOf(rows);
  if (isLong && hasMore(rows, queue)) return;
  const router = routerAt(entry);
  const owned = router + (load<u8>(rows, L_VC) as usize) * R_CHANNEL;
  const out: u32 = load<u8>(rows, L_OUT);
  store<u8>(owned, load<u8>(owned, R_OWNED) & ~out, R_OWNED);
  store<u8>(rows, NO_VC as u8, L_VC);
  arrive(frontPacket(queue) as u32, out == TO_TERMINAL);
  const next = popPacket(queue, L_APART);
  if (next != 0) comeToFront(router, rows, queue, tileOf(router), next);
  else store<u8>(rows, NO_TENANT as u8, L_TENANT);
}

/** A packet will come to this input lane, behind those that are there or on their way. */
// @ts-ignore: decorator
@inline
export function handOn(tile: u32, lane: u32, packet: usize): void {
  const router = blockOf(tile) + byteOf(tile);
  const rows = router + R_LANES + lane * L_STRIDE;
  const queue = queueOf(rows);
  if (pushPacket(queue, L_APART, packet)) comeToFront(router, rows, queue, tile, packet);
}

/** The packets of an input lane of a router; `rows`: its byte in the first row of the lane. */
// @ts-ignore: decorator
@inline
function queueOf(rows: usize): usize {
  const byte = rows & (ROW - 1);
  return rows + byte * 3 + L_QUEUE;
}

/** The packet at the front of an input lane. */
// @ts-ignore: decorator
@inline
export function frontOf(rows: usize): usize {
  return frontPacket(queueOf(rows));
}

/** Its route, by look-ahead without a cycle, its flits and its tenant are known at this router. */
// @ts-ignore: decorator
@inline
function comeToFront(router: usize, rows: usize, queue: usize, tile: u32, packet: usize): void {
  store<u8>(rows, ((1 as u32) << route(router, tile, packet)) as u8, L_OUT);
  store<u8>(rows, load<u8>(packet, K_TENANT), L_TENANT);
  const flits: u32 = load<u16>(packet, K_FLITS);
  if (isLong) countLeft(rows, queue, flits);
  else store<u8>(rows, flits as u8, L_LEFT);
}

/** So many flits of the front packet, of which there may be more than a byte can count, are to leave. */
function countLeft(rows: usize, queue: usize, flits: u32): void {
  const left = min(flits, MOST_LEFT as u32);
  store<u8>(rows, left as u8, L_LEFT);
  store<u32>(queue, flits - left, L_MORE - L_QUEUE);
}

/** Flits of the front packet of a lane that have not left. */
// @ts-ignore: decorator
@inline
export function flitsLeft(rows: usize): u32 {
  const left: u32 = load<u8>(rows, L_LEFT);
  return isLong ? left + load<u32>(queueOf(rows), L_MORE - L_QUEUE) : left;
}

/** Has a long packet flits that were not counted yet? The next of them are. */
function hasMore(rows: usize, queue: usize): bool {
  const more = load<u32>(queue, L_MORE - L_QUEUE);
  if (more != 0) countLeft(rows, queue, more);
  return more != 0;
}

/** If a packet is at its terminal, this consumes the tail in three cycles. Written in any case: whether it is, is hard to predict. */
// @ts-ignore: decorator
@inline
function arrive(packet: u32, isThere: bool): void {
  const count = load<u32>(arrivalCountIn3);
  store<u32>(arrivalsIn3 + (count << 2), packet);
  store<u32>(arrivalCountIn3, count + (isThere as u32));
}
