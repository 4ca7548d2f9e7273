// The last bursts of a core as its translation looked them up: what was asked for, hit or miss, and where the range walker began. For
// who watches only: the machine never reads it and it is in no digest. Copies of a move are not translated, so they are not in it.
import { C_HITS, C_LAST_V, C_LOG, C_MISSES, C_RTT_CURRENT, J_ADDRESS, J_BYTES, J_CYCLE, J_GUESS, J_LEFT, J_MISS, J_RANGE, J_STRIDE, J_WALK, MOST_LOGGED, NO_RANGE, T_TRANSLATION } from './layout';
import { TRANSLATE_PHYSICAL } from './codes';
import { translate } from './translation';

/** Translate a burst and note it; returns the cycles of the walk. Physical addresses are neither looked up nor noted. */
export function translateBurst(core: usize, tenant: usize, address: u64, bytes: u32, range: u32, now: u64): u64 {
  if (load<u32>(tenant, T_TRANSLATION) == TRANSLATE_PHYSICAL) return 0;
  const misses = load<u64>(core, C_MISSES);
  const number = load<u64>(core, C_HITS) + misses;
  const left = load<u32>(core, C_RTT_CURRENT);
  const guess: u32 = left == NO_RANGE ? NO_RANGE : load<u16>(core + (left << 1), C_LAST_V);
  const walk = translate(core, tenant, address, range);
  const log = core + C_LOG + ((number % (MOST_LOGGED as u64)) as u32) * J_STRIDE;
  store<u64>(log, address, J_ADDRESS);
  store<u64>(log, now, J_CYCLE);
  store<u32>(log, bytes, J_BYTES);
  store<u32>(log, walk as u32, J_WALK);
  store<u16>(log, range as u16, J_RANGE);
  store<u16>(log, left as u16, J_LEFT);
  store<u16>(log, guess as u16, J_GUESS);
  store<u16>(log, (load<u64>(core, C_MISSES) - misses) as u16, J_MISS);
  return walk;
}
