/** `vnpu list`, `vnpu model` and `vnpu serve`. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROGRAM, vnpu, vnpuJson } from '../support/cli.ts';

interface Layer {
  type: string;
  name: string;
  outShape: number[];
  weightShape: number[];
  group: number;
  macs: number;
}

describe('vnpu list', () => {
  it('names presets, models and gallery entries', async () => {
    const { presets, models, gallery } = await vnpuJson(['list', '--json']);
    const names = (entries: { name: string }[]): string[] => entries.map(({ name }) => name);
    expect(names(presets)).toContain('vnpu-sim-36');
    expect(names(models)).toEqual(expect.arrayContaining(['resnet18', 'resnet34', 'gpt2-small', 'gpt2-large']));
    expect(names(gallery)).toEqual(expect.arrayContaining(['twins', 'resnet-beside-gpt2', 'alone', 'crowded']));
    expect((await vnpu(['list'])).stdout).toContain('resnet-beside-gpt2');
  });
});

describe('vnpu model', () => {
  it('knows ResNet-18: 1.814 GMAC, 11.68 M parameters without batch norm', async () => {
    const { inputs, outputs, macs, parameters, layers } = await vnpuJson(['model', 'resnet18', '--json']);
    expect(Object.values(inputs)).toEqual([[1, 3, 224, 224]]);
    expect(Object.values(outputs)).toEqual([[1, 1000]]);
    expect(macs / 1e9).toBeCloseTo(1.814, 3);
    expect(parameters / 1e6).toBeCloseTo(11.68, 2);
    const convolutions = layers.filter(({ type }: Layer) => type === 'Conv');
    expect(convolutions).toHaveLength(20);
    expect(convolutions[0]).toMatchObject({ outShape: [1, 64, 112, 112], weightShape: [64, 3, 7, 7], group: 1 });
    expect(layers.reduce((sum: number, layer: Layer) => sum + layer.macs, 0)).toBe(macs);
  });

  it('knows the blocks of GPT-2 small for any number of tokens: 84.9 M weights', async () => {
    const short = await vnpuJson(['model', 'gpt2-small', '--tokens', '64', '--json']);
    const long = await vnpuJson(['model', 'gpt2-small', '--tokens', '128', '--json']);
    expect(long.parameters).toBe(short.parameters);
    const matrices = 12 * 12 * 768 * 768;
    expect(matrices / 1e6).toBeCloseTo(84.9, 1);
    // Weight products grow with the tokens, attention with their square: 2 x 768 MACs per pair, layer and token.
    expect(short.macs).toBe(64 * matrices + 12 * 64 * 64 * 2 * 768);
    expect(long.macs).toBe(128 * matrices + 12 * 128 * 128 * 2 * 768);
  });
});

describe('vnpu model onnx:FILE', () => {
  const FOLDER = 'tests/reference/onnx';

  it('gives every row of the reference', async () => {
    const [reference] = JSON.parse(readFileSync(`${FOLDER}/macs.json`, 'utf8'));
    const { inputs, outputs, macs, layers } = await vnpuJson(['model', `onnx:${FOLDER}/${reference.file}`, '--json']);
    expect({ inputs, outputs, macs }).toEqual({
      inputs: reference.inputs,
      outputs: reference.outputs,
      macs: reference.macs,
    });
    const rows = layers
      .filter(({ type }: Layer) => type === 'Conv' || type === 'Gemm')
      .map(({ type, name, outShape, weightShape, group, macs: own }: Layer) => [
        type,
        name,
        outShape,
        weightShape,
        group,
        own,
      ]);
    expect(rows).toEqual(reference.layers);
  });

  it('refuses a file that is none, with the byte, and one that is not there', async () => {
    const { code, stderr } = await vnpu(['model', `onnx:${FOLDER}/macs.json`]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/macs.json: not a whole ONNX file; at byte \d+/)]);
    const missing = await vnpu(['model', 'onnx:nowhere.onnx']);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('there is no such file')]);
  });
});

describe('vnpu serve', () => {
  it('serves the built site and says where', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'serve', '--port', '0']);
    const url = await new Promise<string>((resolve) =>
      child.stdout.once('data', (chunk) => resolve(String(chunk).trim())),
    );
    const page = await fetch(url);
    expect(await page.text()).toContain('id="app"');
    child.kill();
  });

  it('refuses a folder without a page', async () => {
    const { code, stderr } = await vnpu(['serve', 'tests']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^tests: there is no index.html/)]);
  });
});
