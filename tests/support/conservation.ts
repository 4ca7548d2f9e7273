/**
 * What the programs of a compilation do and move in one iteration, counted from their instructions alone, against what the operators of
 * the network say: multiply-accumulates, parameter bytes (each at least once), activation bytes; and the limits of the machine.
 */
import { expect } from 'vitest';
import type { Compilation } from '../../src/model/plan.ts';
import type { Chip } from '../../src/model/chip.ts';
import { forEachInstruction, type Instruction, type Loop, type Program, type Step } from '../../src/model/program.ts';
import { tensorBytes, workloadMacs, workloadUsedParameters, type Workload } from '../../src/model/workload.ts';
import { follow } from './scratchpad.ts';

export const iterationLoop = ({ steps }: Program): Loop | undefined =>
  steps.find((step): step is Loop => step.op === 'loop' && step.iteration === true);

/** Instructions with how often they run per iteration; those outside the loop once. */
export function perIteration(program: Program): { instruction: Instruction; times: number }[] {
  const list: { instruction: Instruction; times: number }[] = [];
  for (const step of program.steps) {
    const body: readonly Step[] = step.op === 'loop' ? step.body : [step];
    forEachInstruction(body, (instruction, times) => list.push({ instruction, times }));
  }
  return list;
}

export const total = (programs: readonly Program[], value: (instruction: Instruction) => number): number =>
  programs.reduce(
    (sum, program) => perIteration(program).reduce((s, { instruction, times }) => s + times * value(instruction), sum),
    0,
  );

/** Everything that must hold for any compilation. */
export function checkCompilation(workload: Workload, compilation: Compilation, chip: Chip): void {
  checkWork(workload, compilation);
  checkParameters(workload, compilation);
  checkActivations(workload, compilation);
  for (const program of compilation.programs) checkLimits(program);
  const { machine, faults } = follow(compilation.programs, chip);
  expect(faults.slice(0, 5)).toEqual([]);
  for (const program of compilation.programs) checkTokens(program, machine.tokensOf(program.vcore));
}

function checkWork(workload: Workload, { programs, macs }: Compilation): void {
  const done = total(programs, (i) =>
    i.op === 'matmul' ? i.M * i.N * i.K : i.op === 'vector' && i.fn === 'mac' ? i.elements : 0,
  );
  expect(done).toBe(workloadMacs(workload));
  expect(macs).toBe(done);
}

/** Parameters: every byte that an iteration uses is loaded, and all loads are reported as unique or replicated. */
function checkParameters(workload: Workload, { programs, tensors, traffic }: Compilation): void {
  const parameters = tensors.filter(({ name }) => name.endsWith('.weight'));
  const isParameter = (address: number): boolean =>
    parameters.some(({ virtualBase, bytes }) => virtualBase <= address && address < virtualBase + bytes);
  const loads = programs.flatMap((program) =>
    perIteration(program).flatMap(({ instruction: i }) => (i.op === 'load' && isParameter(i.address) ? [i] : [])),
  );
  loads.sort((a, b) => a.address - b.address);
  let [covered, end] = [0, 0];
  for (const { address, bytes } of loads) {
    covered += Math.max(0, address + bytes - Math.max(end, address));
    end = Math.max(end, address + bytes);
  }
  expect(covered).toBe(workloadUsedParameters(workload));
  expect(traffic.uniqueWeightBytes).toBe(covered);
  const loaded = loads.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(loaded).toBe(traffic.uniqueWeightBytes + traffic.replicatedWeightBytes);
}

/** Activations: outputs are stored once, inputs are loaded at least once, what is sent is received, and all of it is reported. */
function checkActivations(workload: Workload, { programs, tensors, traffic }: Compilation): void {
  const within = (names: RegExp) => {
    const list = tensors.filter(({ name }) => names.test(name));
    return (address: number) =>
      list.some(({ virtualBase, bytes }) => virtualBase <= address && address < virtualBase + bytes);
  };
  const inputs = [workload.input, ...(workload.sideInputs ?? []).map(({ tensor }) => tensor)];
  const isInput = (address: number): boolean =>
    tensors
      .slice(0, inputs.length)
      .some(({ virtualBase, bytes }) => virtualBase <= address && address < virtualBase + bytes);
  const isOutput = within(/\.output$/);
  const isSpill = within(/^spills of core/);
  const moved = (op: 'load' | 'store', where: (address: number) => boolean): number =>
    total(programs, (i) => (i.op === op && where(i.address) ? i.bytes : 0));
  const read = new Set(workload.layers.flatMap((layer) => layer.inputs));
  const outputs = workload.layers
    .filter((_, l) => !read.has(l))
    .reduce((sum, { output }) => sum + tensorBytes(output), 0);
  expect(moved('store', isOutput)).toBe(outputs);
  const sent = total(programs, (i) => (i.op === 'send' ? i.bytes : 0));
  expect(total(programs, (i) => (i.op === 'recv' ? i.bytes : 0))).toBe(sent);
  const { uniqueActivationBytes, replicatedActivationBytes, spilledBytes } = traffic;
  expect(uniqueActivationBytes + replicatedActivationBytes).toBe(sent + moved('load', isInput) + outputs);
  expect(replicatedActivationBytes).toBeGreaterThanOrEqual(0);
  expect(spilledBytes).toBe(moved('load', isSpill) + moved('store', isSpill));
}

function depth(steps: readonly Step[]): number {
  return Math.max(0, ...steps.map((step) => (step.op === 'loop' ? 1 + depth(step.body) : 0)));
}

/** Limits of the machine. */
function checkLimits(program: Program): void {
  expect(depth(program.steps)).toBeLessThanOrEqual(4);
  forEachInstruction(program.steps, (instruction) => {
    const { waits, gives } = instruction;
    if (Math.max(waits.length, gives.length) > 4)
      throw new Error(`more than four tokens: ${JSON.stringify(instruction)}`);
    for (const { token, count } of [...waits, ...gives, ...program.initialTokens]) {
      if (token < 0 || token > 255 || count < 1 || count > 255) throw new Error(`token ${token} x ${count}`);
    }
    if ('bytes' in instruction && !(Number.isInteger(instruction.bytes) && instruction.bytes > 0))
      throw new Error(`${instruction.op} of ${instruction.bytes} bytes`);
  });
}

/** Tokens come back to where they were. */
function checkTokens(program: Program, tokens: ReadonlyMap<number, number>): void {
  const atStart = new Map(program.initialTokens.map(({ token, count }) => [token, count]));
  for (const step of program.steps) {
    if (step.op === 'loop') continue;
    for (const { token, count } of step.gives) atStart.set(token, (atStart.get(token) ?? 0) + count);
  }
  for (const [token, count] of tokens) expect(count).toBe(atStart.get(token) ?? 0);
}
