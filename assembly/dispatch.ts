// The controller: one program counter per core, loops run here for free, and an instruction whose iteration does not exist in this pass
// (stage predicates of a software-pipelined loop) is left out. It issues through two ports, each round robin by tile over
// its cores with a free slot in their instruction queue: an instruction per `busCycles` on the bus, and one packet after the other
// into the instruction network. The slot is reserved at issue, so an instruction never waits on the way; those of one core keep to
// one virtual channel, so they arrive in order, one every other cycle at best (our choice). The instruction vRouter finds the tile of a virtual core on the way:
// its look-up is latency, not throughput. Machine model section 5; vNPU (ISCA 2025) section 4.1.1 as reported by reviews.
import { clearBit, setBit } from './bits';
import { DISPATCH_NOC, KIND_INSTRUCTION, MOVE_FINISHING, OP_END, OP_END_LOOP, OP_LOOP, PLANE_INSTRUCTION, STATUS_RUNNING, TURN_ON } from './codes';
import {
  C_INDEX,
  C_INSTRUCTIONS,
  C_ITERATION,
  C_LOOPS,
  C_LOOP_DEPTH,
  C_NEXT_INSTRUCTION,
  C_PC,
  C_QUEUE,
  C_RESERVED,
  C_STRIDE,
  C_TENANT,
  C_TILE,
  C_TURN,
  DISPATCH_PORTS,
  H_CORES_AT,
  H_DISPATCH_AT,
  H_DISPATCH_SOURCE,
  H_INSTRUCTION_FLITS,
  H_INSTRUCTION_QUEUE,
  H_PLANES_AT,
  I_A,
  I_AHEAD,
  I_B,
  I_C,
  I_OP,
  I_STRIDE,
  K_BYTES,
  K_EXTRA,
  K_FLITS,
  K_KIND,
  K_OWNER,
  K_STRIDE,
  K_TARGET,
  P_STRIDE,
  RING_ENTRIES,
  T_DISPATCH,
  T_FIRST,
  T_ITERATIONS,
  T_LIMIT,
  T_LOOKUP_CYCLES,
  T_MOVE_STAGE,
  T_STATUS,
  U_CYCLES,
  U_FREE,
  U_LAST,
  U_READY,
  U_RINGS,
  U_STRIDE,
  U_WORDS,
  Z_AT,
  Z_CORE,
  Z_COUNT,
  Z_ENTRIES,
  Z_ENTRY,
  Z_HEAD,
  Z_INSTRUCTION,
  Z_ITERATION,
  Z_STRIDE,
} from './layout';
import { pushInstruction } from './queue';
import { wake } from './signal';
import { enqueue } from './source';

/** Both ports: deliver what is due, then issue at most one instruction. */
export function stepDispatch(now: u64): void {
  for (let number: u32 = 0; number < (DISPATCH_PORTS as u32); number++) {
    const port = portAt(number);
    deliverDue(port, number, now);
    if (load<u64>(port, U_FREE) > now) continue;
    const index = nextReady(port);
    if (index < 0) continue;
    issue(port, number, load<u32>(H_CORES_AT) + index * C_STRIDE, now);
    deliverDue(port, number, now);
  }
}

/** The next cycle in which the controller acts by itself. */
export function dispatchWake(now: u64): u64 {
  let wake: u64 = u64.MAX_VALUE;
  for (let number: u32 = 0; number < (DISPATCH_PORTS as u32); number++) {
    const port = portAt(number);
    wake = min(wake, min(dueAt(port + U_RINGS), dueAt(port + U_RINGS + Z_STRIDE)));
    if (nextReady(port) >= 0) wake = min(wake, max(load<u64>(port, U_FREE), now + 1));
  }
  return wake;
}

/** A slot of the core's instruction queue is free again. */
export function freeSlot(core: usize): void {
  store<u32>(core, load<u32>(core, C_RESERVED) - 1, C_RESERVED);
  makeReady(core);
}

/** The core may take an instruction, if its tenant runs and does not move, it has its tile and a free slot, and there is one. */
export function makeReady(core: usize): void {
  const tenant: usize = load<u32>(core, C_TENANT);
  if (load<u32>(core, C_PC) == 0 || load<u32>(tenant, T_STATUS) != STATUS_RUNNING || load<u32>(tenant, T_MOVE_STAGE) > (MOVE_FINISHING as u32)) return;
  if (load<u8>(core, C_TURN) != TURN_ON || load<u32>(core, C_RESERVED) >= load<u32>(H_INSTRUCTION_QUEUE)) return;
  setBit(load<u32>(portAt(load<u32>(tenant, T_DISPATCH)), U_READY), load<u32>(core, C_INDEX));
}

/** The core gets no more instructions. */
export function makeUnready(core: usize): void {
  const port = portAt(load<u32>(load<u32>(core, C_TENANT), T_DISPATCH));
  clearBit(load<u32>(port, U_READY), load<u32>(core, C_INDEX));
}

/** An instruction has come over the network. */
export function arriveInstruction(packet: usize): void {
  queueInstruction(load<u32>(packet, K_OWNER), load<u32>(packet, K_EXTRA), load<u32>(packet, K_BYTES));
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
    } else if (op != OP_END && isLeftOut(core, pc)) {
      pc += I_STRIDE;
    } else {
      store<u32>(core, op == OP_END ? 0 : (pc as u32), C_PC);
      return;
    }
  }
}

/** The iteration that an instruction works for in this pass; -1 outside the loop over iterations. */
function iterationOf(core: usize, instruction: usize): i32 {
  const ahead = load<u8>(instruction, I_AHEAD);
  return ahead == 0 ? -1 : load<i32>(core, C_ITERATION) + (ahead as i32) - 2;
}

/** Is there no such iteration? */
function isLeftOut(core: usize, instruction: usize): bool {
  if (load<u8>(instruction, I_AHEAD) == 0) return false;
  const tenant: usize = load<u32>(core, C_TENANT);
  const iteration = iterationOf(core, instruction);
  return iteration < (load<u32>(tenant, T_FIRST) as i32) || iteration >= (iterationsEnd(tenant) as i32);
}

function pushLoop(core: usize, loop: usize): void {
  const depth = load<u32>(core, C_LOOP_DEPTH);
  const counts = load<u32>(loop, I_C);
  store<u32>(core + C_LOOPS + (depth << 3), counts);
  store<u32>(core + C_LOOPS + (depth << 3), load<u32>(loop, I_A) - 1, 4);
  store<u32>(core, depth + 1, C_LOOP_DEPTH);
  if (counts != 0) store<u32>(core, load<u32>(load<u32>(core, C_TENANT), T_FIRST) - passesAhead(counts), C_ITERATION);
}

/** At the end of a loop's body: its start again, or what follows. Iterations end where the tenant's present shape may begin no more. */
function nextRound(core: usize, end: usize): usize {
  const depth = load<u32>(core, C_LOOP_DEPTH) - 1;
  const left = core + C_LOOPS + (depth << 3);
  const counts = load<u32>(end, I_C);
  const isLast = counts != 0 && load<u32>(core, C_ITERATION) + 1 >= iterationsEnd(load<u32>(core, C_TENANT)) + passesBehind(counts);
  if (load<u32>(left, 4) != 0 && !isLast) {
    store<u32>(left, load<u32>(left, 4) - 1, 4);
    if (counts != 0) store<i32>(core, load<i32>(core, C_ITERATION) + 1, C_ITERATION);
    return load<u32>(end, I_B);
  }
  store<u32>(core, depth, C_LOOP_DEPTH);
  if (counts != 0) store<i32>(core, -1, C_ITERATION);
  return end + I_STRIDE;
}

/** Passes of a loop over iterations before the first iteration and behind the last. */
// @ts-ignore: decorator
@inline
function passesAhead(counts: u32): u32 {
  return counts >> 1 & 1;
}

// @ts-ignore: decorator
@inline
function passesBehind(counts: u32): u32 {
  return counts >> 2;
}

/** Iterations, from cycle 0 on, that the controller has come to for a core in a loop: with what is fetched ahead. */
export function iterationsBegun(core: usize): u32 {
  let begun = load<u32>(core, C_ITERATION) + 1;
  for (let depth: u32 = 0; depth < load<u32>(core, C_LOOP_DEPTH); depth++) begun += passesAhead(load<u32>(core + C_LOOPS + (depth << 3)));
  return begun;
}

/** The iteration behind the last one of the tenant's present shape. */
function iterationsEnd(tenant: usize): u32 {
  return min(load<u32>(tenant, T_LIMIT), load<u32>(tenant, T_ITERATIONS));
}

// @ts-ignore: decorator
@inline
function portAt(number: u32): usize {
  return load<u32>(H_DISPATCH_AT) + number * U_STRIDE;
}

function headOf(ring: usize): usize {
  return ring + Z_ENTRIES + load<u32>(ring, Z_HEAD) * Z_ENTRY;
}

function dueAt(ring: usize): u64 {
  return load<u32>(ring, Z_COUNT) == 0 ? u64.MAX_VALUE : load<u64>(headOf(ring), Z_AT);
}

function deliverDue(port: usize, number: u32, now: u64): void {
  for (let ring = port + U_RINGS; ring < port + U_STRIDE; ring += Z_STRIDE) {
    while (dueAt(ring) <= now) deliver(ring, number);
  }
}

/** The bus hands an instruction over; the network gets it as a packet. */
function deliver(ring: usize, number: u32): void {
  const entry = headOf(ring);
  const core: usize = load<u32>(entry, Z_CORE);
  if (number == DISPATCH_NOC) post(core, entry);
  else queueInstruction(core, load<u32>(entry, Z_INSTRUCTION), load<u32>(entry, Z_ITERATION));
  store<u32>(ring, (load<u32>(ring, Z_HEAD) + 1) % RING_ENTRIES, Z_HEAD);
  store<u32>(ring, load<u32>(ring, Z_COUNT) - 1, Z_COUNT);
}

function post(core: usize, entry: usize): void {
  const next = load<u32>(core, C_NEXT_INSTRUCTION);
  const packet: usize = load<u32>(core, C_INSTRUCTIONS) + next * K_STRIDE;
  store<u32>(core, (next + 1) % load<u32>(H_INSTRUCTION_QUEUE), C_NEXT_INSTRUCTION);
  store<u8>(packet, KIND_INSTRUCTION, K_KIND);
  store<u16>(packet, load<u32>(H_INSTRUCTION_FLITS), K_FLITS);
  store<u32>(packet, load<u32>(entry, Z_INSTRUCTION), K_EXTRA);
  store<u32>(packet, load<u32>(entry, Z_ITERATION), K_BYTES);
  store<u16>(packet, load<u32>(core, C_TILE), K_TARGET);
  enqueue(load<u32>(H_PLANES_AT) + PLANE_INSTRUCTION * P_STRIDE, load<u32>(H_DISPATCH_SOURCE), packet);
}

function queueInstruction(core: usize, instruction: u32, iteration: u32): void {
  pushInstruction(core + C_QUEUE, instruction, iteration);
  wake(core);
}

/** Index of the next core in turn that can take an instruction, or -1. */
function nextReady(port: usize): i32 {
  const bitset: usize = load<u32>(port, U_READY);
  const words = load<u32>(port, U_WORDS);
  const first = load<u32>(port, U_LAST) + 1;
  let word = first >> 6 < words ? first >> 6 : 0;
  let bits = load<u64>(bitset + (word << 3)) & (first >> 6 < words ? ~(0 as u64) << ((first & 63) as u64) : u64.MAX_VALUE);
  for (let tries: u32 = 0; bits == 0; tries++) {
    if (tries == words) return -1;
    word = word + 1 == words ? 0 : word + 1;
    bits = load<u64>(bitset + (word << 3));
  }
  return ((word << 6) + (ctz<u64>(bits) as u32)) as i32;
}

function issue(port: usize, number: u32, core: usize, now: u64): void {
  const reserved = load<u32>(core, C_RESERVED) + 1;
  const cycles: u64 = load<u32>(port, U_CYCLES);
  const lookup: u64 = load<u32>(load<u32>(core, C_TENANT), T_LOOKUP_CYCLES);
  const ring = port + U_RINGS + (lookup == 0 ? 0 : (Z_STRIDE as usize));
  const entry = ring + Z_ENTRIES + ((load<u32>(ring, Z_HEAD) + load<u32>(ring, Z_COUNT)) % RING_ENTRIES) * Z_ENTRY;
  store<u32>(entry, core as u32, Z_CORE);
  store<u32>(entry, load<u32>(core, C_PC), Z_INSTRUCTION);
  store<i32>(entry, iterationOf(core, load<u32>(core, C_PC)), Z_ITERATION);
  store<u64>(entry, now + lookup + (number == DISPATCH_NOC ? 0 : cycles), Z_AT);
  store<u32>(ring, load<u32>(ring, Z_COUNT) + 1, Z_COUNT);
  store<u64>(port, now + cycles, U_FREE);
  store<u32>(port, load<u32>(core, C_INDEX), U_LAST);
  store<u32>(core, reserved, C_RESERVED);
  store<u32>(core, load<u32>(core, C_PC) + I_STRIDE, C_PC);
  resolvePc(core);
  if (load<u32>(core, C_PC) == 0 || reserved == load<u32>(H_INSTRUCTION_QUEUE)) makeUnready(core);
}
