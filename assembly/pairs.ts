// The steps of switch.ts where every port has two virtual channels, as it has by default: a pass goes over the ports, with both lanes
// of a port in hand, instead of over a list of lanes. Which of two comes first needs no ranks, and the passes are of fixed length.
import { addRouters, firstLane, NEXT_CHANNEL, NEXT_PORT, routersWith, wanted } from './landing';
import {
  L_COUNT,
  L_LEFT,
  L_STRIDE,
  L_VC,
  NO_VC,
  PORTS,
  RING_ROWS,
  ROW,
  R_FIRST,
  R_LANES,
  R_CHANNEL,
  R_OWNED,
  WORK_ACCEPTED,
  WORK_ASKED,
  WORK_CONTESTED,
  WORK_CREDIT,
  WORK_LANE,
  WORK_LOSERS,
  WORK_LOST,
  WORK_REQUEST,
  WORK_SENT,
  WORK_WAITING,
} from './layout';
import { lose } from './losers';
import { ringRow, tenants } from './plane';
import { credit, setTailsEnd, tailsEnd } from './sending';

// from the rows of channel 0 of a port to those of channel 1
const SECOND_LANE = PORTS * L_STRIDE;
const SECOND_WORK = PORTS * WORK_LANE;
const PORT_ROWS: usize = PORTS * ROW;

/** What lanes ask the switch for, and the outputs of heads that may get a channel, which join the list that ends at `end`. Returns its end. */
export function askInPairs(block: usize, end: usize, isBusy: bool): usize {
  const none = i8x16.splat(0);
  const one = i8x16.splat(1);
  const noVc = i8x16.splat(NO_VC as i8);
  const unowned = v128.not(v128.and(v128.load(block, R_OWNED), v128.load(block, R_OWNED + R_CHANNEL)));
  const credit0 = v128.load(WORK_CREDIT);
  const differ = v128.xor(credit0, v128.load(WORK_CREDIT + ROW)); // from the credits of channel 0 to those of channel 1
  let entry = firstLane(block);
  let waiting = none;
  let contested = none;
  let losers = none;
  let lane = block + R_LANES;
  let row: usize = 0;
  for (let port: usize = 0; port < PORT_ROWS; port += ROW) {
    const second = lane + SECOND_LANE;
    const vc0 = v128.load(lane, L_VC);
    const vc1 = v128.load(second, L_VC);
    const out0 = wanted(lane);
    const out1 = wanted(second);
    const isHead0 = i8x16.eq(vc0, noVc);
    const isHead1 = i8x16.eq(vc1, noVc);
    const has0 = v128.xor(credit0, v128.and(i8x16.eq(vc0, one), differ));
    const has1 = v128.xor(credit0, v128.and(i8x16.eq(vc1, one), differ));
    const request0 = v128.andnot(v128.and(out0, has0), isHead0);
    const request1 = v128.andnot(v128.and(out1, has1), isHead1);
    const head0 = v128.and(v128.and(out0, unowned), isHead0);
    const head1 = v128.and(v128.and(out1, unowned), isHead1);
    end = addRouters(end, entry, routersWith(v128.andnot(head0, waiting)), isBusy);
    contested = v128.or(contested, v128.and(waiting, head0));
    waiting = v128.or(waiting, head0);
    end = addRouters(end, entry + NEXT_CHANNEL, routersWith(v128.andnot(head1, waiting)), isBusy);
    contested = v128.or(contested, v128.and(waiting, head1));
    waiting = v128.or(waiting, head1);
    const rest0 = v128.andnot(out0, head0);
    const rest1 = v128.andnot(out1, head1);
    losers = v128.or(losers, v128.or(rest0, rest1));
    v128.store(row, request0, WORK_REQUEST);
    v128.store(row, request1, WORK_REQUEST + SECOND_WORK);
    v128.store(row, head0, WORK_WAITING);
    v128.store(row, head1, WORK_WAITING + SECOND_WORK);
    v128.store(row, rest0, WORK_LOST);
    v128.store(row, rest1, WORK_LOST + SECOND_WORK);
    v128.store(port, v128.or(request0, request1), WORK_ASKED);
    entry += NEXT_PORT;
    lane += L_STRIDE;
    row += WORK_LANE;
  }
  v128.store(WORK_CONTESTED, contested);
  v128.store(WORK_LOSERS, losers);
  return end;
}

/** Channels take turns at the accepted outputs, and flits leave the lanes whose turn it is. Returns whether any router holds flits after it. */
export function leaveInPairs(block: usize, first: usize, isBusy: bool): bool {
  const none = i8x16.splat(0);
  const one = i8x16.splat(1);
  const isShared = tenants > 1;
  const channelRows = (ringRow as usize) * RING_ROWS;
  let holds = none;
  let losers = none;
  let sent1 = none;
  let end = tailsEnd;
  let entry = firstLane(block);
  let lane = block + R_LANES;
  let row: usize = 0;
  for (let port: usize = 0; port < PORT_ROWS; port += ROW) {
    const second = lane + SECOND_LANE;
    const secondRow = row + SECOND_WORK;
    const accepted = v128.load(port, WORK_ACCEPTED);
    // channel 1 goes if it comes first or channel 0 does not ask for the output; channel 0 if channel 1 does not go
    const other0 = i8x16.eq(v128.and(v128.load(row, WORK_REQUEST), accepted), none);
    const other1 = i8x16.eq(v128.and(v128.load(secondRow, WORK_REQUEST), accepted), none);
    const turn = v128.load(block + port, R_FIRST);
    const won1 = v128.andnot(v128.or(i8x16.eq(turn, one), other0), other1);
    const won0 = i8x16.eq(v128.or(other0, won1), none);
    v128.store(block + port, v128.or(v128.andnot(turn, won1), v128.and(won0, one)), R_FIRST);
    const count0 = i8x16.add(v128.load(lane, L_COUNT), won0);
    const count1 = i8x16.add(v128.load(second, L_COUNT), won1);
    const left0 = i8x16.add(v128.load(lane, L_LEFT), won0);
    const left1 = i8x16.add(v128.load(second, L_LEFT), won1);
    v128.store(lane, count0, L_COUNT);
    v128.store(second, count1, L_COUNT);
    v128.store(lane, left0, L_LEFT);
    v128.store(second, left1, L_LEFT);
    holds = v128.or(holds, v128.or(count0, count1));
    if (isShared) losers = v128.or(losers, v128.or(lose(row, won0), lose(secondRow, won1)));
    end = addRouters(end, entry, i8x16.bitmask(v128.and(won0, i8x16.eq(left0, none))) as u32, isBusy);
    end = addRouters(end, entry + NEXT_CHANNEL, i8x16.bitmask(v128.and(won1, i8x16.eq(left1, none))) as u32, isBusy);
    const onChannel1 = v128.or(
      v128.and(won0, i8x16.eq(v128.load(lane, L_VC), one)),
      v128.and(won1, i8x16.eq(v128.load(second, L_VC), one)),
    );
    sent1 = v128.or(sent1, v128.and(accepted, onChannel1));
    credit(first, port, 0, won0);
    credit(first, port, channelRows, won1);
    entry += NEXT_PORT;
    lane += L_STRIDE;
    row += WORK_LANE;
  }
  setTailsEnd(end);
  v128.store(WORK_SENT + ROW, sent1);
  if (isShared) v128.store(WORK_LOSERS, losers);
  return v128.any_true(holds);
}
