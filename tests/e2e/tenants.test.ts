/** Tenants come, change and go; gallery entries load; the page serves a narrow screen. */
import { describe, expect } from 'vitest';
import { GALLERY } from '../../src/experiment/gallery.ts';
import { it } from '../support/browser.ts';
import { eventually, TWINS, twins } from '../support/playground.ts';

describe('tenants', () => {
  it('are added with name, shape, network and translation, placed and run', async ({ playground }) => {
    await playground.open();
    await playground.button('Add a tenant').click();
    const dialog = playground.page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Guest');
    await dialog.getByLabel('Width in cores').fill('3');
    await dialog.getByLabel('Height in cores').fill('1');
    await dialog.getByLabel('Network').selectOption({ label: 'GPT-2 small' });
    await dialog.getByLabel('Iterations').fill('7');
    await dialog.getByLabel('Address translation').selectOption({ label: 'pages' });
    await dialog.getByLabel('Entries').fill('8');
    await playground.button('Add and run').click();
    await playground
      .card('Guest')
      .getByText(/\d of 7 iterations/)
      .waitFor();
    await eventually(() => playground.document().tenants?.[2]).toEqual({
      name: 'Guest',
      topology: { height: 1 },
      translation: { kind: 'page', entries: 8 },
      workload: { model: 'gpt2-small', iterations: 7 },
    });
    await eventually(() => playground.page.locator('[data-tile][aria-label*=" of Guest"]').count()).toBe(3);
    await playground.moves();
    expect(await playground.alert).toBe('');
  });

  it('are changed', async ({ playground }) => {
    await playground.open();
    await playground.button('Edit B').click();
    await playground.page.getByRole('dialog').getByLabel('Iterations').fill('5');
    await playground.page.getByRole('dialog').getByLabel('Width in cores').fill('2');
    await playground.button('Save and run').click();
    await playground
      .card('B')
      .getByText(/2 × 3 ·\s+\d of 5 iterations/)
      .waitFor();
    await playground.moves();
    expect(await playground.alert).toBe('');
  });

  it('run a language model by phase, blocks and sequences, which other networks do not ask for', async ({
    playground,
  }) => {
    await playground.open();
    await playground.button('Edit B').click();
    const dialog = playground.page.getByRole('dialog');
    expect(await dialog.getByLabel('Phase').count()).toBe(0);
    await dialog.getByLabel('Network').selectOption('gpt2-small');
    await dialog.getByLabel('Phase').selectOption('decode');
    await dialog.getByLabel('Blocks').fill('2');
    await dialog.getByLabel('Sequences at once').fill('4');
    await playground.button('Save and run').click();
    const workload = () => playground.document().tenants![1].workload;
    await eventually(workload).toMatchObject({ model: 'gpt2-small', phase: 'decode', blocks: 2, batch: 4 });
    await playground.moves();
    await playground.button('Edit B').click();
    expect(await dialog.getByLabel('Phase').inputValue()).toBe('decode');
    await dialog.getByLabel('Network').selectOption('resnet34');
    await playground.button('Save and run').click();
    await eventually(() => workload()?.model).toBe('resnet34');
    expect(Object.keys(workload()!).filter((key) => /phase|blocks|batch|tokens/.test(key))).toEqual([]);
    await playground.moves();
    expect(await playground.alert).toBe('');
  });

  it('run a network from an ONNX file, which the link then carries', async ({ playground }) => {
    await playground.open();
    await playground.button('Edit B').click();
    const dialog = playground.page.getByRole('dialog');
    await dialog.getByLabel('ONNX file').setInputFiles('tests/reference/onnx/macs.json');
    await dialog.getByText(/not a whole ONNX file; at byte \d+/).waitFor();
    await dialog.getByLabel('ONNX file').setInputFiles('tests/reference/onnx/light_resnet50.onnx');
    await eventually(() => dialog.getByLabel('Network').inputValue()).toBe('onnx:light_resnet50.onnx');
    await playground.button('Save and run').click();
    await playground.card('B').getByText('light_resnet50.onnx').waitFor();
    await playground.moves();
    await eventually(() => playground.document().tenants![1].workload).toMatchObject({
      model: 'onnx:light_resnet50.onnx',
      operators: expect.any(String),
    });
    expect(await playground.alert).toBe('');
  });

  it('are removed, down to an empty chip', async ({ playground }) => {
    await playground.open();
    for (const name of ['A', 'B']) {
      await playground.button(`Edit ${name}`).click();
      await playground.button('Remove this tenant').click();
      await eventually(() => playground.card(name).count()).toBe(0);
    }
    await eventually(() => playground.headline).toMatch(/^The chip is empty/);
    expect(await playground.alert).toBe('');
  });

  it('that do not fit are refused with the reason, and the others run on', async ({ playground }) => {
    await playground.open();
    await playground.button('Add a tenant').click();
    await playground.page.getByRole('dialog').getByLabel('Width in cores').fill('5');
    await playground.page.getByRole('dialog').getByLabel('Height in cores').fill('5');
    await playground.button('Add and run').click();
    await eventually(() => playground.alert).toMatch(
      /the last good experiment stays[^]*5 x 5|the last good experiment stays[^]*25/,
    );
    expect(await playground.canUndo()).toBe(false);
    await playground.moves();
    await playground.button('Dismiss').click();
    await eventually(() => playground.headline).not.toBe('');
  });
});

describe('the gallery', () => {
  for (const { name, title, document } of GALLERY) {
    it(`opens ${name}`, async ({ playground }) => {
      await playground.open({ document: { version: 1, title: 'Empty' }, query: '?run=0' });
      await playground.button(/^Empty/).click();
      await playground.page.getByRole('dialog').getByRole('button', { name: title }).click();
      await eventually(() => playground.document()).toEqual(document);
      await playground.button('Play').click();
      await playground.moves();
      expect(await playground.alert).toBe('');
      for (const tenant of document.tenants ?? []) await playground.card(tenant.name!).waitFor();
    });
  }
});

describe('at 390 pixels', () => {
  it('the sheet at the bottom opens over the page and serves', async ({ playground }) => {
    await playground.page.setViewportSize({ width: 390, height: 844 });
    await playground.open({ document: twins(5000) });
    const width = () => playground.page.evaluate(() => document.documentElement.scrollWidth);
    expect(await width()).toBe(390);
    const height = async () => (await playground.page.getByRole('complementary').locator('..').boundingBox())!.height;
    const low = await height();
    await playground.button('Details').click();
    await eventually(height).toBeGreaterThan(low + 100);
    await playground.translate('A', 'vChunk');
    await eventually(() => playground.translation(0)).toMatchObject({ kind: 'vchunk' });
    await playground.button('Fewer details').click();
    await eventually(height).toBeLessThanOrEqual(low);
    await playground.click(10);
    await playground.page.getByRole('region', { name: 'Core A4' }).waitFor();
    await playground.pause();
  });

  it('the tenant editor fits, too', async ({ playground }) => {
    await playground.page.setViewportSize({ width: 390, height: 844 });
    await playground.open({ query: '?run=0' });
    await playground.button('Details').click();
    await playground.button('Edit A').click();
    const dialog = (await playground.page.getByRole('dialog').boundingBox())!;
    expect(dialog.x).toBeGreaterThanOrEqual(0);
    expect(dialog.x + dialog.width).toBeLessThanOrEqual(390);
    await playground.button('Cancel').click();
    expect(playground.page.url()).not.toContain('#');
    expect(TWINS.tenants!.length).toBe(await playground.page.getByRole('region', { name: /^Tenant / }).count());
  });
});
