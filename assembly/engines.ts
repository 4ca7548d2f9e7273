// What the engines of a core do when an instruction starts and ends: durations, messages and their landing slots, barriers, and
// the bookkeeping of iterations. A send ends the cycle after its last tail has left; a receive when all flits of its message have
// been ejected; a release sends a one-flit credit back in the data plane. Machine model section 3.
import { change, count } from './bits';
import { ENGINE_BARRIER, ENGINE_DMA, ENGINE_MATMUL, ENGINE_RECV, ENGINE_SEND, ENGINE_VECTOR, KIND_CREDIT, KIND_MESSAGE, PLANE_DATA, STAGE_DUE } from './codes';
import { systolicCycles, vectorCycles } from './compute';
import { hasFreeStream, startTransfer } from './dma';
import {
  C_BARRIER_ROUND,
  C_ENGINES,
  C_RECV_STAGE,
  C_RETIRED,
  C_SEND_LEFT,
  C_SEND_PACKET,
  C_SEND_SLOT,
  C_SOURCES,
  C_STARTED,
  C_TENANT,
  C_TILE,
  E_ITERATION,
  E_KNOWN,
  E_QUEUE,
  E_RUNNING,
  E_STRIDE,
  E_UNTIL,
  G_ARRIVED,
  G_CORES,
  G_RELEASE,
  G_ROUND,
  G_STRIDE,
  H_BARRIER_CYCLES,
  H_COLUMNS,
  H_LANES,
  H_MAX_PACKET,
  H_PLANES_AT,
  H_PROGRESS,
  H_ROWS,
  H_SLOTS,
  I_A,
  I_ADDRESS,
  I_B,
  I_C,
  I_PAIR,
  I_RELEASE,
  K_EXTRA,
  K_FLITS,
  K_KIND,
  K_OWNER,
  K_SOURCE,
  K_STRIDE,
  K_TARGET,
  P_STRIDE,
  T_CORES,
  T_DONE,
  T_FIRST,
  T_GROUPS,
  T_ITER_END,
  T_ITER_LEFT,
  T_ITER_START,
  T_ON_THE_WAY,
  T_WARMUP,
  X_ARRIVED,
  X_CREDITS,
  X_FREE,
  X_NEXT_FREE,
  X_NEXT_RECV,
  X_NEXT_SEND,
  X_PACKETS,
  X_RECEIVER,
  X_SENDER,
  X_SLOT_BYTES,
} from './layout';
import { frontIteration, instructionAt, popInstruction } from './queue';
import { flagMessage, isShared, storeMessage, writeRelease } from './shared';
import { wake } from './signal';
import { enqueue } from './source';
import { coreAt } from './tiles';
import { giveTokens, missingToken, takeTokens } from './tokens';
import { isLookedUp, lookUpHead } from './vrouter';

const NEVER: u64 = u64.MAX_VALUE;

// @ts-ignore: decorator
@inline
export function engineAt(core: usize, engine: u32): usize {
  return core + C_ENGINES + engine * E_STRIDE;
}

/** Start the instruction at the head of an engine's queue if the engine is free and everything it needs is there. */
export function tryStart(core: usize, engine: u32, now: u64): bool {
  const record = engineAt(core, engine);
  const instruction = instructionAt(record + E_QUEUE, 0);
  if (!isStartable(core, engine, record, instruction) || (engine == ENGINE_SEND && isLookedUp(core, now))) return false;
  const iteration = frontIteration(record + E_QUEUE);
  popInstruction(record + E_QUEUE);
  takeTokens(core, instruction);
  noteStart(core, iteration, now);
  if (engine == ENGINE_DMA) {
    startTransfer(core, instruction, iteration);
    return true;
  }
  store<u32>(record, instruction as u32, E_RUNNING);
  store<u32>(record, iteration, E_ITERATION);
  store<u64>(record, begin(core, engine, instruction, iteration, now), E_UNTIL);
  lookUpHead(core, engine, now);
  return true;
}

/** Could the instruction at the head of an engine's queue start now, its look-up apart? */
export function canStart(core: usize, engine: u32): bool {
  const record = engineAt(core, engine);
  return isStartable(core, engine, record, instructionAt(record + E_QUEUE, 0));
}

function isStartable(core: usize, engine: u32, record: usize, instruction: usize): bool {
  return instruction != 0 && isFree(core, engine, record, instruction) && missingToken(core, instruction) < 0;
}

function isFree(core: usize, engine: u32, record: usize, instruction: usize): bool {
  if (engine == ENGINE_DMA) return hasFreeStream(core);
  if (load<u32>(record, E_RUNNING) != 0) return false;
  if (engine != ENGINE_SEND) return true;
  if (isShared(core) && !hasFreeStream(core)) return false;
  return load<u32>(load<u32>(instruction, I_PAIR), X_FREE) != 0;
}

/** Begin the work of an instruction; returns the first cycle after it, or NEVER where an event decides. */
function begin(core: usize, engine: u32, instruction: usize, iteration: u32, now: u64): u64 {
  if (engine == ENGINE_MATMUL) {
    const rows: u64 = load<u32>(H_ROWS);
    const columns: u64 = load<u32>(H_COLUMNS);
    const dataflow = load<u64>(instruction, I_ADDRESS) as u32;
    return now + systolicCycles(rows, columns, dataflow, load<u32>(instruction, I_A), load<u32>(instruction, I_B), load<u32>(instruction, I_C));
  }
  if (engine == ENGINE_VECTOR) {
    return now + vectorCycles(load<u32>(instruction, I_A), load<u32>(H_LANES), load<u32>(instruction, I_B));
  }
  if (isShared(core)) {
    if (engine == ENGINE_RECV) return now + 1; // its first poll
    if (engine == ENGINE_SEND) storeMessage(core, instruction, iteration);
    if (engine == ENGINE_SEND) return NEVER;
  }
  if (engine == ENGINE_RECV) return max(now, load<u64>(engineAt(core, engine), E_KNOWN));
  if (engine == ENGINE_SEND) beginSend(core, instruction);
  if (engine == ENGINE_BARRIER) meet(core, instruction, now);
  return NEVER;
}

/** Take a landing slot and send the first packet. */
function beginSend(core: usize, instruction: usize): void {
  const pair: usize = load<u32>(instruction, I_PAIR);
  const slot = load<u32>(pair, X_NEXT_SEND);
  store<u32>(pair, load<u32>(pair, X_FREE) - 1, X_FREE);
  store<u32>(pair, (slot + 1) % load<u32>(H_SLOTS), X_NEXT_SEND);
  store<u32>(core, load<u32>(instruction, I_C), C_SEND_LEFT);
  store<u32>(core, slot, C_SEND_SLOT);
  store<u32>(core, load<u32>(pair, X_PACKETS) + slot * load<u32>(pair, X_SLOT_BYTES), C_SEND_PACKET);
  sendPacket(core, pair);
}

/** The tail of a packet has left: make the next one, or end in the next cycle. */
export function tailLeft(core: usize, now: u64): void {
  const engine = engineAt(core, ENGINE_SEND);
  const running: usize = load<u32>(engine, E_RUNNING);
  if (running == 0) return;
  if (load<u32>(core, C_SEND_LEFT) != 0) sendPacket(core, load<u32>(running, I_PAIR));
  else store<u64>(engine, now + 1, E_UNTIL);
}

function sendPacket(core: usize, pair: usize): void {
  const left = load<u32>(core, C_SEND_LEFT);
  const flits = min(left, load<u32>(H_MAX_PACKET));
  const packet: usize = load<u32>(core, C_SEND_PACKET);
  store<u32>(core, left - flits, C_SEND_LEFT);
  store<u32>(core, (packet + K_STRIDE) as u32, C_SEND_PACKET);
  store<u16>(packet, flits, K_FLITS);
  store<u8>(packet, KIND_MESSAGE, K_KIND);
  store<u32>(packet, pair as u32, K_OWNER);
  store<u32>(packet, load<u32>(core, C_SEND_SLOT), K_EXTRA);
  post(core, packet, load<u32>(pair, X_RECEIVER));
}

/** Queue a data-plane packet from one core to another. */
function post(from: usize, packet: usize, to: usize): void {
  change(load<u32>(from, C_TENANT) + T_ON_THE_WAY, 1);
  store<u16>(packet, load<u32>(from, C_TILE), K_SOURCE);
  store<u16>(packet, load<u32>(to, C_TILE), K_TARGET);
  enqueue(load<u32>(H_PLANES_AT) + PLANE_DATA * P_STRIDE, load<u32>(from, C_SOURCES), packet);
}

/** The transfer that a send or receive through shared memory made is over, and with it the instruction. */
export function endShared(core: usize, engine: u32, now: u64): void {
  if (engine == ENGINE_SEND) flagMessage(core, load<u32>(engineAt(core, engine), E_RUNNING), now);
  else store<u32>(core, STAGE_DUE, C_RECV_STAGE);
  finishEngine(core, engine, now);
}

/** Have all flits of the message that the receive engine waits for been ejected? */
export function messageLanded(engine: usize): bool {
  const instruction: usize = load<u32>(engine, E_RUNNING);
  const pair: usize = load<u32>(instruction, I_PAIR);
  return load<u32>(pair + (load<u32>(pair, X_NEXT_RECV) << 2), X_ARRIVED) == load<u32>(instruction, I_C);
}

/** Arrive at a barrier; the last one to arrive releases the round, and all that wait in it wake then. */
function meet(core: usize, instruction: usize, now: u64): void {
  const tenant: usize = load<u32>(core, C_TENANT);
  const group = load<u32>(tenant, T_GROUPS) + load<u32>(instruction, I_A) * G_STRIDE;
  const arrived = load<u32>(group, G_ARRIVED) + 1;
  store<u32>(core, load<u32>(group, G_ROUND), C_BARRIER_ROUND);
  store<u32>(group, arrived, G_ARRIVED);
  if (arrived != load<u32>(group, G_CORES)) return;
  const release = now + (load<u32>(H_BARRIER_CYCLES) as u64);
  store<u32>(group, 0, G_ARRIVED);
  store<u32>(group, load<u32>(group, G_ROUND) + 1, G_ROUND);
  store<u64>(group, release, G_RELEASE);
  for (let v: u32 = 0; v < load<u32>(tenant, T_CORES); v++) wake(coreAt(tenant, v));
}

/** First cycle in which the barrier that this core waits at lets it go, or NEVER. */
export function barrierRelease(core: usize): u64 {
  const instruction: usize = load<u32>(engineAt(core, ENGINE_BARRIER), E_RUNNING);
  const group = load<u32>(load<u32>(core, C_TENANT), T_GROUPS) + load<u32>(instruction, I_A) * G_STRIDE;
  return load<u32>(group, G_ROUND) == load<u32>(core, C_BARRIER_ROUND) ? NEVER : load<u64>(group, G_RELEASE);
}

/** End what a one-at-a-time engine runs. */
export function finishEngine(core: usize, engine: u32, now: u64): void {
  const record = engineAt(core, engine);
  const instruction: usize = load<u32>(record, E_RUNNING);
  if (engine == ENGINE_RECV) takeSlot(load<u32>(instruction, I_PAIR));
  store<u32>(record, 0, E_RUNNING);
  retire(core, instruction, load<u32>(record, E_ITERATION), now);
}

function takeSlot(pair: usize): void {
  const slot = load<u32>(pair, X_NEXT_RECV);
  store<u32>(pair + (slot << 2), 0, X_ARRIVED);
  store<u32>(pair, (slot + 1) % load<u32>(H_SLOTS), X_NEXT_RECV);
}

/** The end of any instruction: tokens, its slot's credit, counts. */
export function retire(core: usize, instruction: usize, iteration: u32, now: u64): void {
  store<u64>(H_PROGRESS, now);
  giveTokens(core, instruction);
  count(core + C_RETIRED);
  const pair: usize = load<u32>(instruction, I_RELEASE);
  if (pair != 0) releaseSlot(core, pair, now);
  noteEnd(load<u32>(core, C_TENANT), iteration as i32, now);
}

function releaseSlot(core: usize, pair: usize, now: u64): void {
  const slot = load<u32>(pair, X_NEXT_FREE);
  store<u32>(pair, (slot + 1) % load<u32>(H_SLOTS), X_NEXT_FREE);
  if (isShared(core)) {
    writeRelease(core, pair, slot, now);
    return;
  }
  const packet = load<u32>(pair, X_CREDITS) + slot * K_STRIDE;
  store<u8>(packet, KIND_CREDIT, K_KIND);
  store<u16>(packet, 1, K_FLITS);
  store<u32>(packet, pair as u32, K_OWNER);
  post(core, packet, load<u32>(pair, X_SENDER));
}

function noteStart(core: usize, iteration: u32, now: u64): void {
  store<u8>(core, 1, C_STARTED);
  if ((iteration as i32) < 0) return;
  const at = load<u32>(load<u32>(core, C_TENANT), T_ITER_START) + (iteration << 3);
  store<u64>(at, min(load<u64>(at), now));
}

function noteEnd(tenant: usize, iteration: i32, now: u64): void {
  if (iteration < 0) {
    if (load<u32>(tenant, T_DONE) == load<u32>(tenant, T_FIRST)) store<u64>(tenant, now, T_WARMUP);
    return;
  }
  store<u64>(load<u32>(tenant, T_ITER_END) + (iteration << 3), now);
  const left = load<u32>(tenant, T_ITER_LEFT) + (iteration << 2);
  store<u32>(left, load<u32>(left) - 1);
  if (load<u32>(left) == 0) store<u32>(tenant, load<u32>(tenant, T_DONE) + 1, T_DONE);
}
