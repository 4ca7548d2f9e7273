// Livelock: cores that poll flags in memory keep time going though nothing will ever come of it. Tenants that wait without polling
// need none of this: nothing happens any more then, and that is seen at once. Machine model section 6.
import { ENGINE_MATMUL, ENGINE_VECTOR, TURN_COMING } from './codes';
import { engineAt } from './engines';
import { C_ACTIVE_STREAMS, C_STRIDE, C_TURN, E_RUNNING, H_CORES, H_CORES_AT, H_LIFE_WAKE, H_PROGRESS, H_WATCHDOG } from './layout';

const NEVER: u64 = u64.MAX_VALUE;

/** The next event, or NEVER if for `watchdogCycles` no instruction has ended and no data moved, and nothing else is due. */
export function watched(next: u64, now: u64): u64 {
  const limit: u64 = load<u32>(H_WATCHDOG);
  if (limit == 0 || next == NEVER) return next;
  if (now - load<u64>(H_PROGRESS) >= limit) {
    if (!isSomethingDue()) return NEVER;
    store<u64>(H_PROGRESS, now);
  }
  return min(next, load<u64>(H_PROGRESS) + limit);
}

/** Is there an event that will come whatever flags say? A transfer under way ends, an engine at work too, and a switch. */
function isSomethingDue(): bool {
  if (load<u64>(H_LIFE_WAKE) != NEVER) return true;
  let core: usize = load<u32>(H_CORES_AT);
  for (let i: u32 = 0; i < load<u32>(H_CORES); i++, core += C_STRIDE) {
    if (load<u32>(core, C_ACTIVE_STREAMS) != 0 || load<u8>(core, C_TURN) == TURN_COMING) return true;
    if (load<u32>(engineAt(core, ENGINE_MATMUL), E_RUNNING) != 0) return true;
    if (load<u32>(engineAt(core, ENGINE_VECTOR), E_RUNNING) != 0) return true;
  }
  return false;
}
