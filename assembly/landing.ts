// What is due at ROW routers in a cycle (noc-model.md sections 5 and 6): flits land in their input lanes and credits return to output
// lanes. A message is a byte in the row of its lane and slot, at the place of the tile that it goes to; it is taken out as it is read.
import {
  L_COUNT,
  L_FREE,
  L_OUT,
  L_STRIDE,
  PORTS,
  RING_CREDITS,
  RING_KNOWN,
  RING_ROWS,
  ROW,
  R_CHANNEL,
  R_KNOWN,
  R_LANES,
  WORK_CREDIT,
  WORK_LANE,
  WORK_LIST,
} from './layout';
import { ejectNow, ringRow, slotNow, vcs } from './plane';

// an entry of the list of lanes: address of its rows in the block, offset of its rows in the work, its number, channel and port
export const NEXT_PORT: u64 = L_STRIDE | ((WORK_LANE as u64) << 32) | ((1 as u64) << 48) | ((1 as u64) << 60);
export const NEXT_CHANNEL: u64 = (PORTS * L_STRIDE) | ((PORTS * WORK_LANE as u64) << 32) | ((PORTS as u64) << 48) | ((1 as u64) << 56);

/** The entry of lane 0 of a block. */
// @ts-ignore: decorator
@inline
export function firstLane(block: usize): u64 {
  return (block + R_LANES) as u64;
}

/** Phase 1 at a block whose first tile is `first`. Lists the lanes where any router holds a flit and returns the end of the list. */
export function receive(block: usize, first: usize): usize {
  const row: usize = ringRow;
  const channels: usize = vcs;
  const eject = ejectNow;
  let ring = slotNow + first;
  let lane = block + R_LANES;
  let entry = firstLane(block);
  let end: usize = WORK_LIST;
  for (let vc: usize = 0; vc < channels; vc++) {
    end = land(lane, ring, end, entry);
    end = land(lane + L_STRIDE, ring + row, end, entry + NEXT_PORT);
    end = land(lane + 2 * L_STRIDE, ring + 2 * row, end, entry + 2 * NEXT_PORT);
    end = land(lane + 3 * L_STRIDE, ring + 3 * row, end, entry + 3 * NEXT_PORT);
    end = land(lane + 4 * L_STRIDE, ring + 4 * row, end, entry + 4 * NEXT_PORT);
    const credits = ring + row * RING_CREDITS;
    let credit = take(lane + L_FREE, credits, 1);
    credit = v128.or(credit, take(lane + L_STRIDE + L_FREE, credits + row, 2));
    credit = v128.or(credit, take(lane + 2 * L_STRIDE + L_FREE, credits + 2 * row, 4));
    credit = v128.or(credit, take(lane + 3 * L_STRIDE + L_FREE, credits + 3 * row, 8));
    // where the terminals' buffers cannot run out their output lane always has a credit
    if (eject == 0) credit = v128.or(credit, i8x16.splat(16));
    else credit = v128.or(credit, take(lane + 4 * L_STRIDE + L_FREE, eject + vc * row + first, 16));
    take(block + R_KNOWN + vc * R_CHANNEL, ring + row * RING_KNOWN, 0);
    v128.store(vc * ROW, credit, WORK_CREDIT);
    ring += row * RING_ROWS;
    lane += PORTS * L_STRIDE;
    entry += NEXT_CHANNEL;
  }
  return end;
}

/** Flits that land in an input lane, which joins the list if it holds any. Returns the end of the list. */
// @ts-ignore: decorator
@inline
function land(lane: usize, ring: usize, end: usize, entry: u64): usize {
  const count = i8x16.sub(v128.load(lane, L_COUNT), v128.load(ring));
  v128.store(ring, i8x16.splat(0));
  v128.store(lane, count, L_COUNT);
  store<u64>(end, entry);
  return end + ((v128.any_true(count) as usize) << 3);
}

/** Lists the lanes of a block where any router holds a flit. Returns the end of the list. */
export function listHolders(block: usize): usize {
  let end: usize = WORK_LIST;
  let entry = firstLane(block);
  for (let vc: u32 = 0; vc < vcs; vc++, entry += NEXT_CHANNEL) {
    for (let port: u32 = 0; port < (PORTS as u32); port++) {
      const each = entry + (port as u64) * NEXT_PORT;
      store<u64>(end, each);
      if (v128.any_true(v128.load(rowsOf(each), L_COUNT))) end += 8;
    }
  }
  return end;
}

/**
 * Adds a lane's entry to a list for each router of a set, with the router's byte in the address. Returns the end of the list. No branch for
 * the first, nor for a second where `isBusy`: whether there is one is hard to predict.
 */
// @ts-ignore: decorator
@inline
export function addRouters(end: usize, entry: u64, routers: u32, isBusy: bool): usize {
  end = addRouter(end, entry, routers);
  let more = routers & (routers - 1);
  if (isBusy) {
    end = addRouter(end, entry, more);
    more &= more - 1;
  }
  for (; more != 0; more &= more - 1, end += 8) store<u64>(end, entry + (ctz<u32>(more) as u64));
  return end;
}

// @ts-ignore: decorator
@inline
function addRouter(end: usize, entry: u64, routers: u32): usize {
  store<u64>(end, entry + (ctz<u32>(routers) as u64));
  return end + (((routers != 0) as usize) << 3);
}

/** The routers whose byte, a set of ports, is not empty, as bits: the negative of such a byte is less than 0. */
// @ts-ignore: decorator
@inline
export function routersWith(ports: v128): u32 {
  return i8x16.bitmask(i8x16.neg(ports)) as u32;
}

/** Credits that return. Returns `bit` where a slot is free. */
// @ts-ignore: decorator
@inline
function take(free: usize, ring: usize, bit: i8): v128 {
  const slots = i8x16.sub(v128.load(free), v128.load(ring));
  v128.store(ring, i8x16.splat(0));
  v128.store(free, slots);
  return v128.andnot(i8x16.splat(bit), i8x16.eq(slots, i8x16.splat(0)));
}

/** Rows of a listed lane in its block; of an entry with a router, the router's byte in the first of them. */
// @ts-ignore: decorator
@inline
export function rowsOf(entry: u64): usize {
  return entry as u32;
}

/** The output that the front packet of a lane goes to, as a bit, where the lane holds a flit; `lane`: its rows in the block. */
// @ts-ignore: decorator
@inline
export function wanted(lane: usize): v128 {
  return v128.andnot(v128.load(lane, L_OUT), i8x16.eq(v128.load(lane, L_COUNT), i8x16.splat(0)));
}

/** Offset of the rows of a listed lane in the work. */
// @ts-ignore: decorator
@inline
export function workOf(entry: u64): usize {
  return ((entry >> 32) & 0xffff) as usize;
}

/** Offset of the rows of its port, in the block and in the work. */
// @ts-ignore: decorator
@inline
export function portRow(entry: u64): usize {
  return ((entry >> 56) & 0xf0) as usize;
}

/** The router of an entry that names one: its byte. */
// @ts-ignore: decorator
@inline
export function routerOf(entry: u64): usize {
  return (entry & ((ROW - 1) as u64)) as usize;
}

/** The router of an entry that names one. */
// @ts-ignore: decorator
@inline
export function routerAt(entry: u64): usize {
  return rowsOf(entry) - R_LANES - laneOf(entry) * L_STRIDE;
}

/** Number of a listed lane. */
// @ts-ignore: decorator
@inline
export function laneOf(entry: u64): usize {
  return ((entry >> 48) & 0xff) as usize;
}

/** Its virtual channel. */
// @ts-ignore: decorator
@inline
export function vcOf(entry: u64): usize {
  return ((entry >> 56) & 0xf) as usize;
}

/** Its channel as iSLIP's pointers number it: port * V + vc. */
// @ts-ignore: decorator
@inline
export function indexOf(entry: u64): u32 {
  return ((entry >> 60) as u32) * vcs + (vcOf(entry) as u32);
}
