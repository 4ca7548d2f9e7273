// What goes from one unit of a plane to another (noc-model.md section 6). A flit or a credit is one byte in the ring of the router
// it goes to, in the slot of the cycle it is due in; a packet is handed on once, when its output channel is granted, and from then
// on its flits are counts. Every delay is at least 2 cycles, so the order in which units are visited has no effect.
//
// A credit that nobody can see early is given at once, and wakes nobody: while a channel has as many free slots as the credit takes
// cycles to come, it cannot run out before, as it sends one flit a cycle at most; with the credit or without, it is free. (Credits
// given early before count as free here too: they come in before they could be missed.)
import { route } from './route';
import {
  ARRIVAL_SLOTS,
  L_FREE,
  L_LEFT,
  L_OUT,
  L_OUTLANE,
  L_OWNER,
  L_QUEUED,
  L_QUEUE_HEAD,
  L_RING,
  L_TENANT,
  K_TENANT,
  MOST_LEFT,
  NO_LANE,
  P_ARRIVALS,
  P_ARRIVAL_COUNTS,
  P_ARRIVAL_ROW,
  P_LONG,
  P_NEAR,
  P_QUEUE_MASK,
  P_QUEUE_STRIDE,
  RING_CREDITS,
  R_QUEUES,
  WORK_EJECTED,
  WORK_IDLE,
  WORK_TAILS,
  WORK_WINNERS,
} from './layout';
import {
  awakeIn2,
  awakeIn3,
  awakeIn6,
  channelOf,
  ejectedEnd,
  listTail,
  noteMove,
  now,
  placeOf,
  plane,
  routerOf,
  slotIn2,
  slotIn3,
  slotIn6,
  tailsEnd,
  tileOf,
  winnersEnd,
  work,
} from './plane';

/** Flits that won the switch leave, and the slots they leave go back as credits. */
export function passFlits(): void {
  if (winnersEnd != work + WORK_WINNERS || ejectedEnd != work + WORK_EJECTED) noteMove();
  for (let at = work + WORK_WINNERS; at < winnersEnd; at += 8) passToNeighbour(load<u64>(at));
  for (let at = work + WORK_EJECTED; at < ejectedEnd; at += 8) passToTerminal(load<u64>(at));
}

// @ts-ignore: decorator
@inline
function passToNeighbour(winner: u64): void {
  const channel = channelOf(winner);
  const near = plane + ((channel & 7) << 3);
  // the opposite port has the number with the lowest bit turned
  store<u8>(routerOf(winner) + load<u32>(near, P_NEAR) + (channel ^ 1) + slotIn3, 1, L_RING);
  store<u8>(awakeIn3 + tileOf(winner) + load<u32>(near, P_NEAR + 4), 128);
  leave(winner);
}

/** Three cycles to the terminal, which consumes at once, and three back for the credit. */
// @ts-ignore: decorator
@inline
function passToTerminal(winner: u64): void {
  const channel = routerOf(winner) + channelOf(winner);
  giveCredit(channel + L_FREE, 6, slotIn6 + (L_RING + RING_CREDITS - L_FREE), awakeIn6 + tileOf(winner));
  leave(winner);
}

/** The slot in the input buffer is free for the router before, or for the source. */
// @ts-ignore: decorator
@inline
function leave(winner: u64): void {
  const router = routerOf(winner);
  const lane = placeOf(load<u8>(router + channelOf(winner), L_OWNER));
  const near = plane + ((lane & 7) << 3);
  const source: usize = 0 - ((lane & 4) >> 2); // a mask: port 4 is the terminal
  giveCredit(
    router + load<u32>(near, P_NEAR) + (lane ^ 1) + L_FREE,
    3 - ((source as u32) & 1),
    (slotIn3 ^ ((slotIn3 ^ slotIn2) & source)) + (L_RING + RING_CREDITS - L_FREE),
    (awakeIn3 ^ ((awakeIn3 ^ awakeIn2) & source)) + tileOf(winner) + load<u32>(near, P_NEAR + 4),
  );
  listTail(winner, (load<u8>(router + lane, L_LEFT) == 0) as u32);
}

/** A credit for an output channel: at once if `enough` slots are free, else by the ring, `slot` bytes on. */
// @ts-ignore: decorator
@inline
function giveCredit(free: usize, enough: u32, slot: usize, awake: usize): void {
  const there: u32 = load<u8>(free);
  const late: usize = 0 - ((there < enough) as usize); // a mask: this branch nobody could predict
  store<u8>(free + (slot & late), ((there & ~(late as u32)) + 1) as u8);
  const idle = work + WORK_IDLE;
  store<u8>(idle ^ ((idle ^ awake) & late), 128);
}

/** Packets whose tail left: their output channels are free, and the next packet of each input channel, if any, comes to the front. */
export function passTails(): void {
  const long = load<u32>(plane, P_LONG) != 0;
  for (let at = work + WORK_TAILS; at < tailsEnd; at += 8) {
    const winner = load<u64>(at);
    const router = routerOf(winner);
    const channel = channelOf(winner);
    const number: u32 = load<u8>(router + channel, L_OWNER);
    if (long && hasMore(router, number)) continue;
    const lane = router + placeOf(number);
    const queue = queueOf(router, number);
    store<u8>(router + channel, NO_LANE, L_OWNER);
    store<u8>(lane, NO_LANE, L_OUTLANE);
    const head: u32 = load<u8>(lane, L_QUEUE_HEAD);
    if ((channel & 7) == 4) arrive(load<u32>(queue + (head << 2)));
    const next = (head + 1) & load<u32>(plane, P_QUEUE_MASK);
    const queued: u32 = load<u8>(lane, L_QUEUED) - 1;
    store<u8>(lane, next as u8, L_QUEUE_HEAD);
    store<u8>(lane, queued as u8, L_QUEUED);
    if (queued != 0) comeToFront(router, lane, load<u32>(queue + (next << 2)));
  }
}

/** A packet will come to this input channel, behind those that are there or on their way. */
export function handOn(router: usize, number: u32, packet: usize): void {
  const lane = router + placeOf(number);
  const queued: u32 = load<u8>(lane, L_QUEUED);
  const end = (load<u8>(lane, L_QUEUE_HEAD) + queued) & load<u32>(plane, P_QUEUE_MASK);
  store<u32>(queueOf(router, number) + (end << 2), packet as u32);
  store<u8>(lane, (queued + 1) as u8, L_QUEUED);
  if (queued == 0) comeToFront(router, lane, packet);
}

/** The packet at the front of an input channel. */
// @ts-ignore: decorator
@inline
export function frontOf(router: usize, number: u32): usize {
  return load<u32>(queueOf(router, number) + ((load<u8>(router + placeOf(number), L_QUEUE_HEAD) as u32) << 2));
}

/** A channel was granted to the packet at the front: so many flits are to leave. */
// @ts-ignore: decorator
@inline
export function beginToLeave(router: usize, number: u32, flits: u32): void {
  const left = min(flits, MOST_LEFT as u32);
  store<u8>(router + placeOf(number), left as u8, L_LEFT);
  if (load<u32>(plane, P_LONG) != 0) store<u32>(moreOf(router, number), flits - left);
}

/** Flits of the front packet of a lane that have not left; it has a channel. */
export function flitsLeft(router: usize, number: u32): u32 {
  const left: u32 = load<u8>(router + placeOf(number), L_LEFT);
  return load<u32>(plane, P_LONG) != 0 ? left + load<u32>(moreOf(router, number)) : left;
}

/** Has a long packet flits that were not counted yet? The next of them are. */
function hasMore(router: usize, number: u32): bool {
  const more = load<u32>(moreOf(router, number));
  if (more != 0) beginToLeave(router, number, more);
  return more != 0;
}

/** Where the flits of a long packet beyond MOST_LEFT are counted. */
function moreOf(router: usize, number: u32): usize {
  return queueOf(router, number) + ((load<u32>(plane, P_QUEUE_MASK) + 1) << 2);
}

/** Its route, by look-ahead without a cycle, and its tenant are known at this router. */
// @ts-ignore: decorator
@inline
function comeToFront(router: usize, lane: usize, packet: usize): void {
  store<u8>(lane, route(router, packet) as u8, L_OUT);
  store<u8>(lane, load<u8>(packet, K_TENANT), L_TENANT);
}

/** Queue of an input lane; the ports that no router has take no room. */
// @ts-ignore: decorator
@inline
function queueOf(router: usize, number: u32): usize {
  return load<u32>(router, R_QUEUES) + ((number >> 3) * 5 + (number & 7)) * load<u32>(plane, P_QUEUE_STRIDE);
}

/** The terminal consumes the tail in three cycles. */
function arrive(packet: u32): void {
  const slot = ((now + 3) as u32) & (ARRIVAL_SLOTS - 1);
  const counter = plane + (slot << 2);
  const count = load<u32>(counter, P_ARRIVAL_COUNTS);
  store<u32>(load<u32>(plane, P_ARRIVALS) + slot * load<u32>(plane, P_ARRIVAL_ROW) + (count << 2), packet);
  store<u32>(counter, count + 1, P_ARRIVAL_COUNTS);
}
