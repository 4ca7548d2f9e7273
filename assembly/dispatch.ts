// The controller and its instruction bus: one program counter per core, loops run here for free, one instruction issued per
// `busCycles`, round robin by tile over the cores with a free slot in their instruction queue. The slot is reserved at issue,
// so an instruction never waits on the way. Machine model section 5; the vRouter's look-up adds latency, not throughput.
import { clearBit, firstFrom, setBit } from './bits';
import { OP_END, OP_END_LOOP, OP_LOOP, SIGNAL_WAKE, STATUS_RUNNING } from './codes';
import {
  BUS_AT,
  BUS_CORE,
  BUS_INSTRUCTION,
  BUS_ITERATION,
  BUS_RING,
  BUS_STRIDE,
  C_INDEX,
  C_ITERATION,
  C_LOOPS,
  C_LOOP_DEPTH,
  C_PC,
  C_QUEUE,
  C_RESERVED,
  C_SIGNAL,
  C_STRIDE,
  C_TENANT,
  H_BUS_COUNT,
  H_BUS_CYCLES,
  H_BUS_FREE,
  H_BUS_HEAD,
  H_BUS_LAST,
  H_BUS_RING,
  H_CORES_AT,
  H_INSTRUCTION_QUEUE,
  H_READY_AT,
  H_READY_WORDS,
  H_VROUTER_CYCLES,
  I_A,
  I_B,
  I_C,
  I_OP,
  I_STRIDE,
  T_STATUS,
} from './layout';
import { pushInstruction } from './queue';

/** Deliver what is due, then issue at most one instruction. */
export function stepDispatch(now: u64): void {
  while (load<u32>(H_BUS_COUNT) != 0 && load<u64>(busHead(), BUS_AT) <= now) deliver();
  if (load<u64>(H_BUS_FREE) > now) return;
  const index = nextReady();
  if (index >= 0) issue(load<u32>(H_CORES_AT) + index * C_STRIDE, now);
}

/** The next cycle in which the controller acts by itself. */
export function dispatchWake(now: u64): u64 {
  let wake = load<u32>(H_BUS_COUNT) != 0 ? load<u64>(busHead(), BUS_AT) : u64.MAX_VALUE;
  if (nextReady() >= 0) wake = min(wake, max(load<u64>(H_BUS_FREE), now + 1));
  return wake;
}

/** A slot of the core's instruction queue is free again. */
export function freeSlot(core: usize): void {
  store<u32>(core, load<u32>(core, C_RESERVED) - 1, C_RESERVED);
  if (load<u32>(core, C_PC) != 0) setBit(load<u32>(H_READY_AT), load<u32>(core, C_INDEX));
}

/** Move the program counter over loop starts and ends to the next instruction; 0 at the end of the program. */
export function resolvePc(core: usize): void {
  let pc: usize = load<u32>(core, C_PC);
  for (;;) {
    const op = load<u8>(pc, I_OP);
    if (op == OP_LOOP) {
      pushLoop(core, pc);
      pc += I_STRIDE;
    } else if (op == OP_END_LOOP) {
      pc = nextRound(core, pc);
    } else {
      store<u32>(core, op == OP_END ? 0 : (pc as u32), C_PC);
      return;
    }
  }
}

function pushLoop(core: usize, loop: usize): void {
  const depth = load<u32>(core, C_LOOP_DEPTH);
  store<u32>(core + C_LOOPS + (depth << 3), load<u32>(loop, I_A) - 1, 4);
  store<u32>(core, depth + 1, C_LOOP_DEPTH);
  if (load<u32>(loop, I_C) != 0) store<i32>(core, 0, C_ITERATION);
}

/** At the end of a loop's body: its start again, or what follows. */
function nextRound(core: usize, end: usize): usize {
  const depth = load<u32>(core, C_LOOP_DEPTH) - 1;
  const left = core + C_LOOPS + (depth << 3);
  const counts = load<u32>(end, I_C) != 0;
  if (load<u32>(left, 4) != 0) {
    store<u32>(left, load<u32>(left, 4) - 1, 4);
    if (counts) store<i32>(core, load<i32>(core, C_ITERATION) + 1, C_ITERATION);
    return load<u32>(end, I_B);
  }
  store<u32>(core, depth, C_LOOP_DEPTH);
  if (counts) store<i32>(core, -1, C_ITERATION);
  return end + I_STRIDE;
}

function busHead(): usize {
  return H_BUS_RING + load<u32>(H_BUS_HEAD) * BUS_STRIDE;
}

function deliver(): void {
  const entry = busHead();
  const core: usize = load<u32>(entry, BUS_CORE);
  pushInstruction(core + C_QUEUE, load<u32>(entry, BUS_INSTRUCTION), load<u32>(entry, BUS_ITERATION));
  store<u8>(core, load<u8>(core, C_SIGNAL) | SIGNAL_WAKE, C_SIGNAL);
  store<u32>(H_BUS_HEAD, (load<u32>(H_BUS_HEAD) + 1) % BUS_RING);
  store<u32>(H_BUS_COUNT, load<u32>(H_BUS_COUNT) - 1);
}

/** Index of the next core in turn that can take an instruction, or -1. */
function nextReady(): i32 {
  const bitset: usize = load<u32>(H_READY_AT);
  const words = load<u32>(H_READY_WORDS);
  const first = load<u32>(H_BUS_LAST) + 1;
  const start = (first >> 6) % words;
  const high = load<u64>(bitset + (start << 3)) & (~(0 as u64) << ((first & 63) as u64));
  if (first >> 6 < words && high != 0) return ((start << 6) + (ctz<u64>(high) as u32)) as i32;
  const from = first >> 6 < words ? start + 1 : 0;
  for (let i: u32 = 0; i < words; i++) {
    const word = (from + i) % words;
    const bits = load<u64>(bitset + (word << 3));
    if (bits != 0) return ((word << 6) + firstFrom(bits, 0)) as i32;
  }
  return -1;
}

function issue(core: usize, now: u64): void {
  const reserved = load<u32>(core, C_RESERVED) + 1;
  const cycles: u64 = load<u32>(H_BUS_CYCLES);
  const entry = H_BUS_RING + ((load<u32>(H_BUS_HEAD) + load<u32>(H_BUS_COUNT)) % BUS_RING) * BUS_STRIDE;
  store<u32>(entry, core as u32, BUS_CORE);
  store<u32>(entry, load<u32>(core, C_PC), BUS_INSTRUCTION);
  store<i32>(entry, load<i32>(core, C_ITERATION), BUS_ITERATION);
  store<u64>(entry, now + cycles + (load<u32>(H_VROUTER_CYCLES) as u64), BUS_AT);
  store<u32>(H_BUS_COUNT, load<u32>(H_BUS_COUNT) + 1);
  store<u64>(H_BUS_FREE, now + cycles);
  store<u32>(H_BUS_LAST, load<u32>(core, C_INDEX));
  store<u32>(core, reserved, C_RESERVED);
  store<u32>(core, load<u32>(core, C_PC) + I_STRIDE, C_PC);
  resolvePc(core);
  const stopped = load<u32>(load<u32>(core, C_TENANT), T_STATUS) != STATUS_RUNNING;
  if (stopped || load<u32>(core, C_PC) == 0 || reserved == load<u32>(H_INSTRUCTION_QUEUE)) {
    clearBit(load<u32>(H_READY_AT), load<u32>(core, C_INDEX));
  }
}
