/**
 * Windows of convolutions and pools, and the shapes they leave. Source: the ONNX project's definitions of Conv, ConvTranspose and
 * MaxPool (auto_pad, dilations, ceil_mode).
 */
import type { NodeView } from './node.ts';
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
