// The switches of ROW routers, one cycle: SA is allocated and committed (noc-model.md sections 10 and 11). Nothing here branches on
// what a router does: every step is taken for all routers of a block and, where a byte is a set of ports, for all their ports at once.
// Only lanes that hold a flit at some router of the block are looked at; where ports have two channels and most lanes hold one, all
// lanes are, in pairs (pairs.ts).
//
// iSLIP in sets: an input port's byte holds the outputs it asks for. "The first input at or after the grant pointer" of all
// outputs is one walk over the five inputs for those that the pointers allow (R_GRANT) and one for the rest; "the first output at or
// after the accept pointer" is the lowest bit of what the pointer allows (R_ACCEPT), or of all.
import { addRouters, portRow, routersWith, rowsOf, vcOf, wanted, workOf } from './landing';
import {
  L_COUNT,
  L_LEFT,
  L_VC,
  NO_VC,
  PORTS,
  RING_ROWS,
  ROW,
  R_ACCEPT,
  R_FIRST,
  R_GRANT,
  R_CHANNEL,
  R_OWNED,
  WORK_ACCEPTED,
  WORK_ASKED,
  WORK_BEST,
  WORK_CONTESTED,
  WORK_CREDIT,
  WORK_HEADS,
  WORK_KEY,
  WORK_LIST,
  WORK_LOSERS,
  WORK_LOST,
  WORK_REQUEST,
  WORK_SENT,
  WORK_WAITING,
} from './layout';
import { lose } from './losers';
import { askInPairs, leaveInPairs } from './pairs';
import { ringRow, tenants, vcs } from './plane';
import { credit, sendFlits, setTailsEnd, tailsEnd } from './sending';

/** A flit left some router. */
export const ANY_WON: u32 = 1;
/** Some router still holds a flit. */
export const ANY_LEFT: u32 = 2;

/** End of the list of heads that may get a channel (WORK_HEADS). */
export let headsEnd: usize = WORK_HEADS;

// @ts-ignore: decorator
@inline
export function setHeadsEnd(end: usize): void {
  headsEnd = end;
}

/** Bytes of the list from which on all pairs of lanes are looked at rather than the listed lanes (measured). */
const ENOUGH_FOR_PAIRS: usize = 6 * 8;
/** The same of a block whose lanes all hold flits. */
const ALL_PAIRS: usize = 2 * PORTS * 8;

/** The switch at a block whose first tile is `first`, where the listed lanes hold flits. Returns ANY_WON and ANY_LEFT. */
export function allocateSwitch(block: usize, first: usize, listEnd: usize): u32 {
  const arePairs = vcs == 2 && listEnd - (WORK_LIST as usize) >= ENOUGH_FOR_PAIRS;
  const isBusy = listEnd - (WORK_LIST as usize) == ALL_PAIRS;
  headsEnd = arePairs ? askInPairs(block, headsEnd, isBusy) : ask(block, listEnd, headsEnd);
  if (!allocatePorts(block)) return ANY_LEFT;
  const isLeft = arePairs ? leaveInPairs(block, first, isBusy) : leaveByTurns(block, first, listEnd);
  sendFlits(block, first);
  return ANY_WON | (isLeft ? ANY_LEFT : 0);
}

/** What lanes ask the switch for, and the outputs of heads that may get a channel, which join the list that ends at `end`. Returns its end. */
// @ts-ignore: decorator
@inline
function ask(block: usize, listEnd: usize, end: usize): usize {
  const none = i8x16.splat(0);
  const channels: usize = vcs;
  let waiting = none;
  let contested = none;
  let losers = none;
  let unowned = v128.not(v128.load(block, R_OWNED));
  for (let vc: usize = 1; vc < channels; vc++) unowned = v128.or(unowned, v128.not(v128.load(block + vc * R_CHANNEL, R_OWNED)));
  v128.store(WORK_ASKED, none);
  v128.store(WORK_ASKED + ROW, none);
  v128.store(WORK_ASKED + 2 * ROW, none);
  v128.store(WORK_ASKED + 3 * ROW, none);
  v128.store(WORK_ASKED + 4 * ROW, none);
  const credit0 = v128.load(WORK_CREDIT);
  const credit1 = v128.load(WORK_CREDIT + ROW);
  for (let at: usize = WORK_LIST; at < listEnd; at += 8) {
    const entry = load<u64>(at);
    const lane = rowsOf(entry);
    const row = workOf(entry);
    const port = portRow(entry);
    const vc = v128.load(lane, L_VC);
    const out = wanted(lane);
    let credit = v128.or(v128.and(i8x16.eq(vc, none), credit0), v128.and(i8x16.eq(vc, i8x16.splat(1)), credit1));
    for (let w: usize = 2; w < channels; w++) {
      credit = v128.or(credit, v128.and(i8x16.eq(vc, i8x16.splat(w as i8)), v128.load(w * ROW, WORK_CREDIT)));
    }
    const request = v128.and(out, credit);
    const head = v128.and(v128.and(out, unowned), i8x16.eq(vc, i8x16.splat(NO_VC as i8)));
    end = addRouters(end, entry, routersWith(v128.andnot(head, waiting)), false);
    contested = v128.or(contested, v128.and(waiting, head));
    waiting = v128.or(waiting, head);
    const rest = v128.andnot(out, head);
    losers = v128.or(losers, rest);
    v128.store(row, request, WORK_REQUEST);
    v128.store(row, head, WORK_WAITING);
    v128.store(row, rest, WORK_LOST);
    v128.store(port, v128.or(v128.load(port, WORK_ASKED), request), WORK_ASKED);
  }
  v128.store(WORK_CONTESTED, contested);
  v128.store(WORK_LOSERS, losers);
  return end;
}

/** iSLIP between input and output ports, with both pointers moved. Returns whether any port won. */
// @ts-ignore: decorator
@inline
function allocatePorts(block: usize): bool {
  const r0 = v128.load(WORK_ASKED);
  const r1 = v128.load(WORK_ASKED + ROW);
  const r2 = v128.load(WORK_ASKED + 2 * ROW);
  const r3 = v128.load(WORK_ASKED + 3 * ROW);
  const r4 = v128.load(WORK_ASKED + 4 * ROW);
  if (!v128.any_true(v128.or(v128.or(v128.or(r0, r1), v128.or(r2, r3)), r4))) return false;
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
  const a0 = accept(block, 0, g0);
  const a1 = accept(block + ROW, ROW, g1);
  const a2 = accept(block + 2 * ROW, 2 * ROW, g2);
  const a3 = accept(block + 3 * ROW, 3 * ROW, g3);
  const a4 = accept(block + 4 * ROW, 4 * ROW, g4);
  const to1 = v128.or(a0, a1);
  const to2 = v128.or(to1, a2);
  const to3 = v128.or(to2, a3);
  const sent = v128.or(to3, a4);
  v128.store(WORK_SENT, sent);
  v128.store(block, v128.andnot(m0, sent), R_GRANT);
  v128.store(block, v128.or(v128.andnot(m1, sent), a0), R_GRANT + ROW);
  v128.store(block, v128.or(v128.andnot(m2, sent), to1), R_GRANT + 2 * ROW);
  v128.store(block, v128.or(v128.andnot(m3, sent), to2), R_GRANT + 3 * ROW);
  v128.store(block, v128.or(v128.andnot(m4, sent), to3), R_GRANT + 4 * ROW);
  return true;
}

/** The output that an input port accepts, as a bit, with its pointer moved; `port` and `row` are its rows in block and work. */
// @ts-ignore: decorator
@inline
function accept(port: usize, row: usize, granted: v128): v128 {
  const pointer = v128.load(port, R_ACCEPT);
  const after = v128.and(granted, pointer);
  const from = v128.or(after, v128.and(granted, i8x16.eq(after, i8x16.splat(0))));
  const accepted = v128.and(from, i8x16.neg(from));
  const behind = i8x16.neg(i8x16.add(accepted, accepted)); // none if none is accepted
  v128.store(port, v128.or(behind, v128.and(pointer, i8x16.eq(accepted, i8x16.splat(0)))), R_ACCEPT);
  v128.store(row, accepted, WORK_ACCEPTED);
  return accepted;
}

/** How far each lane comes after the first of its port, or 255 if it does not ask for the accepted output; and the least of a port. */
// @ts-ignore: decorator
@inline
function takeTurns(block: usize, listEnd: usize): void {
  const channels = i8x16.splat(vcs as i8);
  for (let port: usize = 0; port < ((PORTS * ROW) as usize); port += ROW) v128.store(port, i8x16.splat(-2), WORK_BEST);
  for (let at: usize = WORK_LIST; at < listEnd; at += 8) {
    const entry = load<u64>(at);
    const row = workOf(entry);
    const port = portRow(entry);
    const ahead = i8x16.sub(i8x16.splat(vcOf(entry) as i8), v128.load(block + port, R_FIRST));
    const rank = i8x16.min_u(ahead, i8x16.add(ahead, channels));
    const isOther = i8x16.eq(v128.and(v128.load(row, WORK_REQUEST), v128.load(port, WORK_ACCEPTED)), i8x16.splat(0));
    const key = v128.or(rank, isOther);
    v128.store(row, key, WORK_KEY);
    v128.store(port, i8x16.min_u(v128.load(port, WORK_BEST), key), WORK_BEST);
  }
}

/** Channels take turns at the accepted outputs, and flits leave the lanes whose turn it is. Returns whether any router holds flits after it. */
function leaveByTurns(block: usize, first: usize, listEnd: usize): bool {
  takeTurns(block, listEnd);
  return leave(block, first, listEnd);
}

// @ts-ignore: decorator
@inline
function leave(block: usize, first: usize, listEnd: usize): bool {
  const none = i8x16.splat(0);
  const channels: usize = vcs;
  const channelRows = (ringRow as usize) * RING_ROWS;
  const isShared = tenants > 1;
  let holds = none;
  let losers = none;
  let sent1 = none;
  let end = tailsEnd;
  for (let w: usize = 2; w < channels; w++) v128.store(w * ROW, none, WORK_SENT);
  for (let at: usize = WORK_LIST; at < listEnd; at += 8) {
    const entry = load<u64>(at);
    const lane = rowsOf(entry);
    const row = workOf(entry);
    const port = portRow(entry);
    const won = i8x16.eq(v128.load(row, WORK_KEY), v128.load(port, WORK_BEST));
    const left = i8x16.add(v128.load(lane, L_LEFT), won);
    const count = i8x16.add(v128.load(lane, L_COUNT), won);
    const next = vcOf(entry) + 1;
    holds = v128.or(holds, count);
    v128.store(lane, count, L_COUNT);
    v128.store(lane, left, L_LEFT);
    if (isShared) losers = v128.or(losers, lose(row, won));
    const turn = i8x16.splat((next == channels ? 0 : next) as i8);
    v128.store(block + port, v128.bitselect(turn, v128.load(block + port, R_FIRST), won), R_FIRST);
    const tails = v128.and(won, i8x16.eq(left, none));
    end = addRouters(end, entry, i8x16.bitmask(tails) as u32, false);
    const sent = v128.and(v128.load(port, WORK_ACCEPTED), won);
    const vc = v128.load(lane, L_VC);
    sent1 = v128.or(sent1, v128.and(sent, i8x16.eq(vc, i8x16.splat(1))));
    for (let w: usize = 2; w < channels; w++) {
      const onChannel = v128.and(sent, i8x16.eq(vc, i8x16.splat(w as i8)));
      v128.store(w * ROW, v128.or(v128.load(w * ROW, WORK_SENT), onChannel), WORK_SENT);
    }
    credit(first, port, vcOf(entry) * channelRows, won);
  }
  setTailsEnd(end);
  v128.store(WORK_SENT + ROW, sent1);
  if (isShared) v128.store(WORK_LOSERS, losers);
  return v128.any_true(holds);
}
