/**
 * Encodes the programs of one tenant: instructions flattened behind each other with loop marks, numbered as the listing numbers
 * them, and one record per directed pair of cores that exchange messages. Throws only for what a compiler must not produce.
 */
import * as C from '../../assembly/codes.ts';
import * as L from '../../assembly/layout.ts';
import type { Chip } from '../model/chip.ts';
import {
  ENGINES,
  MOST_TOKEN_USES,
  VECTOR_COST,
  engineOf,
  forEachInstruction,
  passesOf,
  type Instruction,
  type Loop,
  type Program,
  type Step,
} from '../model/program.ts';
import type { Dataflow, TokenUse } from '../model/program.ts';
import type { Regions } from './regions.ts';

const OPCODES: Readonly<Record<Instruction['op'], number>> = {
  load: C.OP_LOAD,
  store: C.OP_STORE,
  matmul: C.OP_MATMUL,
  vector: C.OP_VECTOR,
  send: C.OP_SEND,
  recv: C.OP_RECV,
  barrier: C.OP_BARRIER,
};
export const DATAFLOW_CODES: Readonly<Record<Dataflow, number>> = {
  ws: C.DATAFLOW_WS,
  os: C.DATAFLOW_OS,
  is: C.DATAFLOW_IS,
};

/** Key of a directed pair of virtual cores. */
export const pairKey = (sender: number, receiver: number): string => `${sender}>${receiver}`;

/** Addresses of the pair records of a tenant, by `pairKey`. */
export type Pairs = ReadonlyMap<string, number>;

/** Take a zeroed record for every directed pair that the programs name. */
export function takePairs(regions: Regions, programs: readonly Program[]): Pairs {
  const pairs = new Map<string, number>();
  for (const { vcore, steps } of programs) {
    forEachInstruction(steps, (instruction) => {
      if (instruction.op !== 'send' && instruction.op !== 'recv') return;
      const key = instruction.op === 'send' ? pairKey(vcore, instruction.peer) : pairKey(instruction.peer, vcore);
      if (!pairs.has(key)) pairs.set(key, regions.take(L.X_STRIDE));
    });
  }
  return pairs;
}

/** Encode a program and return the address of its first instruction. */
export function writeProgram(regions: Regions, program: Program, pairs: Pairs, chip: Chip): number {
  const lines = flatten(program.steps);
  const start = regions.take((lines.length + 1) * L.I_STRIDE);
  let index = 0;
  lines.forEach((line, i) => {
    const at = start + i * L.I_STRIDE;
    if (line.op === 'instruction') {
      regions.u32(at + L.I_INDEX, index++);
      writeInstruction(regions, at, line.instruction, { vcore: program.vcore, pairs, chip });
      if (line.iterates) regions.u8(at + L.I_AHEAD, 2 + (line.instruction.ahead ?? 0));
    } else {
      regions.u8(at + L.I_OP, line.op === 'loop' ? C.OP_LOOP : C.OP_END_LOOP);
      regions.u32(at + L.I_A, line.count);
      regions.u32(at + L.I_B, start + line.other * L.I_STRIDE);
      regions.u32(at + L.I_C, line.counts);
    }
  });
  regions.u8(start + lines.length * L.I_STRIDE + L.I_OP, C.OP_END);
  return start;
}

type Line =
  /** `iterates`: it stands in the loop over iterations. */
  | { op: 'instruction'; instruction: Instruction; iterates: boolean }
  /** `counts` as at I_C; `other` is the line to go on at: the first of the body, for the end of a loop. */
  | { op: 'loop' | 'end'; count: number; counts: number; other: number };

/** Loops without a body or a round vanish. */
function flatten(steps: readonly Step[], lines: Line[] = [], iterates = false): Line[] {
  for (const step of steps) {
    if (step.op !== 'loop') {
      lines.push({ op: 'instruction', instruction: step, iterates });
      continue;
    }
    const before = lines.length;
    const { count, counts } = step.iteration ? passes(step) : { count: step.count, counts: 0 };
    lines.push({ op: 'loop', count, counts, other: 0 });
    if (step.count > 0) flatten(step.body, lines, iterates || step.iteration === true);
    if (lines.length === before + 1) lines.pop();
    else lines.push({ op: 'end', count, counts, other: before + 1 });
  }
  return lines;
}

/** Passes of the loop over iterations, and how it counts. */
function passes(loop: Loop): { count: number; counts: number } {
  const { first, last } = passesOf(loop);
  return { count: last - first + 1, counts: 1 + (first < 0 ? 2 : 0) + (last >= loop.count ? 4 : 0) };
}

interface Context {
  readonly vcore: number;
  readonly pairs: Pairs;
  readonly chip: Chip;
}

function writeInstruction(regions: Regions, at: number, instruction: Instruction, context: Context): void {
  regions.u8(at + L.I_OP, OPCODES[instruction.op]);
  regions.u8(at + L.I_ENGINE, ENGINES.indexOf(engineOf(instruction)));
  writeUses(regions, at, L.I_WAITS, L.I_WAIT, instruction.waits);
  writeUses(regions, at, L.I_GIVES, L.I_GIVE, instruction.gives);
  if (instruction.releases !== undefined) {
    regions.u32(at + L.I_RELEASE, pairOf(context, instruction.releases, context.vcore));
  }
  writeOperands(regions, at, instruction, context);
}

function writeOperands(regions: Regions, at: number, instruction: Instruction, context: Context): void {
  switch (instruction.op) {
    case 'load':
    case 'store':
      regions.u32(at + L.I_A, instruction.bytes);
      regions.u64(at + L.I_ADDRESS, instruction.address);
      break;
    case 'matmul':
      regions.u32(at + L.I_A, instruction.M);
      regions.u32(at + L.I_B, instruction.N);
      regions.u32(at + L.I_C, instruction.K);
      regions.u64(at + L.I_ADDRESS, DATAFLOW_CODES[instruction.dataflow]);
      break;
    case 'vector':
      regions.u32(at + L.I_A, instruction.elements);
      regions.u32(at + L.I_B, VECTOR_COST[instruction.fn]);
      break;
    case 'send':
    case 'recv': {
      if (instruction.bytes > context.chip.messageBytes) throw new Error(`a message of ${instruction.bytes} bytes`);
      const [from, to] =
        instruction.op === 'send' ? [context.vcore, instruction.peer] : [instruction.peer, context.vcore];
      regions.u32(at + L.I_A, instruction.bytes);
      regions.u32(at + L.I_C, Math.max(1, Math.ceil(instruction.bytes / context.chip.flitBytes)));
      regions.u32(at + L.I_PAIR, pairOf(context, from, to));
      break;
    }
    case 'barrier':
      regions.u32(at + L.I_A, instruction.group);
  }
}

function pairOf({ pairs }: Context, sender: number, receiver: number): number {
  const pair = pairs.get(pairKey(sender, receiver));
  if (pair === undefined) throw new Error(`no message goes from virtual core ${sender} to ${receiver}`);
  return pair;
}

function writeUses(regions: Regions, at: number, count: number, list: number, uses: readonly TokenUse[]): void {
  if (uses.length > MOST_TOKEN_USES)
    throw new Error(`an instruction uses ${uses.length} tokens; at most ${MOST_TOKEN_USES} fit`);
  regions.u8(at + count, uses.length);
  uses.forEach(({ token, count: amount }, i) => {
    if (token < 0 || token >= L.MOST_TOKENS || amount < 1 || amount > 255)
      throw new Error(`token ${token} x ${amount}`);
    regions.u8(at + list + i * 2, token);
    regions.u8(at + list + i * 2 + 1, amount);
  });
}
