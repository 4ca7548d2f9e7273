// One NPU core: decoupled in-order engines behind an instruction queue. A core is stepped only in cycles in which something can
// have changed: it was signalled (an instruction, a message, a response), or its own next event is due. In a cycle it ends what
// is due, starts what can start, lets the DMA engine issue, moves one instruction from its queue to an engine's, and then says
// where its cycles go. What it moved to an engine can start in the next cycle.
import {
  CAUSE_IDLE,
  ENGINE_BARRIER,
  ENGINE_DMA,
  ENGINE_MATMUL,
  ENGINE_MOVE,
  ENGINE_RECV,
  ENGINE_SEND,
  ENGINE_VECTOR,
  OP_LOAD,
  SIGNAL_BURST,
  SIGNAL_TAIL_LEFT,
  STATUS_DEPARTED,
  STATUS_DONE,
  STATUS_FAULT,
  STATUS_RUNNING,
  STATUS_WAITING,
  TURN_AWAY,
  TURN_DRAINING,
} from './codes';
import { causeOf } from './cause';
import { freeSlot } from './dispatch';
import { dmaWake, stepDma } from './dma';
import { barrierRelease, endShared, engineAt, finishEngine, messageLanded, retire, tailLeft, tryStart } from './engines';
import {
  CALL_SIGNAL,
  CALL_STRIDE,
  CALL_WAKE,
  C_ACTIVE_STREAMS,
  C_FINISHED,
  C_LOADED,
  C_OTHER_WAKE,
  C_PC,
  C_QUEUE,
  C_RESERVED,
  C_SHARE,
  C_STREAMS,
  C_STRIDE,
  C_TENANT,
  C_TURN,
  D_ENGINE,
  D_INSTRUCTION,
  D_ITERATION,
  D_OUTSTANDING,
  D_REMAINING,
  D_STRIDE,
  ENGINE_COUNT,
  E_KNOWN,
  E_QUEUE,
  E_RUNNING,
  E_UNTIL,
  H_CALLS_AT,
  H_CORES,
  H_CORES_AT,
  H_DONE_TENANTS,
  H_ENGINE_QUEUE,
  I_ENGINE,
  I_OP,
  Q_COUNT,
  T_LEFT,
  T_STATUS,
  T_STOP_CYCLE,
  Y_DIRTY,
} from './layout';
import { dropMove, isMoving } from './move';
import { changesShape } from './resize';
import { observe } from './observe';
import { takeSignals, wakeAt } from './signal';
import { isShared, sharedWake, stepShared } from './shared';
import { frontIteration, instructionAt, popInstruction, pushInstruction } from './queue';
import { isOnTile } from './turns';
import { lookUpHead } from './vrouter';

const NEVER: u64 = u64.MAX_VALUE;

/** All cores that something can have happened to. */
export function stepCores(now: u64, reverse: bool): void {
  const cores = load<u32>(H_CORES);
  const calls: usize = load<u32>(H_CALLS_AT);
  const base: usize = load<u32>(H_CORES_AT);
  for (let i: u32 = 0; i < cores; i++) {
    const index = reverse ? cores - 1 - i : i;
    const call = calls + index * CALL_STRIDE;
    if (load<u8>(call, CALL_SIGNAL) != 0 || load<u64>(call, CALL_WAKE) <= now) stepCore(base + index * C_STRIDE, now);
  }
}

/** The next cycle in which a core acts by itself; `now + 1` if one has been signalled since it was stepped. */
export function coresWake(now: u64): u64 {
  let wake = NEVER;
  const cores = load<u32>(H_CORES);
  let call: usize = load<u32>(H_CALLS_AT);
  for (let i: u32 = 0; i < cores; i++, call += CALL_STRIDE) {
    wake = min(wake, load<u8>(call, CALL_SIGNAL) != 0 ? now + 1 : load<u64>(call, CALL_WAKE));
  }
  return wake;
}

function stepCore(core: usize, now: u64): void {
  const signals = takeSignals(core);
  if (stepDmaAlone(core, signals, now)) return;
  const share: usize = load<u32>(core, C_SHARE);
  store<u64>(core, 0, C_OTHER_WAKE);
  if (share != 0) store<u32>(share, 1, Y_DIRTY);
  if (isStopped(core, now)) {
    wakeAt(core, NEVER);
    if (load<u8>(core, C_TURN) != TURN_AWAY) observe(core, CAUSE_IDLE, now);
    return;
  }
  if (share != 0 && !isOnTile(core, now)) {
    if (isFinished(core)) finish(core); // it has nothing to do at all
    return;
  }
  if ((signals & SIGNAL_TAIL_LEFT) != 0) tailLeft(core, now);
  endDue(core, now);
  const isHeld = mayNotStart(core);
  if (!isHeld) start(core, now);
  if (load<u32>(core, C_ACTIVE_STREAMS) != 0) stepDma(core, now);
  const decoded = !isHeld && decode(core, now);
  if (isFinished(core)) finish(core);
  const other = decoded ? now + 1 : nextEvent(core, now);
  if (share == 0 && !isShared(core)) store<u64>(core, other, C_OTHER_WAKE);
  rest(core, other, now);
}

/** Say when it is to be stepped next, and what it does until then. */
function rest(core: usize, other: u64, now: u64): void {
  wakeAt(core, load<u32>(core, C_ACTIVE_STREAMS) == 0 ? other : min(other, dmaWake(core, now)));
  observe(core, causeOf(core, now), now);
}

/** Step only the DMA engine, if nothing but bursts of transfers that go on concerns the core in this cycle. Does most of the time. */
function stepDmaAlone(core: usize, signals: u32, now: u64): bool {
  const other = load<u64>(core, C_OTHER_WAKE);
  if ((signals & ~SIGNAL_BURST) != 0 || other <= now || hasTransferEnded(core)) return false;
  stepDma(core, now);
  rest(core, other, now);
  return true;
}

function hasTransferEnded(core: usize): bool {
  let left = load<u32>(core, C_ACTIVE_STREAMS);
  if (left == 0) return true;
  for (; left != 0; left &= left - 1) if (hasEnded(core + C_STREAMS + ctz<u32>(left) * D_STRIDE)) return true;
  return false;
}

/** Has the last burst of this stream's transfer been answered? */
// @ts-ignore: decorator
@inline
function hasEnded(stream: usize): bool {
  return load<u32>(stream, D_REMAINING) == 0 && load<u32>(stream, D_OUTSTANDING) == 0;
}

/** Start what has all it needs. */
function start(core: usize, now: u64): void {
  if (isShared(core)) stepShared(core, now);
  tryStart(core, ENGINE_MATMUL, now);
  tryStart(core, ENGINE_VECTOR, now);
  tryStart(core, ENGINE_SEND, now);
  tryStart(core, ENGINE_RECV, now);
  while (tryStart(core, ENGINE_DMA, now)) {}
  tryStart(core, ENGINE_BARRIER, now);
}

/** Does its tenant move, or will it give up its tile to another virtual core? */
export function mayNotStart(core: usize): bool {
  return isMoving(core) || load<u8>(core, C_TURN) == TURN_DRAINING;
}

/** Is the core's tenant not there yet, or has it faulted or departed in an earlier cycle? */
function isStopped(core: usize, now: u64): bool {
  const tenant: usize = load<u32>(core, C_TENANT);
  const status = load<u32>(tenant, T_STATUS);
  if (status == STATUS_WAITING) return true;
  return (status == STATUS_FAULT || status == STATUS_DEPARTED) && load<u64>(tenant, T_STOP_CYCLE) < now;
}

/** End everything whose last cycle was the one before, and what messages and responses have completed. */
function endDue(core: usize, now: u64): void {
  for (let engine: u32 = ENGINE_SEND; engine < (ENGINE_COUNT as u32); engine++) {
    const record = engineAt(core, engine);
    if (load<u32>(record, E_RUNNING) != 0 && isDue(core, engine, record, now)) finishEngine(core, engine, now);
  }
  endTransfers(core, now);
}

/** End the transfers whose last burst has been answered. */
export function endTransfers(core: usize, now: u64): void {
  for (let left = load<u32>(core, C_ACTIVE_STREAMS); left != 0; left &= left - 1) endTransfer(core, ctz<u32>(left), now);
}

function isDue(core: usize, engine: u32, record: usize, now: u64): bool {
  if (engine == ENGINE_RECV && isShared(core)) return false;
  if (engine == ENGINE_RECV) return messageLanded(record) && load<u64>(record, E_UNTIL) <= now;
  if (engine == ENGINE_BARRIER) return barrierRelease(core) <= now;
  return load<u64>(record, E_UNTIL) <= now;
}

function endTransfer(core: usize, index: u32, now: u64): void {
  const stream = core + C_STREAMS + index * D_STRIDE;
  if (!hasEnded(stream)) return;
  store<u32>(core, load<u32>(core, C_ACTIVE_STREAMS) & ~(1 << index), C_ACTIVE_STREAMS);
  const engine = load<u32>(stream, D_ENGINE);
  if (engine == ENGINE_DMA) endLoadOrStore(core, load<u32>(stream, D_INSTRUCTION), load<u32>(stream, D_ITERATION), now);
  else if (engine < (ENGINE_MOVE as u32)) endShared(core, engine, now);
  store<u32>(stream, 0, D_INSTRUCTION);
}

/** What was loaded outside the iterations stays, unless the core has to leave its tile. */
function endLoadOrStore(core: usize, instruction: usize, iteration: u32, now: u64): void {
  if ((iteration as i32) < 0 && load<u8>(instruction, I_OP) == OP_LOAD) store<u32>(core, load<u32>(core, C_LOADED) + 1, C_LOADED);
  retire(core, instruction, iteration, now);
}

/** Move the front of the instruction queue to its engine's queue if there is room. */
function decode(core: usize, now: u64): bool {
  const instruction = instructionAt(core + C_QUEUE, 0);
  if (!hasRoom(core, instruction)) return false;
  const engine: u32 = load<u8>(instruction, I_ENGINE);
  const queue = engineAt(core, engine) + E_QUEUE;
  pushInstruction(queue, instruction as u32, frontIteration(core + C_QUEUE));
  if (load<u32>(queue, Q_COUNT) == 1) lookUpHead(core, engine, now);
  popInstruction(core + C_QUEUE);
  freeSlot(core);
  return true;
}

/** May this instruction, at the front of the instruction queue, go to its engine's queue? */
export function hasRoom(core: usize, instruction: usize): bool {
  if (instruction == 0) return false;
  return load<u32>(engineAt(core, load<u8>(instruction, I_ENGINE)) + E_QUEUE, Q_COUNT) < load<u32>(H_ENGINE_QUEUE);
}

function isFinished(core: usize): bool {
  if (load<u8>(core, C_FINISHED) != 0 || load<u32>(core, C_PC) != 0 || load<u32>(core, C_RESERVED) != 0) return false;
  if (load<u32>(core, C_ACTIVE_STREAMS) != 0) return false;
  for (let engine: u32 = 0; engine < (ENGINE_COUNT as u32); engine++) {
    const record = engineAt(core, engine);
    if (load<u32>(record, E_RUNNING) != 0 || load<u32>(record + E_QUEUE, Q_COUNT) != 0) return false;
  }
  return true;
}

function finish(core: usize): void {
  const tenant: usize = load<u32>(core, C_TENANT);
  const left = load<u32>(tenant, T_LEFT) - 1;
  store<u8>(core, 1, C_FINISHED);
  store<u32>(tenant, left, T_LEFT);
  if (left != 0 || load<u32>(tenant, T_STATUS) != STATUS_RUNNING || changesShape(tenant)) return;
  store<u32>(tenant, STATUS_DONE, T_STATUS);
  dropMove(tenant);
  store<u32>(H_DONE_TENANTS, load<u32>(H_DONE_TENANTS) + 1);
}

/** The next cycle in which this core changes without being signalled, its DMA engine apart. */
function nextEvent(core: usize, now: u64): u64 {
  if (load<u32>(load<u32>(core, C_TENANT), T_STATUS) == STATUS_FAULT) return now + 1;
  const isHeld = mayNotStart(core);
  if (!isHeld && hasRoom(core, instructionAt(core + C_QUEUE, 0))) return now + 1;
  const shared = isShared(core);
  let next = shared && !isHeld ? sharedWake(core, now) : NEVER;
  for (let engine: u32 = ENGINE_SEND; engine < (ENGINE_COUNT as u32); engine++) {
    const record = engineAt(core, engine);
    if (engine == ENGINE_SEND && load<u64>(record, E_KNOWN) > now) next = min(next, load<u64>(record, E_KNOWN));
    if (load<u32>(record, E_RUNNING) == 0 || (shared && engine == ENGINE_RECV)) continue;
    if (engine == ENGINE_RECV) next = messageLanded(record) ? min(next, max(load<u64>(record, E_UNTIL), now + 1)) : next;
    else next = min(next, engine == ENGINE_BARRIER ? barrierRelease(core) : load<u64>(record, E_UNTIL));
  }
  return next;
}
