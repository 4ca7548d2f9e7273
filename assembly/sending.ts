// Flits that won the switch of ROW routers leave, and the slots that they leave go back as credits (noc-model.md sections 6 and 11). A
// message is a byte in the row of its lane and slot, at the place of the tile that it goes to, so a neighbour is an offset.
import { H_WIDTH, L_FREE, L_STRIDE, PORTS, RING_ROWS, ROW, R_LANES, WORK_ACCEPTED, WORK_BACK, WORK_SENT, WORK_TAILS } from './layout';
import { routersWith } from './landing';
import { awakeIn2, awakeIn3, awakeIn6, ejectIn6, noteEffect, ringRow, slotIn3, vcs, wakeIf } from './plane';

/** End of the list of tails that left (WORK_TAILS). */
export let tailsEnd: usize = WORK_TAILS;

// @ts-ignore: decorator
@inline
export function setTailsEnd(end: usize): void {
  tailsEnd = end;
}

/** Credits for flits that left a lane: `port` is the place of its port's rows in the work, `channelRows` the bytes of the rings before its channel. */
// @ts-ignore: decorator
@inline
export function credit(first: usize, port: usize, channelRows: usize, won: v128): void {
  v128.store((load<u32>(port, WORK_BACK) as usize) + first + channelRows, won);
}

/** Flits go on their way, and who receives anything of a block is woken. */
// @ts-ignore: decorator
@inline
export function sendFlits(block: usize, first: usize): void {
  const row: usize = ringRow;
  const width: usize = load<u32>(H_WIDTH);
  const channels: usize = vcs;
  const eject = ejectIn6;
  let lane = block + R_LANES;
  let ring = slotIn3 + first;
  // allocatePorts left the outputs of all channels in the row of channel 0
  let sent = v128.load(WORK_SENT);
  // routers whose neighbour on a side receives a flit or a credit
  const east = senders(0) | routersWith(v128.and(sent, i8x16.splat(1)));
  const west = senders(ROW) | routersWith(v128.and(sent, i8x16.splat(2)));
  let south = senders(2 * ROW) | routersWith(v128.and(sent, i8x16.splat(4)));
  let north = senders(3 * ROW) | routersWith(v128.and(sent, i8x16.splat(8)));
  const ejects = routersWith(v128.and(sent, i8x16.splat(16))) != 0;
  noteEffect(ejects ? 6 : 3);
  if (eject != 0) wakeIf(awakeIn6 + first / ROW, ejects);
  for (let vc: usize = 1; vc < channels; vc++) sent = v128.andnot(sent, v128.load(vc * ROW, WORK_SENT));
  for (let vc: usize = 0; vc < channels; vc++) {
    if (vc != 0) sent = v128.load(vc * ROW, WORK_SENT);
    spend(lane, sent, 1, ring + row + 1);
    spend(lane + L_STRIDE, sent, 2, ring - 1);
    spend(lane + 2 * L_STRIDE, sent, 4, ring + 3 * row + width);
    spend(lane + 3 * L_STRIDE, sent, 8, ring + 2 * row - width);
    if (eject != 0) spend(lane + 4 * L_STRIDE, sent, 16, eject + vc * row + first);
    lane += PORTS * L_STRIDE;
    ring += row * RING_ROWS;
  }
  const index = awakeIn3 + first / ROW;
  const rows = width / ROW;
  const rest = (width % ROW) as u32;
  south <<= rest;
  north <<= (ROW as u32) - rest;
  if (rows != 0) {
    wake(index + rows, south);
    wake(index - rows - 1, north);
    south = 0;
    north = 0;
  }
  wake(index, (east << 1) | south);
  wake(index - 1, (west << 15) | north);
  wakeIf(awakeIn2 + first / ROW, senders(4 * ROW) != 0);
}

/** Routers where a flit left the input port whose rows are at `port`, so that a credit goes back, as bits. */
// @ts-ignore: decorator
@inline
function senders(port: usize): u32 {
  return routersWith(v128.load(port, WORK_ACCEPTED));
}

/** A flit leaves, and a slot of the output lane is used up, where the bit of its port is set. */
// @ts-ignore: decorator
@inline
function spend(lane: usize, sent: v128, bit: i8, ring: usize): void {
  const port = i8x16.splat(bit);
  const used = i8x16.eq(v128.and(sent, port), port);
  v128.store(lane, i8x16.add(v128.load(lane, L_FREE), used), L_FREE);
  v128.store(ring, used);
}

/** Wake the blocks that receive something: `routers` is a bit per tile of the block whose byte is at `index`, and of the next one. */
// @ts-ignore: decorator
@inline
function wake(index: usize, routers: u32): void {
  wakeIf(index, (routers & 0xffff) != 0);
  wakeIf(index + 1, routers >> 16 != 0);
}
