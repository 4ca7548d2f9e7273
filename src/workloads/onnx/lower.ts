/**
 * What an imported operator costs: its products, vector work and parameters, and what it reads of each operand. One rule per family;
 * whatever has no rule is taken for one pass of the vector unit over its output, and the import says so.
 */
import type { LayerKind, Read, VectorWork } from '../../model/workload.ts';
import { convolution, recurrent, transposedConvolution, type Work } from '../work.ts';
import { channelsIn, elementsIn, rowsIn, type Known, type NodeView } from './node.ts';
import { globalWindow, resizedWindow, spreadingWindow, windowOf } from './windows.ts';

/** What a rule says of a node: `reads` for its operands that are no constants, in their order. */
export interface Lowered {
  readonly kind: LayerKind;
  readonly work: Work;
  readonly reads: readonly Read[];
}

/** Inputs that are activations. */
type Operands = readonly Known[];
/** The cost of a node from its operands and its output. */
export type Rule = (node: NodeView, out: Known, operands: Operands) => Lowered;

const ELEMENT: Read = { kind: 'element' };
const ROWS: Read = { kind: 'rows' };
const WHOLE: Read = { kind: 'whole' };
const CHANNELS: Read = { kind: 'channels' };

/** Elements of constant inputs from the given index on. */
const constants = (node: NodeView, from = 1): number =>
  node.inputs.reduce((sum, input, at) => (at >= from && input?.isConstant ? sum + elementsIn(input.shape) : sum), 0);

const pass = (fn: VectorWork['fn'], out: Known, times = 1): Work => ({
  vector: [{ fn, elements: elementsIn(out.shape) * times }],
});

/** All operands the same way, if the first has its channels where the output has them; else whole. */
function alike(read: Read, out: Known, operands: Operands): Read[] {
  return operands.map((operand) => (channelsLineUp(operand, out) ? read : WHOLE));
}

const channelsLineUp = (operand: Known, out: Known): boolean =>
  operand.shape.length - operand.channelAxis === out.shape.length - out.channelAxis;

const windowRead = (channels: 'all' | 'own', operands: Operands): Read[] =>
  operands.map((operand, index) =>
    index > 0 || operand.shape[0] !== 1 || operand.channelAxis !== 1 ? WHOLE : { kind: 'window', channels },
  );

const conv: Rule = (node, out, operands) => {
  const weights = node.shape(1);
  const groups = node.int('group', 1);
  const inChannels = node.shape(0)[1];
  const taps = elementsIn(weights.slice(2));
  const work = convolution({ rows: rowsIn(out), channels: weights[0], inChannels, groups, taps });
  return {
    kind: 'conv',
    work: { ...work, ...windowOf(node, weights.slice(2), out), ...parametersOf(node, work) },
    reads: windowRead(groups === 1 ? 'all' : 'own', operands),
  };
};

const convTranspose: Rule = (node, out, operands) => {
  const weights = node.shape(1);
  const groups = node.int('group', 1);
  const [batch, inChannels, ...spatial] = node.shape(0);
  const shape = { rows: rowsIn(out), channels: out.shape[1], inChannels, groups, taps: elementsIn(weights.slice(2)) };
  const work = transposedConvolution(batch * elementsIn(spatial), shape);
  const window = spreadingWindow(node, weights.slice(2), out);
  return {
    kind: 'conv',
    work: { ...work, ...window, ...parametersOf(node, work) },
    reads: window ? windowRead(groups === 1 ? 'all' : 'own', operands) : operands.map(() => WHOLE),
  };
};

/** Weights and biases that are constants of the network; computed ones are operands. */
function parametersOf(node: NodeView, { weightElements = 0 }: Work): Work {
  const isConstant = node.inputs[1]?.isConstant === true;
  return {
    weightElements: isConstant ? weightElements : 0,
    biasElements: constants(node, 2),
    weightShape: node.shape(1),
  };
}

/** Products with one matrix that is constant, in either place, and products of two activations, each for itself. */
const matmul: Rule = (node, out, operands) => {
  const [a, b] = [node.shape(0), node.shape(1)];
  const K = node.op === 'Gemm' && node.int('transA', 0) ? a[0] : a.at(-1)!;
  const hasWeights = operands.length === 1;
  const batch = hasWeights ? 1 : Math.max(1, elementsIn(out.shape.slice(0, -2)));
  const N = channelsIn(out);
  const M = elementsIn(out.shape) / N / batch;
  const isSecond = node.inputs[1]?.isConstant === true;
  const left = hasWeights && isSecond && operands[0].channelAxis === a.length - 1 && !node.int('transA', 0);
  return {
    kind: 'matmul',
    work: {
      gemms: [{ M, N, K, repeat: batch, ...(hasWeights ? {} : { along: 'rows' as const }) }],
      weightElements: hasWeights ? elementsIn(isSecond ? b : a) : 0,
      biasElements: constants(node, 2),
      weightShape: [K],
      ...(hasWeights ? {} : { rowUnit: M }),
    },
    reads: operands.map((_, index) => (index === 0 && (left || operands.length === 2) ? ROWS : WHOLE)),
  };
};

const pool: Rule = (node, out, operands) => {
  const [, , ...spatial] = node.shape(0);
  const kernel = node.op.startsWith('Global') ? spatial : (node.ints('kernel_shape') ?? []);
  const window = node.op.startsWith('Global') ? globalWindow(spatial) : windowOf(node, kernel, out);
  return {
    kind: 'pool',
    work: { ...pass('pool', out, elementsIn(kernel)), ...window },
    reads: windowRead('own', operands),
  };
};

/** A function of one element, or a sum of several; constants of one element cost nothing more. */
const elementwise =
  (fn: VectorWork['fn']): Rule =>
  (node, out, operands) => {
    const parameters = constants(node, 0);
    const reads = operands.map((operand): Read => {
      if (!channelsLineUp(operand, out)) return WHOLE;
      if (elementsIn(operand.shape) === elementsIn(out.shape)) return ELEMENT;
      return channelsIn(operand) === channelsIn(out) && rowsIn(operand) === 1 ? CHANNELS : WHOLE;
    });
    // Parameters of its own make it a case for the rule of normalizations.
    const kind = parameters > 1 ? 'layernorm' : operands.length > 1 ? 'add' : 'activation';
    return { kind, work: { ...pass(fn, out), biasElements: parameters > 1 ? parameters : 0 }, reads };
  };

const norm =
  (isAcrossRows: boolean): Rule =>
  (node, out, operands) => ({
    kind: 'layernorm',
    work: {
      ...pass('layernorm', out),
      weightElements: constants(node),
      weightShape: node.shape(1),
      channelUnit: isAcrossRows ? 1 : channelsIn(out),
      ...(isAcrossRows ? { rowUnit: rowsIn(out) } : {}),
    },
    reads: alike(isAcrossRows ? CHANNELS : ROWS, out, operands),
  });

const batchNorm: Rule = (node, out, operands) => ({
  kind: 'layernorm',
  work: { ...pass('mac', out), weightElements: constants(node), weightShape: node.shape(1) },
  reads: alike(ELEMENT, out, operands),
});

const softmax: Rule = (node, out, operands) => {
  const isLast = node.axis('axis', node.opset < 13 ? 1 : -1) === out.channelAxis;
  return {
    kind: 'layernorm',
    work: {
      ...pass('softmax', out),
      ...(isLast ? { channelUnit: channelsIn(out) } : { rowUnit: rowsIn(out), channelUnit: channelsIn(out) }),
    },
    reads: alike(isLast ? ROWS : WHOLE, out, operands),
  };
};

/** Channels side by side, or parts of a map; along any other axis everything is read. */
const concat: Rule = (node, out, operands) => {
  let from = 0;
  const isChannels =
    node.axis('axis', 1, out.shape.length) === out.channelAxis && operands.length === node.inputs.length;
  const reads = operands.map((operand): Read => {
    const read: Read = { kind: 'part', from, of: 'output' };
    from += channelsIn(operand);
    return isChannels && channelsLineUp(operand, out) ? read : WHOLE;
  });
  return { kind: 'move', work: {}, reads };
};

const move: Rule = (_node, _out, operands) => ({ kind: 'move', work: {}, reads: operands.map(() => WHOLE) });

/** An image made larger or smaller reads the lines around those that it makes. */
const resize: Rule = (node, out, operands) => {
  const window = resizedWindow(node, out);
  return window ? { kind: 'move', work: window, reads: windowRead('own', operands) } : move(node, out, operands);
};

/** A look-up in a table of parameters reads only the rows it needs. */
const gather: Rule = (node, out, operands) => {
  if (!node.inputs[0]?.isConstant) return move(node, out, operands);
  const table = elementsIn(node.shape(0));
  const work: Work = {
    weightElements: table,
    weightShape: node.shape(0),
    usedElements: Math.min(table, elementsIn(out.shape)),
  };
  return { kind: 'move', work, reads: operands.map(() => WHOLE) };
};

const reduce: Rule = (node, _out, operands) => ({
  kind: 'pool',
  work: { vector: [{ fn: 'pool', elements: elementsIn(node.shape(0)) }] },
  reads: operands.map(() => WHOLE),
});

const GATES: Readonly<Record<string, number>> = { LSTM: 4, GRU: 3, RNN: 1 };

/** Cells in one or both directions: a product with input and state per step, then element-wise work. */
const cell: Rule = (node, out, operands) => {
  const [steps, batch, width] = node.shape(0);
  const hidden = node.int('hidden_size', node.shape(2).at(-1) ?? 1);
  const directions = node.shape(1)[0] ?? 1;
  const parts = GATES[node.op] / GATES.LSTM;
  const { gemms = [], vector = [] } = recurrent(steps, batch, width, hidden);
  return {
    kind: 'recurrent',
    work: {
      gemms: gemms.map((gemm) => ({ ...gemm, N: gemm.N * parts, repeat: gemm.repeat * directions })),
      vector: vector.map(({ fn, elements }) => ({ fn, elements: elements * parts * directions })),
      weightElements: elementsIn(node.shape(1)) + elementsIn(node.shape(2)),
      biasElements: constants(node, 3),
      weightShape: node.shape(1),
      rowUnit: rowsIn(out),
      channelUnit: channelsIn(out),
    },
    reads: operands.map(() => WHOLE),
  };
};

/** What no rule is for: one pass over the output. */
export const assumed: Rule = (_node, out, operands) => ({
  kind: 'activation',
  work: pass('map', out),
  reads: operands.map((operand) =>
    channelsLineUp(operand, out) && elementsIn(operand.shape) === elementsIn(out.shape) ? ELEMENT : WHOLE,
  ),
});

const all = (names: string, rule: Rule): [string, Rule][] => names.split(' ').map((name) => [name, rule]);

/** Rules by operator. */
export const COST_RULES: ReadonlyMap<string, Rule> = new Map([
  ...all('Conv', conv),
  ...all('ConvTranspose', convTranspose),
  ...all('Gemm MatMul', matmul),
  ...all('MaxPool AveragePool LpPool GlobalAveragePool GlobalMaxPool', pool),
  ...all('Relu', elementwise('relu')),
  ...all('Gelu Erf', elementwise('gelu')),
  ...all('Add Sub Sum Mean Max Min', elementwise('add')),
  ...all('Mul Div Pow Mod Where Equal Less Greater LessOrEqual GreaterOrEqual And Or Xor', elementwise('map')),
  ...all('LeakyRelu PRelu Elu Selu Celu Sigmoid HardSigmoid HardSwish Swish Mish Tanh Softplus', elementwise('map')),
  ...all('Softsign Exp Log Sqrt Reciprocal Abs Neg Floor Ceil Round Sign Sin Cos Not Clip', elementwise('map')),
  ...all('ThresholdedRelu CumSum Hardmax', elementwise('map')),
  ...all('BatchNormalization', batchNorm),
  ...all('LayerNormalization SimplifiedLayerNormalization RMSNormalization LRN LpNormalization', norm(false)),
  ...all('InstanceNormalization GroupNormalization MeanVarianceNormalization', norm(true)),
  ...all('Softmax LogSoftmax', softmax),
  ...all('Concat', concat),
  ...all('Gather', gather),
  ...all('Reshape Flatten Squeeze Unsqueeze Transpose Split Slice Pad Expand Tile', move),
  ...all('Resize Upsample', resize),
  ...all('DepthToSpace SpaceToDepth', move),
  ...all('ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare', reduce),
  ...all('ReduceLogSumExp ArgMax ArgMin TopK', reduce),
  ...all('LSTM GRU RNN', cell),
]);
