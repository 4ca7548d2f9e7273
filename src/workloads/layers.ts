/**
 * Operators of a network with their true shapes, appended one by one in execution order. Convolutions and matrix products become
 * general matrix products after im2col ([M,K] x [K,N]: M output pixels or tokens, N output channels, K inputs of one output);
 * everything else is vector work. Batch 1, int8; batch norm is left out (folded into the convolution it follows).
 */
import type { Layer, LayerKind, Read, Tensor, VectorWork, Window } from '../model/workload.ts';

/** A feature map: height and width in pixels (tokens x 1 for sequences), and channels. */
export interface MapShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface WindowShape {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

/** Index of the network's input among `Layer.inputs`. */
export const NETWORK_INPUT = -1;

/** Pixels that a window leaves along one side. */
export const windowed = (size: number, { kernel, stride, padding }: WindowShape): number =>
  Math.floor((size + 2 * padding - kernel) / stride) + 1;

const tensor = (name: string, { height, width, channels }: MapShape): Tensor => ({
  name,
  rows: height * width,
  channels,
});
const imageShape = ({ height, width, channels }: MapShape): number[] => [1, channels, height, width];
const sequenceShape = ({ height, channels }: MapShape): number[] => [1, height, channels];

interface Operator {
  readonly name: string;
  readonly kind: LayerKind;
  readonly onnxType: string;
  readonly inputs: readonly number[];
  /** What it needs of each of its inputs. */
  readonly read: Read;
  readonly shape: MapShape;
}

const NO_WORK = { gemms: [], vector: [], weightElements: 0, biasElements: 0, weightShape: [], group: 1 } as const;
const ELEMENT: Read = { kind: 'element' };
const ROWS: Read = { kind: 'rows' };

/** A network under construction: `input` first, then each call appends an operator and returns its index. */
export class LayerList {
  readonly layers: Layer[] = [];
  private readonly shapes: MapShape[] = [];
  private readonly input: MapShape;
  private readonly isSequence: boolean;

  constructor(input: MapShape, kind: 'image' | 'sequence') {
    this.input = input;
    this.isSequence = kind === 'sequence';
  }

  /** Shape of an operator's output, or of the network's input. */
  shapeOf(index: number): MapShape {
    return index === NETWORK_INPUT ? this.input : this.shapes[index];
  }

  conv(name: string, from: number, channels: number, size: WindowShape): number {
    const { shape, window } = this.slide(from, size, channels);
    const inChannels = this.shapeOf(from).channels;
    const K = size.kernel * size.kernel * inChannels;
    return this.append(
      { name, kind: 'conv', onnxType: 'Conv', inputs: [from], read: { kind: 'window', channels: 'all' }, shape },
      {
        gemms: [{ M: shape.height * shape.width, N: channels, K, repeat: 1 }],
        weightElements: channels * K,
        weightShape: [channels, inChannels, size.kernel, size.kernel],
        window,
      },
    );
  }

  /** Pooling; the work is one element per input of each window. */
  pool(name: string, from: number, onnxType: 'MaxPool' | 'GlobalAveragePool', size: WindowShape): number {
    const { shape, window } = this.slide(from, size, this.shapeOf(from).channels);
    const elements = shape.height * shape.width * shape.channels * size.kernel * size.kernel;
    return this.append(
      { name, kind: 'pool', onnxType, inputs: [from], read: { kind: 'window', channels: 'own' }, shape },
      { vector: [{ fn: 'pool', elements }], window },
    );
  }

  /** Matrix product with a weight matrix and a bias per output channel. */
  linear(name: string, from: number, channels: number): number {
    const { height, width, channels: K } = this.shapeOf(from);
    return this.append(
      { name, kind: 'matmul', onnxType: 'Gemm', inputs: [from], read: ROWS, shape: { height, width, channels } },
      {
        gemms: [{ M: height * width, N: channels, K, repeat: 1 }],
        weightElements: channels * K,
        biasElements: channels,
        weightShape: [channels, K],
        ...(this.isSequence ? {} : { outShape: [1, channels] }),
      },
    );
  }

  /** Multi-head self-attention over queries, keys and values that lie side by side, head by head: per head QK^T, softmax, AV. */
  attention(name: string, from: number, heads: number): number {
    const { height: tokens, width, channels } = this.shapeOf(from);
    const head = channels / 3 / heads;
    return this.append(
      {
        name,
        kind: 'attention',
        onnxType: 'Attention',
        inputs: [from],
        read: { kind: 'channels' },
        shape: { height: tokens, width, channels: channels / 3 },
      },
      {
        gemms: [
          { M: tokens, N: tokens, K: head, repeat: heads },
          { M: tokens, N: head, K: tokens, repeat: heads },
        ],
        vector: [{ fn: 'softmax', elements: heads * tokens * tokens }],
        rowUnit: tokens,
        channelUnit: head,
      },
    );
  }

  layerNorm(name: string, from: number): number {
    const shape = this.shapeOf(from);
    return this.append(
      { name, kind: 'layernorm', onnxType: 'LayerNormalization', inputs: [from], read: ROWS, shape },
      {
        channelUnit: shape.channels,
        vector: [this.perElement('layernorm', shape)],
        weightElements: shape.channels,
        biasElements: shape.channels,
        weightShape: [shape.channels],
      },
    );
  }

  activation(name: string, from: number, fn: 'relu' | 'gelu'): number {
    const shape = this.shapeOf(from);
    const onnxType = fn === 'relu' ? 'Relu' : 'Gelu';
    return this.append(
      { name, kind: 'activation', onnxType, inputs: [from], read: ELEMENT, shape },
      { vector: [this.perElement(fn, shape)] },
    );
  }

  add(name: string, left: number, right: number): number {
    const shape = this.shapeOf(left);
    const operator: Operator = { name, kind: 'add', onnxType: 'Add', inputs: [left, right], read: ELEMENT, shape };
    return this.append(operator, { vector: [this.perElement('add', shape)] });
  }

  private perElement(fn: VectorWork['fn'], { height, width, channels }: MapShape): VectorWork {
    return { fn, elements: height * width * channels };
  }

  private slide(from: number, size: WindowShape, channels: number): { shape: MapShape; window: Window } {
    const { height: inHeight, width: inWidth } = this.shapeOf(from);
    const [height, width] = [windowed(inHeight, size), windowed(inWidth, size)];
    return {
      shape: { height, width, channels },
      window: { ...size, inHeight, inWidth, outHeight: height, outWidth: width },
    };
  }

  private append({ read, shape, ...operator }: Operator, work: Partial<Layer>): number {
    this.shapes.push(shape);
    const layer: Layer = {
      ...NO_WORK,
      ...operator,
      reads: operator.inputs.map(() => read),
      output: tensor(operator.name, shape),
      outShape: this.isSequence ? sequenceShape(shape) : imageShape(shape),
      rowUnit: this.isSequence ? 1 : shape.width,
      channelUnit: 1,
      ...work,
    };
    return this.layers.push(layer) - 1;
  }
}
