// Address translation of one DMA engine: a page TLB or a range TLB with the tenant's range translation table (vChunk), both fully
// associative with true LRU. Where a burst really goes is looked up apart (findRange): translation costs time, it never guesses.
// Source: vNPU (ISCA 2025) section 4.2 as reported by reviews: RTT_CUR, last_v; reference/TLB.md for the counts.
import { count } from './bits';
import { TRANSLATE_PAGE, TRANSLATE_PHYSICAL } from './codes';
import {
  C_HITS,
  C_LAST_V,
  C_MISSES,
  C_PLAIN_READS,
  C_RTT_CURRENT,
  C_TLB,
  C_TLB_COUNT,
  C_WALK_READS,
  H_RTT_CYCLES,
  H_WALK_CYCLES,
  NO_RANGE,
  N_BYTES,
  N_STRIDE,
  N_VIRTUAL,
  T_ENTRIES,
  T_PAGE_BYTES,
  T_PLAIN_WALKS,
  T_RANGES,
  T_RANGE_COUNT,
  T_TRANSLATION,
} from './layout';

/** Index of the tenant's range that holds `address`, trying `hint` first; NO_RANGE if there is none. */
export function findRange(tenant: usize, address: u64, hint: u32): u32 {
  const ranges: usize = load<u32>(tenant, T_RANGES);
  const length = load<u32>(tenant, T_RANGE_COUNT);
  if (hint < length && holds(ranges + hint * N_STRIDE, address)) return hint;
  for (let i: u32 = 0; i < length; i++) if (holds(ranges + i * N_STRIDE, address)) return i;
  return NO_RANGE;
}

/** Index of the range behind the tenant's table that holds `address` of its saved state; there is one. */
export function savedRange(tenant: usize, address: u64): u32 {
  let index = load<u32>(tenant, T_RANGE_COUNT);
  while (!holds(load<u32>(tenant, T_RANGES) + index * N_STRIDE, address)) index++;
  return index;
}

// @ts-ignore: decorator
@inline
function holds(range: usize, address: u64): bool {
  const base = load<u64>(range, N_VIRTUAL);
  return address >= base && address - base < (load<u32>(range, N_BYTES) as u64);
}

/** Look `address` up, which lies in `range`; count it; return the cycles of the walk, 0 for a hit. */
export function translate(core: usize, tenant: usize, address: u64, range: u32): u64 {
  const kind = load<u32>(tenant, T_TRANSLATION);
  if (kind == TRANSLATE_PHYSICAL) return 0;
  const isPage = kind == TRANSLATE_PAGE;
  const tag = isPage ? address / (load<u32>(tenant, T_PAGE_BYTES) as u64) : (range as u64);
  const hit = touch(core, tag, load<u32>(tenant, T_ENTRIES));
  count(core + (hit ? C_HITS : C_MISSES));
  if (isPage) return hit ? 0 : (load<u32>(H_WALK_CYCLES) as u64);
  const ranges = load<u32>(tenant, T_RANGE_COUNT);
  const plain: u32 = hit ? 0 : plainReads(core, range, ranges);
  const reads = hit || load<u32>(tenant, T_PLAIN_WALKS) != 0 ? plain : tableReads(core, range, ranges);
  store<u64>(core, load<u64>(core, C_PLAIN_READS) + (plain as u64), C_PLAIN_READS);
  enterRange(core, range);
  store<u64>(core, load<u64>(core, C_WALK_READS) + (reads as u64), C_WALK_READS);
  return (reads as u64) * (load<u32>(H_RTT_CYCLES) as u64);
}

/** Use `tag` in the TLB: move it to the front, taking it in (and the least recently used out) on a miss. */
function touch(core: usize, tag: u64, entries: u32): bool {
  const tlb: usize = load<u32>(core, C_TLB);
  const used = load<u32>(core, C_TLB_COUNT);
  let at: u32 = 0;
  while (at < used && load<u64>(tlb + (at << 3)) != tag) at++;
  const hit = at < used;
  if (!hit) {
    if (used < entries) store<u32>(core, used + 1, C_TLB_COUNT);
    else at = used - 1;
  }
  if (at != 0) memory.copy(tlb + 8, tlb, at << 3);
  store<u64>(tlb, tag);
  return hit;
}

/**
 * Entries that the range walker reads until it finds `range`: last_v of the current entry if it is set, then the entries after
 * the current one, wrapping, leaving out the current and those already read; from entry 0 at a cold start.
 */
function tableReads(core: usize, range: u32, length: u32): u32 {
  const current = load<u32>(core, C_RTT_CURRENT);
  const distance = plainReads(core, range, length);
  if (current == NO_RANGE) return distance;
  const guess: u32 = load<u16>(core + (current << 1), C_LAST_V);
  if (guess == NO_RANGE) return distance;
  if (guess == range) return 1;
  const guessDistance = (guess + length - current) % length;
  return guessDistance < distance ? distance : distance + 1;
}

/** Entries that a walker without last_v reads: those after the current one up to `range`. */
function plainReads(core: usize, range: u32, length: u32): u32 {
  const current = load<u32>(core, C_RTT_CURRENT);
  return current == NO_RANGE ? range + 1 : (range + length - current) % length;
}

/** RTT_CUR moves; the range that is left notes its successor. */
function enterRange(core: usize, range: u32): void {
  const current = load<u32>(core, C_RTT_CURRENT);
  if (current == range) return;
  if (current != NO_RANGE) store<u16>(core + (current << 1), range as u16, C_LAST_V);
  store<u32>(core, range, C_RTT_CURRENT);
}
