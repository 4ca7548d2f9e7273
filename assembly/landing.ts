// What is due at ROW routers in a cycle (noc-model.md sections 5 and 6): flits land in their input lanes and credits return to output
// lanes. A message is a byte in the row of its lane and slot, at the place of the tile that it goes to; it is taken out as it is read.
import {
  L_COUNT,
  L_FREE,
  L_STRIDE,
  PORTS,
  RING_CREDITS,
  RING_KNOWN,
  RING_ROWS,
  ROW,
  R_KNOWN,
  R_LANES,
  WORK_CREDIT,
} from './layout';
import { ejectNow, ringRow, slotNow, vcs, work } from './plane';

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
