/** A tenant under every mode on one clock, in place of the cards; and modes that share tiles in the picture. */
import { describe, expect } from 'vitest';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';
import { COMPARISON, MODE_NAME } from '../../src/ui/texts.ts';
import { it } from '../support/browser.ts';
import { eventually } from '../support/playground.ts';

const workload = { model: 'squeezenet', iterations: 3 };
const two: ExperimentDocument = {
  version: 1,
  tenants: [
    { name: 'A', topology: { width: 3, height: 2 }, workload },
    { name: 'B', topology: { width: 2, height: 2 }, workload: { ...workload, iterations: 400 } },
  ],
};

describe('the modes of a tenant', () => {
  it('are compared by one press, in place of the cards; Esc brings these back', async ({ playground }) => {
    const { page } = playground;
    await playground.open({ document: two });
    await playground.button(`${COMPARISON.open} A`).click();
    await eventually(() => playground.card('A').count()).toBe(0);
    await page
      .getByText(
        /^As a vNPU A takes \d+\.\d\d % (more|fewer) cycles than on bare metal\. Times as many: shared memory \d/,
      )
      .waitFor({ timeout: 120_000 });
    for (const mode of ['vnpu', 'bare', 'uvm', 'mig', 'zigzag'] as const) {
      const row = page.getByTestId(`mode-${mode}`);
      expect(await row.getByRole('rowheader').innerText()).toBe(MODE_NAME[mode]);
      expect(await row.getByRole('img').getAttribute('aria-label')).toMatch(/work \d+ %/);
    }
    await page.getByText(COMPARISON.wholeRun).waitFor();
    expect(await page.getByTestId('mode-bare').innerText()).toMatch(/\d,\d{3}\s+\d+,\d{3}\s+1\.00 ×/);
    await playground.moves();
    await page.keyboard.press('Escape');
    await playground.card('A').waitFor();
    expect(await playground.alert).toBe('');
  });

  it('can be stopped and run again, alone on the chip', async ({ playground }) => {
    const { page } = playground;
    const endless = (tenant: NonNullable<ExperimentDocument['tenants']>[number]) => ({
      ...tenant,
      workload: { ...workload, iterations: 10_000 },
    });
    // each time until a run gets on: a worker that is stopped while it loads leaves failed requests behind
    const getsOn = (): Promise<void> =>
      page
        .getByText(/[1-9]\d* of 10,000 iterations/)
        .first()
        .waitFor();
    await playground.open({ document: { ...two, tenants: two.tenants!.map(endless) } });
    await playground.button(`${COMPARISON.open} B`).click();
    await getsOn();
    await playground.button(COMPARISON.cancel).click();
    await page.getByTestId('mode-vnpu').getByText(COMPARISON.stopped).waitFor();
    await playground.button(COMPARISON.again).click();
    await getsOn();
    await page.getByLabel(COMPARISON.alone).check();
    await getsOn();
    await page.getByLabel(COMPARISON.alone).press('Escape');
    await playground.card('B').waitFor();
  });

  it('are chosen in the editor; what contradicts one cannot be chosen beside it', async ({ playground }) => {
    const { page } = playground;
    await playground.open({ document: two });
    await playground.button('Edit A').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('How it gets its cores').selectOption('uvm');
    expect(await dialog.getByLabel('Address translation').inputValue()).toBe('page');
    expect(await dialog.getByRole('option', { name: 'vChunk' }).isDisabled()).toBe(true);
    await dialog.getByLabel('How it gets its cores').selectOption('mig');
    await playground.button('Save and run').click();
    await eventually(() => playground.document().tenants![0]).toMatchObject({ name: 'A', mode: 'mig' });
    await playground.card('A').getByText(MODE_NAME.mig).waitFor();
    await playground.moves();
    expect(await playground.alert).toBe('');
  });
});

describe('a partition that is too small', () => {
  it('shows who shares a tile, and whose turn it is', async ({ playground }) => {
    const { page } = playground;
    const tenants = [
      {
        name: 'A',
        mode: 'mig' as const,
        topology: { width: 6, height: 4 },
        workload: { ...workload, iterations: 500 },
      },
    ];
    await playground.open({ document: { version: 1, chip: { sliceCycles: 2000 }, tenants } });
    const both = page.locator('[data-tile][aria-label*=" in turns"]');
    await eventually(() => both.count()).toBe(6);
    expect(await playground.tile(1).getAttribute('aria-label')).toMatch(/A0 and A18 in turns/);
    await playground.flatOut();
    await playground.click(1);
    const shown = (): Promise<string> =>
      page
        .getByRole('region', { name: /^Core A/ })
        .getAttribute('aria-label')
        .then(String);
    await eventually(shown).toContain('A18');
    await eventually(shown).toContain('A0');
    expect(await playground.alert).toBe('');
  });
});
