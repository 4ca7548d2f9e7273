// The DMA engine of a core: cuts transfers into bursts, has each one translated, and issues at most one a cycle, in order.
// Up to `dmaStreams` transfers are served burst by burst in rotation. A look-up needs a free burst record: an engine that waits
// for memory does not translate ahead. A miss blocks this and all later bursts; with several walkers the look-ups of the
// following bursts go on, one a cycle, while fewer walks than walkers are under way. Machine model section 7.
import { firstFrom } from './bits';
import { ENGINE_DMA, ENGINE_MOVE, KIND_FLAG, KIND_READ, KIND_WRITE, OP_LOAD, OP_RECV, PLANE_REQUEST, STATUS_FAULT, STATUS_RUNNING, TRANSLATE_PAGE } from './codes';
import {
  B_ADDRESS,
  B_BYTES,
  B_RANGE,
  B_READY,
  B_STREAM,
  B_STRIDE,
  B_WALK,
  C_ACTIVE_STREAMS,
  C_BURSTS,
  C_FREE_BURSTS,
  C_ISSUED_AT,
  C_NEXT_STREAM,
  C_OUTBOX,
  C_PENDING,
  C_PENDING_COUNT,
  C_PENDING_HEAD,
  C_SOURCES,
  C_STREAMS,
  C_TENANT,
  C_TILE,
  C_TRANSLATION_STALL,
  C_VCORE,
  D_ADDRESS,
  D_ENGINE,
  D_INSTRUCTION,
  D_ITERATION,
  D_OUTSTANDING,
  D_RANGE,
  D_REMAINING,
  D_STRIDE,
  H_BURST_BYTES,
  H_FLIT_BYTES,
  H_INTERLEAVE,
  H_MEMORY_BUS,
  H_PLANES_AT,
  H_PROGRESS,
  H_STREAMS,
  H_WALKERS,
  I_A,
  I_ADDRESS,
  I_INDEX,
  I_OP,
  K_BYTES,
  K_CHANNEL,
  K_EXTRA,
  K_FLITS,
  K_KIND,
  K_OWNER,
  K_SOURCE,
  K_STRIDE,
  K_TARGET,
  MOST_STREAMS,
  MOST_WALKERS,
  M_TILE,
  M_WAKE,
  NO_RANGE,
  N_BYTES,
  N_PERMISSION,
  N_PHYSICAL,
  N_STRIDE,
  N_VIRTUAL,
  P_STRIDE,
  T_CHANNELS,
  T_CHANNEL_COUNT,
  T_FAULT_ADDRESS,
  T_FAULT_INSTRUCTION,
  T_FAULT_VCORE,
  T_PAGE_BYTES,
  T_RANGES,
  T_STATUS,
  T_TRANSLATION,
} from './layout';
import { translateBurst } from './burstlog';
import { budgetReturns, countBurst, isPastBudget } from './budget';
import { completeFlag } from './shared';
import { wakeDma } from './signal';
import { enqueue } from './source';
import { stopTenant } from './stop';
import { findRange, savedRange } from './translation';

const READ: u32 = 1;
const WRITE: u32 = 2;

/** Is a stream free for another transfer? */
export function hasFreeStream(core: usize): bool {
  return load<u32>(core, C_ACTIVE_STREAMS) != (1 << load<u32>(H_STREAMS)) - 1;
}

/** Give a free stream the transfer of a load or store. */
export function startTransfer(core: usize, instruction: usize, iteration: u32): void {
  startStream(core, ENGINE_DMA, instruction, iteration, load<u64>(instruction, I_ADDRESS), load<u32>(instruction, I_A));
}

/** Give a free stream a transfer that `engine` asks for. */
export function startStream(core: usize, engine: u32, instruction: usize, iteration: u32, address: u64, bytes: u32): void {
  const active = load<u32>(core, C_ACTIVE_STREAMS);
  const index = ctz<u32>(~active);
  const stream = core + C_STREAMS + index * D_STRIDE;
  store<u32>(stream, instruction as u32, D_INSTRUCTION);
  store<u32>(stream, iteration, D_ITERATION);
  store<u32>(stream, engine, D_ENGINE);
  store<u64>(stream, address, D_ADDRESS);
  store<u32>(stream, bytes, D_REMAINING);
  store<u32>(stream, 0, D_OUTSTANDING);
  store<u32>(stream, NO_RANGE, D_RANGE);
  store<u32>(core, active | (1 << index), C_ACTIVE_STREAMS);
}

/** One cycle: look up at most one burst, issue at most one. */
export function stepDma(core: usize, now: u64): void {
  if (mayLookUp(core, now)) lookUp(core, now);
  const waiting = load<u32>(core, C_PENDING_COUNT);
  if (waiting == 0) return;
  const burst = pendingAt(core, 0);
  if (load<u64>(burst, B_READY) > now || load<u32>(core, C_FREE_BURSTS) == 0) return;
  if (isPastBudget(load<u32>(core, C_TENANT), now)) return;
  issue(core, burst, now);
  store<u32>(core, (load<u32>(core, C_PENDING_HEAD) + 1) % (MOST_WALKERS + 1), C_PENDING_HEAD);
  store<u32>(core, waiting - 1, C_PENDING_COUNT);
}

/** Does the next burst wait for its translation? */
export function waitsForTranslation(core: usize, now: u64): bool {
  return load<u32>(core, C_PENDING_COUNT) != 0 && load<u64>(pendingAt(core, 0), B_READY) > now;
}

/** Is the next burst held only by the tenant's access counter? */
export function waitsForBudget(core: usize, now: u64): bool {
  if (load<u32>(core, C_PENDING_COUNT) == 0 || load<u64>(pendingAt(core, 0), B_READY) > now) return false;
  return load<u32>(core, C_FREE_BURSTS) != 0 && isPastBudget(load<u32>(core, C_TENANT), now);
}

/** The next cycle in which the engine can act by itself; responses wake the core anyway. */
export function dmaWake(core: usize, now: u64): u64 {
  if (mayLookUp(core, now + 1)) return now + 1;
  if (load<u32>(core, C_PENDING_COUNT) == 0 || load<u32>(core, C_FREE_BURSTS) == 0) return u64.MAX_VALUE;
  if (waitsForBudget(core, now)) return budgetReturns(load<u32>(core, C_TENANT));
  return max(load<u64>(pendingAt(core, 0), B_READY), now + 1);
}

/** The response of a burst, a flag or a poll is there. */
export function completeBurst(packet: usize): void {
  if (load<u8>(packet, K_KIND) >= (KIND_FLAG as u8)) {
    completeFlag(packet);
    return;
  }
  const core: usize = load<u32>(packet, K_OWNER);
  const stream = core + C_STREAMS + load<u32>(packet, K_EXTRA) * D_STRIDE;
  const index = ((packet - load<u32>(core, C_BURSTS)) / K_STRIDE) as u32;
  store<u32>(core, load<u32>(core, C_FREE_BURSTS) | (1 << index), C_FREE_BURSTS);
  store<u32>(stream, load<u32>(stream, D_OUTSTANDING) - 1, D_OUTSTANDING);
  wakeDma(core);
}

// @ts-ignore: decorator
@inline
function pendingAt(core: usize, position: u32): usize {
  return core + C_PENDING + ((load<u32>(core, C_PENDING_HEAD) + position) % (MOST_WALKERS + 1)) * B_STRIDE;
}

function mayLookUp(core: usize, now: u64): bool {
  if (load<u32>(core, C_FREE_BURSTS) == 0 || nextStream(core) == NO_RANGE) return false;
  const waiting = load<u32>(core, C_PENDING_COUNT);
  if (waiting == 0) return true;
  if (waiting > (MOST_WALKERS as u32) || load<u64>(pendingAt(core, 0), B_READY) <= now) return false;
  let walks: u32 = 0;
  for (let i: u32 = 0; i < waiting; i++) if (load<u64>(pendingAt(core, i), B_READY) > now) walks++;
  return walks < load<u32>(H_WALKERS);
}

/** The stream whose turn it is among those with bytes left, or NO_RANGE. */
function nextStream(core: usize): u32 {
  let ready: u64 = 0;
  for (let left = load<u32>(core, C_ACTIVE_STREAMS); left != 0; left &= left - 1) {
    const index = ctz<u32>(left);
    if (load<u32>(core + C_STREAMS + index * D_STRIDE, D_REMAINING) != 0) ready |= (1 as u64) << (index as u64);
  }
  return ready == 0 ? NO_RANGE : firstFrom(ready, load<u32>(core, C_NEXT_STREAM));
}

/** Cut the next burst, translate it and put it behind those that wait; the hypervisor's copies go to the ranges behind the table. */
function lookUp(core: usize, now: u64): void {
  const index = nextStream(core);
  const stream = core + C_STREAMS + index * D_STRIDE;
  const tenant: usize = load<u32>(core, C_TENANT);
  const instruction: usize = load<u32>(stream, D_INSTRUCTION);
  const address = load<u64>(stream, D_ADDRESS);
  const isCopy = load<u32>(stream, D_ENGINE) == ENGINE_MOVE;
  const range = isCopy ? savedRange(tenant, address) : findRange(tenant, address, load<u32>(stream, D_RANGE));
  const need = isRead(instruction) ? READ : WRITE;
  const record = load<u32>(tenant, T_RANGES) + range * N_STRIDE;
  if (range == NO_RANGE || (load<u32>(record, N_PERMISSION) & need) == 0) {
    fault(core, tenant, instruction, address, now);
    return;
  }
  const bytes = burstBytes(tenant, record, address, load<u32>(stream, D_REMAINING));
  const walk: u64 = isCopy ? 0 : translateBurst(core, tenant, address, bytes, range, now);
  const waiting = load<u32>(core, C_PENDING_COUNT);
  const burst = pendingAt(core, waiting);
  store<u32>(burst, index, B_STREAM);
  store<u32>(burst, bytes, B_BYTES);
  store<u64>(burst, address, B_ADDRESS);
  store<u64>(burst, now + walk, B_READY);
  store<u32>(burst, walk as u32, B_WALK);
  store<u32>(burst, range, B_RANGE);
  store<u32>(core, waiting + 1, C_PENDING_COUNT);
  store<u64>(stream, address + (bytes as u64), D_ADDRESS);
  store<u32>(stream, load<u32>(stream, D_REMAINING) - bytes, D_REMAINING);
  store<u32>(stream, load<u32>(stream, D_OUTSTANDING) + 1, D_OUTSTANDING);
  store<u32>(stream, range, D_RANGE);
  store<u32>(core, (index + 1) % MOST_STREAMS, C_NEXT_STREAM);
}

/** A receive through shared memory reads, a send writes. */
function isRead(instruction: usize): bool {
  const op = load<u8>(instruction, I_OP);
  return op == OP_LOAD || op == OP_RECV;
}

/** Bytes up to the next multiple of the burst size, page, interleave boundary or end of the range. */
function burstBytes(tenant: usize, range: usize, address: u64, remaining: u32): u32 {
  const inRange = address - load<u64>(range, N_VIRTUAL);
  const physical = load<u64>(range, N_PHYSICAL) + inRange;
  let bytes = min(remaining as u64, (load<u32>(range, N_BYTES) as u64) - inRange);
  bytes = min(bytes, toBoundary(address, load<u32>(H_BURST_BYTES)));
  bytes = min(bytes, toBoundary(physical, load<u32>(H_INTERLEAVE)));
  if (load<u32>(tenant, T_TRANSLATION) == TRANSLATE_PAGE) bytes = min(bytes, toBoundary(address, load<u32>(tenant, T_PAGE_BYTES)));
  return bytes as u32;
}

// @ts-ignore: decorator
@inline
function toBoundary(address: u64, size: u32): u64 {
  return (size as u64) - (address % (size as u64));
}

/** Send a translated burst to the memory channel that its physical address interleaves to. */
function issue(core: usize, burst: usize, now: u64): void {
  const tenant: usize = load<u32>(core, C_TENANT);
  const index = ctz<u32>(load<u32>(core, C_FREE_BURSTS));
  const stream = core + C_STREAMS + load<u32>(burst, B_STREAM) * D_STRIDE;
  const isLoad = isRead(load<u32>(stream, D_INSTRUCTION));
  const bytes = load<u32>(burst, B_BYTES);
  const channel = channelOf(tenant, load<u32>(burst, B_RANGE), load<u64>(burst, B_ADDRESS));
  const packet: usize = load<u32>(core, C_BURSTS) + index * K_STRIDE;
  const flitBytes = load<u32>(H_FLIT_BYTES);
  countBurst(tenant, bytes, now);
  store<u64>(core, now + 1, C_ISSUED_AT);
  store<u64>(H_PROGRESS, now);
  store<u32>(core, load<u32>(core, C_FREE_BURSTS) & ~(1 << index), C_FREE_BURSTS);
  store<u64>(core, load<u64>(core, C_TRANSLATION_STALL) + (load<u32>(burst, B_WALK) as u64), C_TRANSLATION_STALL);
  store<u8>(packet, isLoad ? KIND_READ : KIND_WRITE, K_KIND);
  store<u16>(packet, isLoad ? 1 : (bytes + flitBytes - 1) / flitBytes, K_FLITS);
  store<u32>(packet, bytes, K_BYTES);
  store<u32>(packet, load<u32>(burst, B_STREAM), K_EXTRA);
  store<u32>(packet, channel as u32, K_CHANNEL);
  store<u16>(packet, load<u32>(core, C_TILE), K_SOURCE);
  store<u16>(packet, load<u32>(channel, M_TILE), K_TARGET);
  if (load<u32>(H_MEMORY_BUS) != 0) {
    store<u32>(core, packet as u32, C_OUTBOX);
    store<u64>(channel, min(load<u64>(channel, M_WAKE), now + 1), M_WAKE);
  } else {
    enqueue(load<u32>(H_PLANES_AT) + PLANE_REQUEST * P_STRIDE, load<u32>(core, C_SOURCES + 4), packet);
  }
}

/** Address of the channel record: physical addresses interleave over the tenant's channels. */
function channelOf(tenant: usize, range: u32, address: u64): usize {
  const record = load<u32>(tenant, T_RANGES) + range * N_STRIDE;
  const physical = load<u64>(record, N_PHYSICAL) + (address - load<u64>(record, N_VIRTUAL));
  const turn = (physical / (load<u32>(H_INTERLEAVE) as u64)) % (load<u32>(tenant, T_CHANNEL_COUNT) as u64);
  return load<u32>(load<u32>(tenant, T_CHANNELS) + ((turn as u32) << 2));
}

/** Stop the tenant: from the next cycle on its cores do nothing. Of several faults in one cycle the lowest core is named. */
function fault(core: usize, tenant: usize, instruction: usize, address: u64, now: u64): void {
  const vcore = load<u32>(core, C_VCORE);
  if (load<u32>(tenant, T_STATUS) == STATUS_RUNNING) stopTenant(tenant, STATUS_FAULT, now);
  else if (vcore > load<u32>(tenant, T_FAULT_VCORE)) return;
  store<u32>(tenant, vcore, T_FAULT_VCORE);
  store<u32>(tenant, load<u32>(instruction, I_INDEX), T_FAULT_INSTRUCTION);
  store<u64>(tenant, address, T_FAULT_ADDRESS);
}
