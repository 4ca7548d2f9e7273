/** The link holds the experiment: another page opens it, finds the same document and reproduces the result. */
import { describe, expect } from 'vitest';
import { decodeLink, encodeLink } from '../../src/experiment/link.ts';
import { it } from '../support/browser.ts';
import { eventually, Playground, TWINS, twins } from '../support/playground.ts';

/** The link in the share sheet. */
async function linkOf(playground: Playground): Promise<string> {
  await playground.button('Share').click();
  await playground.page.getByRole('checkbox').waitFor();
  return playground.page.getByTestId('link').inputValue();
}

/** Another page, as of someone who was sent the link. */
async function follow(link: string, { page, site }: Playground): Promise<Playground> {
  const other = new Playground(await page.context().newPage(), site);
  await other.open({ fragment: link.slice(link.indexOf('#') + 1) });
  return other;
}

describe('a shared link', () => {
  it('opens in another page with the same document and reproduces the digest', async ({ playground }) => {
    await playground.open();
    await playground.translate('A', 'vChunk');
    await eventually(() => playground.translation(0)).toMatchObject({ kind: 'vchunk' });
    await playground.pause();
    const link = await linkOf(playground);
    const opened = decodeLink(link);
    if (!opened.ok || !opened.value.result) throw new Error(link);
    const { cycle, digest } = opened.value.result;

    const other = await follow(link, playground);
    expect(other.document()).toEqual(playground.document());
    await eventually(() => other.second).toBe(
      `Reproduced: digest ${digest} at cycle ${cycle.toLocaleString('en-US')}, as shared.`,
    );
  });

  it('of a run that is over is reproduced as well', async ({ playground }) => {
    await playground.open({ document: twins(1) });
    await playground.flatOut();
    await eventually(() => playground.second).toMatch(/^Done after/);
    const other = await follow(await linkOf(playground), playground);
    await other.flatOut();
    await eventually(() => other.second).toMatch(/^Done after .* Reproduced: digest [0-9a-f]{16} /);
  });

  it('with another digest says that it differs', async ({ playground }) => {
    const fragment = encodeLink({ document: TWINS, engine: '0.0.9', result: { cycle: 1000, digest: '0'.repeat(16) } });
    await playground.open({ fragment });
    await eventually(() => playground.second).toMatch(/^Differs from what was shared: engine 0\.0\.9, now /);
  });

  it('can leave the result out', async ({ playground }) => {
    await playground.open();
    const link = await linkOf(playground);
    await playground.page.getByRole('checkbox').uncheck();
    const bare = await playground.page.getByTestId('link').inputValue();
    expect(bare.length).toBeLessThan(link.length);
    expect(decodeLink(bare)).toMatchObject({ ok: true, value: { gallery: 'twins' } });
  });

  it('pasted over the address loads as one step that can be undone', async ({ playground }) => {
    await playground.open();
    const link = encodeLink({ gallery: 'alone' });
    await playground.page.evaluate((hash) => (location.hash = hash), link);
    await eventually(() => playground.card('B').count()).toBe(0);
    await playground.undo();
    await eventually(() => playground.document()).toEqual(TWINS);
  });
});

describe('switches of a host page', () => {
  it('embed: no top bar, and the address is left alone', async ({ playground }) => {
    await playground.open({ query: '?embed' });
    expect(await playground.page.getByRole('banner').count()).toBe(0);
    await playground.translate('A', 'none');
    await eventually(() => playground.card('A').getByRole('radio', { name: 'none' }).isChecked()).toBe(true);
    await playground.moves();
    expect(new URL(playground.page.url()).hash).toBe('');
  });

  it('ro: nothing can be changed, and everything can be looked at', async ({ playground }) => {
    await playground.open({ query: '?ro' });
    await eventually(() => playground.headline).toMatch(/A takes/);
    expect(await playground.page.getByTestId('suggest').count()).toBe(0);
    expect(await playground.card('A').getByRole('radio', { name: 'none' }).isDisabled()).toBe(true);
    await playground.carry(await playground.middle(19), 27);
    await playground.page.mouse.up();
    await playground.tile(1).focus();
    await playground.page.keyboard.press('4');
    await playground.page.keyboard.press('Enter');
    await playground.page.getByRole('region', { name: 'Core A0' }).waitFor();
    expect(await playground.canUndo()).toBe(false);
  });

  it('theme: light or dark, whatever the system prefers', async ({ playground }) => {
    const theme = () => playground.page.locator('html').getAttribute('data-theme');
    await playground.page.emulateMedia({ colorScheme: 'light' });
    await playground.open({ query: '?theme=dark' });
    expect(await theme()).toBe('dark');
    await playground.button('Light theme').click();
    await eventually(theme).toBe('light');
  });

  it('run=0: stands at cycle 0 until someone presses play', async ({ playground }) => {
    await playground.open({ query: '?run=0' });
    await eventually(() => playground.headline).toMatch(/standing still/);
    expect(await playground.cycle()).toBe(0);
    await playground.button('Play').click();
    await playground.moves();
  });
});
