/**
 * Arithmetic on the few small numbers that shapes are made of: exporters write a target shape as operators on `Shape`, and it must be
 * known before any tensor is. Numbers are kept row by row; more than 1,024 are not followed.
 */
import type { OnnxConstant } from '../../model/onnx.ts';
import { elementsIn, type NodeView } from './node.ts';
import { broadcast } from './shapes.ts';

const MOST_VALUES = 1024;

type Numbers = readonly number[];

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => (Number.isInteger(a) && Number.isInteger(b) ? Math.trunc(a / b) : a / b),
  Mod: (a, b) => ((a % b) + b) % b,
  Max: Math.max,
  Min: Math.min,
  Equal: (a, b) => Number(a === b),
  Less: (a, b) => Number(a < b),
  Greater: (a, b) => Number(a > b),
};

const UNARY: Readonly<Record<string, (a: number) => number>> = {
  Floor: Math.floor,
  Ceil: Math.ceil,
  Neg: (a) => -a,
  Abs: Math.abs,
  Not: (a) => Number(a === 0),
  Sqrt: Math.sqrt,
};

const UNCHANGED = ['Cast', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten'];
/** ONNX's TensorProto.DataType of integers: a cast to them cuts the fraction off. */
const INTEGERS = [2, 3, 4, 5, 6, 7, 12, 13];

/** The numbers of a node's first output of shape `shape`, or undefined if they are not followed. */
export function valuesOf(node: NodeView, shape: Numbers): Numbers | undefined {
  const size = elementsIn(shape);
  if (size > MOST_VALUES) return undefined;
  if (node.op === 'Shape') return shapeNumbers(node);
  if (node.op === 'Size') return [elementsIn(node.shape(0))];
  if (node.op === 'ConstantOfShape') {
    const value = node.attribute('value') as OnnxConstant | undefined;
    return new Array<number>(size).fill(value?.values?.[0] ?? 0);
  }
  const inputs = node.inputs.map((input) => input?.values);
  const [first, second] = inputs;
  if (first === undefined) return undefined;
  if (UNCHANGED.includes(node.op)) {
    return node.op === 'Cast' && INTEGERS.includes(node.int('to', 0)) ? first.map(Math.trunc) : first;
  }
  if (Object.hasOwn(UNARY, node.op)) return first.map(UNARY[node.op]);
  if (Object.hasOwn(BINARY, node.op)) return second && stretched(BINARY[node.op], node, first, second, shape);
  return listed(node, inputs, shape);
}

/** Operators that move numbers of lists about. */
function listed(node: NodeView, inputs: readonly (Numbers | undefined)[], shape: Numbers): Numbers | undefined {
  const [first, second, third] = inputs as Numbers[];
  const isList = node.shape(0).length <= 1;
  switch (node.op) {
    case 'Concat':
      return isList && inputs.every((values) => values !== undefined) ? inputs.flatMap((values) => values) : undefined;
    case 'Gather':
      return isList && second ? second.map((at) => first[at < 0 ? at + first.length : at] ?? 0) : undefined;
    case 'Slice': {
      const [starts, ends] = [node.list('starts', 1), node.list('ends', 2)];
      const step = node.values(4)?.[0] ?? 1;
      return isList && starts && ends && step === 1 ? first.slice(starts[0], ends[0]) : undefined;
    }
    case 'ReduceProd':
      return elementsIn(shape) === 1 ? [first.reduce((a, b) => a * b, 1)] : undefined;
    case 'ReduceSum':
      return elementsIn(shape) === 1 ? [first.reduce((a, b) => a + b, 0)] : undefined;
    case 'Where':
      return second && third && first.length === second.length && first.length === third.length
        ? first.map((chosen, i) => (chosen ? second[i] : third[i]))
        : undefined;
    case 'Expand':
    case 'Tile':
      return first.length === 1 ? new Array<number>(elementsIn(shape)).fill(first[0]) : undefined;
    default:
      return undefined;
  }
}

function shapeNumbers(node: NodeView): Numbers {
  const shape = node.shape(0);
  return shape.slice(node.int('start', 0), node.attribute('end') === undefined ? undefined : node.int('end', 0));
}

/** Element by element where shapes are equal or one of them has one element. */
function stretched(
  fn: (a: number, b: number) => number,
  node: NodeView,
  first: Numbers,
  second: Numbers,
  shape: Numbers,
): Numbers | undefined {
  if (broadcast([node.shape(0), node.shape(1)]) === undefined) return undefined;
  const size = elementsIn(shape);
  if (![1, size].includes(first.length) || ![1, size].includes(second.length)) return undefined;
  return Array.from({ length: size }, (_, i) => fn(first[i % first.length], second[i % second.length]));
}
