// What a core is doing in this cycle, as exactly one cause (machine model section 8): the array, else the vector unit, else the
// head of the first non-empty queue, followed over its missing tokens to the engine that must give them. A tenant that moves,
// or a core that is about to give up its tile, is charged `switch` where nothing works.
import {
  CAUSE_BARRIER,
  CAUSE_COMPUTE,
  CAUSE_DISPATCH,
  CAUSE_IDLE,
  CAUSE_MEMORY,
  CAUSE_RECV_WAIT,
  CAUSE_SEND,
  CAUSE_SEND_BLOCKED,
  CAUSE_SWITCH,
  CAUSE_THROTTLE,
  CAUSE_TRANSLATION,
  CAUSE_VECTOR,
  ENGINE_BARRIER,
  ENGINE_DMA,
  ENGINE_MATMUL,
  ENGINE_RECV,
  ENGINE_SEND,
  ENGINE_VECTOR,
  STAGE_LOADING,
} from './codes';
import { mayNotStart } from './core';
import { waitsForBudget, waitsForTranslation } from './dma';
import { engineAt } from './engines';
import {
  C_ACTIVE_STREAMS,
  C_FINISHED,
  C_RECV_STAGE,
  C_SOURCES,
  C_STARTED,
  C_STREAMS,
  D_ENGINE,
  D_INSTRUCTION,
  D_STRIDE,
  ENGINE_COUNT,
  E_QUEUE,
  E_RUNNING,
  I_PAIR,
  Q_COUNT,
  S_MOVING,
  X_FREE,
} from './layout';
import { instructionAt } from './queue';
import { isShared } from './shared';
import { givesToken, missingToken } from './tokens';
import { isLookedUp } from './vrouter';

const NO_ENGINE: u32 = ENGINE_COUNT;

export function causeOf(core: usize, now: u64): u32 {
  if (isRunning(core, ENGINE_MATMUL)) return CAUSE_COMPUTE;
  if (isRunning(core, ENGINE_VECTOR)) return CAUSE_VECTOR;
  let engine = firstBusy(core);
  if (load<u8>(core, C_STARTED) == 0 || load<u8>(core, C_FINISHED) != 0) return CAUSE_IDLE;
  if (mayNotStart(core)) return CAUSE_SWITCH;
  if (engine == NO_ENGINE) return CAUSE_DISPATCH;
  // A chain of missing tokens visits each engine at most once.
  for (let hops: u32 = 0; hops < (ENGINE_COUNT as u32); hops++) {
    if (isRunning(core, engine)) break;
    const token = missingToken(core, instructionAt(engineAt(core, engine) + E_QUEUE, 0));
    if (token < 0) break;
    engine = giver(core, token as u32);
    if (engine == NO_ENGINE) return CAUSE_DISPATCH;
  }
  return activity(core, engine, now);
}

function isRunning(core: usize, engine: u32): bool {
  if (engine == ENGINE_DMA) return load<u32>(core, C_ACTIVE_STREAMS) != 0;
  return load<u32>(engineAt(core, engine), E_RUNNING) != 0;
}

function isBusy(core: usize, engine: u32): bool {
  return isRunning(core, engine) || load<u32>(engineAt(core, engine) + E_QUEUE, Q_COUNT) != 0;
}

function firstBusy(core: usize): u32 {
  if (isBusy(core, ENGINE_MATMUL)) return ENGINE_MATMUL;
  if (isBusy(core, ENGINE_VECTOR)) return ENGINE_VECTOR;
  if (isBusy(core, ENGINE_SEND)) return ENGINE_SEND;
  if (isBusy(core, ENGINE_RECV)) return ENGINE_RECV;
  if (isBusy(core, ENGINE_DMA)) return ENGINE_DMA;
  return isBusy(core, ENGINE_BARRIER) ? ENGINE_BARRIER : NO_ENGINE;
}

/** The engine that owes a token: the first of recv, dma, vector, send, then the others; none if the giver is not here yet. */
function giver(core: usize, token: u32): u32 {
  if (owes(core, ENGINE_RECV, token)) return ENGINE_RECV;
  if (owes(core, ENGINE_DMA, token)) return ENGINE_DMA;
  if (owes(core, ENGINE_VECTOR, token)) return ENGINE_VECTOR;
  if (owes(core, ENGINE_SEND, token)) return ENGINE_SEND;
  if (owes(core, ENGINE_MATMUL, token)) return ENGINE_MATMUL;
  return owes(core, ENGINE_BARRIER, token) ? ENGINE_BARRIER : NO_ENGINE;
}

function owes(core: usize, engine: u32, token: u32): bool {
  const record = engineAt(core, engine);
  const running: usize = load<u32>(record, E_RUNNING);
  if (running != 0 && givesToken(running, token)) return true;
  if (engine == ENGINE_DMA && streamOwes(core, token)) return true;
  const queued = load<u32>(record + E_QUEUE, Q_COUNT);
  for (let i: u32 = 0; i < queued; i++) if (givesToken(instructionAt(record + E_QUEUE, i), token)) return true;
  return false;
}

function streamOwes(core: usize, token: u32): bool {
  for (let left = load<u32>(core, C_ACTIVE_STREAMS); left != 0; left &= left - 1) {
    const stream = core + C_STREAMS + ctz<u32>(left) * D_STRIDE;
    if (load<u32>(stream, D_ENGINE) == ENGINE_DMA && givesToken(load<u32>(stream, D_INSTRUCTION), token)) return true;
  }
  return false;
}

/** A send that has all it needs but a landing slot. */
function waitsForSlot(core: usize, engine: u32): bool {
  if (engine != ENGINE_SEND) return false;
  const instruction = instructionAt(engineAt(core, engine) + E_QUEUE, 0);
  return load<u32>(load<u32>(instruction, I_PAIR), X_FREE) == 0;
}

/** Any other instruction that has all it needs has only just been moved here, or is a send that is being looked up. */
function arriving(core: usize, engine: u32, now: u64): u32 {
  return engine == ENGINE_SEND && isLookedUp(core, now) ? CAUSE_SEND : CAUSE_DISPATCH;
}

function activity(core: usize, engine: u32, now: u64): u32 {
  if (!isRunning(core, engine)) return waitsForSlot(core, engine) ? CAUSE_SEND_BLOCKED : arriving(core, engine, now);
  if (engine == ENGINE_DMA) return transferring(core, now);
  if (isShared(core) && (engine == ENGINE_SEND || engine == ENGINE_RECV)) return exchanging(core, engine, now);
  if (engine == ENGINE_SEND) return load<u8>(load<u32>(core, C_SOURCES), S_MOVING) != 0 ? CAUSE_SEND : CAUSE_SEND_BLOCKED;
  if (engine == ENGINE_RECV) return CAUSE_RECV_WAIT;
  if (engine == ENGINE_BARRIER) return CAUSE_BARRIER;
  return engine == ENGINE_MATMUL ? CAUSE_COMPUTE : CAUSE_VECTOR;
}

function transferring(core: usize, now: u64): u32 {
  if (waitsForTranslation(core, now)) return CAUSE_TRANSLATION;
  return waitsForBudget(core, now) ? CAUSE_THROTTLE : CAUSE_MEMORY;
}

/** Storing or loading a message; a receive that polls waits for it. */
function exchanging(core: usize, engine: u32, now: u64): u32 {
  const moves = engine == ENGINE_SEND || load<u32>(core, C_RECV_STAGE) == STAGE_LOADING;
  const cause: u32 = moves ? transferring(core, now) : CAUSE_MEMORY;
  if (cause != CAUSE_MEMORY) return cause;
  return engine == ENGINE_SEND ? CAUSE_SEND : CAUSE_RECV_WAIT;
}
