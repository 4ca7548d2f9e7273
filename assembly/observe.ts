// Where each cycle of a core goes. The only place that charges causes: every lost cycle has exactly one. A core is charged when
// its cause changes, for all cycles since the last charge, so a core that sleeps costs nothing and a time jump is charged like
// any other wait. Of virtual cores that share a tile, only the one that has it is charged. Also keeps the timeline (buckets whose width doubles when they are full) and a ring of the last cycles.
import { CAUSE_AWAY } from './codes';
import { CAUSE_COUNT, C_CAUSE, C_CAUSES, C_RECENT, C_SINCE, C_STRIDE, C_TIMELINE, H_BUCKETS, H_BUCKET_SHIFT, H_CORES, H_CORES_AT, H_RECENT } from './layout';

/** From cycle `now` on, the core's cycles go to `cause`. */
export function observe(core: usize, cause: u32, now: u64): void {
  if (load<u8>(core, C_CAUSE) == cause) return;
  settle(core, now);
  store<u8>(core, cause as u8, C_CAUSE);
}

/** Charge the cycles before `now` that are not charged yet. */
export function settle(core: usize, now: u64): void {
  const since = load<u64>(core, C_SINCE);
  if (now <= since) return;
  const cause: u32 = load<u8>(core, C_CAUSE);
  store<u64>(core, now, C_SINCE);
  if (load<u32>(H_RECENT) != 0) remember(core, cause, since, now);
  if (cause == CAUSE_AWAY) return;
  const total = core + (cause << 3);
  store<u64>(total, load<u64>(total, C_CAUSES) + (now - since), C_CAUSES);
  if (load<u32>(H_BUCKETS) != 0) bucket(core, cause, since, now);
}

/** Charge all cores up to `now`: before counters are read. */
export function settleAll(now: u64): void {
  const cores = load<u32>(H_CORES);
  let core: usize = load<u32>(H_CORES_AT);
  for (let i: u32 = 0; i < cores; i++, core += C_STRIDE) settle(core, now);
}

function bucket(core: usize, cause: u32, from: u64, to: u64): void {
  const buckets: u64 = load<u32>(H_BUCKETS);
  while (to > buckets << (load<u32>(H_BUCKET_SHIFT) as u64)) widen();
  const shift: u64 = load<u32>(H_BUCKET_SHIFT);
  const base: usize = load<u32>(core, C_TIMELINE);
  while (from < to) {
    const index = from >> shift;
    const end = min((index + 1) << shift, to);
    const cell = base + ((index as usize) * CAUSE_COUNT + cause) * 4;
    store<u32>(cell, load<u32>(cell) + ((end - from) as u32));
    from = end;
  }
}

/** Double the bucket width by merging neighbours, on all cores. */
function widen(): void {
  const cores = load<u32>(H_CORES);
  const half = load<u32>(H_BUCKETS) >> 1;
  const row: u32 = CAUSE_COUNT * 4;
  let core: usize = load<u32>(H_CORES_AT);
  for (let i: u32 = 0; i < cores; i++, core += C_STRIDE) {
    const base: usize = load<u32>(core, C_TIMELINE);
    for (let b: u32 = 0; b < half; b++) {
      for (let at: u32 = 0; at < row; at += 4) {
        const pair = base + b * 2 * row + at;
        store<u32>(base + b * row + at, load<u32>(pair) + load<u32>(pair + row));
      }
    }
    memory.fill(base + half * row, 0, half * row);
  }
  store<u32>(H_BUCKET_SHIFT, load<u32>(H_BUCKET_SHIFT) + 1);
}

function remember(core: usize, cause: u32, from: u64, to: u64): void {
  const size: u64 = load<u32>(H_RECENT);
  const ring: usize = load<u32>(core, C_RECENT);
  if (to - from >= size) {
    memory.fill(ring, cause as u8, size as usize);
    return;
  }
  const start = (from & (size - 1)) as usize;
  const length = (to - from) as usize;
  const first = min(length, (size as usize) - start);
  memory.fill(ring + start, cause as u8, first);
  memory.fill(ring, cause as u8, length - first);
}
