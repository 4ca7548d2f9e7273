/** ONNX files, dropped or chosen in a tenant's sheet: read, asked about, drawn, refused. */
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Locator } from 'playwright-core';
import { it } from '../support/browser.ts';
import { int, model, node, tensor, text, value, varint } from '../support/onnx-writer.ts';
import { eventually, type Playground } from '../support/playground.ts';

const SQUEEZENET = 'tests/reference/onnx/light_squeezenet.onnx';
let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'vnpu-onnx-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** The sheet of tenant A with a file chosen. */
async function choose(playground: Playground, path: string): Promise<Locator> {
  await playground.open();
  await playground.button('Edit A').click();
  const sheet = playground.page.getByRole('dialog');
  await sheet.locator('input[type="file"]').setInputFiles(path);
  return sheet;
}

const workload = (playground: Playground) => playground.document().tenants![0].workload;

/** A product with 200 MB of weights, of which only the lengths are written: the file has a hole. */
function largeFile(): string {
  const [rows, columns] = [10_000, 5_000];
  const bytes = 4 * rows * columns;
  const head = [
    ...int(1, rows),
    ...int(1, columns),
    ...int(2, 1),
    ...text(8, 'w'),
    ...varint(9 * 8 + 2),
    ...varint(bytes),
  ];
  const weights = [...varint(5 * 8 + 2), ...varint(head.length + bytes), ...head];
  const graph = [...node('MatMul', ['x', 'w'], ['y']), ...value(11, 'x', [8, rows]), ...value(12, 'y', [8, columns])];
  const start = [...varint(7 * 8 + 2), ...varint(graph.length + weights.length + bytes), ...graph, ...weights];
  const path = join(folder, 'large.onnx');
  const file = openSync(path, 'w');
  writeSync(file, Uint8Array.from(start), 0, start.length, 0);
  writeSync(file, Uint8Array.of(0), 0, 1, start.length + bytes - 1);
  closeSync(file);
  return path;
}

describe('an ONNX file', () => {
  it('becomes the network of a tenant, and the link carries its operators', async ({ playground }) => {
    const sheet = await choose(playground, SQUEEZENET);
    await eventually(() => sheet.getByLabel('Network').inputValue()).toBe('onnx:light_squeezenet.onnx');
    await sheet.getByRole('button', { name: 'Save and run' }).click();
    await eventually(() => workload(playground)?.model).toBe('onnx:light_squeezenet.onnx');
    expect(workload(playground)!.operators!.length).toBeLessThan(20_000);
    await playground.moves();
    await playground.button('Show the network of A').click();
    await playground.page
      .getByRole('option', { name: /^n\d+, Conv, / })
      .first()
      .waitFor();
  });

  it('dropped on the page becomes the network of the tenant that is selected', async ({ playground }) => {
    await playground.open();
    const { page } = playground;
    await playground.button('Show the network of B').click();
    const bytes = [...readFileSync(SQUEEZENET)];
    const dataTransfer = await page.evaluateHandle((content) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(content)], 'dropped.onnx'));
      return transfer;
    }, bytes);
    const { width, height } = page.viewportSize()!;
    const target = { clientX: width / 2, clientY: height / 2, dataTransfer };
    await page.locator('main').dispatchEvent('dragover', target);
    await page.locator('main').dispatchEvent('drop', target);
    const sheet = page.getByRole('dialog', { name: 'Tenant B' });
    await eventually(() => sheet.getByLabel('Network').inputValue()).toBe('onnx:dropped.onnx');
    await sheet.getByRole('button', { name: 'Save and run' }).click();
    await eventually(() => playground.document().tenants![1].workload?.model).toBe('onnx:dropped.onnx');
  });

  it('of 200 MB is read at once, and the picture goes on moving', async ({ playground }) => {
    const sheet = await choose(playground, largeFile());
    await eventually(() => sheet.getByLabel('Network').inputValue()).toBe('onnx:large.onnx');
    await playground.moves();
    await sheet.getByRole('button', { name: 'Save and run' }).click();
    await eventually(() => workload(playground)?.model).toBe('onnx:large.onnx');
    expect(workload(playground)!.operators!.length).toBeLessThan(1000);
  });

  it('that leaves sizes open asks for them by name', async ({ playground }) => {
    const path = join(folder, 'open.onnx');
    const parts = [node('MatMul', ['x', 'w'], ['y']), tensor('w', [64, 32]), value(11, 'x', ['words', 64])];
    writeFileSync(path, model(...parts, value(12, 'y', ['words', 32])));
    const sheet = await choose(playground, path);
    await sheet.getByText('How large? x: words x 64').waitFor();
    await sheet.getByRole('button', { name: 'Save and run' }).click();
    expect(await sheet.getByLabel('Size of words').inputValue()).toBe('');
    await sheet.getByLabel('Size of words').fill('48');
    await sheet.getByRole('button', { name: 'Save and run' }).click();
    await eventually(() => workload(playground)?.sizes).toEqual({ words: 48 });
  });

  it('with an operator that is not known says what was assumed for it', async ({ playground }) => {
    const path = join(folder, 'fancy.onnx');
    const parts = [node('Fancy', ['x'], ['y']), value(11, 'x', [16, 64]), value(12, 'y', [16, 64])];
    writeFileSync(path, model(...parts));
    const sheet = await choose(playground, path);
    await eventually(() => sheet.getByLabel('Network').inputValue()).toBe('onnx:fancy.onnx');
    await sheet.getByRole('button', { name: 'Save and run' }).click();
    await eventually(() => workload(playground)?.model).toBe('onnx:fancy.onnx');
    await playground.button('Show the network of A').click();
    await playground.page.getByText(/^Assumed for Fancy: it is not known here; taken for one pass/).waitFor();
  });

  it('that is damaged is refused with the byte', async ({ playground }) => {
    const path = join(folder, 'cut.onnx');
    writeFileSync(path, readFileSync(SQUEEZENET).subarray(0, 5000));
    const sheet = await choose(playground, path);
    await sheet.getByText(/^not a whole ONNX file; at byte \d+ /).waitFor();
    expect(await sheet.getByLabel('Network').inputValue()).toBe('resnet18');
  });
});
