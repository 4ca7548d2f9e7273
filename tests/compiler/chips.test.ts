/** Programs for other chips: narrow queues, one landing slot, small messages, several DMA streams, other arrays and scratchpads. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileWorkload, type CompileOptions } from '../../src/compiler/compile.ts';
import { resolveChip, type ChipRequest } from '../../src/model/chip.ts';
import { forEachInstruction } from '../../src/model/program.ts';
import { workloadMacs } from '../../src/model/workload.ts';
import { workloadFor } from '../../src/workloads/zoo.ts';
import { AbstractMachine } from '../support/abstract-machine.ts';

const MiB = 1024 * 1024;

const chipArbitrary: fc.Arbitrary<ChipRequest> = fc.record({
  engineQueue: fc.integer({ min: 1, max: 5 }),
  instructionQueue: fc.integer({ min: 1, max: 5 }),
  channelSlots: fc.integer({ min: 1, max: 3 }),
  messageBytes: fc.constantFrom(1000, 4096, 16_384),
  dmaStreams: fc.constantFrom(1, 2, 5, 16),
  arrayRows: fc.constantFrom(16, 128),
  arrayColumns: fc.constantFrom(16, 96, 128),
  scratchpadBytes: fc.constantFrom(MiB / 2, MiB, 2 * MiB, 30 * MiB),
});

const requestArbitrary = fc.record({
  chip: chipArbitrary.map(resolveChip),
  model: fc.constantFrom('resnet18', 'gpt2-small'),
  tokens: fc.constantFrom(1, 17, 128, 300),
  vcores: fc.integer({ min: 1, max: 64 }),
  weights: fc.constantFrom('auto' as const, 'stream' as const),
  topologyWidth: fc.constantFrom(undefined, 2, 3),
});

function options(part: Pick<CompileOptions, 'chip' | 'vcores'> & Partial<CompileOptions>): CompileOptions {
  return { iterations: 3, weights: 'stream', memoryBytesPerCycle: 360, ...part };
}

test('whatever the chip: a program that runs to its end and fits, or a sentence that says what does not', () => {
  fc.assert(
    fc.property(requestArbitrary, ({ model, tokens, ...rest }) => {
      const workload = workloadFor({ model, tokens });
      if (!workload.ok) throw new Error('the zoo has both models');
      const result = compileWorkload(workload.value, options(rest));
      if (!result.ok) {
        expect(result.problems[0].message).toMatch(/scratchpad has [\d,]+ bytes/);
        return;
      }
      const { programs, macs } = result.value;
      for (const { scratchpad } of programs) {
        expect(scratchpad.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(rest.chip.scratchpadBytes);
      }
      let done = 0;
      for (const { steps } of programs) {
        forEachInstruction(steps, (i, times) => (done += i.op === 'matmul' ? times * i.M * i.N * i.K : 0));
      }
      expect(done).toBe(3 * workloadMacs(workload.value));
      expect(macs).toBe(workloadMacs(workload.value));
      const machine = new AbstractMachine(programs, rest.chip);
      machine.run();
      expect(machine.leftovers()).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

describe('refusals', () => {
  const resnet = workloadFor({ model: 'resnet18', tokens: 1 });
  if (!resnet.ok) throw new Error('the zoo has ResNet-18');

  test('an operator that no split makes small enough: its name, what it needs, what there is', () => {
    const chip = resolveChip({ scratchpadBytes: 300_000 });
    const result = compileWorkload(resnet.value, options({ chip, vcores: 2 }));
    const message = result.ok ? '' : result.problems[0].message;
    expect(message).toMatch(/^\S+ needs [\d,]+ bytes/);
    expect(message).toContain('300,000 bytes');
    expect(message).toContain('not available yet');
  });

  test('half a megabyte is too little for the eight cores of the prototype chip, and says how many it would take', () => {
    const chip = resolveChip({ preset: 'vnpu-fpga-8' });
    const on = (vcores: number) => compileWorkload(resnet.value, options({ chip, vcores, memoryBytesPerCycle: 16 }));
    const one = on(1);
    expect(one.ok ? '' : one.problems[0].message).toMatch(/^maxpool needs 1,003,520 bytes/);
    const eight = on(8);
    const fewest = Number(
      /need at least (\d+) virtual cores, not 8/.exec(eight.ok ? '' : eight.problems[0].message)?.[1],
    );
    expect(on(fewest).ok).toBe(true);
    expect(on(fewest - 1).ok).toBe(false);
  });

  test('numbers of cores out of range', () => {
    for (const vcores of [0, 1.5, 65]) {
      expect(compileWorkload(resnet.value, options({ chip: resolveChip({}), vcores })).ok).toBe(false);
    }
  });
});

test('pipeline neighbours are neighbours in the mesh', () => {
  const workload = workloadFor({ model: 'resnet18', tokens: 1 });
  if (!workload.ok) throw new Error('the zoo has ResNet-18');
  const chip = resolveChip({ scratchpadBytes: 2 * MiB });
  const result = compileWorkload(workload.value, options({ chip, vcores: 9, topologyWidth: 3 }));
  if (!result.ok) throw new Error(result.problems[0].message);
  const order = result.value.balance.flatMap(({ vcores }) => vcores);
  expect(order).toEqual([0, 1, 2, 5, 4, 3, 6, 7, 8]);
  for (const { vcore, steps } of result.value.programs) {
    forEachInstruction(steps, (i) => {
      if (i.op !== 'send') return;
      const [dx, dy] = [(i.peer % 3) - (vcore % 3), Math.floor(i.peer / 3) - Math.floor(vcore / 3)];
      expect(Math.abs(dx) + Math.abs(dy)).toBe(1);
    });
  }
});
