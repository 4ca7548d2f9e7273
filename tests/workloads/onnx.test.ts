/**
 * The ONNX import against what ONNX's own shape inference says of real models (tests/reference/onnx, see ONNX.md there), and against
 * files made to be wrong, large or unknown.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { needed } from '../../src/compiler/rect.ts';
import type { OpenSizes } from '../../src/model/onnx.ts';
import { describeProblems, type Result } from '../../src/model/problem.ts';
import { layerMacs, workloadMacs, workloadParameters, type Workload } from '../../src/model/workload.ts';
import { importOnnx, openSizes } from '../../src/workloads/onnx/import.ts';
import { readOnnx } from '../../src/workloads/onnx/read.ts';
import type { ByteSource } from '../../src/workloads/onnx/wire.ts';
import {
  int,
  intAttribute,
  message,
  model,
  node,
  sourceOf,
  tensor,
  text,
  value,
  varint,
} from '../support/onnx-writer.ts';

const FOLDER = 'tests/reference/onnx/';

type Row = [type: string, name: string, outShape: number[], weightShape: number[], group: number, macs: number];
interface Reference {
  readonly file: string;
  readonly inputs: Record<string, number[]>;
  readonly outputs: Record<string, number[]>;
  readonly macs: number;
  readonly layers: Row[];
}
const REFERENCES = JSON.parse(readFileSync(`${FOLDER}macs.json`, 'utf8')) as Reference[];

const fileBytes = (file: string): Uint8Array => new Uint8Array(readFileSync(FOLDER + file));

async function importFrom(source: ByteSource, sizes: OpenSizes = {}): Promise<Result<Workload>> {
  const graph = await readOnnx(source);
  return graph.ok ? importOnnx(graph.value, 'test', sizes) : graph;
}

async function imported(source: ByteSource, sizes: OpenSizes = {}): Promise<Workload> {
  const result = await importFrom(source, sizes);
  if (!result.ok) throw new Error(describeProblems(result.problems));
  return result.value;
}

const problemOf = async (source: ByteSource): Promise<string> => {
  const result = await importFrom(source);
  return result.ok ? '' : describeProblems(result.problems);
};

describe.each(REFERENCES)('$file', ({ file, inputs, outputs, macs, layers }) => {
  test('every convolution and product: name, shapes, groups and multiply-accumulates', async () => {
    const net = await imported(sourceOf(fileBytes(file)));
    const rows = net.layers
      .filter(({ onnxType }) => ['Conv', 'Gemm', 'MatMul'].includes(onnxType))
      .map((layer) => [layer.onnxType, layer.name, layer.outShape, layer.weightShape, layer.group, layerMacs(layer)]);
    expect(rows).toEqual(layers);
    expect(workloadMacs(net)).toBe(macs);
    expect({ [net.input.name]: net.inputShape }).toEqual(inputs);
    expect(Object.fromEntries(net.outputs!.map(({ name, shape }) => [name, shape]))).toEqual(outputs);
    expect(net.assumptions).toEqual([]);
  });

  test('operators read only what stands before them, and only the last is unread', async () => {
    const net = await imported(sourceOf(fileBytes(file)));
    net.layers.forEach((layer, index) => layer.inputs.forEach((input) => expect(input).toBeLessThan(index)));
    const read = new Set(net.layers.flatMap((layer) => layer.inputs));
    expect(net.layers.flatMap((_, index) => (read.has(index) ? [] : [index]))).toEqual([net.layers.length - 1]);
  });
});

/** Rows as a run of the real files gave them, with their weights, by another program (see ONNX.md). */
type RunRow = [type: string, name: string, outShape: number[], macs: number];
const RUNS = JSON.parse(readFileSync(`${FOLDER}ppocr.json`, 'utf8')) as (Omit<Reference, 'layers'> & {
  layers: RunRow[];
})[];

test.each(RUNS)('$file, all sizes open: shapes and multiply-accumulates of a run', async ({ file, inputs, ...run }) => {
  const graph = await readOnnx(sourceOf(fileBytes(file)));
  if (!graph.ok) throw new Error(describeProblems(graph.problems));
  const dims = graph.value.inputs.find(({ name }) => name === 'x')!.dims;
  const sizes = dims.flatMap((dim, axis) => (typeof dim === 'string' ? [[dim, inputs.x[axis]] as const] : []));
  expect(openSizes(graph.value)).toEqual(sizes.map(([name]) => name));
  const net = await imported(sourceOf(fileBytes(file)), Object.fromEntries(sizes));
  const products = net.layers.filter(({ onnxType }) => /^(Conv|ConvTranspose|MatMul|Gemm)$/.test(onnxType));
  const rows = products.map((layer) => [layer.onnxType, layer.name, layer.outShape, layerMacs(layer)]);
  expect(rows).toEqual(run.layers);
  expect(Object.fromEntries(net.outputs!.map(({ name, shape }) => [name, shape]))).toEqual(run.outputs);
  expect(net.assumptions).toEqual([]);
});

test('parameters are those of the released models, whose classifier weights may pass through a reshape', async () => {
  const parameters = async (name: string): Promise<number> =>
    workloadParameters(await imported(sourceOf(fileBytes(`light_${name}.onnx`))));
  expect(await parameters('bvlc_alexnet')).toBe(60_965_224);
  expect(await parameters('inception_v1')).toBe(6_998_552);
  expect(await parameters('squeezenet')).toBe(1_235_496);
  expect(await parameters('vgg19')).toBe(143_667_240);
  // 25,557,032 of torchvision without 53,120 of batch norm, which its convolutions take in.
  expect(await parameters('resnet50')).toBe(25_557_032 - 53_120);
});

describe('a damaged file', () => {
  const whole = fileBytes('light_squeezenet.onnx');

  test('is refused with the byte where it cannot be right', async () => {
    expect(await problemOf(sourceOf(whole.subarray(0, 5000)))).toMatch(
      /at byte \d+ field 7 of ModelProto claims \d+ bytes, but ModelProto has \d+ left/,
    );
    // Wire type 7 does not exist: the first byte of a PNG file.
    expect(await problemOf(sourceOf(Uint8Array.of(0x8f, 0x01, 0x4e)))).toMatch(/at byte 0 .*wire type 7/);
    expect(await problemOf(sourceOf(new Uint8Array(0)))).toMatch(/at byte 0 the file ends/);
    expect(await problemOf(sourceOf(Uint8Array.of(0x08, 0xff)))).toMatch(/at byte 1 it ends within a number/);
  });

  test('never throws, however it is cut or changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: whole.length }),
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 5 }),
        async (length, changes) => {
          const bytes = whole.slice(0, length);
          for (const [at, byte] of changes) if (at < length) bytes[at] = byte;
          const result = await importFrom(sourceOf(bytes));
          if (result.ok) expect(Number.isSafeInteger(workloadMacs(result.value))).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});

test('weights of 200 MB are stepped over: less than 1 MB is read', async () => {
  const [rows, columns] = [10_000, 5_000];
  const bytes = 4 * rows * columns;
  // The weights come last, and their raw data last within them: only the lengths around them are written, the rest is never there.
  const dims = [...int(1, rows), ...int(1, columns), ...int(2, 1), ...text(8, 'w')];
  const head = [...dims, ...varint(9 * 8 + 2), ...varint(bytes)];
  const weights = [...varint(5 * 8 + 2), ...varint(head.length + bytes), ...head];
  const graph = [...node('MatMul', ['x', 'w'], ['y']), ...value(11, 'x', [8, rows]), ...value(12, 'y', [8, columns])];
  const start = [...varint(7 * 8 + 2), ...varint(graph.length + weights.length + bytes), ...graph, ...weights];
  const size = start.length + bytes;
  let read = 0;
  const net = await imported({
    size,
    read: (from, to) => {
      read += to - from;
      const piece = new Uint8Array(to - from);
      piece.set(start.slice(from, to));
      return Promise.resolve(piece);
    },
  });
  expect(size).toBeGreaterThan(200_000_000);
  expect(read).toBeLessThan(1_000_000);
  expect(workloadMacs(net)).toBe(8 * rows * columns);
  expect(workloadParameters(net)).toBe(rows * columns);
});

test('sizes that a file leaves open are asked for by name, and then hold everywhere', async () => {
  const bytes = model(
    node('MatMul', ['x', 'w'], ['y']),
    tensor('w', [64, 32]),
    value(11, 'x', ['batch', 'tokens', 64]),
    value(12, 'y', ['batch', 'tokens', 32]),
  );
  const graph = await readOnnx(sourceOf(bytes));
  expect(graph.ok && openSizes(graph.value)).toEqual(['batch', 'tokens']);
  expect(await problemOf(sourceOf(bytes))).toBe(
    'sizes: the file leaves batch, tokens open (x: batch x tokens x 64); say how large they are',
  );
  const net = await imported(sourceOf(bytes), { batch: 2, tokens: 5 });
  expect(net.layers[0].outShape).toEqual([2, 5, 32]);
  expect(workloadMacs(net)).toBe(2 * 5 * 64 * 32);
});

test('an operator that is not known is listed, and costs one pass over the shape that the file states', async () => {
  const bytes = model(
    node('FancyOperator', ['x'], ['y']),
    node('Relu', ['y'], ['z']),
    value(11, 'x', [1, 16]),
    value(13, 'y', [1, 48]),
    value(12, 'z', [1, 48]),
  );
  const net = await imported(sourceOf(bytes));
  expect(net.assumptions).toEqual([
    'FancyOperator: it is not known here; taken for one pass of the vector unit over an output of the shape that the file states',
  ]);
  expect(net.layers.map(({ vector }) => vector)).toEqual([
    [{ fn: 'map', elements: 48 }],
    [{ fn: 'relu', elements: 48 }],
  ]);
});

describe('shapes from the definitions of the operators', () => {
  const shapeOf = async (...parts: number[][]): Promise<readonly number[]> =>
    (await imported(sourceOf(model(...parts)))).layers.at(-1)!.outShape;
  const input = (...dims: number[]): number[] => value(11, 'x', dims);
  const output = value(12, 'y', []);
  const ints = (name: string, ...values: number[]): number[] =>
    message(5, text(1, name), ...values.map((size) => int(8, size)), int(20, 7));

  test('convolutions in one, two and three dimensions, dilated, grouped and transposed', async () => {
    const conv = (...attributes: number[][]): number[] => node('Conv', ['x', 'w'], ['y'], ...attributes);
    expect(await shapeOf(conv(ints('pads', 1, 1)), tensor('w', [8, 4, 3]), input(1, 4, 50), output)).toEqual([
      1, 8, 50,
    ]);
    // A 3 x 3 window with dilation 2 reaches over 5: 10 - 5 + 1.
    const dilated = conv(ints('dilations', 2, 2));
    expect(await shapeOf(dilated, tensor('w', [8, 4, 3, 3]), input(1, 4, 10, 10), output)).toEqual([1, 8, 6, 6]);
    const volume = conv(ints('strides', 2, 2, 2));
    expect(await shapeOf(volume, tensor('w', [8, 4, 2, 2, 2]), input(1, 4, 8, 6, 4), output)).toEqual([1, 8, 4, 3, 2]);
    const grouped = conv(intAttribute('group', 4));
    expect(await shapeOf(grouped, tensor('w', [8, 1, 1, 1]), input(1, 4, 5, 5), output)).toEqual([1, 8, 5, 5]);
    // (10 - 1) x 2 + 4 - 1 - 1.
    const up = node('ConvTranspose', ['x', 'w'], ['y'], ints('strides', 2, 2), ints('pads', 1, 1, 1, 1));
    expect(await shapeOf(up, tensor('w', [4, 8, 4, 4]), input(1, 4, 10, 10), output)).toEqual([1, 8, 20, 20]);
  });

  /** Lines of an image `height` x 3 that the last layer reads for line `line` of its output. */
  const linesRead = ({ layers }: Workload, height: number, line: number): [number, number] => {
    const { channels } = layers.at(-1)!.output;
    const width = layers.at(-1)!.outShape[3];
    const made = { row0: line * width, row1: (line + 1) * width, channel0: 0, channel1: channels };
    const { row0, row1 } = needed(layers.at(-1)!, 0, made, { name: 'x', rows: height * 3, channels: 4 });
    return [row0 / 3, row1 / 3];
  };

  test('a line of a transposed convolution reads the lines that are spread over it, and at most one more', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({ kernel: fc.integer({ min: 1, max: 5 }), stride: fc.integer({ min: 1, max: 4 }) }),
        fc.integer({ min: 1, max: 2 }),
        fc.nat(3),
        fc.integer({ min: 4, max: 12 }),
        async ({ kernel, stride }, dilation, pads, height) => {
          const before = Math.min(pads, (kernel - 1) * dilation);
          const strides = [ints('strides', stride, 1), ints('dilations', dilation, 1), ints('pads', before, 0, 0, 0)];
          const parts = [node('ConvTranspose', ['x', 'w'], ['y'], ...strides), tensor('w', [4, 8, kernel, 1])];
          const net = await imported(sourceOf(model(...parts, input(1, 4, height, 3), output)));
          for (let line = 0; line < net.layers[0].outShape[2]; line++) {
            const taps = Array.from({ length: kernel }, (_, tap) => (line + before - tap * dilation) / stride);
            const reached = taps.filter((from) => Number.isInteger(from) && from >= 0 && from < height);
            const [first, end] = linesRead(net, height, line);
            for (const from of reached) expect(from >= first && from < end).toBe(true);
            expect(end - first).toBeLessThanOrEqual(Math.ceil(((kernel - 1) * dilation + 1) / stride) + 1);
          }
        },
      ),
    ));

  test('a line of a resized image reads the two lines between which it lies, in every coordinate mode', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 2, max: 40 }), async (height, outHeight) => {
        const shape = (name: string, ...values: number[]): number[] =>
          message(5, int(1, 4), int(2, 7), text(8, name), ...values.map((size) => int(7, size)));
        const parts = [node('Resize', ['x', '', '', 'size'], ['y']), shape('size', 1, 4, outHeight, 3)];
        const net = await imported(sourceOf(model(...parts, input(1, 4, height, 3), output)));
        const scale = height / outHeight;
        for (let line = 0; line < outHeight; line++) {
          const places = [(line + 0.5) * scale - 0.5, line * scale, (line * (height - 1)) / (outHeight - 1)];
          const [first, end] = linesRead(net, height, line);
          for (const place of places) {
            expect(Math.max(0, Math.floor(place))).toBeGreaterThanOrEqual(first);
            expect(Math.min(height - 1, Math.floor(place) + 1)).toBeLessThan(end);
          }
        }
      }),
    ));

  test.each([
    ['LSTM', 4],
    ['GRU', 3],
    ['RNN', 1],
  ])('recurrent cells step by step, in both directions: %s with %i gates', async (cell, gates) => {
    const [steps, batch, width, hidden, directions] = [7, 2, 12, 5, 2];
    const net = await imported(
      sourceOf(
        model(
          node(cell, ['x', 'w', 'r'], ['y'], intAttribute('hidden_size', hidden)),
          tensor('w', [directions, gates * hidden, width]),
          tensor('r', [directions, gates * hidden, hidden]),
          input(steps, batch, width),
          output,
        ),
      ),
    );
    expect(net.layers.at(-1)?.outShape).toEqual([steps, directions, batch, hidden]);
    expect(workloadMacs(net)).toBe(steps * batch * directions * gates * hidden * (width + hidden));
    expect(workloadParameters(net)).toBe(directions * gates * hidden * (width + hidden));
  });

  test('a target shape that is computed from other shapes', async () => {
    const parts = [
      node('Shape', ['x'], ['s']),
      node('Gather', ['s', 'zero'], ['batch']),
      node('Unsqueeze', ['batch', 'axes'], ['list']),
      node('Concat', ['list', 'rest'], ['target'], intAttribute('axis', 0)),
      node('Reshape', ['x', 'target'], ['y']),
    ];
    const numbers = (name: string, dims: number[], ...values: number[]): number[] =>
      message(5, ...dims.map((size) => int(1, size)), int(2, 7), text(8, name), ...values.map((size) => int(7, size)));
    const constants = [numbers('zero', [], 0), numbers('axes', [1], 0), numbers('rest', [2], 6, 10)];
    expect(await shapeOf(...parts, ...constants, input(3, 4, 15), output)).toEqual([3, 6, 10]);
  });
});

test('small weights are left in the file as large ones are; whole numbers and scales are kept', async () => {
  const floats = (name: string, ...values: number[]): number[] => {
    const raw = [...new Uint8Array(Float32Array.from(values).buffer)];
    return message(5, int(1, values.length), int(2, 1), text(8, name), message(9, raw));
  };
  const bias = Array.from({ length: 16 }, (_, i) => i + 0.5);
  const graph = await readOnnx(
    sourceOf(
      model(
        node('Add', ['x', 'bias'], ['z']),
        node('Resize', ['z', '', 'scales'], ['y']),
        ...[floats('bias', ...bias), floats('scales', 1, 1, 1.5, 1.5), floats('whole', ...bias.map(Math.floor))],
        value(11, 'x', [1, 16, 4, 4]),
        value(12, 'y', []),
      ),
    ),
  );
  const kept = graph.ok ? graph.value.constants.map(({ name, values }) => [name, values?.length]) : [];
  expect(kept).toEqual([
    ['bias', undefined],
    ['scales', 4],
    ['whole', 16],
  ]);
});
