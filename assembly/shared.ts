// Messages through shared memory (mode uvm): a send stores its data by the DMA engine and, once all of it is acknowledged, writes a
// flag; a receive polls the flag and then loads the data; the end of the last reader writes a release, which a sender without a free
// slot polls for. Flags and polls are one flit each way and go beside the DMA engine and its translation (our choice, in favour of
// this mode); their value is that of the cycle in which memory serves them. Machine model section 9.
import { change } from './bits';
import {
  ENGINE_RECV,
  ENGINE_SEND,
  KIND_FLAG,
  KIND_POLL,
  KIND_POLL_RELEASE,
  KIND_RELEASE,
  PLANE_REQUEST,
  STAGE_DUE,
  STAGE_LOADING,
  STAGE_POLLING,
  STAGE_SET,
} from './codes';
import { hasFreeStream, startStream } from './dma';
import { engineAt } from './engines';
import {
  A_APART,
  C_FLAGS,
  C_POLLS,
  C_RECV_SEEN,
  C_RECV_STAGE,
  C_SEND_POLL_AT,
  C_SEND_SEEN,
  C_SEND_STAGE,
  C_SOURCES,
  C_TENANT,
  C_TILE,
  E_ITERATION,
  E_QUEUE,
  E_RUNNING,
  E_UNTIL,
  FLAG_BYTES,
  H_MEMORY_BUS,
  H_PLANES_AT,
  H_POLL_CYCLES,
  H_SLOTS,
  I_A,
  I_PAIR,
  K_BYTES,
  K_CHANNEL,
  K_EXTRA,
  K_FLITS,
  K_KIND,
  K_OWNER,
  K_SOURCE,
  K_STRIDE,
  K_TARGET,
  M_TILE,
  M_WAKE,
  P_STRIDE,
  T_ON_THE_WAY,
  T_SHARED_MEMORY,
  X_ARRIVED,
  X_BUFFER,
  X_BUFFER_BYTES,
  X_CREDITED,
  X_CREDITS,
  X_FLAG_CHANNEL,
  X_FREE,
  X_NEXT_RECV,
  X_NEXT_SEND,
  X_PACKETS,
  X_RELEASED,
  X_SLOT_BYTES,
} from './layout';
import { pushPacket } from './packets';
import { instructionAt } from './queue';
import { wake } from './signal';
import { enqueue } from './source';
import { missingToken } from './tokens';

const NEVER: u64 = u64.MAX_VALUE;

// @ts-ignore: decorator
@inline
export function isShared(core: usize): bool {
  return load<u32>(load<u32>(core, C_TENANT), T_SHARED_MEMORY) != 0;
}

/** Take the next slot of the pair and store the message into it. */
export function storeMessage(core: usize, instruction: usize, iteration: u32): void {
  const pair: usize = load<u32>(instruction, I_PAIR);
  const slot = load<u32>(pair, X_NEXT_SEND);
  store<u32>(pair, load<u32>(pair, X_FREE) - 1, X_FREE);
  store<u32>(pair, (slot + 1) % load<u32>(H_SLOTS), X_NEXT_SEND);
  startStream(core, ENGINE_SEND, instruction, iteration, slotAddress(pair, slot), load<u32>(instruction, I_A));
}

/** All of the message is in memory: write its flag. */
export function flagMessage(core: usize, instruction: usize, now: u64): void {
  const pair: usize = load<u32>(instruction, I_PAIR);
  const slots = load<u32>(H_SLOTS);
  const slot = (load<u32>(pair, X_NEXT_SEND) + slots - 1) % slots;
  post(core, load<u32>(pair, X_PACKETS) + slot * load<u32>(pair, X_SLOT_BYTES), KIND_FLAG, pair, now);
}

/** The slot may be used again: tell the sender through memory. */
export function writeRelease(core: usize, pair: usize, slot: u32, now: u64): void {
  post(core, load<u32>(pair, X_CREDITS) + slot * K_STRIDE, KIND_RELEASE, pair, now);
}

/** What the receive and the send engine do about flags in this cycle. */
export function stepShared(core: usize, now: u64): void {
  stepReceive(core, now);
  stepSend(core, now);
}

/** The next cycle in which one of them acts by itself. */
export function sharedWake(core: usize, now: u64): u64 {
  let wake = NEVER;
  const receive = engineAt(core, ENGINE_RECV);
  if (load<u32>(receive, E_RUNNING) != 0 && load<u32>(core, C_RECV_STAGE) == STAGE_DUE) wake = max(load<u64>(receive, E_UNTIL), now + 1);
  if (load<u32>(core, C_SEND_STAGE) == STAGE_DUE && waitsForSlot(core)) wake = min(wake, max(load<u64>(core, C_SEND_POLL_AT), now + 1));
  return wake;
}

function stepReceive(core: usize, now: u64): void {
  const receive = engineAt(core, ENGINE_RECV);
  const instruction: usize = load<u32>(receive, E_RUNNING);
  if (instruction == 0) return;
  const pair: usize = load<u32>(instruction, I_PAIR);
  if (load<u32>(core, C_RECV_STAGE) == STAGE_DUE && load<u64>(receive, E_UNTIL) <= now) {
    store<u32>(core, STAGE_POLLING, C_RECV_STAGE);
    store<u64>(receive, now + (load<u32>(H_POLL_CYCLES) as u64), E_UNTIL);
    post(core, load<u32>(core, C_POLLS), KIND_POLL, pair, now);
  }
  if (load<u32>(core, C_RECV_STAGE) != STAGE_SET || !hasFreeStream(core)) return;
  store<u32>(core, STAGE_LOADING, C_RECV_STAGE);
  const address = slotAddress(pair, load<u32>(pair, X_NEXT_RECV));
  startStream(core, ENGINE_RECV, instruction, load<u32>(receive, E_ITERATION), address, load<u32>(instruction, I_A));
}

function stepSend(core: usize, now: u64): void {
  if (load<u32>(core, C_SEND_STAGE) != STAGE_DUE || load<u64>(core, C_SEND_POLL_AT) > now || !waitsForSlot(core)) return;
  const instruction = instructionAt(engineAt(core, ENGINE_SEND) + E_QUEUE, 0);
  store<u32>(core, STAGE_POLLING, C_SEND_STAGE);
  store<u64>(core, now + (load<u32>(H_POLL_CYCLES) as u64), C_SEND_POLL_AT);
  post(core, load<u32>(core, C_POLLS) + K_STRIDE, KIND_POLL_RELEASE, load<u32>(instruction, I_PAIR), now);
}

/** Does the next send have all it needs but a slot? */
function waitsForSlot(core: usize): bool {
  const send = engineAt(core, ENGINE_SEND);
  const instruction = instructionAt(send + E_QUEUE, 0);
  if (instruction == 0 || load<u32>(send, E_RUNNING) != 0) return false;
  return load<u32>(load<u32>(instruction, I_PAIR), X_FREE) == 0 && missingToken(core, instruction) < 0;
}

/** Memory serves a flag or a poll. */
export function serveFlag(packet: usize): void {
  const kind = load<u8>(packet, K_KIND);
  const pair: usize = load<u32>(packet, K_EXTRA);
  const core: usize = load<u32>(packet, K_OWNER);
  if (kind == KIND_FLAG) {
    const slot = ((packet - load<u32>(pair, X_PACKETS)) as u32) / load<u32>(pair, X_SLOT_BYTES);
    store<u32>(pair + (slot << 2), 1, X_ARRIVED);
  } else if (kind == KIND_RELEASE) {
    store<u32>(pair, load<u32>(pair, X_RELEASED) + 1, X_RELEASED);
  } else if (kind == KIND_POLL) {
    store<u32>(core, load<u32>(pair + (load<u32>(pair, X_NEXT_RECV) << 2), X_ARRIVED), C_RECV_SEEN);
  } else {
    store<u32>(core, load<u32>(pair, X_RELEASED), C_SEND_SEEN);
  }
}

/** The answer to a flag or a poll is back at its core. */
export function completeFlag(packet: usize): void {
  const kind = load<u8>(packet, K_KIND);
  const core: usize = load<u32>(packet, K_OWNER);
  change(load<u32>(core, C_TENANT) + T_ON_THE_WAY, -1);
  if (kind == KIND_POLL) {
    store<u32>(core, load<u32>(core, C_RECV_SEEN) != 0 ? STAGE_SET : STAGE_DUE, C_RECV_STAGE);
  } else if (kind == KIND_POLL_RELEASE) {
    const pair: usize = load<u32>(packet, K_EXTRA);
    const seen = load<u32>(core, C_SEND_SEEN);
    store<u32>(pair, load<u32>(pair, X_FREE) + seen - load<u32>(pair, X_CREDITED), X_FREE);
    store<u32>(pair, seen, X_CREDITED);
    store<u32>(core, STAGE_DUE, C_SEND_STAGE);
  } else {
    return;
  }
  wake(core);
}

function slotAddress(pair: usize, slot: u32): u64 {
  return load<u64>(pair, X_BUFFER) + (slot as u64) * (load<u32>(pair, X_BUFFER_BYTES) as u64);
}

function post(core: usize, packet: usize, kind: u32, pair: usize, now: u64): void {
  const channel: usize = load<u32>(pair, X_FLAG_CHANNEL);
  change(load<u32>(core, C_TENANT) + T_ON_THE_WAY, 1);
  store<u8>(packet, kind as u8, K_KIND);
  store<u16>(packet, 1, K_FLITS);
  store<u32>(packet, FLAG_BYTES, K_BYTES);
  store<u32>(packet, core as u32, K_OWNER);
  store<u32>(packet, pair as u32, K_EXTRA);
  store<u32>(packet, channel as u32, K_CHANNEL);
  store<u16>(packet, load<u32>(core, C_TILE), K_SOURCE);
  store<u16>(packet, load<u32>(channel, M_TILE), K_TARGET);
  if (load<u32>(H_MEMORY_BUS) == 0) {
    enqueue(load<u32>(H_PLANES_AT) + PLANE_REQUEST * P_STRIDE, load<u32>(core, C_SOURCES + 4), packet);
    return;
  }
  pushPacket(core + C_FLAGS, A_APART, packet);
  store<u64>(channel, min(load<u64>(channel, M_WAKE), now + 1), M_WAKE);
}
