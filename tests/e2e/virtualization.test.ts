/** What makes a virtual NPU, to be seen: its tables, whose packets cross whose tiles, and translation beside another one. */
import { expect } from 'vitest';
import { galleryEntry } from '../../src/experiment/gallery.ts';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';
import { foreignLinks } from '../../src/report/network.ts';
import { it } from '../support/browser.ts';
import { machineOf } from '../support/documents.ts';
import { eventually } from '../support/playground.ts';

it('shows the tables of a tenant in both forms with their bits, from its card and from a core', async ({
  playground,
}) => {
  const { page } = playground;
  await playground.open();
  await playground.button('Tables A').click();
  const tables = page.getByRole('region', { name: 'Tables of A' });
  await tables.getByText('from core 0 at tile 1: 3 × 3, row by row').waitFor();
  const text = await tables.innerText();
  // 2 x 6 bits of numbers and 4 + 3 of a size; nine entries of 2 x 6
  expect(text).toMatch(/Compact[^]*19 bits\s+in use[^]*Standard\s+9 entries of 12 bits\s+108 bits/);
  expect(text).toContain('None: pages are looked up one by one.');
  await playground.button('Back to the tenants').click();
  await playground.card('A').waitFor();

  await playground.click(6);
  await playground.button('Tables').click();
  const ofB = page.getByRole('region', { name: 'Tables of B' });
  await ofB.getByText(/entries of 140 bits, 18 bytes each/).waitFor();
  expect(await ofB.innerText()).toMatch(/Compact\s+not possible[^]*Standard[^]*in use/);
  await playground.button('Back to the core').click();
  await page.getByRole('region', { name: 'Core B0' }).waitFor();
});

it('counts the data of one tenant on tiles of another, and none once its routes are confined', async ({
  playground,
}) => {
  const lesson = galleryEntry('foreign-packets')!.document;
  const document: ExperimentDocument = { ...lesson, stop: { cycles: 200_000 } };
  const machine = machineOf(document);
  machine.run(200_000);
  const foreign = foreignLinks(machine.plan, (tile, port) => machine.link(tile, port)[0].perTenant);
  const flits = foreign.reduce((sum, link) => sum + link.flits, 0);
  expect(foreign.every(({ tenant, owner }) => tenant === 0 && owner === 1)).toBe(true);

  await playground.open({ document, query: '?run=0' });
  await playground.flatOut();
  await playground.button('Play').click();
  const said = `${flits.toLocaleString('en-US')} of its data flits on links of other tenants’ tiles.`;
  await playground.card('A').getByText(said).waitFor();
  await playground.button('Edit A').click();
  await playground.page.getByLabel('Routes of messages').selectOption('confined');
  await playground.button('Save and run').click();
  await eventually(() => playground.document().tenants![0].routing).toBe('confined');
  await playground.card('A').getByText('Confined: none of its data flits').waitFor();
  await eventually(() => playground.cycle()).toBe(200_000);
  expect(await playground.page.getByText('of its data flits on links').count()).toBe(0);
});

it('says in a card that its tenant is capped', async ({ playground }) => {
  const { document } = galleryEntry('cap')!.lesson!.step!;
  await playground.open({ document, query: '?run=0' });
  await playground.card('A').getByText('allows 400,000 bytes in every 10,000 cycles').waitFor();
  expect(await playground.card('B').getByText('Capped').count()).toBe(0);
});

it('shows the bursts of a core beside the same bursts under the other translation', async ({ playground }) => {
  const { page } = playground;
  await playground.open();
  await playground.click(1);
  await playground.button('Show me one').click();
  await page.getByText('Bursts, latest last').waitFor();
  await page.getByText(/^Burst [\d,]+ missed: held for 120 cycles\.$/).waitFor();
  await playground.button('Beside vChunk').click();
  await page.getByRole('columnheader', { name: 'vChunk' }).waitFor({ timeout: 120_000 });
  expect(await page.getByText(/^Burst [\d,]+ came in cycle [\d,]+; under vChunk [\d,]+ cycles sooner\.$/).count()).toBe(
    1,
  );
  expect(await page.getByText('miss, 120').count()).toBeGreaterThan(0);
});
