// Virtual cores that take turns on a tile (mode mig): each keeps its program, queues and counters, one has the tile. It gives the
// tile up when its slice is over or it can do nothing without others, and another one can go on: it starts nothing more, what it
// has begun ends (a receive or a barrier that waits stays as it is), then the tile belongs to the next in turn. That one comes
// after `switchCycles`, and after its weights have been loaded again where those of all do not fit at once; weights are copies, so
// evicting them costs nothing. Landing slots and activations stay; its TLB is cold. Tiles are looked at after all cores were stepped, so the order
// in which cores are visited cannot matter. Machine model section 9; what counts as "can go on" is our choice.
import {
  CAUSE_AWAY,
  CAUSE_SWITCH,
  ENGINE_BARRIER,
  ENGINE_DMA,
  ENGINE_MATMUL,
  ENGINE_RECV,
  ENGINE_RELOAD,
  ENGINE_SEND,
  ENGINE_VECTOR,
  STATUS_RUNNING,
  TURN_AWAY,
  TURN_COMING,
  TURN_DRAINING,
  TURN_ON,
} from './codes';
import { endTransfers, hasRoom } from './core';
import { makeReady, makeUnready } from './dispatch';
import { dmaWake, hasFreeStream, startStream, stepDma } from './dma';
import { barrierRelease, canStart, engineAt, messageLanded } from './engines';
import {
  C_ACTIVE_STREAMS,
  C_CALL,
  C_COMES,
  C_FINISHED,
  C_LOADED,
  C_PC,
  C_QUEUE,
  C_RELOADS,
  C_RELOAD_LEFT,
  C_RELOAD_NEXT,
  C_RESERVED,
  C_RETIRED,
  C_RTT_CURRENT,
  C_SHARE,
  C_SOURCES,
  C_TENANT,
  C_TLB_COUNT,
  C_TURN,
  ENGINE_COUNT,
  E_RUNNING,
  H_INSTRUCTION_QUEUE,
  H_SHARES,
  H_SHARES_AT,
  H_SLICE_CYCLES,
  H_SWITCH_CYCLES,
  I_A,
  I_ADDRESS,
  I_STRIDE,
  NO_RANGE,
  Q_COUNT,
  S_OWNER,
  T_STATUS,
  Y_ACTIVE,
  Y_CORES,
  Y_DIRTY,
  Y_EVICTS,
  Y_LIST,
  Y_NEXT,
  Y_RETIRED,
  Y_SLICE_END,
  Y_STRIDE,
  Y_SWITCHES,
  Y_WAKE,
} from './layout';
import { observe } from './observe';
import { instructionAt } from './queue';
import { wakeAt } from './signal';

const NEVER: u64 = u64.MAX_VALUE;
const NOBODY: u32 = 0xffffffff;
const OUTSIDE_ITERATIONS: u32 = 0xffffffff;

/** All shared tiles on which something can have changed. */
export function stepShares(now: u64): void {
  const shares = load<u32>(H_SHARES);
  let share: usize = load<u32>(H_SHARES_AT);
  for (let i: u32 = 0; i < shares; i++, share += Y_STRIDE) {
    if (load<u32>(share, Y_DIRTY) != 0 || load<u64>(share, Y_WAKE) <= now) stepShare(share, now);
  }
}

/** The next cycle in which a slice ends. */
export function sharesWake(): u64 {
  let wake = NEVER;
  const shares = load<u32>(H_SHARES);
  let share: usize = load<u32>(H_SHARES_AT);
  for (let i: u32 = 0; i < shares; i++, share += Y_STRIDE) wake = min(wake, load<u64>(share, Y_WAKE));
  return wake;
}

/** The tenant of this core begins: the slice of whoever has the tile starts. */
export function beginSlice(core: usize, now: u64): void {
  const share: usize = load<u32>(core, C_SHARE);
  if (share == 0 || load<u8>(core, C_TURN) != TURN_ON) return;
  store<u64>(share, now + (load<u32>(H_SLICE_CYCLES) as u64), Y_SLICE_END);
  store<u64>(share, load<u64>(core, C_RETIRED), Y_RETIRED);
}

/** A core without the tile sleeps, one that is coming loads its weights; does it have the tile in this cycle? */
export function isOnTile(core: usize, now: u64): bool {
  const turn = load<u8>(core, C_TURN);
  if (turn == TURN_AWAY) {
    wakeAt(core, barrierWake(core, now));
    return false;
  }
  return turn != TURN_COMING || hasCome(core, now);
}

/** A barrier may let a core without the tile go. */
function barrierWake(core: usize, now: u64): u64 {
  if (load<u32>(engineAt(core, ENGINE_BARRIER), E_RUNNING) == 0) return NEVER;
  const release = barrierRelease(core);
  return release > now ? release : NEVER;
}

function hasCome(core: usize, now: u64): bool {
  if (load<u64>(core, C_COMES) > now) {
    wakeAt(core, load<u64>(core, C_COMES));
    return false;
  }
  endTransfers(core, now);
  while (load<u32>(core, C_RELOAD_LEFT) != 0 && hasFreeStream(core)) reload(core);
  if (load<u32>(core, C_ACTIVE_STREAMS) != 0) {
    stepDma(core, now);
    wakeAt(core, dmaWake(core, now));
    return false;
  }
  store<u8>(core, TURN_ON, C_TURN);
  beginSlice(core, now);
  makeReady(core);
  return true;
}

function reload(core: usize): void {
  const instruction: usize = load<u32>(core, C_RELOAD_NEXT);
  startStream(core, ENGINE_RELOAD, instruction, OUTSIDE_ITERATIONS, load<u64>(instruction, I_ADDRESS), load<u32>(instruction, I_A));
  store<u32>(core, (instruction + I_STRIDE) as u32, C_RELOAD_NEXT);
  store<u32>(core, load<u32>(core, C_RELOAD_LEFT) - 1, C_RELOAD_LEFT);
}

function coreAt(share: usize, index: u32): usize {
  return load<u32>(load<u32>(share, Y_LIST) + (index << 2));
}

/** Whose tile is it from the next cycle on? */
function stepShare(share: usize, now: u64): void {
  const core = coreAt(share, load<u32>(share, Y_ACTIVE));
  store<u32>(share, 0, Y_DIRTY);
  store<u64>(share, NEVER, Y_WAKE);
  if (load<u32>(load<u32>(core, C_TENANT), T_STATUS) != STATUS_RUNNING || load<u8>(core, C_TURN) == TURN_COMING) return;
  if (load<u8>(core, C_TURN) == TURN_ON) {
    if (canProceed(core) && hasSlice(share, core, now)) return;
    const next = nextInTurn(share);
    if (next == NOBODY) return;
    store<u32>(share, next, Y_NEXT);
    store<u8>(core, TURN_DRAINING, C_TURN);
    makeUnready(core);
  }
  if (!hasBegun(core)) handOver(share, core, now);
}

/** A slice lasts `sliceCycles`, and until one instruction at least has ended in it: short ones would lead nowhere. */
function hasSlice(share: usize, core: usize, now: u64): bool {
  const end = load<u64>(share, Y_SLICE_END);
  if (end > now + 1) store<u64>(share, end - 1, Y_WAKE);
  return end > now + 1 || load<u64>(core, C_RETIRED) == load<u64>(share, Y_RETIRED);
}

/** The next virtual core in turn that can go on; if the one that has the tile is done, any that is not. */
function nextInTurn(share: usize): u32 {
  const cores = load<u32>(share, Y_CORES);
  const active = load<u32>(share, Y_ACTIVE);
  for (let i: u32 = 1; i < cores; i++) {
    const index = (active + i) % cores;
    if (canProceed(coreAt(share, index))) return index;
  }
  if (load<u8>(coreAt(share, active), C_FINISHED) == 0) return NOBODY;
  for (let i: u32 = 1; i < cores; i++) {
    const index = (active + i) % cores;
    if (load<u8>(coreAt(share, index), C_FINISHED) == 0) return index;
  }
  return NOBODY;
}

function handOver(share: usize, from: usize, now: u64): void {
  const next = load<u32>(share, Y_NEXT);
  const to = coreAt(share, next);
  store<u8>(from, TURN_AWAY, C_TURN);
  wakeAt(from, barrierWake(from, now));
  observe(from, CAUSE_AWAY, now + 1);
  store<u32>(share, next, Y_ACTIVE);
  store<u64>(share, load<u64>(share, Y_SWITCHES) + 1, Y_SWITCHES);
  store<u8>(to, TURN_COMING, C_TURN);
  store<u32>(to, 0, C_TLB_COUNT);
  store<u32>(to, NO_RANGE, C_RTT_CURRENT);
  store<u64>(to, now + 1 + (load<u32>(H_SWITCH_CYCLES) as u64), C_COMES);
  wakeAt(to, now + 1);
  store<u32>(to, load<u32>(to, C_RELOADS), C_RELOAD_NEXT);
  store<u32>(to, load<u32>(share, Y_EVICTS) != 0 ? load<u32>(to, C_LOADED) : 0, C_RELOAD_LEFT);
  store<u32>(load<u32>(to, C_SOURCES), load<u32>(to, C_CALL), S_OWNER);
  observe(to, CAUSE_SWITCH, now + 1);
}

/** Is something that it has begun still to end? */
function hasBegun(core: usize): bool {
  if (load<u32>(core, C_ACTIVE_STREAMS) != 0) return true;
  if (load<u32>(engineAt(core, ENGINE_MATMUL), E_RUNNING) != 0 || load<u32>(engineAt(core, ENGINE_VECTOR), E_RUNNING) != 0) return true;
  return load<u32>(engineAt(core, ENGINE_SEND), E_RUNNING) != 0;
}

/** Is it doing something, or can it start something, or will the controller give it something, without waiting for another core? */
function canProceed(core: usize): bool {
  if (load<u8>(core, C_FINISHED) != 0) return false;
  if (load<u32>(core, C_ACTIVE_STREAMS) != 0 || hasRoom(core, instructionAt(core + C_QUEUE, 0))) return true;
  const reserved = load<u32>(core, C_RESERVED);
  if (reserved > load<u32>(core + C_QUEUE, Q_COUNT)) return true;
  if (load<u32>(core, C_PC) != 0 && reserved < load<u32>(H_INSTRUCTION_QUEUE)) return true;
  for (let engine: u32 = ENGINE_DMA; engine < (ENGINE_COUNT as u32); engine++) if (engineProceeds(core, engine)) return true;
  return false;
}

function engineProceeds(core: usize, engine: u32): bool {
  const record = engineAt(core, engine);
  if (load<u32>(record, E_RUNNING) == 0) return canStart(core, engine);
  if (engine == ENGINE_RECV) return messageLanded(record);
  return engine != ENGINE_BARRIER || barrierRelease(core) != NEVER;
}
