/**
 * Programs of both networks on 1 to 36 virtual cores with streamed and resident weights, at 2 MiB of scratchpad: work and bytes are
 * the network's, messages match, tokens add up, scratchpads hold, and the untimed machine runs them to the end.
 */
import { describe, expect, test } from 'vitest';
import { compileWorkload, type BalancedCompilation } from '../../src/compiler/compile.ts';
import { resolveChip } from '../../src/model/chip.ts';
import { forEachInstruction, type Instruction, type Loop, type Program, type Step } from '../../src/model/program.ts';
import { workloadMacs, workloadParameters, type Workload } from '../../src/model/workload.ts';
import { workloadFor } from '../../src/workloads/zoo.ts';
import { AbstractMachine } from '../support/abstract-machine.ts';

const chip = resolveChip({ scratchpadBytes: 2 * 1024 * 1024 });
const ITERATIONS = 3;
const CASES = (['resnet18', 'gpt2-small'] as const).flatMap((model) =>
  (['stream', 'auto'] as const).map((weights) => ({ model, weights })),
);

function network(model: string): Workload {
  const workload = workloadFor({ model, tokens: 256 });
  if (!workload.ok) throw new Error(workload.problems[0].message);
  return workload.value;
}

function compile(workload: Workload, weights: 'auto' | 'stream', vcores: number): BalancedCompilation {
  const result = compileWorkload(workload, { vcores, weights, chip, iterations: ITERATIONS, memoryBytesPerCycle: 360 });
  if (!result.ok) throw new Error(result.problems[0].message);
  return result.value;
}

const iterationLoop = ({ steps }: Program): Loop | undefined =>
  steps.find((step): step is Loop => step.op === 'loop' && step.iteration === true);

/** Every instruction of a program with how often it runs per iteration; those outside the loop once. */
function perIteration(program: Program): { instruction: Instruction; times: number }[] {
  const list: { instruction: Instruction; times: number }[] = [];
  forEachInstruction(program.steps, (instruction, times) => list.push({ instruction, times }));
  const body = new Set<Instruction>();
  forEachInstruction(iterationLoop(program)?.body ?? [], (instruction) => body.add(instruction));
  return list.map(({ instruction, times }) => ({
    instruction,
    times: body.has(instruction) ? times / ITERATIONS : times,
  }));
}

const total = (programs: readonly Program[], value: (instruction: Instruction) => number): number =>
  programs.reduce(
    (sum, program) => perIteration(program).reduce((s, { instruction, times }) => s + times * value(instruction), sum),
    0,
  );

function checkWork(workload: Workload, { programs, macs }: BalancedCompilation): void {
  expect(total(programs, (i) => (i.op === 'matmul' ? i.M * i.N * i.K : 0))).toBe(workloadMacs(workload));
  expect(macs).toBe(workloadMacs(workload));
}

/** Loads by tensor: every byte at least once, and exactly once unless copies are reported. */
function checkWeights(workload: Workload, { programs, tensors, traffic }: BalancedCompilation): void {
  const loads = programs.flatMap((program) =>
    perIteration(program).flatMap(({ instruction: i }) =>
      i.op === 'load' ? [{ address: i.address, bytes: i.bytes }] : [],
    ),
  );
  loads.sort((a, b) => a.address - b.address);
  let loaded = 0;
  for (const { virtualBase, bytes, name } of tensors.slice(1, -1)) {
    const pieces = loads
      .filter(({ address }) => address >= virtualBase && address < virtualBase + bytes)
      .map((load): [number, number] => [load.address - virtualBase, load.bytes]);
    let covered = 0;
    for (const [from, length] of pieces) {
      expect(from, name).toBeLessThanOrEqual(covered);
      expect(from + length, name).toBeLessThanOrEqual(bytes);
      covered = Math.max(covered, from + length);
      loaded += length;
    }
    expect(covered, name).toBe(bytes);
  }
  expect(traffic.uniqueWeightBytes).toBe(workloadParameters(workload));
  expect(loaded).toBe(traffic.uniqueWeightBytes + traffic.replicatedWeightBytes);
}

/** Everything that is moved is counted once as unique or else as replicated. */
function checkActivations(workload: Workload, { programs, tensors, traffic }: BalancedCompilation): void {
  const [input, output] = [tensors[0], tensors[tensors.length - 1]];
  const sent = total(programs, (i) => (i.op === 'send' ? i.bytes : 0));
  const loaded = total(programs, (i) => (i.op === 'load' && i.address < input.virtualBase + input.bytes ? i.bytes : 0));
  const stored = total(programs, (i) => (i.op === 'store' ? i.bytes : 0));
  expect(stored).toBe(output.bytes);
  expect(loaded).toBeGreaterThanOrEqual(input.bytes);
  expect(total(programs, (i) => (i.op === 'recv' ? i.bytes : 0))).toBe(sent);
  expect(total(programs, (i) => (i.op === 'vector' && i.fn === 'copy' ? i.elements : 0))).toBe(sent);
  expect(traffic.uniqueActivationBytes + traffic.replicatedActivationBytes).toBe(sent + loaded + stored);
  const made = new Set(
    programs.flatMap((p) => perIteration(p).flatMap(({ instruction: i }) => (i.op === 'send' ? [i.layer] : []))),
  );
  made.delete(-1);
  const bytesOf = (layer: number): number =>
    workload.layers[layer].output.rows * workload.layers[layer].output.channels;
  const inputSent = total(programs, (i) => (i.op === 'send' && i.layer === -1 ? i.bytes : 0));
  const unique = [...made].reduce((sum, layer) => sum + bytesOf(layer), input.bytes + output.bytes);
  expect(traffic.uniqueActivationBytes, `input sent on: ${inputSent}`).toBe(unique);
}

function depth(steps: readonly Step[]): number {
  return Math.max(0, ...steps.map((step) => (step.op === 'loop' ? 1 + depth(step.body) : 0)));
}

/** Limits of the machine, and tokens that come back to where they were after every iteration. */
function checkTokens(program: Program): void {
  expect(depth(program.steps)).toBeLessThanOrEqual(4);
  const balance = new Map<number, number>();
  forEachInstruction(iterationLoop(program)?.body ?? [], ({ waits, gives }, times) => {
    for (const { token, count } of gives) balance.set(token, (balance.get(token) ?? 0) + times * count);
    for (const { token, count } of waits) balance.set(token, (balance.get(token) ?? 0) - times * count);
  });
  expect([...balance.values()].filter((count) => count !== 0)).toEqual([]);
  forEachInstruction(program.steps, ({ waits, gives }) => {
    expect(Math.max(waits.length, gives.length)).toBeLessThanOrEqual(4);
    for (const { token, count } of [...waits, ...gives, ...program.initialTokens]) {
      if (token < 0 || token > 255 || count < 1 || count > 255) throw new Error(`token ${token} x ${count}`);
    }
  });
}

function checkRun({ programs }: BalancedCompilation): void {
  const machine = new AbstractMachine(programs, chip);
  machine.run();
  expect(machine.leftovers()).toEqual([]);
  for (const program of programs) {
    const atStart = new Map(program.initialTokens.map(({ token, count }) => [token, count]));
    for (const step of program.steps) {
      if (step.op === 'loop') continue;
      for (const { token, count } of step.gives) atStart.set(token, (atStart.get(token) ?? 0) + count);
    }
    for (const [token, count] of machine.tokensOf(program.vcore)) expect(count).toBe(atStart.get(token) ?? 0);
  }
}

describe.each(CASES)('$model, weights $weights', ({ model, weights }) => {
  const workload = network(model);
  const compiled = new Map<number, BalancedCompilation>();
  const on = (vcores: number): BalancedCompilation => {
    if (!compiled.has(vcores)) compiled.set(vcores, compile(workload, weights, vcores));
    return compiled.get(vcores)!;
  };
  const counts = Array.from({ length: 36 }, (_, index) => index + 1);

  test('work and bytes are those of the network', () => {
    for (const vcores of counts) {
      const compilation = on(vcores);
      checkWork(workload, compilation);
      checkWeights(workload, compilation);
      checkActivations(workload, compilation);
    }
  });

  test('scratchpads hold and tokens add up', () => {
    for (const vcores of counts) {
      for (const program of on(vcores).programs) {
        const bytes = program.scratchpad.reduce((sum, area) => sum + area.bytes, 0);
        expect(bytes, `${vcores} cores, ${program.stage}`).toBeLessThanOrEqual(chip.scratchpadBytes);
        checkTokens(program);
      }
    }
  });

  test('the untimed machine runs them to the end', () => {
    for (const vcores of counts) checkRun(on(vcores));
  });

  test('every core has a program, and all cores work', () => {
    for (const vcores of counts) {
      const { programs } = on(vcores);
      expect(programs.map(({ vcore }) => vcore)).toEqual(Array.from({ length: vcores }, (_, vcore) => vcore));
      expect(programs.filter(({ steps }) => steps.length === 0)).toEqual([]);
    }
  });

  test('balance', () => {
    const rows = counts.map((vcores) => {
      const { balance, stages, estimatedCycles } = on(vcores);
      const slowest = Math.max(...balance.map(({ cycles }) => cycles));
      const mean = balance.reduce((sum, { cycles, vcores: cores }) => sum + cycles * cores.length, 0) / vcores;
      return `${vcores}: ${stages} stages, ${estimatedCycles} cycles, slowest/mean ${(slowest / mean).toFixed(2)}`;
    });
    console.info(`${model}, ${weights}\n${rows.join('\n')}`);
    expect(on(36).estimatedCycles).toBeLessThan(on(1).estimatedCycles / 8);
  });
});
