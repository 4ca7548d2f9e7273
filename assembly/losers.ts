// Flits that wanted to go and could not: links that were wanted and stayed empty, and interference between tenants. Counted on the
// state after channel allocation and before tails release their channels. A router whose flits can do nothing until a message
// comes is not visited: the cycles that it sleeps are counted when it wakes, or when somebody reads the counters.
import { setBit } from './bits';
import {
  BANK_BYTES,
  GROUP,
  H_TENANTS,
  H_TENANTS_AT,
  LANES_PER_BANK,
  LANES_PER_VC,
  L_COUNT,
  L_FREE,
  L_LOST,
  L_OUT,
  L_OUTLANE,
  L_OWNER,
  L_SENT,
  L_TENANT,
  NO_LANE,
  P_ASLEEP,
  R_INDEX,
  R_LINK_BLOCKED,
  R_SINCE,
  T_INTERFERENCE,
  T_STRIDE,
  WORK_LOST,
} from './layout';
import { awakeIn1, banks, lostEnd, now, placeOf, plane, routers, routerStride, vcs, work } from './plane';

/** Count the losers of this cycle at the routers of the group; those that nothing wakes fall asleep, and are counted later. */
export function observeLosers(): void {
  for (let at = work + WORK_LOST; at < lostEnd; at += 4) {
    const router: usize = load<u32>(at);
    const tile = load<u32>(router, R_INDEX);
    if (load<u8>(awakeIn1 + tile) == 0) {
      store<u64>(router, now, R_SINCE);
      setBit(load<u32>(plane, P_ASLEEP), tile);
    } else {
      observe(router, 1);
    }
  }
}

/** These routers of the group that begins at tile `first` are visited in this cycle: what they slept is counted. */
// @ts-ignore: decorator
@inline
export function wakeRouters(first: u32, bits: u64): void {
  const word = load<u32>(plane, P_ASLEEP) + (first >> 6 << 3);
  const asleep = load<u64>(word);
  store<u64>(word, asleep & ~bits);
  for (let left = asleep & bits; left != 0; left &= left - 1) countRouter(routers + (first + (ctz<u64>(left) as u32)) * routerStride);
}

/** Count what the routers of a group slept so far; they sleep on. */
export function countSleep(group: u32): void {
  for (let left = load<u64>(load<u32>(plane, P_ASLEEP) + (group << 3)); left != 0; left &= left - 1) {
    countRouter(routers + (group * GROUP + (ctz<u64>(left) as u32)) * routerStride);
  }
}

function countRouter(router: usize): void {
  const since = load<u64>(router, R_SINCE);
  if (now > since) observe(router, now - since);
  store<u64>(router, now, R_SINCE);
}

/** Count, for `cycles`, links that a flit wanted and none took, and flits that lost to another tenant's. */
function observe(router: usize, cycles: u64): void {
  const bits = i8x16(1, 2, 4, 8, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  let wanted = i8x16.splat(0);
  let sent: u32 = 0;
  for (let b: u32 = 0; b < banks; b++) {
    const bank = router + b * BANK_BYTES;
    wanted = v128.or(wanted, v128.and(i8x16.swizzle(bits, v128.load(bank, L_OUT)), v128.load(bank, L_LOST)));
    sent |= i8x16.bitmask(v128.load(bank, L_SENT)) as u32;
  }
  let ports: u64 = i64x2.extract_lane(wanted, 0) | i64x2.extract_lane(wanted, 1);
  ports |= ports >> 32;
  ports |= ports >> 16;
  ports |= ports >> 8;
  const stayed = ports & ~((sent | (sent >> 8)) as u64);
  const counters: usize = load<u32>(router, R_LINK_BLOCKED);
  store<u64>(counters, load<u64>(counters) + (stayed & 1) * cycles);
  store<u64>(counters, load<u64>(counters, 8) + ((stayed >> 1) & 1) * cycles, 8);
  store<u64>(counters, load<u64>(counters, 16) + ((stayed >> 2) & 1) * cycles, 16);
  store<u64>(counters, load<u64>(counters, 24) + ((stayed >> 3) & 1) * cycles, 24);
  if (load<u32>(H_TENANTS) > 1 && hasForeigners(router)) interfere(router, cycles);
}

/** Have flits of more than one tenant something to do at this router? */
function hasForeigners(router: usize): bool {
  let least = i8x16.splat(-1);
  let most = i8x16.splat(0);
  for (let b: u32 = 0; b < banks; b++) {
    const bank = router + b * BANK_BYTES;
    const isFree = v128.and(i8x16.eq(v128.load(bank, L_COUNT), i8x16.splat(0)), i8x16.eq(v128.load(bank, L_OUTLANE), i8x16.splat(-1)));
    const tenant = v128.load(bank, L_TENANT);
    least = i8x16.min_u(least, v128.or(tenant, isFree));
    most = i8x16.max_u(most, v128.andnot(tenant, isFree));
  }
  return leastByte(least) != 255 - leastByte(v128.not(most));
}

/** The least of sixteen bytes. */
// @ts-ignore: decorator
@inline
function leastByte(bytes: v128): u32 {
  let least = i8x16.min_u(bytes, v128.shuffle<i64>(bytes, bytes, 1, 0));
  least = i8x16.min_u(least, v128.shuffle<i32>(least, least, 1, 0, 3, 2));
  least = i8x16.min_u(least, v128.shuffle<i16>(least, least, 1, 0, 3, 2, 5, 4, 7, 6));
  const two = i32x4.extract_lane(least, 0) as u32;
  return min(two & 0xff, (two >> 8) & 0xff);
}

/** Charge interference to each loser whose winner at the output or at its own port, or whose channels' owner, is foreign. */
function interfere(router: usize, cycles: u64): void {
  const tenants: usize = load<u32>(H_TENANTS_AT);
  for (let b: u32 = 0; b < banks; b++) {
    const bank = router + b * BANK_BYTES;
    for (let left = i8x16.bitmask(v128.load(bank, L_LOST)) as u32; left != 0; left &= left - 1) {
      const lane = bank + ctz<u32>(left);
      const tenant: u32 = load<u8>(lane, L_TENANT);
      const channel: u32 = load<u8>(lane, L_OUTLANE);
      const isForeign =
        channel == NO_LANE
          ? isChannelForeign(router, load<u8>(lane, L_OUT), tenant)
          : isWinnerForeign(router, load<u8>(lane, L_OUT), tenant) ||
            (load<u8>(router + placeOf(channel), L_FREE) != 0 &&
              isPortForeign(router, (b * LANES_PER_BANK + ctz<u32>(left)) & (LANES_PER_VC - 1), tenant));
      if (!isForeign) continue;
      const counter = tenants + tenant * T_STRIDE;
      store<u64>(counter, load<u64>(counter, T_INTERFERENCE) + cycles, T_INTERFERENCE);
    }
  }
}

/** Does another tenant own a channel of this output? */
function isChannelForeign(router: usize, out: u32, tenant: u32): bool {
  for (let vc: u32 = 0; vc < vcs; vc++) {
    const owner: u32 = load<u8>(router + placeOf(vc * LANES_PER_VC + out), L_OWNER);
    if (owner != NO_LANE && load<u8>(router + placeOf(owner), L_TENANT) != tenant) return true;
  }
  return false;
}

/** Did a flit of another tenant take this output? */
function isWinnerForeign(router: usize, out: u32, tenant: u32): bool {
  for (let vc: u32 = 0; vc < vcs; vc++) {
    const channel = router + placeOf(vc * LANES_PER_VC + out);
    if (load<u8>(channel, L_SENT) != 0) return load<u8>(router + placeOf(load<u8>(channel, L_OWNER)), L_TENANT) != tenant;
  }
  return false;
}

/** Did a flit of another tenant leave this input port? */
function isPortForeign(router: usize, port: u32, tenant: u32): bool {
  for (let vc: u32 = 0; vc < vcs; vc++) {
    const lane = router + placeOf(vc * LANES_PER_VC + port);
    const channel: u32 = load<u8>(lane, L_OUTLANE);
    if (channel == NO_LANE || load<u8>(router + placeOf(channel), L_SENT) == 0) continue;
    return load<u8>(lane, L_TENANT) != tenant;
  }
  return false;
}
