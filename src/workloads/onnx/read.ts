/**
 * From the bytes of an ONNX file to its operator table. Weights are stepped over; constants of few elements (shapes, axes, scales) are
 * kept, since other shapes follow from them. Leaves out functions, training graphs and the inner graphs of control flow.
 * Source: onnx.proto3 of the ONNX project (field numbers).
 */
import type { OnnxAttribute, OnnxConstant, OnnxGraph, OnnxNode, OnnxValue } from '../../model/onnx.ts';
import { fail, ok, type Result } from '../../model/problem.ts';
import { WireReader, type ByteSource, type Message, type Schema } from './wire.ts';

const TENSOR: Schema = {
  name: 'TensorProto',
  fields: { 1: 'int', 2: 'int', 4: 'float', 5: 'int', 7: 'int', 8: 'text', 9: 'bytes', 10: 'double' },
};
const ATTRIBUTE: Schema = {
  name: 'AttributeProto',
  fields: { 1: 'text', 2: 'float', 3: 'int', 4: 'text', 5: TENSOR, 7: 'float', 8: 'int', 20: 'int' },
};
const NODE: Schema = { name: 'NodeProto', fields: { 1: 'text', 2: 'text', 3: 'text', 4: 'text', 5: ATTRIBUTE } };
const DIMENSION: Schema = { name: 'TensorShapeProto.Dimension', fields: { 1: 'int', 2: 'text' } };
const SHAPE: Schema = { name: 'TensorShapeProto', fields: { 1: DIMENSION } };
const TENSOR_TYPE: Schema = { name: 'TypeProto.Tensor', fields: { 1: 'int', 2: SHAPE } };
const TYPE: Schema = { name: 'TypeProto', fields: { 1: TENSOR_TYPE } };
const VALUE_INFO: Schema = { name: 'ValueInfoProto', fields: { 1: 'text', 2: TYPE } };
const GRAPH: Schema = {
  name: 'GraphProto',
  fields: { 1: NODE, 2: 'text', 5: TENSOR, 11: VALUE_INFO, 12: VALUE_INFO, 13: VALUE_INFO },
};
const OPSET: Schema = { name: 'OperatorSetIdProto', fields: { 1: 'text', 2: 'int' } };
const MODEL: Schema = { name: 'ModelProto', fields: { 7: GRAPH, 8: OPSET } };

/** Most elements of a constant whose values are kept: those that shapes follow from are whole numbers, or a few scales. */
const MOST_VALUES = 1024;
const MOST_SCALES = 8;

/** Read a file. Errors name the byte at which it cannot be right. */
export async function readOnnx(source: ByteSource): Promise<Result<OnnxGraph>> {
  const reader = new WireReader(source);
  const model = await reader.message(MODEL);
  if (reader.damage !== undefined) return fail('', damaged(reader.damage.offset, reader.damage.message));
  const graph = model.messages(7).at(-1);
  if (graph === undefined || graph.messages(1).length === 0) {
    return fail('', damaged(source.size, 'the file ends and there was no operator'));
  }
  const opsets = model.messages(8).filter((set) => ['', 'ai.onnx'].includes(set.texts(1)[0] ?? ''));
  return ok(graphOf(graph, opsets[0]?.numbers(2)[0] ?? 1));
}

const damaged = (offset: number, message: string): string => `not a whole ONNX file; at byte ${offset} ${message}`;

function graphOf(graph: Message, opset: number): OnnxGraph {
  const constants = graph.messages(5).map(constantOf);
  const isConstant = new Set(constants.map(({ name }) => name));
  return {
    name: graph.texts(2)[0] ?? '',
    opset,
    inputs: graph
      .messages(11)
      .map(valueOf)
      .filter(({ name }) => !isConstant.has(name)),
    outputs: graph.messages(12).map((value) => value.texts(1)[0] ?? ''),
    constants,
    nodes: graph.messages(1).map(nodeOf),
    stated: [...graph.messages(13), ...graph.messages(12)].map(valueOf),
  };
}

function valueOf(info: Message): OnnxValue {
  const name = info.texts(1)[0] ?? '';
  const shape = info.messages(2)[0]?.messages(1)[0]?.messages(2)[0];
  const dims = (shape?.messages(1) ?? []).map((dimension, axis) => {
    const size = dimension.numbers(1)[0];
    return size !== undefined && size >= 0 ? size : (dimension.texts(2)[0] ?? `${name}.${axis}`);
  });
  return { name, dims };
}

const nodeOf = (node: Message): OnnxNode => ({
  op: node.texts(4)[0] ?? '',
  name: node.texts(3)[0] ?? '',
  inputs: node.texts(1),
  outputs: node.texts(2),
  attributes: Object.fromEntries(
    node.messages(5).flatMap((attribute) => {
      const value = attributeOf(attribute);
      const isNumber = typeof value !== 'number' || Number.isFinite(value);
      return value === undefined || !isNumber ? [] : [[attribute.texts(1)[0] ?? '', value]];
    }),
  ),
});

/** Types of attributes (field 20); older files leave them out, and the field that is there decides. */
const ATTRIBUTE_TYPES: Readonly<Record<number, number>> = { 1: 2, 2: 3, 3: 4, 4: 5, 6: 7, 7: 8 };

function attributeOf(attribute: Message): OnnxAttribute | undefined {
  const stated = ATTRIBUTE_TYPES[attribute.numbers(20)[0] ?? 0];
  const field = stated ?? [5, 8, 7, 4, 3, 2].find((candidate) => attribute.has(candidate));
  if (field === 2 || field === 3) return attribute.numbers(field)[0] ?? 0;
  if (field === 4) return attribute.texts(4)[0] ?? '';
  if (field === 7 || field === 8) return attribute.numbers(field);
  return field === 5 && attribute.has(5) ? constantOf(attribute.messages(5)[0]) : undefined;
}

function constantOf(tensor: Message): OnnxConstant {
  const dims = tensor.numbers(1);
  const name = tensor.texts(8)[0] ?? '';
  const elements = dims.reduce((product, size) => product * size, 1);
  const values = elements <= MOST_VALUES ? valuesOf(tensor, elements) : undefined;
  const isShape = values?.every(elements > MOST_SCALES ? Number.isInteger : Number.isFinite);
  return values !== undefined && isShape ? { name, dims, values } : { name, dims };
}

/** Numbers of a small tensor, from its typed field or from raw bytes; undefined where they are elsewhere or of another type. */
function valuesOf(tensor: Message, elements: number): number[] | undefined {
  for (const field of [7, 5, 4, 10]) if (tensor.numbers(field).length === elements) return tensor.numbers(field);
  const raw = tensor.bytes(9);
  if (raw === undefined) return undefined;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  const read = RAW[tensor.numbers(2)[0] ?? 0];
  if (read === undefined || raw.length !== elements * read.bytes) return undefined;
  return Array.from({ length: elements }, (_, index) => read.at(view, index * read.bytes));
}

/** Little-endian raw data by TensorProto.DataType. */
const RAW: Readonly<Record<number, { bytes: number; at: (view: DataView, offset: number) => number } | undefined>> = {
  1: { bytes: 4, at: (view, offset) => view.getFloat32(offset, true) },
  2: { bytes: 1, at: (view, offset) => view.getUint8(offset) },
  3: { bytes: 1, at: (view, offset) => view.getInt8(offset) },
  6: { bytes: 4, at: (view, offset) => view.getInt32(offset, true) },
  7: { bytes: 8, at: (view, offset) => Number(view.getBigInt64(offset, true)) },
  9: { bytes: 1, at: (view, offset) => view.getUint8(offset) },
  11: { bytes: 8, at: (view, offset) => view.getFloat64(offset, true) },
};
