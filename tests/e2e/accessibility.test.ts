/** What axe finds on every view of the page: nothing serious. */
import { AxeBuilder } from '@axe-core/playwright';
import { describe, expect } from 'vitest';
import { it } from '../support/browser.ts';
import { eventually, twins, type Playground } from '../support/playground.ts';

async function violations({ page }: Playground): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

describe('axe finds nothing serious', () => {
  for (const theme of ['light', 'dark']) {
    it(`on the start page, ${theme}`, async ({ playground }) => {
      await playground.open({ query: `?theme=${theme}` });
      await playground.page.getByTestId('suggest').waitFor();
      await playground.pause();
      expect(await violations(playground)).toEqual([]);
    });

    it(`on the page after the suggested change, ${theme}`, async ({ playground }) => {
      await playground.open({ document: twins(5000), query: `?theme=${theme}` });
      await playground.flatOut();
      await playground.page.getByTestId('per-iteration-0').waitFor();
      await playground.page.getByTestId('suggest').click();
      await playground.card('A').getByText('before').waitFor();
      await playground.pause();
      expect(await violations(playground)).toEqual([]);
    });

    it(`on a core's inspector, under pages and under ranges, ${theme}`, async ({ playground }) => {
      await playground.open({ query: `?theme=${theme}` });
      await playground.pause();
      for (const [tile, table] of [
        [1, /^TLB/],
        [6, /^Range table/],
      ] as const) {
        await playground.click(tile);
        await playground.page.getByText(table).waitFor();
        expect(await violations(playground)).toEqual([]);
      }
    });
  }

  for (const [theme, chart] of [
    ['light', 'Stages'],
    ['dark', 'Roofline'],
  ] as const) {
    it(`on a tenant's network, ${theme}`, async ({ playground }) => {
      await playground.open({ query: `?theme=${theme}` });
      await playground.pause();
      await playground.button('Show the network of A').click();
      await playground.page.getByText(chart, { exact: true }).click();
      await playground.page.getByRole('option', { name: /^conv1, / }).hover();
      expect(await violations(playground)).toEqual([]);
    });
  }

  it("on a link's inspector", async ({ playground }) => {
    await playground.open();
    await playground.pause();
    await playground.clickLink(1, 2);
    await playground.page.getByRole('heading', { name: /^Link from tile/ }).waitFor();
    expect(await violations(playground)).toEqual([]);
  });

  for (const [what, button] of [
    ['the gallery', /^Twins/],
    ['the share sheet', 'Share'],
    ['the editor of a tenant', 'Edit A'],
    ['the editor of a new tenant', 'Add a tenant'],
  ] as const) {
    it(`on ${what}`, async ({ playground }) => {
      await playground.open({ query: '?run=0' });
      await playground.button(button).click();
      await playground.page.getByRole('dialog').waitFor();
      expect(await violations(playground)).toEqual([]);
    });
  }

  it('on every tab of the menu', async ({ playground }) => {
    await playground.open({ query: '?run=0' });
    await playground.button('More').click();
    for (const tab of ['JSON', 'Chip', 'Keys', 'About']) {
      await playground.page.getByRole('tab', { name: tab }).click();
      await eventually(() => playground.page.getByRole('tab', { name: tab }).getAttribute('aria-selected')).toBe(
        'true',
      );
      expect(await violations(playground), tab).toEqual([]);
    }
  });

  it('on a refusal', async ({ playground }) => {
    await playground.open({ fragment: 'x0.d.cut', query: '?run=0' });
    await playground.page.getByRole('alert').waitFor();
    expect(await violations(playground)).toEqual([]);
  });

  it('on a narrow page', async ({ playground }) => {
    await playground.page.setViewportSize({ width: 390, height: 844 });
    await playground.open();
    await playground.pause();
    expect(await violations(playground)).toEqual([]);
  });
});
