/** The zoo against published totals of the networks and against shapes derived by hand. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import {
  layerMacs,
  workloadMacs,
  workloadParameters,
  workloadWeights,
  type Layer,
  type Workload,
} from '../../src/model/workload.ts';
import { MODELS } from '../../src/model/models.ts';
import { workloadFor } from '../../src/workloads/zoo.ts';

function model(name: string, tokens = 256): Workload {
  const result = workloadFor({ model: name, tokens });
  if (!result.ok) throw new Error(result.problems[0].message);
  return result.value;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('ResNet-18', () => {
  const net = model('resnet18');

  test('multiply-accumulates are those that torchvision and fvcore report', () => {
    expect(workloadMacs(net)).toBe(1_814_073_344);
  });

  test('parameters are the 11,689,512 of torchvision without its 9,600 of batch norm', () => {
    expect(workloadParameters(net)).toBe(11_689_512 - 9_600);
    expect(workloadWeights(net)).toBe(11_678_912);
  });

  test('layer table: 20 convolutions of which 3 project, 17 ReLUs, 8 adds, 2 pools, a classifier', () => {
    const count = (type: string): number => net.layers.filter(({ onnxType }) => onnxType === type).length;
    expect(['Conv', 'Relu', 'Add', 'MaxPool', 'GlobalAveragePool', 'Gemm'].map(count)).toEqual([20, 17, 8, 1, 1, 1]);
    expect(net.layers.filter(({ weightShape }) => weightShape[2] === 1)).toHaveLength(3);
  });

  test('maps shrink 112, 56, 56, 28, 14, 7, 1', () => {
    const shape = (name: string) => net.layers.find((layer) => layer.name === name)!.outShape;
    expect(shape('conv1')).toEqual([1, 64, 112, 112]);
    expect(shape('maxpool')).toEqual([1, 64, 56, 56]);
    expect(shape('layer1.1.relu2')).toEqual([1, 64, 56, 56]);
    expect(shape('layer2.0.downsample')).toEqual([1, 128, 28, 28]);
    expect(shape('layer3.1.add')).toEqual([1, 256, 14, 14]);
    expect(shape('layer4.1.relu2')).toEqual([1, 512, 7, 7]);
    expect(shape('avgpool')).toEqual([1, 512, 1, 1]);
  });

  test('the stem has 118 MMAC, a 3 x 3 convolution of the first group 115.6', () => {
    expect(layerMacs(net.layers[0])).toBe(112 * 112 * 64 * 147);
    expect(layerMacs(net.layers.find(({ name }) => name === 'layer1.0.conv1')!)).toBe(115_605_504);
  });
});

describe('deeper ResNets', () => {
  // torchvision reports 21,797,672 and 25,557,032 parameters, of which batch norm has 2 per channel of every convolution: 17,024 and
  // 53,120; and 3.664 and 4.089 GMAC.
  test('ResNet-34: 36 convolutions and a classifier', () => {
    const net = model('resnet34');
    expect(net.layers.filter(({ kind }) => kind === 'conv')).toHaveLength(36);
    expect(workloadParameters(net)).toBe(21_797_672 - 17_024);
    expect(workloadMacs(net) / 1e9).toBeCloseTo(3.664, 3);
  });

  test('ResNet-50: 53 convolutions and a classifier', () => {
    const net = model('resnet50');
    expect(net.layers.filter(({ kind }) => kind === 'conv')).toHaveLength(53);
    expect(workloadParameters(net)).toBe(25_557_032 - 53_120);
    expect(workloadMacs(net) / 1e9).toBeCloseTo(4.089, 3);
  });
});

describe('classics', () => {
  // Parameters: the released models (Caffe's for AlexNet and GoogLeNet, torchvision's for the others; MobileNet's 4,231,976 hold
  // 21,888 of batch norm). MACs: Sze et al., "Efficient Processing of Deep Neural Networks" (AlexNet), the papers' own counts.
  test.each([
    ['alexnet', 60_965_224, 724.4],
    ['vgg19', 143_667_240, 19_632],
    ['googlenet', 6_998_552, 1583],
    ['mobilenet-v1', 4_231_976 - 21_888, 569],
    ['squeezenet', 1_248_424, 819],
  ])('%s: %i parameters, %f million multiply-accumulates', (name, parameters, millions) => {
    expect(workloadParameters(model(name))).toBe(parameters);
    expect(workloadMacs(model(name)) / 1e6 / millions).toBeCloseTo(1, 3);
  });

  test("GoogLeNet's modules have the sizes and operations of the paper's table 1", () => {
    const { layers } = model('googlenet');
    // Name, output side and channels, millions of operations as printed there. Left out: 5a, whose printed 54 its own channels miss (51).
    const table: [string, number, number, number][] = [
      ['3a', 28, 256, 128],
      ['3b', 28, 480, 304],
      ['4a', 14, 512, 73],
      ['4b', 14, 512, 88],
      ['4c', 14, 512, 100],
      ['4d', 14, 528, 119],
      ['4e', 14, 832, 170],
      ['5b', 7, 1024, 71],
    ];
    for (const [name, side, channels, millions] of table) {
      const module = layers.filter((layer) => layer.name.startsWith(`inception${name}`));
      expect(module.at(-1)!.outShape).toEqual([1, channels, side, side]);
      expect(Math.abs(sum(module.map(layerMacs)) / 1e6 - millions), name).toBeLessThan(1.1);
    }
  });

  test('only MobileNet works on the vector unit: 13 depth-wise convolutions', () => {
    const isVector = ({ kind, gemms }: Layer): boolean => kind === 'conv' && gemms.length === 0;
    expect(MODELS.filter((name) => model(name).layers.some(isVector))).toEqual(['mobilenet-v1']);
    expect(model('mobilenet-v1').layers.filter(isVector)).toHaveLength(13);
  });
});

describe('larger GPT-2', () => {
  // Parameters of openai/gpt-2's checkpoints, which hold the embeddings (50,257 words, 1,024 positions) and a final norm besides.
  test.each([
    ['gpt2-medium', 354_823_168, 1024],
    ['gpt2-large', 774_030_080, 1280],
  ])('%s: parameters are the published %i without embeddings and final norm', (name, published, width) => {
    expect(workloadParameters(model(name))).toBe(published - (50_257 + 1024 + 2) * width);
  });
});

describe('GPT-2 small', () => {
  test('matmul weights are 84.9 million', () => {
    const matmuls = model('gpt2-small').layers.filter(({ kind }) => kind === 'matmul');
    expect(sum(matmuls.map(({ weightElements }) => weightElements))).toBe(12 * (4 * 768 ** 2 + 2 * 768 * 3072));
  });

  test('parameters are the published 124,439,808 without embeddings and final norm', () => {
    const [vocabulary, positions, finalNorm] = [50_257 * 768, 1024 * 768, 2 * 768];
    expect(workloadParameters(model('gpt2-small'))).toBe(124_439_808 - vocabulary - positions - finalNorm);
  });

  test('multiply-accumulates for any number of tokens: weights once per token, attention twice tokens squared', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4096 }), (tokens) => {
        expect(workloadMacs(model('gpt2-small', tokens))).toBe(84_934_656 * tokens + 12 * 2 * 768 * tokens ** 2);
      }),
      { numRuns: 30 },
    );
  });
});

describe('every model', () => {
  test.each(MODELS)('%s: operators read only what stands before them, and only the last is unread', (name) => {
    const { layers } = model(name);
    layers.forEach(({ inputs }, index) => inputs.forEach((input) => expect(input).toBeLessThan(index)));
    const read = new Set(layers.flatMap(({ inputs }) => inputs));
    expect(layers.flatMap((_, index) => (read.has(index) ? [] : [index]))).toEqual([layers.length - 1]);
  });

  test.each(MODELS)('%s: products fit the tensors they read and write', (name) => {
    const net = model(name);
    for (const layer of net.layers) {
      if (layer.kind !== 'conv' && layer.kind !== 'matmul') continue;
      const input = layer.inputs[0] < 0 ? net.input : net.layers[layer.inputs[0]].output;
      // Every output needs all inputs of its window in its group, and has a weight for each.
      const taps = layer.reads[0].kind === 'whole' ? input.rows : (layer.window?.kernel ?? 1) ** 2;
      const perOutput = (taps * input.channels) / layer.group;
      expect(layerMacs(layer)).toBe(layer.output.rows * layer.output.channels * perOutput);
      expect(layer.weightElements).toBe(layer.output.channels * perOutput);
    }
  });
});

test('refuses what it does not know, and says what there is', () => {
  const unknown = workloadFor({ model: 'vgg', tokens: 1 });
  expect(unknown).toMatchObject({ ok: false, problems: [{ path: 'model' }] });
  expect(!unknown.ok && unknown.problems[0].message).toContain('resnet18');
  for (const tokens of [0, 1.5, 4097]) expect(workloadFor({ model: 'gpt2-small', tokens }).ok).toBe(false);
});
