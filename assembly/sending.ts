// Flits that won the switch of ROW routers leave, and the slots that they leave go back as credits (noc-model.md sections 6 and 11). A
// message is a byte in the row of its lane and slot, at the place of the tile that it goes to, so a neighbour is an offset.
import {
  H_WIDTH,
  L_FREE,
  L_STRIDE,
  L_VC,
  PORTS,
  RING_CREDITS,
  RING_KNOWN,
  RING_ROWS,
  ROW,
  R_LANES,
  WORK_LANE,
  WORK_WON,
} from './layout';
import { awakeIn2, awakeIn3, awakeIn6, ejectIn6, ringRow, slotIn2, slotIn3, vcs, work } from './plane';

/** Flits and credits go on their way; a[p] is the output that input port p sent to, as a bit. */
// @ts-ignore: decorator
@inline
export function pass(block: usize, first: usize, a0: v128, a1: v128, a2: v128, a3: v128, a4: v128): void {
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
