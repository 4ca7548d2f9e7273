// The switches of ROW routers, one cycle: SA is allocated and committed (noc-model.md sections 10 and 11). Nothing here branches on
// what a router does: every step is taken for all routers of a block and, where a byte is a set of ports, for all their ports at once.
//
// iSLIP in sets: an input port's byte holds the outputs it asks for. "The first input at or after the grant pointer" of all
// outputs is one walk over the five inputs for those that the pointers allow (R_GRANT) and one for the rest; "the first output at or
// after the accept pointer" is the lowest bit of what the pointer allows (R_ACCEPT), or of all.
import {
  L_COUNT,
  L_LEFT,
  L_OUT,
  L_STRIDE,
  L_VC,
  NO_VC,
  PORTS,
  ROW,
  R_ACCEPT,
  R_FIRST,
  R_GRANT,
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
import { vcs, work } from './plane';
import { pass } from './sending';

/** A flit left some router. */
export const ANY_WON: u32 = 1;
/** A head may get a channel at some router. */
export const ANY_WAITING: u32 = 2;
/** Some router still holds a flit. */
export const ANY_LEFT: u32 = 4;
/** The last flit of some packet left. */
export const ANY_TAIL: u32 = 8;

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
