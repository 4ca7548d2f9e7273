// Flits that wanted to go and could not: links that were wanted and stayed empty, and interference between tenants. Counted on the
// state after channel allocation and before tails release their channels. A block whose flits can do nothing until a message
// comes is not visited: the cycles that it sleeps are counted when it wakes, or when somebody reads the counters.
import { chargeTenants, tallyTenants, tellTenants } from './blocked';
import { listHolders, portRow, routersWith, rowsOf, wanted, workOf } from './landing';
import {
  H_TENANTS_AT,
  H_TILES,
  LINKS,
  L_FREE,
  L_OUT,
  L_STRIDE,
  L_TENANT,
  L_VC,
  NO_VC,
  PORTS,
  P_ASLEEP,
  P_LINK_BLOCKED,
  ROW,
  R_BLOCKED,
  R_LANES,
  R_SINCE,
  R_VISITS,
  T_INTERFERENCE,
  T_STRIDE,
  WORK_BLOCKED,
  WORK_LIST,
  WORK_LOSERS,
  WORK_LOST,
  WORK_SENT,
  WORK_WON,
} from './layout';
import { lanes, now, plane, tenants, vcs } from './plane';

const MOST_VISITS: u32 = 255;

/** What a lane wanted and does not get, where flits have left. */
// @ts-ignore: decorator
@inline
export function lose(row: usize, won: v128): v128 {
  const lost = v128.andnot(v128.load(row, WORK_LOST), won);
  v128.store(row, won, WORK_WON);
  v128.store(row, lost, WORK_LOST);
  return lost;
}

/** A head that might have got a channel of an output, a bit, has got none; `row`: its lane's place in the work, `byte`: its router's in a row. */
export function loseHead(row: usize, byte: usize, bit: u8): void {
  store<u8>(row + byte, bit, WORK_LOST);
  store<u8>(byte, load<u8>(byte, WORK_LOSERS) | bit, WORK_LOSERS);
}

/** Count the losers of this cycle at a block whose listed lanes hold flits; `hasWinners` if a flit of it left. */
export function observeLosers(block: usize, first: u32, listEnd: usize, hasWinners: bool): void {
  let blocked = v128.load(WORK_LOSERS);
  if (!v128.any_true(blocked)) return;
  const isShared = tenants > 1;
  if (isShared) interfere(block, listEnd, blocked, hasWinners, 1);
  if (hasWinners) for (let vc: usize = 0; vc < vcs; vc++) blocked = v128.andnot(blocked, v128.load(vc * ROW, WORK_SENT));
  if (!v128.any_true(blocked)) return;
  tally(block, blocked, 1);
  tally(block + ROW, blocked, 2);
  tally(block + 2 * ROW, blocked, 4);
  tally(block + 3 * ROW, blocked, 8);
  if (isShared) {
    v128.store(WORK_BLOCKED, blocked);
    tallyTenants(block, listEnd);
  }
  const visits = load<u32>(block, R_VISITS) + 1;
  store<u32>(block, visits, R_VISITS);
  if (visits == MOST_VISITS) tellBlocked(block, first);
}

// @ts-ignore: decorator
@inline
function tally(row: usize, blocked: v128, bit: i8): void {
  const port = i8x16.splat(bit);
  v128.store(row, i8x16.sub(v128.load(row, R_BLOCKED), i8x16.eq(v128.and(blocked, port), port)), R_BLOCKED);
}

/** Add what a block has tallied to the counters of its links. */
export function tellBlocked(block: usize, first: u32): void {
  if (load<u32>(block, R_VISITS) == 0) return;
  store<u32>(block, 0, R_VISITS);
  const tiles = min(ROW as u32, load<u32>(H_TILES) - first);
  for (let port: u32 = 0; port < (LINKS as u32); port++) {
    const row = block + port * ROW;
    for (let byte: u32 = 0; byte < tiles; byte++) addBlocked(first + byte, port, load<u8>(row + byte, R_BLOCKED));
    v128.store(row, i8x16.splat(0), R_BLOCKED);
  }
  if (tenants > 1) tellTenants(block, first, tiles);
}

// @ts-ignore: decorator
@inline
function addBlocked(tile: u32, port: u32, cycles: u64): void {
  const counter = load<u32>(plane, P_LINK_BLOCKED) + ((tile * (LINKS as u32) + port) << 3);
  store<u64>(counter, load<u64>(counter) + cycles);
}

/** Nothing here changes until a message comes: this cycle and the next ones are counted when it does. */
export function fallAsleep(block: usize, index: u32): void {
  store<u64>(block, now, R_SINCE);
  store<u8>(load<u32>(plane, P_ASLEEP) + index, 1);
}

/** A block is visited again: what it slept is counted. */
// @ts-ignore: decorator
@inline
export function wakeUp(block: usize, index: u32): void {
  const asleep = load<u32>(plane, P_ASLEEP) + index;
  if (load<u8>(asleep) == 0) return;
  countSleep(block, index);
  store<u8>(asleep, 0);
}

/** Count what a block slept so far, if it sleeps; it sleeps on. Every flit that it holds has lost, and none has won. */
export function countSleep(block: usize, index: u32): void {
  if (load<u8>(load<u32>(plane, P_ASLEEP) + index) == 0) return;
  const cycles = now - load<u64>(block, R_SINCE);
  const first = index * ROW;
  store<u64>(block, now, R_SINCE);
  if (cycles == 0) return;
  const listEnd = listHolders(block);
  let lost = i8x16.splat(0);
  for (let at: usize = WORK_LIST; at < listEnd; at += 8) {
    const entry = load<u64>(at);
    const out = wanted(rowsOf(entry));
    v128.store(workOf(entry), out, WORK_LOST);
    lost = v128.or(lost, out);
  }
  for (let port: u32 = 0; port < (LINKS as u32); port++) {
    const bit = i8x16.splat(((1 as u32) << port) as i8);
    for (let bits = i8x16.bitmask(i8x16.eq(v128.and(lost, bit), bit)) as u32; bits != 0; bits &= bits - 1) {
      addBlocked(first + ctz<u32>(bits), port, cycles);
    }
  }
  if (tenants <= 1) return;
  v128.store(WORK_BLOCKED, lost);
  chargeTenants(first, listEnd, cycles);
  interfere(block, listEnd, lost, false, cycles);
}

/** Charge interference at the routers whose lanes are more than one tenant's. */
function interfere(block: usize, listEnd: usize, lost: v128, hasWinners: bool, cycles: u64): void {
  let least = i8x16.splat(-1);
  let most = i8x16.splat(0);
  let lane = block + R_LANES;
  for (let left = lanes; left != 0; left--, lane += L_STRIDE) {
    const tenant = v128.load(lane, L_TENANT);
    least = i8x16.min_u(least, tenant);
    most = i8x16.max_s(most, tenant); // NO_TENANT is less than any
  }
  const mixed = i8x16.lt_u(least, most);
  if (!v128.any_true(mixed)) return;
  for (let bits = routersWith(v128.and(lost, mixed)); bits != 0; bits &= bits - 1) {
    const byte = ctz<u32>(bits);
    chargeLosers(block + byte, byte, listEnd, hasWinners, cycles);
  }
}

/** Charge each loser whose winner at the output or at its own port, or whose channels' owner, is another tenant's; one router, byte `byte` of its block. */
function chargeLosers(router: usize, byte: usize, listEnd: usize, hasWinners: bool, cycles: u64): void {
  const records: usize = load<u32>(H_TENANTS_AT);
  if (hasWinners) noteWinners(byte, listEnd);
  for (let at: usize = WORK_LIST; at < listEnd; at += 8) {
    const entry = load<u64>(at);
    const out: u32 = load<u8>(workOf(entry) + byte, WORK_LOST);
    if (out == 0) continue;
    const record = rowsOf(entry) + byte;
    const tenant: u32 = load<u8>(record, L_TENANT);
    const vc: u32 = load<u8>(record, L_VC);
    let isForeign: bool;
    if (vc == NO_VC) {
      isForeign = isChannelForeign(router + R_LANES, out, tenant);
    } else {
      const port = ctz<u32>(out);
      const hasCredit = load<u8>(router + (vc * PORTS + port) * L_STRIDE, R_LANES + L_FREE) != 0;
      isForeign =
        hasWinners && (isAnother(atOutput, port, tenant) || (hasCredit && isAnother(atInput, (portRow(entry) / ROW) as u32, tenant)));
    }
    if (!isForeign) continue;
    const counter = records + tenant * T_STRIDE;
    store<u64>(counter, load<u64>(counter, T_INTERFERENCE) + cycles, T_INTERFERENCE);
  }
}

// whose flits left a router by each of its output and input ports: a byte per port, its tenant plus 1, or 0
let atOutput: u64 = 0;
let atInput: u64 = 0;

function noteWinners(byte: usize, listEnd: usize): void {
  let outputs: u64 = 0;
  let inputs: u64 = 0;
  for (let at: usize = WORK_LIST; at < listEnd; at += 8) {
    const entry = load<u64>(at);
    const record = rowsOf(entry) + byte;
    const winner: u64 = (load<u8>(record, L_TENANT) + 1) & load<u8>(workOf(entry) + byte, WORK_WON);
    outputs |= winner << (ctz<u64>(load<u8>(record, L_OUT)) << 3);
    inputs |= winner << ((portRow(entry) / ROW) as u64 << 3);
  }
  atOutput = outputs;
  atInput = inputs;
}

/** Did a flit of another tenant leave by this port? */
// @ts-ignore: decorator
@inline
function isAnother(winners: u64, port: u32, tenant: u32): bool {
  const winner = (winners >> ((port << 3) as u64)) & 255;
  return winner != 0 && winner != tenant + 1;
}

/** Does another tenant own a channel of this output (a bit)? */
function isChannelForeign(lanesOf: usize, out: u32, tenant: u32): bool {
  for (let lane: u32 = 0; lane < lanes; lane++) {
    const record = lanesOf + lane * L_STRIDE;
    if (load<u8>(record, L_VC) != NO_VC && load<u8>(record, L_OUT) == out && load<u8>(record, L_TENANT) != tenant) return true;
  }
  return false;
}
