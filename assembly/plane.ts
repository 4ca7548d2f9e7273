// The plane being stepped: what the passes of one cycle share. A group of routers goes through all passes before the next group
// does, so that its records stay in the nearest cache; the passes hand on lists, so that no loop branches on what it finds.
import {
  BANK_BYTES,
  FLAG_GENERAL,
  H_FLAGS,
  LANES_PER_BANK,
  LANES_PER_VC,
  P_AWAKE,
  P_AWAKE_ROW,
  P_BANKS,
  P_MASKED,
  P_ROUTERS,
  P_ROUTER_STRIDE,
  P_VCS,
  P_WORK,
  P_SLOTS,
  RING_STRIDE,
  WORK_ALONE,
  WORK_CROWDED,
  WORK_EJECTED,
  WORK_LOST,
  WORK_STUCK,
  WORK_TAILS,
  WORK_WAITING,
  WORK_WINNERS,
} from './layout';

export let plane: usize = 0;
export let now: u64 = 0;
export let vcs: u32 = 0;
export let banks: u32 = 0;
export let routers: usize = 0;
export let routerStride: u32 = 0;
export let work: usize = 0;
export let masked: bool = false;
/** The switch is taken in its general form. */
export let general: bool = false;
let portOfIndex: u32 = 0; // reciprocal: (index * portOfIndex) >> 16 is the port of channel number port * V + vc
// offsets of ring slots within a bank, and rows of the routers to visit, by cycles ahead
let slots: u64 = 0;
export let slotNow: usize = 0;
export let slotIn2: usize = 0;
export let slotIn3: usize = 0;
export let slotIn6: usize = 0;
export let awakeNow: usize = 0;
export let awakeIn1: usize = 0;
export let awakeIn2: usize = 0;
export let awakeIn3: usize = 0;
export let awakeIn6: usize = 0;
/** Has a flit left, or a channel been granted, since the plane was opened? */
export let moved: bool = false;
// ends of the lists of the group
export let aloneEnd: usize = 0;
export let stuckEnd: usize = 0;
export let crowdedEnd: usize = 0;
export let winnersEnd: usize = 0;
export let ejectedEnd: usize = 0;
export let tailsEnd: usize = 0;
export let waitingEnd: usize = 0;
export let lostEnd: usize = 0;

/** Begin cycle `cycle` of a plane. */
export function openPlane(record: usize, cycle: u64): void {
  plane = record;
  now = cycle;
  vcs = load<u32>(record, P_VCS);
  portOfIndex = 65536 / vcs + 1;
  banks = load<u32>(record, P_BANKS);
  routers = load<u32>(record, P_ROUTERS);
  routerStride = load<u32>(record, P_ROUTER_STRIDE);
  work = load<u32>(record, P_WORK);
  masked = load<u32>(record, P_MASKED) != 0;
  general = banks > 1 || (load<u32>(H_FLAGS) & FLAG_GENERAL) != 0;
  slots = load<u32>(record, P_SLOTS);
  slotNow = slot(0);
  slotIn2 = slot(2);
  slotIn3 = slot(3);
  slotIn6 = slot(6);
  awakeNow = awake(0);
  awakeIn1 = awake(1);
  awakeIn2 = awake(2);
  awakeIn3 = awake(3);
  awakeIn6 = awake(6);
  moved = false;
}

function slot(ahead: u64): usize {
  return (((now + ahead) & slots) * RING_STRIDE) as usize;
}

function awake(ahead: u64): usize {
  return load<u32>(plane, P_AWAKE) + (((now + ahead) & slots) as u32) * load<u32>(plane, P_AWAKE_ROW);
}

/** Begin a group: its lists are empty. */
export function openGroup(): void {
  aloneEnd = work + WORK_ALONE;
  stuckEnd = work + WORK_STUCK;
  crowdedEnd = work + WORK_CROWDED;
  winnersEnd = work + WORK_WINNERS;
  ejectedEnd = work + WORK_EJECTED;
  tailsEnd = work + WORK_TAILS;
  waitingEnd = work + WORK_WAITING;
  lostEnd = work + WORK_LOST;
}

/** Something changed in this cycle. */
export function noteMove(): void {
  moved = true;
}

/** Visit this router in the next cycle too. */
// @ts-ignore: decorator
@inline
export function stayAwake(tile: usize): void {
  store<u8>(awakeIn1 + tile, 128);
}

/** Place of a lane within the vectors of its router. */
// @ts-ignore: decorator
@inline
export function placeOf(lane: u32): u32 {
  return lane + (lane >> 4) * (BANK_BYTES - LANES_PER_BANK);
}

/** Channel number port * V + vc of a lane: the order of iSLIP's pointers. */
// @ts-ignore: decorator
@inline
export function indexOf(lane: u32): u32 {
  return (lane & 7) * vcs + (lane >> 3);
}

/** The lane of a channel number. */
// @ts-ignore: decorator
@inline
export function laneOf(index: u32): u32 {
  const port = (index * portOfIndex) >> 16;
  return (index - port * vcs) * LANES_PER_VC + port;
}

/** A router that has received, and a lane of it, by what its flits can do. */
// @ts-ignore: decorator
@inline
export function listVisit(router: usize, tile: usize, lane: u32, isAlone: u32, isStuck: u32, isCrowded: u32): void {
  const entry = (router as u64) | ((tile as u64) << 48) | ((lane as u64) << 32);
  store<u64>(aloneEnd, entry);
  aloneEnd += isAlone << 3;
  store<u64>(stuckEnd, entry);
  stuckEnd += isStuck << 3;
  store<u64>(crowdedEnd, entry);
  crowdedEnd += isCrowded << 3;
}

/** One output channel, at a place of the first bank, that sent a flit. */
// @ts-ignore: decorator
@inline
export function listWinner(router: usize, tile: usize, channel: u32): void {
  const entry = (router as u64) | ((tile as u64) << 48) | ((channel as u64) << 32);
  const isEjected: u32 = (channel & 4) >> 2;
  store<u64>(winnersEnd, entry);
  winnersEnd += (isEjected ^ 1) << 3;
  store<u64>(ejectedEnd, entry);
  ejectedEnd += isEjected << 3;
}

/** Output channels that sent a flit: `ports` is a bit per output port, `second` the ports whose flit left on the bank's second channel. */
// @ts-ignore: decorator
@inline
export function listWinners(router: usize, tile: usize, ports: u32, second: u32, bank: u32): void {
  const entry = (router as u64) | ((tile as u64) << 48) | ((bank as u64) << 32);
  let end = winnersEnd;
  store<u64>(end, entry + ((((second << 3) & 8) as u64) << 32));
  end += (ports & 1) << 3;
  store<u64>(end, entry + ((((second << 2) & 8) as u64) << 32) + ((1 as u64) << 32));
  end += (ports & 2) << 2;
  store<u64>(end, entry + ((((second << 1) & 8) as u64) << 32) + ((2 as u64) << 32));
  end += (ports & 4) << 1;
  store<u64>(end, entry + (((second & 8) as u64) << 32) + ((3 as u64) << 32));
  winnersEnd = end + (ports & 8);
  store<u64>(ejectedEnd, entry + ((((second >> 1) & 8) as u64) << 32) + ((4 as u64) << 32));
  ejectedEnd += (ports & 16) >> 1;
}

/** The flit that left was the last of its packet, if `isTail` is 1. */
// @ts-ignore: decorator
@inline
export function listTail(winner: u64, isTail: u32): void {
  store<u64>(tailsEnd, winner);
  tailsEnd += isTail << 3;
}

/** Heads of these lanes may get a channel; where the switch is in its general form any bit says that some head waits. */
// @ts-ignore: decorator
@inline
export function listWaiting(router: usize, lanes: u32): void {
  store<u64>(waitingEnd, (router as u64) | ((lanes as u64) << 32));
  waitingEnd += ((lanes != 0) as u32) << 3;
}

/** A flit at this router stayed, if `hasLost` is 1. */
// @ts-ignore: decorator
@inline
export function listLost(router: usize, hasLost: u32): void {
  store<u32>(lostEnd, router as u32);
  lostEnd += hasLost << 2;
}

/** The router of an entry of these lists. */
// @ts-ignore: decorator
@inline
export function routerOf(winner: u64): usize {
  return winner as u32;
}

/** The place of the output channel of an entry. */
// @ts-ignore: decorator
@inline
export function channelOf(winner: u64): u32 {
  return ((winner >> 32) as u32) & 0xffff;
}

/** The tile of an entry. */
// @ts-ignore: decorator
@inline
export function tileOf(winner: u64): u32 {
  return (winner >> 48) as u32;
}
