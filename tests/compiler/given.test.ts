/** Stages that are cut by hand: what the compiler found asked for again, one boundary moved, and every refusal with its path. */
import { describe, expect, test } from 'vitest';
import { compileWorkload, type CompileOptions } from '../../src/compiler/compile.ts';
import { resolveChip } from '../../src/model/chip.ts';
import type { StageRequest } from '../../src/model/experiment.ts';
import { gpt2 } from '../../src/workloads/gpt2.ts';
import { resnet } from '../../src/workloads/resnet.ts';
import { checkCompilation } from '../support/conservation.ts';

const chip = resolveChip({ scratchpadBytes: 2 * 1024 * 1024 });
const options: CompileOptions = { chip, vcores: 9, iterations: 2, weights: 'stream', memoryBytesPerCycle: 360 };
const network = resnet(18);

function stagesOf(workload = network, more: Partial<CompileOptions> = {}) {
  const result = compileWorkload(workload, { ...options, ...more });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

test.each([
  ['ResNet-18 on nine cores, cut inside operators', network, 9],
  ['ResNet-18 on one core', network, 1],
  ['GPT-2 small on 20 cores, with shared operators', gpt2('gpt2-small', { tokens: 128 }), 20],
])('what the compiler found, asked for, gives the same programs: %s', (_, workload, vcores) => {
  const found = stagesOf(workload, { vcores });
  const asked = stagesOf(workload, { vcores, stages: found.balance.map(({ request }) => request) });
  expect(asked.programs).toEqual(found.programs);
  expect(asked.balance).toEqual(found.balance);
});

test('one boundary is moved and the others stay; nothing is lost', () => {
  const stages: StageRequest[] = stagesOf().balance.map(({ request }) => request);
  stages[3] = { first: 'layer2.0.conv1' };
  const compiled = stagesOf(network, { stages });
  checkCompilation(network, compiled, chip);
  expect(network.layers[compiled.balance[3].first].name).toBe('layer2.0.conv1');
  expect(compiled.balance[4].request).toEqual(stages[4]);
});

test('several cores may share a stage by hand, and others have nothing to do', () => {
  const stages: StageRequest[] = [
    { first: 'conv1', cores: 3, split: 'rows' },
    { first: 'maxpool' },
    { first: 'layer1.0.conv1', cores: 2, split: 'channels' },
    { first: 'layer1.0.conv2' },
  ];
  const compiled = stagesOf(network, { stages });
  checkCompilation(network, compiled, chip);
  expect(compiled.balance.map(({ vcores }) => vcores.length)).toEqual([3, 1, 2, 1]);
  expect(compiled.programs.filter(({ steps }) => steps.length === 0)).toHaveLength(2);
});

describe('refused', () => {
  const problem = (stages: StageRequest[]): string => {
    const result = compileWorkload(network, { ...options, stages });
    return result.ok ? '' : `${result.problems[0].path}: ${result.problems[0].message}`;
  };

  test.each([
    [[], /^stages: has no stage/],
    [[{ first: 'relu' }], /^stages\.0\.first: "relu" works on the output of "conv1" in place/],
    [[{ first: 'maxpool' }], /^stages\.0\.first: the first stage begins with "conv1"/],
    [[{ first: 'conv1' }, { first: 'conv7' }], /^stages\.1\.first: there is no operator "conv7"/],
    [[{ first: 'conv1' }, { first: 'conv1' }], /^stages\.1\.first: "conv1" does not stand behind/],
    [[{ first: 'conv1' }, { first: 'fc' }, { first: 'maxpool' }], /^stages\.2\.first: "maxpool" does not stand behind/],
    [
      [{ first: 'conv1' }, { first: 'conv1', at: 5 }],
      /^stages\.1\.first: "conv1" cannot be cut at 5; multiples of 112/,
    ],
    [[{ first: 'conv1' }, { first: 'conv1', at: 112 * 112 }], /below 12544 \(rows\)/],
    [
      [{ first: 'conv1' }, { first: 'conv1', at: 1120 }, { first: 'conv1', at: 32, axis: 'channels' }],
      /^stages\.2\.first: "conv1" is cut into rows by the stage before/,
    ],
    [[{ first: 'conv1', cores: 10 }], /^stages: take 10 cores; the tenant has 9/],
    [[{ first: 'conv1', cores: 2 }], /^stages\.0\.cores: "conv1" to "fc" cannot be split by rows/],
    [
      [
        { first: 'conv1', cores: 2 },
        { first: 'conv1', at: 1120 },
      ],
      /^stages\.0\.cores: .* ends inside an operator/,
    ],
    [[{ first: 'conv1' }, { first: 'fc', cores: 2 }], /^stages\.1\.cores: "fc" to "fc" cannot be split by rows/],
  ] as [StageRequest[], RegExp][])('%j', (stages, message) => {
    expect(problem(stages)).toMatch(message);
  });
});
