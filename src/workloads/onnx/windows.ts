/**
 * Windows of convolutions and pools, the shapes they leave, and which lines of an image they read. Source: the ONNX project's definitions
 * of Conv, ConvTranspose, MaxPool and Resize (auto_pad, dilations, ceil_mode, coordinate modes).
 */
import type { Window } from '../../model/workload.ts';
import type { Work } from '../work.ts';
import { elementsIn, rowsIn, type Known, type NodeView } from './node.ts';
import { one, type Shape, type ShapeRule } from './rule.ts';

/** Windows along one axis of a convolution or a pool. */
export interface Slide {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

/** The windows of a convolution or pool, one per spatial axis. */
export function slides(node: NodeView, kernel: Shape): Slide[] {
  const spatial = node.shape(0).slice(2);
  const pads = node.ints('pads');
  const auto = node.text('auto_pad');
  return kernel.map((size, axis) => {
    const stride = node.ints('strides')?.[axis] ?? 1;
    const dilation = node.ints('dilations')?.[axis] ?? 1;
    const base = { kernel: size, stride, dilation };
    if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
      const reach = (size - 1) * dilation + 1;
      const missing = Math.max(0, (Math.ceil(spatial[axis] / stride) - 1) * stride + reach - spatial[axis]);
      const small = Math.floor(missing / 2);
      const before = auto === 'SAME_UPPER' ? small : missing - small;
      return { ...base, before, after: missing - before };
    }
    return { ...base, before: pads?.[axis] ?? 0, after: pads?.[axis + kernel.length] ?? 0 };
  });
}

const positions = (size: number, { kernel, stride, dilation, before, after }: Slide, roundsUp: boolean): number => {
  const steps = (size + before + after - ((kernel - 1) * dilation + 1)) / stride;
  if (!roundsUp) return Math.floor(steps) + 1;
  // A window must begin inside the map or its leading padding.
  const up = Math.ceil(steps) + 1;
  return (up - 1) * stride >= size + before ? up - 1 : up;
};

export const conv = one((node) => {
  const [weights, [batch, , ...spatial]] = [node.shape(1), node.shape(0)];
  if (spatial.length === 0 || weights.length !== spatial.length + 2) return undefined;
  const windows = slides(node, weights.slice(2));
  return [batch, weights[0], ...spatial.map((size, axis) => positions(size, windows[axis], false))];
});

export const convTranspose = one((node) => {
  const [weights, [batch, , ...spatial]] = [node.shape(1), node.shape(0)];
  if (spatial.length === 0 || weights.length !== spatial.length + 2) return undefined;
  const windows = slides(node, weights.slice(2));
  const isSame = node.text('auto_pad').startsWith('SAME');
  const sizes = spatial.map((size, axis) => {
    const { kernel, stride, dilation, before, after } = windows[axis];
    const extra = node.ints('output_padding')?.[axis] ?? 0;
    if (isSame) return size * stride;
    return stride * (size - 1) + extra + (kernel - 1) * dilation + 1 - before - after;
  });
  return [batch, weights[1] * node.int('group', 1), ...(node.ints('output_shape') ?? sizes)];
});

export const pool: ShapeRule = (node) => {
  const [batch, channels, ...spatial] = node.shape(0);
  const windows = slides(node, node.ints('kernel_shape') ?? []);
  if (spatial.length === 0 || windows.length !== spatial.length) return undefined;
  const roundsUp = node.int('ceil_mode', 0) === 1;
  const shape = [batch, channels, ...spatial.map((size, axis) => positions(size, windows[axis], roundsUp))];
  return [shape, shape];
};

/** One value for each map. */
export const globalPool = one((node) => {
  const shape = node.shape(0);
  return shape.length > 2 ? shape.map((size, axis) => (axis < 2 ? size : 1)) : undefined;
});

/** Windows along the outermost axis of one image, which may be cut between lines. */
type Lines = Pick<Work, 'window' | 'rowUnit'>;

function linesOf(node: NodeView, out: Known, slide: Pick<Window, 'kernel' | 'stride' | 'padding'>): Lines {
  const [[, , inHeight, ...inRest], [, , outHeight, ...outRest]] = [node.shape(0), out.shape];
  const outWidth = elementsIn(outRest);
  return {
    window: { ...slide, inHeight, inWidth: elementsIn(inRest), outHeight, outWidth },
    rowUnit: outWidth,
  };
}

/** The lines that a convolution or pool reads; several images are not cut. */
export function windowOf(node: NodeView, kernel: Shape, out: Known): Lines {
  if (node.shape(0)[0] !== 1) return { rowUnit: rowsIn(out) };
  const [{ kernel: size, dilation, stride, before }] = slides(node, kernel);
  return linesOf(node, out, { kernel: (size - 1) * dilation + 1, stride, padding: before });
}

export function globalWindow([height, ...rest]: Shape): Lines {
  const window = { kernel: height, stride: height, padding: 0, inHeight: height, inWidth: elementsIn(rest) };
  return { window: { ...window, outHeight: 1, outWidth: 1 }, rowUnit: 1 };
}

/**
 * The lines that a transposed convolution reads: line r of the output is made from lines (r + before - tap) / stride of the input, for
 * every tap for which that is whole. Undefined where padding is not stated, or for several images.
 */
export function spreadingWindow(node: NodeView, kernel: Shape, out: Known): Lines | undefined {
  const isStated = node.ints('output_shape') === undefined && !node.text('auto_pad').startsWith('SAME');
  if (node.shape(0)[0] !== 1 || !isStated) return undefined;
  const [{ kernel: size, dilation, stride, before }] = slides(node, kernel);
  const padding = Math.max(0, Math.floor(((size - 1) * dilation - before) / stride));
  return linesOf(node, out, { kernel: padding + Math.floor(before / stride) + 1, stride: 1 / stride, padding });
}

/**
 * The lines that a resized image reads: under any coordinate mode a line lies less than one from its proportional place, and linear
 * interpolation reads the next one too, cubic two on either side. Undefined for several images and for what crops.
 */
export function resizedWindow(node: NodeView, out: Known): Lines | undefined {
  const shape = node.shape(0);
  const isImage = shape.length > 2 && shape[0] === 1 && out.shape[0] === 1 && shape[1] === out.shape[1];
  if (!isImage || node.text('coordinate_transformation_mode') === 'tf_crop_and_resize') return undefined;
  const stride = shape[2] / out.shape[2];
  const reach = node.text('mode') === 'cubic' ? 2 : 1;
  return linesOf(node, out, { kernel: Math.ceil(stride) + 2 * reach, stride, padding: reach });
}
