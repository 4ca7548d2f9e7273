// The plane being stepped: what the passes of one cycle share, and where its rows are.
import { bitsetBytes } from './bits';
import {
  ARRIVAL_SLOTS,
  EJECT_SLOTS,
  H_TENANTS,
  H_TILES,
  H_WIDTH,
  L_STRIDE,
  P_ARRIVALS,
  P_ARRIVAL_COUNTS,
  P_ARRIVAL_ROW,
  P_AWAKE,
  P_AWAKE_ROW,
  P_BLOCKS,
  P_BLOCK_BYTES,
  P_EJECT,
  P_LINK_FLITS,
  P_LONG,
  P_MASKED,
  P_RINGS,
  P_RING_ROW,
  P_RESTING,
  P_ROUTES,
  P_VCS,
  PORTS,
  RING_CREDITS,
  RING_KNOWN,
  RING_ROWS,
  ROW,
  R_LANES,
  R_TILE,
  SLOTS,
  WORK_BACK,
} from './layout';

export let plane: usize = 0;
export let now: u64 = 0;
export let vcs: u32 = 0;
export let lanes: u32 = 0;
export let blocks: usize = 0;
export let blockBytes: u32 = 0;
export let masked: bool = false;
export let isLong: bool = false;
export let routeTables: usize = 0;
export let linkFlits: usize = 0;
export let tenants: u32 = 0;
let width: i32 = 0;
// rings: tile 0 in the first row of the slots by cycles ahead
export let ringRow: u32 = 0;
export let slotNow: usize = 0;
export let slotIn2: usize = 0;
export let slotIn3: usize = 0;
/** Credits of the terminals' buffers, or 0 where they are always given at once. */
export let ejectNow: usize = 0;
export let ejectIn6: usize = 0;
// rows of the blocks to visit, by cycles ahead
export let awakeNow: usize = 0;
export let awakeIn1: usize = 0;
export let awakeIn2: usize = 0;
export let awakeIn3: usize = 0;
export let awakeIn4: usize = 0;
export let awakeIn6: usize = 0;
// bitsets of the sources that have sent the flits of a cycle before
export let restingNow: usize = 0;
export let restingIn1: usize = 0;
export let restingIn2: usize = 0;
// packets whose tail a terminal consumes three cycles ahead
export let arrivalsIn3: usize = 0;
export let arrivalCountIn3: usize = 0;
/** For how many cycles from now on what happened since the plane was opened may change something; 0 if nothing happened. */
export let effect: u32 = 0;

/** Begin cycle `cycle` of a plane. */
export function openPlane(record: usize, cycle: u64): void {
  plane = record;
  now = cycle;
  vcs = load<u32>(record, P_VCS);
  lanes = vcs * PORTS;
  blocks = load<u32>(record, P_BLOCKS);
  blockBytes = load<u32>(record, P_BLOCK_BYTES);
  width = load<u32>(H_WIDTH);
  masked = load<u32>(record, P_MASKED) != 0;
  isLong = load<u32>(record, P_LONG) != 0;
  routeTables = load<u32>(record, P_ROUTES);
  linkFlits = load<u32>(record, P_LINK_FLITS);
  tenants = load<u32>(H_TENANTS);
  ringRow = load<u32>(record, P_RING_ROW);
  slotNow = slot(0);
  slotIn2 = slot(2);
  slotIn3 = slot(3);
  ejectNow = ejectSlot(0);
  ejectIn6 = ejectSlot(6);
  awakeNow = awake(0);
  awakeIn1 = awake(1);
  awakeIn2 = awake(2);
  awakeIn3 = awake(3);
  awakeIn4 = awake(4);
  awakeIn6 = awake(6);
  restingNow = resting(0);
  restingIn1 = resting(1);
  restingIn2 = resting(2);
  const arrivalSlot = ((now + 3) as u32) & (ARRIVAL_SLOTS - 1);
  arrivalsIn3 = load<u32>(plane, P_ARRIVALS) + arrivalSlot * load<u32>(plane, P_ARRIVAL_ROW);
  arrivalCountIn3 = plane + P_ARRIVAL_COUNTS + (arrivalSlot << 2);
  effect = 0;
  back(0, slotIn3 + (RING_CREDITS + 1) * ringRow + 1);
  back(1, slotIn3 + RING_CREDITS * ringRow - 1);
  back(2, slotIn3 + (RING_CREDITS + 3) * ringRow + width);
  back(3, slotIn3 + (RING_CREDITS + 2) * ringRow - width);
  back(4, slotIn2 + RING_KNOWN * ringRow);
}

/** Credits for flits that leave an input port go to the output that feeds it: the opposite port has the number with the lowest bit turned. */
// @ts-ignore: decorator
@inline
function back(port: u32, ring: usize): void {
  store<u32>(port * ROW, ring as u32, WORK_BACK);
}

function slot(ahead: u32): usize {
  return load<u32>(plane, P_RINGS) + (((now as u32) + ahead) & (SLOTS - 1)) * (RING_ROWS * vcs * ringRow);
}

function ejectSlot(ahead: u32): usize {
  const ring: usize = load<u32>(plane, P_EJECT);
  return ring == 0 ? 0 : ring + (((now as u32) + ahead) & (EJECT_SLOTS - 1)) * (vcs * ringRow);
}

function awake(ahead: u32): usize {
  return load<u32>(plane, P_AWAKE) + (((now as u32) + ahead) & (EJECT_SLOTS - 1)) * load<u32>(plane, P_AWAKE_ROW);
}

function resting(ahead: u32): usize {
  return load<u32>(plane, P_RESTING) + (((now as u32) + ahead) & (SLOTS - 1)) * bitsetBytes(load<u32>(H_TILES));
}

/** Something happened that may change something in up to so many cycles. */
// @ts-ignore: decorator
@inline
export function noteEffect(cycles: u32): void {
  effect = max(effect, cycles);
}

/** The block of a tile; the tile's byte in its rows is at `byteOf`. */
// @ts-ignore: decorator
@inline
export function blockOf(tile: u32): usize {
  return blocks + (tile / ROW) * blockBytes;
}

// @ts-ignore: decorator
@inline
export function byteOf(tile: u32): usize {
  return tile & (ROW - 1);
}

/** A tile's byte in the first row of a lane: add the row of the fact that is wanted. */
// @ts-ignore: decorator
@inline
export function laneAt(tile: u32, lane: u32): usize {
  return blockOf(tile) + byteOf(tile) + R_LANES + lane * L_STRIDE;
}

/** Visit a block in the cycle of an awake row if a message comes to it; `index`: its byte there. No branch: whether one comes is as good as random. */
// @ts-ignore: decorator
@inline
export function wakeIf(index: usize, isReached: bool): void {
  store<u8>(index, load<u8>(index) | ((0 - (isReached as u32)) as u8));
}

/** Number of a router's tile. */
// @ts-ignore: decorator
@inline
export function tileOf(router: usize): u32 {
  return load<u32>(router & ~(ROW - 1), R_TILE) + ((router & (ROW - 1)) as u32);
}

/** The tile behind an output port other than the terminal's. */
// @ts-ignore: decorator
@inline
export function neighbour(tile: u32, port: u32): u32 {
  const turn = 1 - ((port & 1) << 1);
  return tile + (port < 2 ? turn : turn * width);
}
