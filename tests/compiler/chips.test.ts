/** Programs for other chips: narrow queues, one landing slot, small messages, several DMA streams, other arrays and scratchpads. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileWorkload, type CompileOptions } from '../../src/compiler/compile.ts';
import { resolveChip, type ChipRequest } from '../../src/model/chip.ts';
import { forEachInstruction } from '../../src/model/program.ts';
import { workloadFor } from '../../src/workloads/zoo.ts';
import { checkCompilation } from '../support/conservation.ts';

const MiB = 1024 * 1024;

const chipArbitrary: fc.Arbitrary<ChipRequest> = fc.record({
  engineQueue: fc.integer({ min: 1, max: 5 }),
  instructionQueue: fc.integer({ min: 1, max: 5 }),
  channelSlots: fc.integer({ min: 1, max: 3 }),
  messageBytes: fc.constantFrom(1000, 4096, 16_384),
  dmaStreams: fc.constantFrom(1, 2, 5, 16),
  arrayRows: fc.constantFrom(16, 128),
  arrayColumns: fc.constantFrom(2, 16, 96, 128),
  scratchpadBytes: fc.constantFrom(MiB / 4, MiB / 2, MiB, 2 * MiB, 30 * MiB),
});

const requestArbitrary = fc.record({
  chip: chipArbitrary.map(resolveChip),
  model: fc.constantFrom('resnet18', 'gpt2-small', 'mobilenet-v1', 'googlenet'),
  tokens: fc.constantFrom(1, 17, 128),
  vcores: fc.integer({ min: 1, max: 40 }),
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
      if (!workload.ok) throw new Error('the zoo has these models');
      const result = compileWorkload(workload.value, options(rest));
      if (!result.ok) {
        expect(result.problems[0].message).toMatch(/scratchpad has [\d,]+ bytes/);
        return;
      }
      checkCompilation(workload.value, result.value, rest.chip);
    }),
    { numRuns: 8 },
  );
});

describe('refusals', () => {
  const resnet = workloadFor({ model: 'resnet18', tokens: 1 });
  if (!resnet.ok) throw new Error('the zoo has ResNet-18');

  test('an operator that cannot be cut small enough: its name, what it needs, what there is', () => {
    const chip = resolveChip({ scratchpadBytes: 20_000 });
    const result = compileWorkload(resnet.value, options({ chip, vcores: 2 }));
    const message = result.ok ? '' : result.problems[0].message;
    expect(message).toMatch(/^\S+ needs [\d,]+ bytes/);
    expect(message).toContain('20,000 bytes');
  });

  test('half a megabyte is enough for the prototype chip, on one core as on eight', () => {
    const chip = resolveChip({ preset: 'vnpu-fpga-8' });
    for (const vcores of [1, 8])
      expect(compileWorkload(resnet.value, options({ chip, vcores, memoryBytesPerCycle: 16 })).ok).toBe(true);
  });

  test('numbers of cores out of range', () => {
    for (const vcores of [0, 1.5, 257]) {
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
