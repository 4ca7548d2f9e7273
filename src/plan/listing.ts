/**
 * A program as lines that people read: `vnpu plan` prints them, the page marks those that run. Instructions are numbered as the
 * image numbers them, in the order of the program, each once however often its loop repeats it; loops have no number.
 */
import { forEachInstruction, type Instruction, type Program, type Step, type TokenUse } from '../model/program.ts';
import { liveBytes } from './live.ts';

export interface ProgramLine {
  /** Number of the instruction in the flattened program; -1 for a loop. */
  readonly index: number;
  /** Loops around it. */
  readonly depth: number;
  readonly text: string;
  /** Bytes of the scratchpad that hold something needed while it runs; absent for loops. */
  readonly liveBytes?: number;
}

/** All lines of a program, loops before their bodies. */
export function listProgram(program: Program): ProgramLine[] {
  const lines: ProgramLine[] = [];
  const instructions: Instruction[] = [];
  forEachInstruction(program.steps, (instruction) => instructions.push(instruction));
  const live = liveBytes(instructions);
  let next = 0;
  const list = (steps: readonly Step[], depth: number): void => {
    for (const step of steps) {
      if (step.op !== 'loop') {
        lines.push({ index: next, depth, text: instructionText(step), liveBytes: live[next] });
        next++;
      } else {
        lines.push({
          index: -1,
          depth,
          text: step.iteration ? `${step.count} iterations` : `repeat ${step.count} times`,
        });
        list(step.body, depth + 1);
      }
    }
  };
  list(program.steps, 0);
  return lines;
}

/** What an instruction does, then its tokens: `load 512 B from 0x1000, waits 3, gives 4 x2`. */
function instructionText(instruction: Instruction): string {
  const { waits, gives, releases, ahead } = instruction;
  const parts = [operationText(instruction)];
  if (waits.length > 0) parts.push(`waits ${waits.map(tokenText).join(' ')}`);
  if (gives.length > 0) parts.push(`gives ${gives.map(tokenText).join(' ')}`);
  if (releases !== undefined) parts.push(`frees a slot of ${releases}`);
  if (ahead) parts.push(ahead > 0 ? 'for the next iteration' : 'for the iteration before');
  return parts.join(', ');
}

const tokenText = ({ token, count }: TokenUse): string => (count === 1 ? String(token) : `${token} x${count}`);

function operationText(step: Instruction): string {
  switch (step.op) {
    case 'load':
      return `load ${step.bytes} B from ${hex(step.address)}`;
    case 'store':
      return `store ${step.bytes} B to ${hex(step.address)}`;
    case 'matmul':
      return `matmul [${step.M}, ${step.K}] x [${step.K}, ${step.N}] ${step.dataflow}`;
    case 'vector':
      return `${step.fn} ${step.elements} elements`;
    case 'send':
      return `send ${step.bytes} B to ${step.peer}, tag ${step.tag}`;
    case 'recv':
      return `recv ${step.bytes} B from ${step.peer}, tag ${step.tag}`;
    case 'barrier':
      return `barrier ${step.group}`;
  }
}

const hex = (address: number): string => `0x${address.toString(16)}`;
