/**
 * Where the channels of an imported tensor lie. ONNX does not say: maps have them second, sequences last. It follows from the operator
 * that makes a tensor, and decides what counts as its rows.
 */
import { channelsIn, type Known, type NodeView } from './node.ts';

/** Of a tensor of which only the shape is known. */
export const defaultAxis = (shape: readonly number[]): number =>
  shape.length >= 4 ? 1 : Math.max(0, shape.length - 1);

const IMAGE_OPERATORS = ['Conv', 'ConvTranspose', 'MaxPool', 'AveragePool', 'LpPool', 'Resize', 'Upsample', 'LRN'];
const PRODUCTS = ['Gemm', 'MatMul', 'LayerNormalization', 'LSTM', 'GRU', 'RNN'];

/** Where the channels of a node's output lie. */
export function axisOf(view: NodeView, shape: readonly number[]): number {
  const last = Math.max(0, shape.length - 1);
  const { op, inputs } = view;
  if (PRODUCTS.includes(op)) return last;
  if (IMAGE_OPERATORS.includes(op) || op.startsWith('Global') || op.endsWith('Normalization')) return Math.min(1, last);
  const leading = inputs
    .filter((input): input is Known => input !== undefined && !input.isConstant)
    .reduce((a, b) => (b.shape.length > a.shape.length ? b : a));
  if (op === 'Transpose') {
    const order = view.ints('perm') ?? shape.map((_, axis) => last - axis);
    return Math.max(0, order.indexOf(leading.channelAxis));
  }
  if (leading.shape.length === shape.length) return Math.min(leading.channelAxis, last);
  const channels = channelsIn(leading);
  return shape[last] === channels ? last : shape[1] === channels ? 1 : defaultAxis(shape);
}

/** Does a transposition move axes of one element only? */
export function keepsOrder(view: NodeView): boolean {
  const shape = view.shape(0);
  const order = view.ints('perm') ?? shape.map((_, axis) => shape.length - 1 - axis);
  const moved = order.filter((axis) => shape[axis] !== 1);
  return moved.every((axis, index) => index === 0 || moved[index - 1] < axis);
}
