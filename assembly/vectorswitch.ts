// One router, one cycle, at one or two virtual channels: what is due is received and the switch is allocated and committed, for all
// lanes at once in vectors of a byte per lane (noc-model.md sections 5, 10 and 11). The rules are those of generalswitch.ts.
//
// iSLIP in vectors: a lane's rank among those that want its output counts input ports from the grant pointer, then channels from
// the port's own pointer. It is granted if no lane of the same output has a lower rank, found by comparing the vector with itself
// in all its rotations.
import {
  LANES_PER_VC,
  L_COUNT,
  L_FREE,
  L_LEFT,
  L_LOST,
  L_OUT,
  L_OUTLANE,
  L_OWNER,
  L_RING,
  L_SENT,
  P_VCS,
  RING_CREDITS,
  R_RR,
  R_SA_ACCEPT,
  R_SA_GRANT,
  WORK_ALONE,
  WORK_CROWDED,
  WORK_STUCK,
} from './layout';
import {
  aloneEnd,
  channelOf,
  crowdedEnd,
  listLost,
  listVisit,
  listWaiting,
  listWinner,
  listWinners,
  plane,
  routerOf,
  slotNow,
  stayAwake,
  stuckEnd,
  tileOf,
  vcs,
  work,
} from './plane';

/**
 * Receive at this router, and list it by what its flits can do: one that alone is there and can leave, none that can, or several
 * that the switch must choose from. Without a branch, so that the routers' memory is fetched ahead.
 */
// @ts-ignore: decorator
@inline
export function receive(router: usize, tile: usize): void {
  const zero = i8x16.splat(0);
  const slot = router + slotNow;
  const count = i8x16.add(v128.load(router, L_COUNT), v128.load(slot, L_RING));
  const free = i8x16.add(v128.load(router, L_FREE), v128.load(slot, L_RING + RING_CREDITS));
  v128.store(slot, zero, L_RING);
  v128.store(slot, zero, L_RING + RING_CREDITS);
  v128.store(router, count, L_COUNT);
  v128.store(router, free, L_FREE);
  const present = i8x16.bitmask(i8x16.eq(count, zero)) ^ 0xffff;
  const ready = i8x16.bitmask(unreadyLanes(count, free, v128.load(router, L_OUTLANE))) ^ 0xffff;
  const isAlone = (present == ready) & ((ready & (ready - 1)) == 0) & (ready != 0);
  const isStuck = (ready == 0) & (present != 0);
  listVisit(router, tile, ctz<u32>(ready), isAlone as u32, isStuck as u32, (present != 0) & !isAlone & !isStuck);
}

/** Lanes without a flit or without a credit; one without a channel finds no credit, as its index is out of range. */
// @ts-ignore: decorator
@inline
function unreadyLanes(count: v128, free: v128, outLane: v128): v128 {
  return i8x16.eq(i8x16.min_u(count, i8x16.swizzle(free, outLane)), i8x16.splat(0));
}

/** The switch at the routers of the group that have received. */
export function switchGroup(): void {
  for (let at = work + WORK_ALONE; at < aloneEnd; at += 8) {
    const visit = load<u64>(at);
    winAlone(routerOf(visit), tileOf(visit), channelOf(visit));
  }
  for (let at = work + WORK_STUCK; at < stuckEnd; at += 8) {
    const router = routerOf(load<u64>(at));
    listHeads(router, v128.load(router, L_COUNT), v128.load(router, L_OUTLANE));
    v128.store(router, i8x16.ne(v128.load(router, L_COUNT), i8x16.splat(0)), L_LOST);
    v128.store(router, i8x16.splat(0), L_SENT);
    listLost(router, 1);
  }
  const next = nextChannels();
  for (let at = work + WORK_CROWDED; at < crowdedEnd; at += 8) {
    const visit = load<u64>(at);
    choose(routerOf(visit), tileOf(visit), next);
  }
}

/** List this router if heads wait whose output has a free channel. */
// @ts-ignore: decorator
@inline
function listHeads(router: usize, count: v128, outLane: v128): void {
  const none = i8x16.splat(-1);
  const out = v128.load(router, L_OUT);
  const owner = v128.load(router, L_OWNER);
  const anyFree = i8x16.max_u(i8x16.swizzle(owner, out), i8x16.swizzle(owner, v128.or(out, i8x16.splat(8))));
  const idle = v128.andnot(i8x16.eq(outLane, none), i8x16.eq(count, i8x16.splat(0)));
  listWaiting(router, i8x16.bitmask(v128.and(idle, i8x16.eq(anyFree, none))) as u32);
}

/** The switch of a router whose flits are in each other's way. */
// @ts-ignore: decorator
@inline
function choose(router: usize, tile: usize, nextChannel: v128): void {
  const count = v128.load(router, L_COUNT);
  const free = v128.load(router, L_FREE);
  const outLane = v128.load(router, L_OUTLANE);
  listHeads(router, count, outLane);
  const won = allocateSwitch(router, unreadyLanes(count, free, outLane), v128.load(router, L_OUT), nextChannel);
  const sent = i8x16.swizzle(won, v128.load(router, L_OWNER));
  const counted = i8x16.add(count, won);
  const lost = v128.andnot(i8x16.ne(count, i8x16.splat(0)), won);
  v128.store(router, counted, L_COUNT);
  v128.store(router, i8x16.add(free, sent), L_FREE);
  v128.store(router, i8x16.add(v128.load(router, L_LEFT), won), L_LEFT);
  v128.store(router, lost, L_LOST);
  v128.store(router, sent, L_SENT);
  listLost(router, v128.any_true(lost) as u32);
  const leaving = i8x16.bitmask(sent) as u32;
  listWinners(router, tile, (leaving | (leaving >> 8)) & 31, leaving >> 8, 0);
  if (v128.any_true(counted)) stayAwake(tile);
}

/** The switch for the only flit of a router: it wins, and the pointers follow. */
// @ts-ignore: decorator
@inline
function winAlone(router: usize, tile: usize, number: u32): void {
  const lane = router + number;
  const channel: u32 = load<u8>(lane, L_OUTLANE);
  const out = channel & 7;
  const port = number & 7;
  const count: u32 = load<u8>(lane, L_COUNT) - 1;
  store<u8>(lane, count as u8, L_COUNT);
  store<u8>(lane, load<u8>(lane, L_LEFT) - 1, L_LEFT);
  store<u8>(router + channel, load<u8>(router + channel, L_FREE) - 1, L_FREE);
  store<u8>(router + out, (port + 1) as u8, R_SA_GRANT);
  store<u8>(router + out, (port + 1) as u8, R_SA_GRANT + LANES_PER_VC);
  store<u8>(router + port, (out + 1) as u8, R_SA_ACCEPT);
  store<u8>(router + port, (out + 1) as u8, R_SA_ACCEPT + LANES_PER_VC);
  const next: u32 = number + LANES_PER_VC < vcs * LANES_PER_VC ? 1 : 0;
  store<u8>(router + port, next as u8, R_RR);
  store<u8>(router + port, next as u8, R_RR + LANES_PER_VC);
  if (count != 0) stayAwake(tile);
  listWinner(router, tile, channel);
}

/** SA for all lanes: those that win, with the pointers moved. */
// @ts-ignore: decorator
@inline
function allocateSwitch(router: usize, unready: v128, out: v128, nextChannel: v128): v128 {
  const rr = v128.load(router, R_RR);
  const grant = v128.load(router, R_SA_GRANT);
  const accept = v128.load(router, R_SA_ACCEPT);
  const granted = grants(unready, out, rr, i8x16.swizzle(grant, out));
  const offer = v128.or(distance(out, accept), v128.not(granted));
  const won = v128.and(granted, i8x16.eq(i8x16.min_u(offer, otherChannel(offer)), offer));
  const ports = eitherChannel(won);
  const one = i8x16.splat(1);
  v128.store(router, v128.bitselect(eitherChannel(v128.and(nextChannel, won)), rr, ports), R_RR);
  v128.store(router, v128.bitselect(eitherChannel(v128.and(i8x16.add(out, one), won)), accept, ports), R_SA_ACCEPT);
  const owner = v128.load(router, L_OWNER);
  const sent = i8x16.swizzle(won, owner);
  const senders = i8x16.add(v128.and(owner, i8x16.splat(7)), one);
  v128.store(router, v128.bitselect(eitherChannel(v128.and(senders, sent)), grant, eitherChannel(sent)), R_SA_GRANT);
  return won;
}

/** Lanes that their output port grants. */
// @ts-ignore: decorator
@inline
function grants(unready: v128, out: v128, rr: v128, pointer: v128): v128 {
  const port = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7);
  const channel = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  const ports = distance(port, pointer);
  const rank = i8x16.add(i8x16.add(ports, ports), v128.xor(channel, rr));
  const base = i16x8.shl(out, 4);
  const key = v128.or(i8x16.add(base, rank), unready);
  // the least distance of any lane's key above the first key of this lane's output: its own rank if nobody comes before it
  let least = i8x16.sub(key, base);
  least = i8x16.min_u(least, i8x16.sub(v128.shuffle<i8>(key, key, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0), base));
  least = i8x16.min_u(least, i8x16.sub(v128.shuffle<i8>(key, key, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1), base));
  least = i8x16.min_u(least, i8x16.sub(v128.shuffle<i8>(key, key, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2), base));
  least = i8x16.min_u(least, i8x16.sub(v128.shuffle<i8>(key, key, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3), base));
  least = i8x16.min_u(least, i8x16.sub(v128.shuffle<i8>(key, key, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4), base));
  least = i8x16.min_u(least, i8x16.sub(v128.shuffle<i8>(key, key, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5), base));
  least = i8x16.min_u(least, i8x16.sub(v128.shuffle<i8>(key, key, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6), base));
  least = i8x16.min_u(least, i8x16.sub(v128.shuffle<i8>(key, key, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7), base));
  least = i8x16.min_u(least, i8x16.sub(v128.shuffle<i8>(key, key, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8), base));
  least = i8x16.min_u(least, i8x16.sub(v128.shuffle<i8>(key, key, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), base));
  least = i8x16.min_u(least, i8x16.sub(v128.shuffle<i8>(key, key, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), base));
  least = i8x16.min_u(least, i8x16.sub(v128.shuffle<i8>(key, key, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), base));
  least = i8x16.min_u(least, i8x16.sub(v128.shuffle<i8>(key, key, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), base));
  least = i8x16.min_u(least, i8x16.sub(v128.shuffle<i8>(key, key, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13), base));
  least = i8x16.min_u(least, i8x16.sub(v128.shuffle<i8>(key, key, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14), base));
  return v128.andnot(i8x16.eq(least, rank), unready);
}

/** How far ports lie after a pointer, cyclically; the pointer may be PORTS, which acts like 0. */
// @ts-ignore: decorator
@inline
function distance(port: v128, pointer: v128): v128 {
  const ahead = i8x16.sub(port, pointer);
  return i8x16.min_u(ahead, i8x16.add(ahead, i8x16.splat(5)));
}

/** Of each lane the one of the same port on the other channel. */
// @ts-ignore: decorator
@inline
function otherChannel(lanes: v128): v128 {
  return v128.shuffle<i64>(lanes, lanes, 1, 0);
}

/** What either channel of a port says, for both. */
// @ts-ignore: decorator
@inline
function eitherChannel(lanes: v128): v128 {
  return v128.or(lanes, otherChannel(lanes));
}

/** Per lane the channel that comes first at its port after a flit of this lane: the other one, if there are two. */
function nextChannels(): v128 {
  return load<u32>(plane, P_VCS) == 2 ? i8x16(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0) : i8x16.splat(0);
}
