/**
 * From an operator table to a workload: shapes are inferred node by node, then each node becomes a layer. Nodes whose inputs are all
 * constant are worked out beforehand by any compiler and make no layer; neither does what changes no byte (dropout at inference, a
 * reshape that keeps rows and channels), a batch norm right behind the convolution that can take it in, nor a bias added to a product.
 */
import type { OnnxGraph, OnnxNode, OnnxValue, OpenSizes } from '../../model/onnx.ts';
import { fail, ok, type Result } from '../../model/problem.ts';
import { layerMacs, type Layer, type Tensor, type Window, type Workload } from '../../model/workload.ts';
import { COST_RULES, assumed, type Rule } from './lower.ts';
import { axisOf, defaultAxis, keepsOrder } from './axes.ts';
import { NodeView, channelsIn, elementsIn, rowsIn, type Known } from './node.ts';
import { SHAPE_RULES } from './shapes.ts';
import { valuesOf } from './values.ts';

/** Larger tensors are no networks that a chip of this kind runs, but files made to break something. */
const MOST_ELEMENTS = 2 ** 40;
const UNCHANGED = ['Identity', 'Dropout', 'Cast', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose'];

/** Names of the sizes that a file leaves open, in their order. */
export function openSizes({ inputs }: OnnxGraph): string[] {
  return [...new Set(inputs.flatMap(({ dims }) => dims.filter((size) => typeof size === 'string')))];
}

/** Inputs of which a size is open, with their shapes: `x: batch x 3 x 48`. */
export const openInputs = ({ inputs }: OnnxGraph): string[] =>
  inputs
    .filter(({ dims }) => dims.some((size) => typeof size === 'string'))
    .map(({ name, dims }) => `${name}: ${dims.join(' x ')}`);

/** The network of an operator table. Errors: open sizes that were not given; operands that do not fit each other. */
export function importOnnx(graph: OnnxGraph, name: string, sizes: OpenSizes = {}): Result<Workload> {
  const missing = openSizes(graph).filter((size) => !Object.hasOwn(sizes, size));
  if (missing.length > 0) {
    return fail(
      'sizes',
      `the file leaves ${missing.join(', ')} open (${openInputs(graph).join('; ')}); say how large ${missing.length > 1 ? 'they are' : 'it is'}`,
    );
  }
  return new Importer(graph, sizes).run(name);
}

class Importer {
  private readonly graph: OnnxGraph;
  private readonly sizes: OpenSizes;
  private readonly known = new Map<string, Known>();
  private readonly stated: ReadonlyMap<string, OnnxValue>;
  private readonly layers: Layer[] = [];
  private readonly assumptions = new Map<string, string>();
  /** How often each tensor is read. */
  private readonly readers = new Map<string, number>();

  constructor(graph: OnnxGraph, sizes: OpenSizes) {
    this.graph = graph;
    this.sizes = sizes;
    this.stated = new Map(graph.stated.map((value) => [value.name, value]));
    const used = [...graph.outputs, ...graph.nodes.flatMap(({ inputs }) => inputs)];
    for (const tensor of used) this.readers.set(tensor, (this.readers.get(tensor) ?? 0) + 1);
  }

  run(name: string): Result<Workload> {
    const { graph } = this;
    for (const { name: tensor, dims, values } of graph.constants) this.constant(tensor, dims, values);
    const inputs = graph.inputs.map((value, index) => this.input(value, -1 - index));
    for (const node of graph.nodes) {
      const problem = this.node(node);
      if (problem !== undefined) return fail('', `operator ${node.outputs[0] || '?'} (${node.op}): ${problem}`);
    }
    const layers = this.neededLayers();
    if (layers.length === 0 || inputs.length === 0) return fail('', 'no output depends on an input');
    const unsound = layers.find((layer) => !isSound(layer));
    if (unsound !== undefined)
      return fail(
        '',
        `operator ${unsound.name} (${unsound.onnxType}): its attributes and shapes contradict each other`,
      );
    const [input, ...sideInputs] = inputs;
    return ok({
      name,
      title: graph.name || name,
      source: 'imported from an ONNX file',
      input: input.tensor,
      inputShape: input.shape,
      ...(sideInputs.length > 0 ? { sideInputs } : {}),
      layers,
      outputs: graph.outputs.map((output) => ({ name: output, shape: this.known.get(output)?.shape ?? [] })),
      assumptions: [...this.assumptions.values()],
    });
  }

  /** Layers that an output depends on, numbered anew. */
  private neededLayers(): Layer[] {
    const needed = new Set<number>();
    const mark = (layer: number): void => {
      if (layer < 0 || needed.has(layer)) return;
      needed.add(layer);
      stack.push(...this.layers[layer].inputs);
    };
    const outputs = this.graph.outputs.map((name) => this.known.get(name));
    const stack = outputs.flatMap((output) => (output === undefined || output.isConstant ? [] : [output.layer]));
    while (stack.length > 0) mark(stack.pop()!);
    const number = new Map<number, number>();
    this.layers.forEach((_, old) => needed.has(old) && number.set(old, number.size));
    const renumbered = (input: number): number => number.get(input) ?? input;
    const names = new Map<string, number>();
    return this.layers
      .filter((_, old) => needed.has(old))
      .map((layer) => ({ ...layer, name: unique(layer.name, names), inputs: layer.inputs.map(renumbered) }));
  }

  private constant(name: string, shape: readonly number[], values?: readonly number[]): void {
    this.known.set(name, { shape, values, isConstant: true, channelAxis: Math.max(0, shape.length - 1), layer: 0 });
  }

  private input({ name, dims }: OnnxValue, layer: number): { tensor: Tensor; shape: readonly number[] } {
    const shape = this.sized(dims);
    const known: Known = { shape, isConstant: false, channelAxis: defaultAxis(shape), layer };
    this.known.set(name, known);
    return { tensor: tensorOf(name, known), shape };
  }

  private sized = (dims: OnnxValue['dims']): number[] =>
    dims.map((size) => (typeof size === 'number' ? size : (this.sizes[size] ?? 1)));

  /** Work out one node; a sentence if its operands are wrong. */
  private node(node: OnnxNode): string | undefined {
    const missing = node.inputs.find((name) => name !== '' && !this.known.has(name));
    if (missing !== undefined) return `its input "${missing}" is made by nothing before it`;
    const [output] = node.outputs;
    if (output === undefined) return 'it has no output';
    const view = new NodeView(
      node,
      this.graph.opset,
      node.inputs.map((name) => this.known.get(name)),
    );
    if (node.op === 'Constant') return this.constantNode(view, output);
    const { shapes, isAssumed } = this.shapesOf(view);
    const wrong = shapes.flat().find((size) => !Number.isInteger(size) || size < 0);
    if (wrong !== undefined) return `its shape would have the size ${wrong}; do its operands fit each other?`;
    if (shapes.some((shape) => elementsIn(shape) > MOST_ELEMENTS)) return `its output has more than 2^40 elements`;
    this.outputs(view, shapes, isAssumed);
    return undefined;
  }

  private constantNode({ node }: NodeView, output: string): undefined {
    const { value, value_int: int, value_ints: ints, value_float: float, value_floats: floats } = node.attributes;
    const single = int ?? float;
    const list = ints ?? floats;
    if (typeof single === 'number') this.constant(output, [], [single]);
    else if (Array.isArray(list)) this.constant(output, [list.length], list as number[]);
    else if (typeof value === 'object' && 'dims' in value) this.constant(output, value.dims, value.values);
    else this.constant(output, []);
  }

  /**
   * Shapes of all outputs: inferred, or those that the file states, or as a last resort that of the first input. The last two are
   * assumptions, and so is then the cost.
   */
  private shapesOf(view: NodeView): Shapes {
    const { op, outputs } = view.node;
    const inferred = SHAPE_RULES.get(op)?.(view);
    if (inferred !== undefined) return { shapes: inferred, isAssumed: false };
    const stated = outputs.map((name) => this.stated.get(name));
    const from = stated[0] === undefined ? 'of the shape of its input' : 'of the shape that the file states';
    const why = SHAPE_RULES.has(op) ? 'its shape depends on data' : 'it is not known here';
    this.assumptions.set(op, `${op}: ${why}; taken for one pass of the vector unit over an output ${from}`);
    const shapes = stated.map((value) => (value === undefined ? view.shape(0) : this.sized(value.dims)));
    return { shapes, isAssumed: true };
  }

  private outputs(view: NodeView, shapes: Shapes['shapes'], isAssumed: boolean): void {
    const { node } = view;
    const operands = view.inputs.filter((input): input is Known => input !== undefined && !input.isConstant);
    const values = shapes[0] === undefined ? undefined : valuesOf(view, shapes[0]);
    node.outputs.forEach((name, index) => {
      const shape = shapes[index] ?? [];
      if (name === '') return;
      if (operands.length === 0 || (values !== undefined && index === 0) || node.op === 'Shape' || node.op === 'Size') {
        return this.constant(name, shape, index === 0 ? values : undefined);
      }
      const out: Known = { shape, isConstant: false, channelAxis: axisOf(view, shape), layer: this.layers.length };
      const rule = isAssumed ? assumed : (COST_RULES.get(node.op) ?? assumed);
      const still = isAssumed ? undefined : this.same(view, operands, out, index);
      if (still === undefined) this.layers.push(layerOf(view, rule, operands, out, index));
      this.known.set(name, still ?? out);
    });
  }

  /** The tensor that already holds these bytes, if the node changes none or another layer takes its work in. */
  private same(view: NodeView, operands: readonly Known[], out: Known, index: number): Known | undefined {
    const { node } = view;
    const [from] = operands;
    if (index > 0) return node.op === 'Dropout' ? { ...out, layer: from.layer } : undefined;
    const keeps = rowsIn(from) === rowsIn(out) && channelsIn(from) === channelsIn(out);
    const isStill = node.op !== 'Transpose' || keepsOrder(view);
    if (UNCHANGED.includes(node.op) && keeps && isStill) return { ...out, layer: from.layer };
    return this.takenIn(view, operands, out) ? { ...out, channelAxis: from.channelAxis, layer: from.layer } : undefined;
  }

  /** A batch norm behind a convolution, or a constant vector added to a product, of which nobody else reads the result. */
  private takenIn({ node, inputs }: NodeView, operands: readonly Known[], out: Known): boolean {
    const [from] = operands;
    const before = operands.length === 1 && from.layer >= 0 ? this.layers[from.layer] : undefined;
    const name = node.inputs[inputs.findIndex((input) => input === from)];
    if (before === undefined || before.output.name !== name || this.readers.get(name) !== 1) return false;
    if (node.op === 'BatchNormalization') return before.kind === 'conv';
    const vector = inputs.find((input) => input?.isConstant);
    const isBias = node.op === 'Add' && elementsIn(vector?.shape ?? []) === before.output.channels;
    const isProduct = before.kind === 'matmul' || before.kind === 'conv';
    const isOwn = elementsIn(from.shape) === elementsIn(out.shape) && before.biasElements === 0;
    if (!isBias || !isProduct || !isOwn || before.weightElements === 0) return false;
    this.layers[from.layer] = { ...before, biasElements: before.output.channels };
    return true;
  }
}

/** The layer that makes output `index` of a node. Further outputs cost nothing more: the first one's layer has the work. */
function layerOf(view: NodeView, rule: Rule, operands: readonly Known[], out: Known, index: number): Layer {
  const { kind, work, reads } = rule(view, out, operands);
  const { name, outputs } = view.node;
  const bare: Layer = {
    name: index === 0 && name !== '' ? name : outputs[index],
    kind,
    onnxType: view.op,
    inputs: operands.map(({ layer }) => layer),
    reads,
    output: tensorOf(outputs[index], out),
    outShape: out.shape,
    rowUnit: work.rowUnit ?? 1,
    channelUnit: work.channelUnit ?? 1,
    gemms: [],
    vector: [],
    weightElements: 0,
    biasElements: 0,
    weightShape: [],
    group: 1,
  };
  return index === 0 ? { ...bare, ...work } : bare;
}

/** A name that no layer before has: files may use one for several nodes. */
function unique(name: string, taken: Map<string, number>): string {
  const count = (taken.get(name) ?? 0) + 1;
  taken.set(name, count);
  return count === 1 ? name : unique(`${name} (${count})`, taken);
}

/** Is everything that the layer says a number of things? Attributes that contradict each other lead to fractions and negatives. */
function isSound(layer: Layer): boolean {
  // only a window may move on by part of a line
  const { stride = 1, ...window }: Partial<Window> = layer.window ?? {};
  const counts = [
    ...[layerMacs(layer), layer.weightElements, layer.biasElements, layer.rowUnit, layer.channelUnit, layer.group],
    ...layer.gemms.flatMap(({ M, N, K, repeat }) => [M, N, K, repeat]),
    ...layer.vector.map(({ elements }) => elements),
    ...Object.values(window),
  ];
  return stride > 0 && Number.isFinite(stride) && counts.every((size) => Number.isSafeInteger(size) && size >= 0);
}

interface Shapes {
  readonly shapes: readonly (readonly number[])[];
  readonly isAssumed: boolean;
}

const tensorOf = (name: string, known: Known): Tensor => ({ name, rows: rowsIn(known), channels: channelsIn(known) });
