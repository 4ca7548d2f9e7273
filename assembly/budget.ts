// The access counter of a tenant: bytes that its DMA engines issue, against a budget per window of cycles. Engines read it as of
// the cycle before, so all of them may issue once more in the cycle that uses the budget up; what went over is taken off the next
// window (our choice), so over any number of windows a tenant gets its budget and at most one burst per core more. Counted
// lazily: a tenant without a budget costs a look at it. Machine model section 7; vNPU (ISCA 2025) gives no window length.
import { T_BUDGET_BYTES, T_COUNTED_AT, T_COUNTED_BYTES, T_TRANSFERRED, T_WINDOW, T_WINDOW_BYTES, T_WINDOW_CYCLES } from './layout';

/** Have the bursts before this cycle used up the window's budget? */
export function isPastBudget(tenant: usize, now: u64): bool {
  const budget: u64 = load<u32>(tenant, T_BUDGET_BYTES);
  if (budget == 0) return false;
  settleCount(tenant, now);
  return load<u64>(tenant, T_WINDOW_BYTES) >= budget;
}

/** First cycle of a window with budget left, for a tenant that is past its budget as of the last look at it. */
export function budgetReturns(tenant: usize): u64 {
  const windows = load<u64>(tenant, T_WINDOW_BYTES) / (load<u32>(tenant, T_BUDGET_BYTES) as u64);
  return (load<u64>(tenant, T_WINDOW) + windows) * (load<u32>(tenant, T_WINDOW_CYCLES) as u64);
}

/** A burst is issued. */
export function countBurst(tenant: usize, bytes: u32, now: u64): void {
  store<u64>(tenant, load<u64>(tenant, T_TRANSFERRED) + (bytes as u64), T_TRANSFERRED);
  if (load<u32>(tenant, T_BUDGET_BYTES) == 0) return;
  settleCount(tenant, now);
  store<u32>(tenant, load<u32>(tenant, T_COUNTED_BYTES) + bytes, T_COUNTED_BYTES);
}

/** Bring the counter up to the end of the cycle before `now`; each window that has begun since takes a budget off. */
function settleCount(tenant: usize, now: u64): void {
  if (load<u64>(tenant, T_COUNTED_AT) == now) return;
  const bytes = load<u64>(tenant, T_WINDOW_BYTES) + (load<u32>(tenant, T_COUNTED_BYTES) as u64);
  const window = now / (load<u32>(tenant, T_WINDOW_CYCLES) as u64);
  const returned = (window - load<u64>(tenant, T_WINDOW)) * (load<u32>(tenant, T_BUDGET_BYTES) as u64);
  store<u64>(tenant, bytes > returned ? bytes - returned : 0, T_WINDOW_BYTES);
  store<u64>(tenant, window, T_WINDOW);
  store<u32>(tenant, 0, T_COUNTED_BYTES);
  store<u64>(tenant, now, T_COUNTED_AT);
}
