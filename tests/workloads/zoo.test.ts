/** The zoo against published totals of the networks and against shapes derived by hand. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import {
  layerMacs,
  workloadCacheBytes,
  workloadMacs,
  workloadParameters,
  workloadUsedParameters,
  workloadWeights,
  type Layer,
  type Workload,
} from '../../src/model/workload.ts';
import { MODELS, ZOO } from '../../src/model/models.ts';
import { expertLoads } from '../../src/workloads/experts.ts';
import { workloadFor } from '../../src/workloads/zoo.ts';

function model(name: string, tokens = 256): Workload {
  const result = workloadFor({ model: name, tokens });
  if (!result.ok) throw new Error(result.problems[0].message);
  return result.value;
}

const request = (given: Parameters<typeof workloadFor>[0]): Workload => {
  const result = workloadFor(given);
  if (!result.ok) throw new Error(result.problems[0].message);
  return result.value;
};

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

  test('of those for images only MobileNet works on the vector unit: 13 depth-wise convolutions', () => {
    const isVector = ({ kind, gemms }: Layer): boolean => kind === 'conv' && gemms.length === 0;
    const ofImages = MODELS.filter((name) => ZOO[name].family === 'images');
    expect(ofImages.filter((name) => model(name).layers.some(isVector))).toEqual(['mobilenet-v1']);
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

test('BERT-base: parameters are the published 109,482,240 without embeddings and pooler', () => {
  const embeddings = (30_522 + 512 + 2 + 2) * 768;
  const pooler = 768 * 768 + 768;
  expect(workloadParameters(model('bert-base'))).toBe(109_482_240 - embeddings - pooler);
});

test('DLRM: 33.76 million rows of 16 in 26 tables, of which one iteration reads 26', () => {
  const tables = model('dlrm-small').layers.filter(({ kind, weightElements }) => kind === 'move' && weightElements > 0);
  expect(tables).toHaveLength(26);
  expect(sum(tables.map(({ weightElements }) => weightElements))).toBe(33_762_577 * 16);
  expect(sum(tables.map(({ usedElements }) => usedElements!))).toBe(26 * 16);
});

describe('Hunyuan', () => {
  const decode = (name: string, tokens: number, batch = 1) => request({ model: name, tokens, batch, phase: 'decode' });

  // Totals and active parameters as the papers give them; of Hunyuan-7B's, the public configuration's 7.5 billion.
  test.each([
    ['hunyuan-large', 389, 52],
    ['hunyuan-turbos', 560, 56],
    ['hunyuan-7b', 7.5, 7.5],
  ])('%s: %f billion parameters, %f billion active', (name, total, active) => {
    const net = decode(name, 1);
    expect(Math.abs(workloadParameters(net) / 1e9 / total - 1)).toBeLessThan(0.005);
    expect(Math.abs(workloadUsedParameters(net) / 1e9 / active - 1)).toBeLessThan(0.015);
  });

  // Bytes of keys and values per token in bf16 by papers.md's arithmetic: 32 of 64 layers own a cache; 7 layers; 32 layers. Here int8.
  test.each([
    ['hunyuan-large', 81_920],
    ['hunyuan-turbos', 17_920],
    ['hunyuan-7b', 131_072],
  ])('%s keeps %i bytes per token in bf16', (name, bytes) => {
    const difference = workloadCacheBytes(decode(name, 2001)) - workloadCacheBytes(decode(name, 2000));
    expect(2 * difference).toBe(bytes);
  });

  test('TurboS keeps 119.5 MB of states, and three inputs of each short convolution', () => {
    const net = decode('hunyuan-turbos', 1);
    const held = (kind: string): number =>
      sum(net.layers.flatMap((layer) => (layer.kind === kind ? [layer.cache!.heldBytes] : [])));
    expect(held('scan')).toBe(57 * 64 * 64 * 128 * 4);
    expect(held('conv')).toBe(57 * 3 * (64 * 64 + 2 * 16 * 128));
    expect(net.layers.filter(({ kind }) => kind === 'attention')).toHaveLength(7);
    expect(net.layers.filter(({ name }) => name.endsWith('.router'))).toHaveLength(64);
  });

  test('every second layer of Large reads the keys and values of the one before', () => {
    const attentions = decode('hunyuan-large', 10).layers.filter(({ kind }) => kind === 'attention');
    expect(attentions).toHaveLength(64);
    attentions.forEach(({ inputs, cache }, index) => {
      if (index % 2 === 0) return;
      expect(inputs.slice(1)).toEqual(attentions[index - 1].inputs.slice(1));
      expect(cache).toMatchObject({ heldBytes: 0, writtenBytes: 0 });
    });
  });

  test('eight candidates of a node share the text: eight times the products, one cache', () => {
    const [one, eight] = [decode('hunyuan-7b', 1000), decode('hunyuan-7b-prover', 1000)];
    const cacheRead = (net: Workload): number => sum(net.layers.map(({ cache }) => cache?.readBytes ?? 0));
    expect(cacheRead(eight)).toBe(cacheRead(one));
    const products = (net: Workload): number => sum(net.layers.filter(({ kind }) => kind === 'matmul').map(layerMacs));
    expect(products(eight)).toBe(8 * products(one));
  });

  test('a search gets a token of each candidate and its log-probability, over the whole vocabulary', () => {
    const { layers } = decode('hunyuan-7b-prover', 1000, 3);
    const { output, vector, inputs } = layers[layers.length - 1];
    expect([output.rows, output.channels]).toEqual([3 * 8, 2]);
    expect(vector).toEqual([{ fn: 'softmax', elements: 3 * 8 * 128_167 }]);
    expect(layers[inputs[0]].name).toBe('head');
    expect(decode('hunyuan-7b', 1000).layers.at(-1)!.name).toBe('head');
  });

  test('a causal prefill costs half of all pairs, to the block of 128', () => {
    const attention = request({ model: 'hunyuan-7b', tokens: 1024, blocks: 1 }).layers.find(
      ({ kind }) => kind === 'attention',
    )!;
    const pairs = (1024 * (1024 + 128)) / 2;
    expect(layerMacs(attention)).toBe(2 * 32 * 128 * pairs);
  });
});

describe('experts', () => {
  test('every token gets its experts, none takes more than its room', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.constantFrom([16, 1], [32, 2], [8, 8]),
        fc.double({ min: 1, max: 3, noNaN: true }),
        (tokens, [experts, topK], capacityFactor) => {
          const loads = expertLoads({ tokens, experts, topK, capacityFactor });
          expect(loads).toHaveLength(experts);
          expect(sum(loads)).toBe(tokens * topK);
          const room = Math.min(tokens, Math.ceil((capacityFactor * tokens * topK) / experts));
          loads.forEach((load) => expect(load).toBeGreaterThanOrEqual(0));
          loads.forEach((load) => expect(load).toBeLessThanOrEqual(room));
        },
      ),
    );
  });

  test('overflow of the busiest goes to the idlest', () => {
    // Of 8 tokens the shares 1, 0.71, 0.58, 0.5 give 3, 2, 2, 1; with room for 2 one of the first moves to the last.
    expect(expertLoads({ tokens: 8, experts: 4, topK: 1, capacityFactor: 2 })).toEqual([3, 2, 2, 1]);
    expect(expertLoads({ tokens: 8, experts: 4, topK: 1, capacityFactor: 1 })).toEqual([2, 2, 2, 2]);
  });
});

describe('networks for drawings', () => {
  // Counts from the authors' code in papers.md section 9.
  test('image to depth: 220.0 GMAC, 182.4 million parameters', () => {
    const net = model('sketch-depth');
    expect(workloadMacs(net) / 1e9).toBeCloseTo(220, 1);
    expect(workloadParameters(net) / 1e6).toBeCloseTo(182.45, 1);
  });

  test('implicit function: 104.9 GMAC and 14.4 million parameters for the picture, 1.182 MMAC for each point', () => {
    const [few, many] = [model('sketch-implicit', 1), model('sketch-implicit', 1001)];
    const sampling = 4 * 256;
    const perPoint = (workloadMacs(many) - workloadMacs(few)) / 1000 - sampling;
    expect(perPoint / 1e6).toBeCloseTo(1.182, 3);
    expect((workloadMacs(few) - perPoint - sampling) / 1e9).toBeCloseTo(104.9, 1);
    const points = few.layers.filter(({ name }) => name.startsWith('point'));
    const ofPoints = sum(points.map(({ weightElements, biasElements }) => weightElements + biasElements));
    expect((workloadParameters(few) - ofPoints) / 1e6).toBeCloseTo(14.4, 1);
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
      const isPlain = layer.onnxType === 'Conv' || layer.onnxType === 'Gemm';
      if (!isPlain) continue;
      const input = layer.inputs[0] < 0 ? net.input : net.layers[layer.inputs[0]].output;
      // Every output needs all inputs of its window in its group, and has a weight for each.
      const ofWindow = layer.weightShape.slice(2).reduce((a, b) => a * b, 1);
      const taps = layer.reads[0].kind === 'whole' ? input.rows : ofWindow;
      const perOutput = (taps * input.channels) / layer.group;
      expect(layerMacs(layer)).toBe(layer.output.rows * layer.output.channels * perOutput);
      expect(layer.weightElements).toBe(layer.output.channels * perOutput);
    }
  });
});

test('refuses an option that means nothing to a model, with its path', () => {
  const problem = (given: Parameters<typeof workloadFor>[0]): string => {
    const result = workloadFor(given);
    return result.ok ? '' : result.problems[0].path;
  };
  expect(problem({ model: 'resnet18', tokens: 1, batch: 2 })).toBe('batch');
  expect(problem({ model: 'bert-base', tokens: 1, phase: 'decode' })).toBe('phase');
  expect(problem({ model: 'sketch-depth', tokens: 1, blocks: 2 })).toBe('blocks');
  expect(problem({ model: 'onnx:file', tokens: 1 })).toBe('operators');
});

test('refuses what it does not know, and says what there is', () => {
  const unknown = workloadFor({ model: 'vgg', tokens: 1 });
  expect(unknown).toMatchObject({ ok: false, problems: [{ path: 'model' }] });
  expect(!unknown.ok && unknown.problems[0].message).toContain('resnet18');
  for (const tokens of [0, 1.5, 4097]) expect(workloadFor({ model: 'gpt2-small', tokens }).ok).toBe(false);
});
