// The NoC vRouter of the send and of the receive engine: a stage ahead of the engine, which rewrites the instruction at the head of
// its queue from virtual cores to tiles while the one before still runs, or while it waits for its tokens or a landing slot (vNPU, ISCA
// 2025, section 4.1.2 as reported by reviews: "Inst Rewrite"; that it works ahead is our choice). A send starts once its look-up is
// over; a receive waits for its message meanwhile. Machine model section 6.
import { ENGINE_RECV, ENGINE_SEND } from './codes';
import { engineAt } from './engines';
import { C_TENANT, E_KNOWN, E_QUEUE, Q_COUNT, T_LOOKUP_CYCLES } from './layout';

/** From the next cycle on the vRouter looks up the instruction at the head of this engine's queue, if there is one. */
export function lookUpHead(core: usize, engine: u32, now: u64): void {
  if (engine != ENGINE_SEND && engine != ENGINE_RECV) return;
  const record = engineAt(core, engine);
  const lookup: u64 = load<u32>(load<u32>(core, C_TENANT), T_LOOKUP_CYCLES);
  if (lookup != 0 && load<u32>(record + E_QUEUE, Q_COUNT) != 0) store<u64>(record, now + 1 + lookup, E_KNOWN);
}

/** Is the send at the head of its queue being looked up? */
export function isLookedUp(core: usize, now: u64): bool {
  return load<u64>(engineAt(core, ENGINE_SEND), E_KNOWN) > now;
}
