/**
 * Shape inference: what shapes the outputs of an operator have. A rule gives undefined where the shape depends on data that is not
 * known. Source: the operator definitions of the ONNX project, operator sets 1 to 21.
 */
import { elementsIn, type NodeView } from './node.ts';
import { one, type Shape, type ShapeRule } from './rule.ts';
import { conv, convTranspose, globalPool, pool } from './windows.ts';

const same: ShapeRule = (node) => [node.shape(0), node.shape(0)];

/** The shape that several stretch to, axis by axis from the last; undefined if they do not fit. */
export function broadcast(shapes: readonly Shape[]): Shape | undefined {
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 0; i < shape.length; i++) {
      const at = rank - shape.length + i;
      if (shape[i] === 1 || shape[i] === result[at]) continue;
      if (result[at] !== 1) return undefined;
      result[at] = shape[i];
    }
  }
  return result;
}

const elementwise = one((node) => broadcast(node.inputs.map((_, index) => node.shape(index))));

const gemm = one((node) => {
  const [a, b] = [node.shape(0), node.shape(1)];
  if (a.length !== 2 || b.length !== 2) return undefined;
  return [a[node.int('transA', 0) ? 1 : 0], b[node.int('transB', 0) ? 0 : 1]];
});

const matmul = one((node) => {
  const [a, b] = [node.shape(0), node.shape(1)];
  if (a.length === 0 || b.length === 0 || a.at(-1) !== (b.at(-2) ?? b[0])) return undefined;
  const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]);
  if (batch === undefined) return undefined;
  return [...batch, ...(a.length > 1 ? [a.at(-2)!] : []), ...(b.length > 1 ? [b.at(-1)!] : [])];
});

const reshape = one((node) => {
  const target = node.list('shape', 1);
  if (target === undefined) return undefined;
  const from = node.shape(0);
  const keepsZero = node.int('allowzero', 0) === 1;
  const sizes = target.map((size, axis) => (size === 0 && !keepsZero ? (from[axis] ?? 1) : size));
  const rest = elementsIn(sizes.filter((size) => size !== -1));
  return sizes.map((size) => (size === -1 ? elementsIn(from) / rest : size));
});

const flatten = one((node) => {
  const shape = node.shape(0);
  const axis = node.axis('axis', 1);
  return [elementsIn(shape.slice(0, axis)), elementsIn(shape.slice(axis))];
});

const normal = (axes: readonly number[], rank: number): number[] => axes.map((axis) => (axis < 0 ? axis + rank : axis));

const squeeze = one((node) => {
  const shape = node.shape(0);
  const given = node.list('axes', 1);
  if (given === undefined && node.inputs[1] !== undefined) return undefined;
  const axes = given && normal(given, shape.length);
  return shape.filter((size, axis) => !(axes?.includes(axis) ?? size === 1));
});

const unsqueeze = one((node) => {
  const given = node.list('axes', 1);
  if (given === undefined) return undefined;
  const rank = node.shape(0).length + given.length;
  const axes = normal(given, rank);
  const rest = [...node.shape(0)];
  return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (rest.shift() ?? 1)));
});

const transpose = one((node) => {
  const shape = node.shape(0);
  const order = node.ints('perm') ?? shape.map((_, axis) => shape.length - 1 - axis);
  return order.map((axis) => shape[axis]);
});

const concat = one((node) => {
  const axis = node.axis('axis', 1);
  const total = node.inputs.reduce((sum, _, index) => sum + (node.shape(index)[axis] ?? 0), 0);
  return node.shape(0).map((size, at) => (at === axis ? total : size));
});

const split: ShapeRule = (node) => {
  const shape = node.shape(0);
  const axis = node.axis('axis', 0);
  const parts = node.node.outputs.length;
  const even = Math.ceil(shape[axis] / parts);
  const sizes = node.list('split', 1) ?? node.node.outputs.map((_, i) => Math.min(even, shape[axis] - i * even));
  return sizes.map((size) => shape.map((old, at) => (at === axis ? size : old)));
};

/** Start, end and step of a slice along one axis, within the axis. */
function sliceLength(size: number, start: number, end: number, step: number): number {
  const clamp = (value: number, low: number, high: number): number =>
    Math.min(high, Math.max(low, value < 0 ? value + size : value));
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  return Math.max(0, Math.ceil((clamp(end, low, high) - clamp(start, low, high)) / step));
}

const slice = one((node) => {
  const [starts, ends] = [node.list('starts', 1), node.list('ends', 2)];
  if (starts === undefined || ends === undefined) return undefined;
  const shape = [...node.shape(0)];
  const axes = normal(node.list('axes', 3) ?? starts.map((_, axis) => axis), shape.length);
  const steps = node.values(4) ?? starts.map(() => 1);
  axes.forEach((axis, i) => (shape[axis] = sliceLength(shape[axis], starts[i], ends[i], steps[i])));
  return shape;
});

const gather = one((node) => {
  const shape = node.shape(0);
  const axis = node.axis('axis', 0);
  return [...shape.slice(0, axis), ...node.shape(1), ...shape.slice(axis + 1)];
});

const pad = one((node) => {
  const pads = node.list('pads', 1);
  const shape = node.shape(0);
  return pads && shape.map((size, axis) => size + (pads[axis] ?? 0) + (pads[axis + shape.length] ?? 0));
});

const resize = one((node) => {
  const isOld = node.op === 'Upsample' || node.inputs.length === 2;
  const shape = node.shape(0);
  const sizes = isOld ? undefined : node.values(3);
  if (sizes !== undefined && sizes.length === shape.length) return sizes;
  const scales = node.ints('scales') ?? node.values(isOld ? 1 : 2);
  return scales?.length === shape.length
    ? shape.map((size, axis) => Math.floor(size * scales[axis] + 1e-4))
    : undefined;
});

const expand = one((node) => {
  const shape = node.values(1);
  return shape && broadcast([node.shape(0), shape]);
});

const tile = one((node) => {
  const repeats = node.values(1);
  return repeats && node.shape(0).map((size, axis) => size * repeats[axis]);
});

const reduce = one((node) => {
  const shape = node.shape(0);
  const given = node.list('axes', 1);
  if (given === undefined && node.inputs[1] !== undefined) return undefined;
  const axes = normal(given ?? shape.map((_, axis) => axis), shape.length);
  const keeps = node.int('keepdims', 1) === 1;
  return shape.flatMap((size, axis) => (axes.includes(axis) ? (keeps ? [1] : []) : [size]));
});

const argument = one((node) => {
  const axis = node.axis('axis', 0);
  const keeps = node.int('keepdims', 1) === 1;
  return node.shape(0).flatMap((size, at) => (at === axis ? (keeps ? [1] : []) : [size]));
});

const topK: ShapeRule = (node) => {
  const count = node.values(1)?.[0] ?? node.int('k', -1);
  const axis = node.axis('axis', -1);
  if (count < 0) return undefined;
  const shape = node.shape(0).map((size, at) => (at === axis ? count : size));
  return [shape, shape];
};

/** Outputs of a recurrent cell: all steps, last state, last cell state. */
const recurrent: ShapeRule = (node) => {
  const [steps, batch] = node.shape(0);
  const hidden = node.int('hidden_size', node.shape(2).at(-1) ?? 0);
  const directions = node.shape(1)[0] ?? 1;
  const state = [directions, batch, hidden];
  return [[steps, directions, batch, hidden], state, state];
};

const blocks = (node: NodeView, deeper: boolean): Shape => {
  const [batch, channels, height, width] = node.shape(0);
  const size = node.int('blocksize', 1);
  return deeper
    ? [batch, channels * size * size, height / size, width / size]
    : [batch, channels / (size * size), height * size, width * size];
};

const filled = one((node) => node.values(0));

const all = (names: string, rule: ShapeRule): [string, ShapeRule][] => names.split(' ').map((name) => [name, rule]);

/** Rules by operator. */
export const SHAPE_RULES: ReadonlyMap<string, ShapeRule> = new Map([
  ...all(
    'Relu LeakyRelu PRelu Elu Selu Celu Sigmoid HardSigmoid HardSwish Swish Mish Tanh Softplus Softsign Gelu Erf',
    same,
  ),
  ...all('Exp Log Sqrt Reciprocal Abs Neg Floor Ceil Round Sign Sin Cos Not Clip Cast Identity Dropout', same),
  ...all('BatchNormalization InstanceNormalization LayerNormalization GroupNormalization LRN LpNormalization', same),
  ...all('SimplifiedLayerNormalization RMSNormalization MeanVarianceNormalization', same),
  ...all('Softmax LogSoftmax Hardmax CumSum ThresholdedRelu', same),
  ...all('Add Sub Mul Div Pow Max Min Sum Mean Mod Where Equal Less Greater LessOrEqual GreaterOrEqual', elementwise),
  ...all('And Or Xor', elementwise),
  ...all('Conv', conv),
  ...all('ConvTranspose', convTranspose),
  ...all('MaxPool AveragePool LpPool', pool),
  ...all('GlobalAveragePool GlobalMaxPool', globalPool),
  ...all('Gemm', gemm),
  ...all('MatMul', matmul),
  ...all('Reshape', reshape),
  ...all('Flatten', flatten),
  ...all('Squeeze', squeeze),
  ...all('Unsqueeze', unsqueeze),
  ...all('Transpose', transpose),
  ...all('Concat', concat),
  ...all('Split', split),
  ...all('Slice', slice),
  ...all('Gather', gather),
  ...all('Pad', pad),
  ...all('Resize Upsample', resize),
  ...all('Expand', expand),
  ...all('Tile', tile),
  ...all(
    'ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSumExp',
    reduce,
  ),
  ...all('ArgMax ArgMin', argument),
  ...all('TopK', topK),
  ...all('LSTM GRU RNN', recurrent),
  ...all(
    'DepthToSpace',
    one((node) => blocks(node, false)),
  ),
  ...all(
    'SpaceToDepth',
    one((node) => blocks(node, true)),
  ),
  ...all(
    'Shape',
    one((node) => [node.shape(0).length]),
  ),
  ...all('Size', () => [[]]),
  ...all('ConstantOfShape', filled),
]);
