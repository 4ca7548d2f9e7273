/**
 * A network under construction: shapes of feature maps, windows over them, and layers appended one by one in execution order. What
 * operators there are stands in layers.ts.
 */
import type { Layer, LayerKind, Read, Tensor, VectorWork, Window } from '../model/workload.ts';
import type { Work } from './work.ts';

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
  /** Padding at the end where it differs: none for causal convolutions. */
  readonly paddingEnd?: number;
  /** Windows that only begin inside count too (Caffe's pooling). */
  readonly roundsUp?: boolean;
}

/** Index of the network's input among `Layer.inputs`. */
export const NETWORK_INPUT = -1;

/** Pixels that a window leaves along one side. */
export function windowed(
  size: number,
  { kernel, stride, padding, paddingEnd = padding, roundsUp }: WindowShape,
): number {
  const steps = (size + padding + paddingEnd - kernel) / stride;
  return (roundsUp ? Math.ceil(steps) : Math.floor(steps)) + 1;
}

const tensor = (name: string, { height, width, channels }: MapShape): Tensor => ({
  name,
  rows: height * width,
  channels,
});
const imageShape = ({ height, width, channels }: MapShape): number[] => [1, channels, height, width];
const sequenceShape = ({ height, channels }: MapShape): number[] => [1, height, channels];
export const elementsOf = ({ height, width, channels }: MapShape): number => height * width * channels;

/** An operator as it is appended: `read` says what it needs of each input, unless they differ (`reads` in its work). */
export interface Operator {
  readonly name: string;
  readonly kind: LayerKind;
  readonly onnxType: string;
  readonly inputs: readonly number[];
  readonly read: Read;
  readonly shape: MapShape;
}

const NO_WORK = { gemms: [], vector: [], weightElements: 0, biasElements: 0, weightShape: [], group: 1 } as const;

/** `input` first, then each operator is appended and gets an index. */
export class OperatorList {
  readonly layers: Layer[] = [];
  protected readonly isSequence: boolean;
  private readonly shapes: MapShape[] = [];
  private readonly input: MapShape;

  constructor(input: MapShape, kind: 'image' | 'sequence') {
    this.input = input;
    this.isSequence = kind === 'sequence';
  }

  /** Shape of an operator's output, or of the network's input. */
  shapeOf(index: number): MapShape {
    return index === NETWORK_INPUT ? this.input : this.shapes[index];
  }

  append({ read, shape, ...operator }: Operator, work: Work): number {
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

  protected perElement(fn: VectorWork['fn'], shape: MapShape): VectorWork {
    return { fn, elements: elementsOf(shape) };
  }

  protected sides({ kernel }: WindowShape): number[] {
    return this.isSequence ? [kernel] : [kernel, kernel];
  }

  protected taps(size: WindowShape): number {
    return this.sides(size).reduce((product, side) => product * side, 1);
  }

  protected slide(from: number, size: WindowShape, channels: number): { shape: MapShape; window: Window } {
    const input = this.shapeOf(from);
    const height = windowed(input.height, size);
    const shape = { height, width: this.isSequence ? input.width : windowed(input.width, size), channels };
    return { shape, window: this.window(from, shape, size) };
  }

  protected window(from: number, shape: MapShape, { kernel, stride, padding }: WindowShape): Window {
    const { height: inHeight, width: inWidth } = this.shapeOf(from);
    return { kernel, stride, padding, inHeight, inWidth, outHeight: shape.height, outWidth: shape.width };
  }
}
