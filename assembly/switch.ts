// The switches of ROW routers, one cycle: what is due is received, the switch is allocated and committed, and flits and credits go on
// their way (noc-model.md sections 5, 6, 10 and 11). Nothing here branches on what a router does: every step is taken for all
// routers of a block and, where a byte is a set of ports, for all their ports at once.
//
// iSLIP in sets: an input port's byte holds the outputs it asks for. "The first input at or after the grant pointer" of all
// outputs is one walk over the five inputs for those that the pointers allow (R_GRANT) and one for the rest; "the first output at or
// after the accept pointer" is the lowest bit of what the pointer allows (R_ACCEPT), or of all. A message is a byte in the row of its
// lane and slot, at the place of the tile that it goes to, so a neighbour is an offset.
import {
  H_WIDTH,
  L_COUNT,
  L_FREE,
  L_LEFT,
  L_OUT,
  L_STRIDE,
  L_VC,
  NO_VC,
  PORTS,
  RING_CREDITS,
  RING_KNOWN,
  RING_ROWS,
  ROW,
  R_ACCEPT,
  R_FIRST,
  R_GRANT,
  R_KNOWN,
  R_LANES,
  R_OWNED,
  WORK_CREDIT,
  WORK_KEY,
  WORK_LANE,
  WORK_LOST,
  WORK_REQUEST,
  WORK_SENT,
  WORK_TAILS,
  WORK_WAITING,
  WORK_WON,
} from './layout';
import { awakeIn2, awakeIn3, awakeIn6, ejectIn6, ejectNow, ringRow, slotIn2, slotIn3, slotNow, vcs, work } from './plane';

/** A flit left some router. */
export const ANY_WON: u32 = 1;
/** A head may get a channel at some router. */
export const ANY_WAITING: u32 = 2;
/** Some router still holds a flit. */
export const ANY_LEFT: u32 = 4;
/** The last flit of some packet left. */
export const ANY_TAIL: u32 = 8;

/** Phase 1 at a block whose first tile is `first`: flits and credits that are due. Returns whether any router holds a flit. */
export function receive(block: usize, first: usize): bool {
  const row: usize = ringRow;
  let any = i8x16.splat(0);
  for (let vc: usize = 0; vc < vcs; vc++) {
    const lane = block + R_LANES + vc * (PORTS * L_STRIDE);
    const ring = slotNow + vc * RING_ROWS * row + first;
    const credits = ring + row * RING_CREDITS;
    any = v128.or(any, land(lane, ring));
    any = v128.or(any, land(lane + L_STRIDE, ring + row));
    any = v128.or(any, land(lane + 2 * L_STRIDE, ring + 2 * row));
    any = v128.or(any, land(lane + 3 * L_STRIDE, ring + 3 * row));
    any = v128.or(any, land(lane + 4 * L_STRIDE, ring + 4 * row));
    let credit = take(lane + L_FREE, credits, 1);
    credit = v128.or(credit, take(lane + L_STRIDE + L_FREE, credits + row, 2));
    credit = v128.or(credit, take(lane + 2 * L_STRIDE + L_FREE, credits + 2 * row, 4));
    credit = v128.or(credit, take(lane + 3 * L_STRIDE + L_FREE, credits + 3 * row, 8));
    // where the terminals' buffers cannot run out their output lane always has a credit
    if (ejectNow == 0) credit = v128.or(credit, i8x16.splat(16));
    else credit = v128.or(credit, take(lane + 4 * L_STRIDE + L_FREE, ejectNow + vc * row + first, 16));
    take(block + R_KNOWN + vc * ROW, ring + row * RING_KNOWN, 0);
    v128.store(work + WORK_CREDIT + vc * ROW, credit);
  }
  return v128.any_true(any);
}

/** Flits that land in an input lane. Returns how many it holds. */
// @ts-ignore: decorator
@inline
function land(lane: usize, ring: usize): v128 {
  const count = i8x16.sub(v128.load(lane, L_COUNT), v128.load(ring));
  v128.store(ring, i8x16.splat(0));
  v128.store(lane, count, L_COUNT);
  return count;
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

/** The switch at a block that holds flits. Returns what there is to do after it: ANY_WON and the others. */
export function allocateSwitch(block: usize, first: usize): u32 {
  const none = i8x16.splat(0);
  let unowned = v128.not(v128.load(block, R_OWNED));
  for (let vc: usize = 1; vc < vcs; vc++) unowned = v128.or(unowned, v128.not(v128.load(block + vc * ROW, R_OWNED)));
  // what input ports ask for
  let waiting = none;
  let r0 = none;
  let r1 = none;
  let r2 = none;
  let r3 = none;
  let r4 = none;
  for (let vc: usize = 0; vc < vcs; vc++) {
    const lane = block + R_LANES + vc * (PORTS * L_STRIDE);
    const row = work + vc * (PORTS * WORK_LANE);
    r0 = v128.or(r0, ask(lane, row, unowned));
    r1 = v128.or(r1, ask(lane + L_STRIDE, row + WORK_LANE, unowned));
    r2 = v128.or(r2, ask(lane + 2 * L_STRIDE, row + 2 * WORK_LANE, unowned));
    r3 = v128.or(r3, ask(lane + 3 * L_STRIDE, row + 3 * WORK_LANE, unowned));
    r4 = v128.or(r4, ask(lane + 4 * L_STRIDE, row + 4 * WORK_LANE, unowned));
    waiting = v128.or(waiting, v128.load(row, WORK_WAITING));
    waiting = v128.or(waiting, v128.load(row, WORK_LANE + WORK_WAITING));
    waiting = v128.or(waiting, v128.load(row, 2 * WORK_LANE + WORK_WAITING));
    waiting = v128.or(waiting, v128.load(row, 3 * WORK_LANE + WORK_WAITING));
    waiting = v128.or(waiting, v128.load(row, 4 * WORK_LANE + WORK_WAITING));
  }
  const isWaiting = v128.any_true(waiting) ? ANY_WAITING : 0;
  if (!v128.any_true(v128.or(v128.or(v128.or(r0, r1), v128.or(r2, r3)), r4))) {
    v128.store(work, none, WORK_SENT);
    return isWaiting | ANY_LEFT;
  }
  // grant: inputs at or after the pointer first, then the others
  const m0 = v128.load(block, R_GRANT);
  const m1 = v128.load(block, R_GRANT + ROW);
  const m2 = v128.load(block, R_GRANT + 2 * ROW);
  const m3 = v128.load(block, R_GRANT + 3 * ROW);
  const m4 = v128.load(block, R_GRANT + 4 * ROW);
  let g0 = v128.and(r0, m0);
  let taken = g0;
  let g1 = v128.andnot(v128.and(r1, m1), taken);
  taken = v128.or(taken, g1);
  let g2 = v128.andnot(v128.and(r2, m2), taken);
  taken = v128.or(taken, g2);
  let g3 = v128.andnot(v128.and(r3, m3), taken);
  taken = v128.or(taken, g3);
  let g4 = v128.andnot(v128.and(r4, m4), taken);
  taken = v128.or(taken, g4);
  g0 = v128.or(g0, v128.andnot(r0, taken));
  taken = v128.or(taken, r0);
  g1 = v128.or(g1, v128.andnot(r1, taken));
  taken = v128.or(taken, r1);
  g2 = v128.or(g2, v128.andnot(r2, taken));
  taken = v128.or(taken, r2);
  g3 = v128.or(g3, v128.andnot(r3, taken));
  taken = v128.or(taken, r3);
  g4 = v128.or(g4, v128.andnot(r4, taken));
  // accept, and both pointers one behind
  const a0 = accept(block, g0);
  const a1 = accept(block + ROW, g1);
  const a2 = accept(block + 2 * ROW, g2);
  const a3 = accept(block + 3 * ROW, g3);
  const a4 = accept(block + 4 * ROW, g4);
  const to1 = v128.or(a0, a1);
  const to2 = v128.or(to1, a2);
  const to3 = v128.or(to2, a3);
  const sent = v128.or(to3, a4);
  v128.store(work, sent, WORK_SENT);
  v128.store(block, v128.andnot(m0, sent), R_GRANT);
  v128.store(block, v128.or(v128.andnot(m1, sent), a0), R_GRANT + ROW);
  v128.store(block, v128.or(v128.andnot(m2, sent), to1), R_GRANT + 2 * ROW);
  v128.store(block, v128.or(v128.andnot(m3, sent), to2), R_GRANT + 3 * ROW);
  v128.store(block, v128.or(v128.andnot(m4, sent), to3), R_GRANT + 4 * ROW);
  // of each input port that won, the channel whose turn it is
  let b0 = i8x16.splat(-1);
  let b1 = b0;
  let b2 = b0;
  let b3 = b0;
  let b4 = b0;
  for (let vc: usize = 0; vc < vcs; vc++) {
    const row = work + vc * (PORTS * WORK_LANE);
    b0 = i8x16.min_u(b0, turn(block, row, a0, vc));
    b1 = i8x16.min_u(b1, turn(block + ROW, row + WORK_LANE, a1, vc));
    b2 = i8x16.min_u(b2, turn(block + 2 * ROW, row + 2 * WORK_LANE, a2, vc));
    b3 = i8x16.min_u(b3, turn(block + 3 * ROW, row + 3 * WORK_LANE, a3, vc));
    b4 = i8x16.min_u(b4, turn(block + 4 * ROW, row + 4 * WORK_LANE, a4, vc));
  }
  const last = i8x16.splat(-2);
  b0 = i8x16.min_u(b0, last);
  b1 = i8x16.min_u(b1, last);
  b2 = i8x16.min_u(b2, last);
  b3 = i8x16.min_u(b3, last);
  b4 = i8x16.min_u(b4, last);
  let left = none;
  let tails: u32 = 0;
  for (let vc: usize = 0; vc < vcs; vc++) {
    const lane = block + R_LANES + vc * (PORTS * L_STRIDE);
    const row = work + vc * (PORTS * WORK_LANE);
    const tail = work + WORK_TAILS + vc * (2 * PORTS);
    const next: i8 = vc + 1 == (vcs as usize) ? 0 : ((vc + 1) as i8);
    tails |= leave(block, lane, row, tail, b0, next);
    tails |= leave(block + ROW, lane + L_STRIDE, row + WORK_LANE, tail + 2, b1, next);
    tails |= leave(block + 2 * ROW, lane + 2 * L_STRIDE, row + 2 * WORK_LANE, tail + 4, b2, next);
    tails |= leave(block + 3 * ROW, lane + 3 * L_STRIDE, row + 3 * WORK_LANE, tail + 6, b3, next);
    tails |= leave(block + 4 * ROW, lane + 4 * L_STRIDE, row + 4 * WORK_LANE, tail + 8, b4, next);
    left = v128.or(left, v128.load(lane, L_COUNT));
    left = v128.or(left, v128.load(lane, L_STRIDE + L_COUNT));
    left = v128.or(left, v128.load(lane, 2 * L_STRIDE + L_COUNT));
    left = v128.or(left, v128.load(lane, 3 * L_STRIDE + L_COUNT));
    left = v128.or(left, v128.load(lane, 4 * L_STRIDE + L_COUNT));
  }
  pass(block, first, a0, a1, a2, a3, a4);
  return isWaiting | ANY_WON | (v128.any_true(left) ? ANY_LEFT : 0) | (tails != 0 ? ANY_TAIL : 0);
}

/** Output port that an input lane asks the switch for, as a bit; notes the output of a head that may get a channel. */
// @ts-ignore: decorator
@inline
function ask(lane: usize, row: usize, unowned: v128): v128 {
  const vc = v128.load(lane, L_VC);
  const out = v128.andnot(v128.load(lane, L_OUT), i8x16.eq(v128.load(lane, L_COUNT), i8x16.splat(0)));
  let credit = v128.and(i8x16.eq(vc, i8x16.splat(0)), v128.load(work, WORK_CREDIT));
  for (let w: usize = 1; w < vcs; w++) {
    credit = v128.or(credit, v128.and(i8x16.eq(vc, i8x16.splat(w as i8)), v128.load(work + w * ROW, WORK_CREDIT)));
  }
  const request = v128.and(out, credit);
  v128.store(row, request, WORK_REQUEST);
  v128.store(row, v128.and(v128.and(out, unowned), i8x16.eq(vc, i8x16.splat(NO_VC as i8))), WORK_WAITING);
  v128.store(row, out, WORK_LOST);
  return request;
}

/** The output that an input port accepts, as a bit, with its pointer moved; `port` is the block plus the port's row. */
// @ts-ignore: decorator
@inline
function accept(port: usize, granted: v128): v128 {
  const pointer = v128.load(port, R_ACCEPT);
  const after = v128.and(granted, pointer);
  const from = v128.bitselect(granted, after, i8x16.eq(after, i8x16.splat(0)));
  const accepted = v128.and(from, i8x16.neg(from));
  const behind = i8x16.neg(i8x16.add(accepted, accepted));
  v128.store(port, v128.bitselect(pointer, behind, i8x16.eq(accepted, i8x16.splat(0))), R_ACCEPT);
  return accepted;
}

/** How far this channel comes after the first of its port, or 255 if it does not ask for the accepted output. */
// @ts-ignore: decorator
@inline
function turn(port: usize, row: usize, accepted: v128, vc: usize): v128 {
  const ahead = i8x16.sub(i8x16.splat(vc as i8), v128.load(port, R_FIRST));
  const rank = i8x16.min_u(ahead, i8x16.add(ahead, i8x16.splat(vcs as i8)));
  const key = v128.or(rank, i8x16.eq(v128.and(v128.load(row, WORK_REQUEST), accepted), i8x16.splat(0)));
  v128.store(row, key, WORK_KEY);
  return key;
}

/** Flits leave this input lane where it is its turn. Returns the routers where the last one of a packet did. */
// @ts-ignore: decorator
@inline
function leave(port: usize, lane: usize, row: usize, tail: usize, best: v128, next: i8): u32 {
  const won = i8x16.eq(v128.load(row, WORK_KEY), best);
  const left = i8x16.add(v128.load(lane, L_LEFT), won);
  v128.store(lane, i8x16.add(v128.load(lane, L_COUNT), won), L_COUNT);
  v128.store(lane, left, L_LEFT);
  v128.store(port, v128.bitselect(i8x16.splat(next), v128.load(port, R_FIRST), won), R_FIRST);
  v128.store(row, won, WORK_WON);
  v128.store(row, v128.andnot(v128.load(row, WORK_LOST), won), WORK_LOST);
  const tails = i8x16.bitmask(v128.and(won, i8x16.eq(left, i8x16.splat(0)))) as u32;
  store<u16>(tail, tails as u16);
  return tails;
}

/** Flits and credits go on their way; a[p] is the output that input port p sent to, as a bit. */
// @ts-ignore: decorator
@inline
function pass(block: usize, first: usize, a0: v128, a1: v128, a2: v128, a3: v128, a4: v128): void {
  const none = i8x16.splat(0);
  const row: usize = ringRow;
  const width: usize = load<u32>(H_WIDTH);
  let east = none;
  let west = none;
  let south = none;
  let north = none;
  let ejected = none;
  let injected = none;
  for (let vc: usize = 0; vc < vcs; vc++) {
    const from = work + vc * (PORTS * WORK_LANE) + WORK_WON;
    const lane = block + R_LANES + vc * (PORTS * L_STRIDE) + L_FREE;
    const ring = slotIn3 + vc * RING_ROWS * row + first;
    const credits = ring + row * RING_CREDITS;
    const w0 = v128.load(from);
    const w1 = v128.load(from, WORK_LANE);
    const w2 = v128.load(from, 2 * WORK_LANE);
    const w3 = v128.load(from, 3 * WORK_LANE);
    const w4 = v128.load(from, 4 * WORK_LANE);
    // a credit goes back to the output that feeds this input: the opposite port has the number with the lowest bit turned
    v128.store(credits + row + 1, w0);
    v128.store(credits - 1, w1);
    v128.store(credits + 3 * row + width, w2);
    v128.store(credits + 2 * row - width, w3);
    v128.store(slotIn2 + (vc * RING_ROWS + RING_KNOWN) * row + first, w4);
    injected = v128.or(injected, w4);
    // flits of all inputs that leave on this channel, as bits of output ports
    let sent = onChannel(block, a0, vc, 0);
    sent = v128.or(sent, onChannel(block, a1, vc, 1));
    sent = v128.or(sent, onChannel(block, a2, vc, 2));
    sent = v128.or(sent, onChannel(block, a3, vc, 3));
    sent = v128.or(sent, onChannel(block, a4, vc, 4));
    const s0 = spend(lane, sent, 1);
    const s1 = spend(lane + L_STRIDE, sent, 2);
    const s2 = spend(lane + 2 * L_STRIDE, sent, 4);
    const s3 = spend(lane + 3 * L_STRIDE, sent, 8);
    v128.store(ring + row + 1, s0);
    v128.store(ring - 1, s1);
    v128.store(ring + 3 * row + width, s2);
    v128.store(ring + 2 * row - width, s3);
    east = v128.or(east, v128.or(w0, s0));
    west = v128.or(west, v128.or(w1, s1));
    south = v128.or(south, v128.or(w2, s2));
    north = v128.or(north, v128.or(w3, s3));
    if (ejectIn6 != 0) {
      const s4 = spend(lane + 4 * L_STRIDE, sent, 16);
      v128.store(ejectIn6 + vc * row + first, s4);
      ejected = v128.or(ejected, s4);
    }
  }
  if (v128.any_true(east)) wakeSpan(awakeIn3, first + 1);
  if (v128.any_true(west)) wakeSpan(awakeIn3, first - 1);
  if (v128.any_true(south)) wakeSpan(awakeIn3, first + width);
  if (v128.any_true(north)) wakeSpan(awakeIn3, first - width);
  if (v128.any_true(injected)) store<u8>(awakeIn2 + first / ROW, 255);
  if (v128.any_true(ejected)) store<u8>(awakeIn6 + first / ROW, 255);
}

/** Outputs, as bits, to which input port `port` sent a flit on channel `vc`. */
// @ts-ignore: decorator
@inline
function onChannel(block: usize, accepted: v128, vc: usize, port: usize): v128 {
  let sent = i8x16.splat(0);
  for (let from: usize = 0; from < vcs; from++) {
    const index = from * PORTS + port;
    const isOn = i8x16.eq(v128.load(block + R_LANES + index * L_STRIDE, L_VC), i8x16.splat(vc as i8));
    sent = v128.or(sent, v128.and(isOn, v128.load(work + index * WORK_LANE, WORK_WON)));
  }
  return v128.and(sent, accepted);
}

/** A slot of an output lane is used up where the bit of its port is set. Returns 255 there. */
// @ts-ignore: decorator
@inline
function spend(free: usize, sent: v128, bit: i8): v128 {
  const port = i8x16.splat(bit);
  const used = i8x16.eq(v128.and(sent, port), port);
  v128.store(free, i8x16.add(v128.load(free), used));
  return used;
}

/** Something goes to the ROW tiles from `tile` on, which may lie in two blocks or, with nothing in it, beside the mesh. */
// @ts-ignore: decorator
@inline
function wakeSpan(row: usize, tile: usize): void {
  store<u8>(row + ((tile as isize) >> 4), 255);
  store<u8>(row + ((tile as isize + (ROW - 1)) >> 4), 255);
}
