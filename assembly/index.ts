// The door of the kernel: what the host calls, and every layout constant re-exported so that a test can hold both compilers equal.
import { ACCESS_FAULT, ACCESS_HIT, ACCESS_MISS, LOAD_BAD_MAGIC, LOAD_BAD_SIZE, LOAD_BAD_VERSION, LOAD_OK, TRANSLATE_PAGE } from './codes';
import { systolicCycles } from './compute';
import { digest as digestOf } from './digest';
import {
  C_MISSES,
  C_STRIDE,
  C_TENANT,
  H_BYTES,
  H_CORES_AT,
  H_MAGIC,
  H_TRAFFIC_AT,
  H_VERSION,
  IMAGE_BASE,
  IMAGE_MAGIC,
  IMAGE_VERSION,
  NO_RANGE,
  T_TRANSLATION,
} from './layout';
import { advance } from './machine';
import { mixTraffic, openTraffic } from './traffic';
import { findRange, translate } from './translation';

export * from './layout';
export * from './codes';

/** Check the image that the host has written at IMAGE_BASE and make it ready to run. Returns LOAD_OK or what is wrong. */
export function open(): u32 {
  if (load<u32>(H_MAGIC) != IMAGE_MAGIC) return LOAD_BAD_MAGIC;
  if (load<u32>(H_VERSION) != IMAGE_VERSION) return LOAD_BAD_VERSION;
  if ((load<u32>(H_BYTES) as u64) + IMAGE_BASE > (memory.size() as u64) << 16) return LOAD_BAD_SIZE;
  if (load<u32>(H_TRAFFIC_AT) != 0) openTraffic();
  return LOAD_OK;
}

/** Advance at most `cycles` cycles; returns how many. */
export function run(cycles: u32): u32 {
  return advance(cycles);
}

/** Advance until the core of this index has its next translation miss, at most `cycles`; returns how many. */
export function runToMiss(core: u32, cycles: u32): u32 {
  const record = load<u32>(H_CORES_AT) + core * C_STRIDE;
  const before = load<u64>(record, C_MISSES);
  let done: u32 = 0;
  while (done < cycles && load<u64>(record, C_MISSES) == before && advance(1) == 1) done++;
  return done;
}

/** 64-bit digest of state and counters at the current cycle. */
export function digest(): u64 {
  return load<u32>(H_TRAFFIC_AT) == 0 ? digestOf() : mixTraffic(digestOf());
}

/** One access of the translation unit of core 0, for `vnpu probe tlb`: ACCESS_HIT, ACCESS_MISS or ACCESS_FAULT. */
export function access(address: u64): u32 {
  const core: usize = load<u32>(H_CORES_AT);
  const tenant: usize = load<u32>(core, C_TENANT);
  // a page TLB alone knows no ranges: every page is mapped
  const isPage = load<u32>(tenant, T_TRANSLATION) == TRANSLATE_PAGE;
  const range = isPage ? 0 : findRange(tenant, address, NO_RANGE);
  if (range == NO_RANGE) return ACCESS_FAULT;
  const before = load<u64>(core, C_MISSES);
  translate(core, tenant, address, range);
  return load<u64>(core, C_MISSES) == before ? ACCESS_HIT : ACCESS_MISS;
}

/** Cycles of one matrix product, for `vnpu probe systolic`. */
export function systolic(rows: u32, columns: u32, dataflow: u32, m: u32, n: u32, k: u32): u64 {
  return systolicCycles(rows, columns, dataflow, m, n, k);
}
