/** The built site, loaded cold from a sub-path of a plain static server under its own policy. */
import { describe, expect } from 'vitest';
import { it } from '../support/browser.ts';
import { eventually } from '../support/playground.ts';

describe('cold load', () => {
  it('shows a moving picture, with no error and no request to another host', async ({ page, playground, watch }) => {
    await playground.open();
    const picture = () => page.locator('canvas').nth(1).screenshot();
    const first = await picture();
    await eventually(async () => (await picture()).equals(first)).toBe(false);
    expect(await page.title()).toContain('vNPU');
    await eventually(() => playground.headline).toMatch(/^Same network, same cores\. A takes .* times as long/);
    expect(watch.complaints).toEqual([]);
  });

  it('puts nothing inline into the page', async ({ page, site }) => {
    const html = await (await page.request.get(site)).text();
    expect(html).toContain('id="app"');
    expect(html).not.toMatch(/<style|\sstyle=|<script(?![^>]*\ssrc=)/);
  });

  it('stays as it is when the address asks for nothing', async ({ playground }) => {
    await playground.open();
    expect(new URL(playground.page.url()).hash).toBe('');
    expect(await playground.canUndo()).toBe(false);
  });
});
