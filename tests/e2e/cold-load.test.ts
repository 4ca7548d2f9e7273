/** The built site, loaded cold from a sub-path of a plain static server under its own policy. */
import { AxeBuilder } from '@axe-core/playwright';
import { describe, expect } from 'vitest';
import { it } from '../support/browser.ts';

describe('cold load', () => {
  it('shows the page, with no error and no request to another host', async ({ page, site, watch }) => {
    await page.goto(site);
    await page.locator('canvas').first().waitFor();
    expect(await page.title()).toContain('vNPU');
    expect(await page.locator('h1, h2').first().innerText()).not.toBe('');
    await page.waitForTimeout(1000);
    expect(watch.complaints).toEqual([]);
  });

  it('puts nothing inline into the page', async ({ page, site }) => {
    const html = await (await page.request.get(site)).text();
    expect(html).toContain('id="app"');
    expect(html).not.toMatch(/<style|\sstyle=|<script(?![^>]*\ssrc=)/);
  });

  it('has no serious accessibility violation', async ({ page, site }) => {
    await page.goto(site);
    await page.locator('canvas').first().waitFor();
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([]);
  });
});
