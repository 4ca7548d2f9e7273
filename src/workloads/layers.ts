/**
 * Operators of a network with their true shapes, appended one by one in execution order. Convolutions and matrix products become
 * general matrix products after im2col ([M,K] x [K,N]: M output pixels or tokens, N output channels, K inputs of one output);
 * everything else is vector work or moved bytes (work.ts). int8; batch norm is left out (folded into the convolution it follows).
 */
import type { Cache, Read } from '../model/workload.ts';
import { OperatorList, elementsOf, type Operator, type WindowShape } from './operator-list.ts';
import { attention, convolution, keyValueCache, transposedConvolution, type Attention } from './work.ts';

const ELEMENT: Read = { kind: 'element' };
const ROWS: Read = { kind: 'rows' };
const WHOLE: Read = { kind: 'whole' };
const CHANNELS: Read = { kind: 'channels' };

export interface ConvolutionOptions {
  readonly groups?: number;
  readonly hasBias?: boolean;
  /** Inputs that a causal convolution keeps from one step to the next. */
  readonly cache?: Cache;
}

/** The operators that the networks of the zoo are made of; each call appends one and returns its index. */
export class LayerList extends OperatorList {
  /** Over both sides of an image, over the tokens of a sequence. */
  conv(name: string, from: number, channels: number, size: WindowShape, options: ConvolutionOptions = {}): number {
    const { groups = 1, hasBias = false, cache } = options;
    const { shape, window } = this.slide(from, size, channels);
    const inChannels = this.shapeOf(from).channels;
    const read: Read = { kind: 'window', channels: groups === 1 ? 'all' : 'own' };
    return this.append(
      { name, kind: 'conv', onnxType: 'Conv', inputs: [from], read, shape },
      {
        ...convolution({
          rows: shape.height * shape.width,
          channels,
          inChannels,
          groups,
          taps: this.taps(size),
        }),
        weightShape: [channels, inChannels / groups, ...this.sides(size)],
        biasElements: hasBias ? channels : 0,
        window,
        ...(cache && { cache }),
      },
    );
  }

  /** Transposed convolution that doubles both sides (stride 2). */
  convTranspose(name: string, from: number, channels: number, kernel: number, hasBias = false): number {
    const { height, width, channels: inChannels } = this.shapeOf(from);
    const shape = { height: 2 * height, width: 2 * width, channels };
    const taps = kernel * kernel;
    const work = { rows: 4 * height * width, channels, inChannels, groups: 1, taps };
    return this.append(
      {
        name,
        kind: 'conv',
        onnxType: 'ConvTranspose',
        inputs: [from],
        read: { kind: 'window', channels: 'all' },
        shape,
      },
      {
        ...transposedConvolution(height * width, work),
        weightShape: [inChannels, channels, kernel, kernel],
        biasElements: hasBias ? channels : 0,
        window: this.window(from, shape, {
          kernel: Math.ceil(kernel / 2),
          stride: 0.5,
          padding: Math.floor(kernel / 4),
        }),
      },
    );
  }

  /** Pooling; the work is one element per input of each window. */
  pool(
    name: string,
    from: number,
    onnxType: 'MaxPool' | 'AveragePool' | 'GlobalAveragePool',
    size: WindowShape,
  ): number {
    const { shape, window } = this.slide(from, size, this.shapeOf(from).channels);
    const elements = elementsOf(shape) * this.taps(size);
    return this.append(
      { name, kind: 'pool', onnxType, inputs: [from], read: { kind: 'window', channels: 'own' }, shape },
      { vector: [{ fn: 'pool', elements }], window },
    );
  }

  /** Matrix product with a weight matrix and a bias per output channel; the pixels of an image are inputs like its channels. */
  linear(name: string, from: number, channels: number, options: { hasBias?: boolean; tiedTo?: number } = {}): number {
    const { height, width, channels: inChannels } = this.shapeOf(from);
    const isFlattened = !this.isSequence && height * width > 1;
    const [rows, K] = isFlattened ? [1, height * width * inChannels] : [height * width, inChannels];
    const shape = isFlattened ? { height: 1, width: 1, channels } : { height, width, channels };
    return this.append(
      { name, kind: 'matmul', onnxType: 'Gemm', inputs: [from], read: isFlattened ? WHOLE : ROWS, shape },
      {
        gemms: [{ M: rows, N: channels, K, repeat: 1 }],
        weightElements: channels * K,
        biasElements: options.hasBias === false ? 0 : channels,
        weightShape: [channels, K],
        ...(options.tiedTo === undefined ? {} : { tiedTo: options.tiedTo }),
        ...(this.isSequence ? {} : { outShape: [1, channels] }),
      },
    );
  }

  /**
   * Multi-head self-attention over queries, keys and values that lie side by side, head by head: per head QK^T, softmax, AV. With
   * tokens in the `past` of each sequence, their keys and values are read from a cache.
   */
  attention(name: string, from: number, heads: number, given: { sequences?: number; past?: number } = {}): number {
    const { sequences = 1, past = 0 } = given;
    const { height, width, channels } = this.shapeOf(from);
    const headWidth = channels / 3 / heads;
    const work = { sequences, tokens: height / sequences, past, heads, kvHeads: heads, headWidth, isCausal: false };
    return this.append(
      {
        name,
        kind: 'attention',
        onnxType: 'Attention',
        inputs: [from],
        read: CHANNELS,
        shape: { height, width, channels: channels / 3 },
      },
      { ...attention(work), ...(past > 0 ? { cache: keyValueCache(work, true) } : {}) },
    );
  }

  /** Attention with grouped queries over keys and values of this or an earlier layer (`isOwner` false), and those in the cache. */
  cachedAttention(name: string, inputs: readonly number[], shape: Attention, isOwner: boolean): number {
    return this.append(
      {
        name,
        kind: 'attention',
        onnxType: 'GroupQueryAttention',
        inputs,
        read: CHANNELS,
        shape: this.shapeOf(inputs[0]),
      },
      { ...attention(shape), cache: keyValueCache(shape, isOwner) },
    );
  }

  /** Layer or root-mean-square normalization of each row; `units` normalize each head apart. */
  layerNorm(
    name: string,
    from: number,
    options: { isRms?: boolean; heads?: number; hasParameters?: boolean } = {},
  ): number {
    const { isRms = false, heads = 1, hasParameters = true } = options;
    const shape = this.shapeOf(from);
    const elements = hasParameters ? shape.channels / heads : 0;
    return this.append(
      {
        name,
        kind: 'layernorm',
        onnxType: isRms ? 'RMSNormalization' : 'LayerNormalization',
        inputs: [from],
        read: heads === 1 ? ROWS : ELEMENT,
        shape,
      },
      {
        channelUnit: shape.channels / heads,
        vector: [this.perElement('layernorm', shape)],
        weightElements: elements,
        biasElements: isRms ? 0 : elements,
        weightShape: hasParameters ? [elements] : [],
      },
    );
  }

  /** Local response normalization over neighbouring channels. */
  lrn(name: string, from: number): number {
    const shape = this.shapeOf(from);
    return this.append(
      { name, kind: 'layernorm', onnxType: 'LRN', inputs: [from], read: ROWS, shape },
      { channelUnit: shape.channels, vector: [this.perElement('layernorm', shape)] },
    );
  }

  /** A function of each element. Other than ReLU and GELU it costs one pass. */
  activation(
    name: string,
    from: number,
    fn: 'relu' | 'gelu' | 'map',
    onnxType = fn === 'relu' ? 'Relu' : 'Gelu',
  ): number {
    const shape = this.shapeOf(from);
    return this.append(
      { name, kind: 'activation', onnxType, inputs: [from], read: ELEMENT, shape },
      { vector: [this.perElement(fn, shape)] },
    );
  }

  add(name: string, left: number, right: number, onnxType = 'Add'): number {
    const shape = this.shapeOf(left);
    const operator: Operator = { name, kind: 'add', onnxType, inputs: [left, right], read: ELEMENT, shape };
    return this.append(operator, { vector: [this.perElement('add', shape)] });
  }

  /** Channels of several maps of one size, side by side. */
  concat(name: string, inputs: readonly number[]): number {
    const { height, width } = this.shapeOf(inputs[0]);
    let channels = 0;
    const reads = inputs.map((input): Read => {
      const from = channels;
      channels += this.shapeOf(input).channels;
      return { kind: 'part', from, of: 'output' };
    });
    const shape = { height, width, channels };
    return this.append({ name, kind: 'move', onnxType: 'Concat', inputs, read: ELEMENT, shape }, { reads });
  }

  /** Every pixel twice in both directions. */
  upsample(name: string, from: number): number {
    const { height, width, channels } = this.shapeOf(from);
    const shape = { height: 2 * height, width: 2 * width, channels };
    const window = this.window(from, shape, { kernel: 1, stride: 0.5, padding: 0 });
    const read: Read = { kind: 'window', channels: 'own' };
    return this.append({ name, kind: 'move', onnxType: 'Resize', inputs: [from], read, shape }, { window });
  }
}
