// Whose flits wanted a link that none took (model.md section 8), where several tenants share a plane. A tenant counts once per link
// and cycle, however many of its flits wait for it. Visits are tallied by block, like those of all tenants together (losers.ts).
import { routersWith, rowsOf, workOf } from './landing';
import {
  LINKS,
  L_STRIDE,
  L_TENANT,
  MOST_TENANTS,
  P_BLOCKED_TENANTS,
  ROW,
  R_LANES,
  WORK_BLOCKED,
  WORK_LIST,
  WORK_LOST,
} from './layout';
import { lanes, plane, tenants } from './plane';

const LINK_PORTS: i8 = 15;

/** Tally one cycle of a block: links that a flit wanted and none took. */
export function tallyTenants(block: usize, listEnd: usize): void {
  const links = v128.and(v128.load(WORK_BLOCKED), i8x16.splat(LINK_PORTS));
  if (!v128.any_true(links)) return;
  let least = i8x16.splat(-1);
  let most = i8x16.splat(0);
  for (let at: usize = WORK_LIST; at < listEnd; at += 8) {
    const entry = load<u64>(at);
    const isFree = i8x16.eq(waiting(entry, links), i8x16.splat(0));
    const tenant = v128.load(rowsOf(entry), L_TENANT);
    least = i8x16.min_u(least, v128.or(tenant, isFree));
    most = i8x16.max_u(most, v128.andnot(tenant, isFree));
  }
  const first = leastByte(least);
  const last: u32 = 255 - leastByte(v128.not(most));
  for (let tenant = first; tenant <= last; tenant++) {
    tally(talliesOf(block, tenant), first == last ? links : linksOf(listEnd, tenant, links));
  }
}

/** The links among some that flits of a tenant wait for. */
function linksOf(listEnd: usize, tenant: u32, links: v128): v128 {
  let wanted = i8x16.splat(0);
  for (let at: usize = WORK_LIST; at < listEnd; at += 8) {
    const entry = load<u64>(at);
    const isIts = i8x16.eq(v128.load(rowsOf(entry), L_TENANT), i8x16.splat(tenant as i8));
    wanted = v128.or(wanted, v128.and(waiting(entry, links), isIts));
  }
  return wanted;
}

// @ts-ignore: decorator
@inline
function waiting(entry: u64, links: v128): v128 {
  return v128.and(v128.load(workOf(entry), WORK_LOST), links);
}

/** The tallies of a tenant: a row per link port. */
function talliesOf(block: usize, tenant: u32): usize {
  return block + R_LANES + lanes * L_STRIDE + tenant * (LINKS * ROW);
}

function tally(rows: usize, links: v128): void {
  for (let port: u32 = 0; port < (LINKS as u32); port++) {
    const bit = i8x16.splat(((1 as u32) << port) as i8);
    const row = rows + port * ROW;
    v128.store(row, i8x16.sub(v128.load(row), i8x16.eq(v128.and(links, bit), bit)));
  }
}

/** Add what a block of `tiles` tiles has tallied to the counters. */
export function tellTenants(block: usize, first: u32, tiles: u32): void {
  for (let tenant: u32 = 0; tenant < tenants; tenant++) {
    for (let port: u32 = 0; port < (LINKS as u32); port++) {
      const row = talliesOf(block, tenant) + port * ROW;
      for (let byte: u32 = 0; byte < tiles; byte++) add(first + byte, port, tenant, load<u8>(row + byte));
      v128.store(row, i8x16.splat(0));
    }
  }
}

/** Charge cycles that a block has slept: every flit that waits has lost, and none has won. */
export function chargeTenants(first: u32, listEnd: usize, cycles: u64): void {
  const links = v128.and(v128.load(WORK_BLOCKED), i8x16.splat(LINK_PORTS));
  for (let bits = routersWith(links); bits != 0; bits &= bits - 1) {
    const byte = ctz<u32>(bits);
    for (let left = whoWaits(byte, listEnd); left != 0; left &= left - 1) {
      const bit = ctz<u64>(left) as u32;
      add(first + byte, bit / MOST_TENANTS, bit % MOST_TENANTS, cycles);
    }
  }
}

/** Bit port * MOST_TENANTS + tenant, for one router. */
function whoWaits(byte: usize, listEnd: usize): u64 {
  let waits: u64 = 0;
  for (let at: usize = WORK_LIST; at < listEnd; at += 8) {
    const entry = load<u64>(at);
    const out = load<u8>(workOf(entry) + byte, WORK_LOST) & LINK_PORTS;
    if (out == 0) continue;
    waits |= (1 as u64) << ((ctz<u32>(out) * MOST_TENANTS + load<u8>(rowsOf(entry) + byte, L_TENANT)) as u64);
  }
  return waits;
}

function add(tile: u32, port: u32, tenant: u32, cycles: u64): void {
  const link = (tile * (LINKS as u32) + port) * tenants + tenant;
  const counter = load<u32>(plane, P_BLOCKED_TENANTS) + (link << 3);
  store<u64>(counter, load<u64>(counter) + cycles);
}

/** The least of sixteen bytes. */
function leastByte(bytes: v128): u32 {
  let least = i8x16.min_u(bytes, v128.shuffle<i64>(bytes, bytes, 1, 0));
  least = i8x16.min_u(least, v128.shuffle<i32>(least, least, 1, 0, 3, 2));
  least = i8x16.min_u(least, v128.shuffle<i16>(least, least, 1, 0, 3, 2, 5, 4, 7, 6));
  const two = i32x4.extract_lane(least, 0) as u32;
  return min(two & 0xff, (two >> 8) & 0xff);
}
