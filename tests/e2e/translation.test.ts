/** The suggested change and the translation switch: every change is an edit of the document, and its effect is told. */
import { describe, expect } from 'vitest';
import { CARD } from '../../src/ui/texts.ts';
import { it } from '../support/browser.ts';
import { eventually, twins, type Playground } from '../support/playground.ts';

const PAGES = { kind: 'page', entries: 4 };
const VCHUNK = { kind: 'vchunk', entries: 4 };
const ENDLESS = twins(5000);

/** Flat out, until cycles per iteration of both are known: then what is compared is whole iterations. */
async function openMeasured(playground: Playground, document = ENDLESS): Promise<void> {
  await playground.open({ document });
  await playground.flatOut();
  for (const tenant of [0, 1]) await playground.page.getByTestId(`per-iteration-${tenant}`).waitFor();
}

describe('the suggested button', () => {
  it('gives A vChunk and tells how much faster A is now', async ({ playground }) => {
    await openMeasured(playground);
    expect(playground.translation(0)).toEqual(PAGES);
    await playground.page.getByTestId('suggest').click();
    await eventually(() => playground.translation(0)).toEqual(VCHUNK);
    await eventually(() => playground.headline).toMatch(/^A: (1\.[2-9]\d?|[2-9][\d.]*) times faster\./);
    await playground.card('A').getByText('before').waitFor();
  });
});

describe('the switch in a card', () => {
  it('goes from pages to vChunk to none, and the numbers follow', async ({ playground }) => {
    await openMeasured(playground);
    const waiting = () => playground.card('A').getByRole('img').first().getAttribute('aria-label');
    await eventually(waiting).toMatch(/address translation [2-9]\d %/);
    await playground.translate('A', 'vChunk');
    await eventually(() => playground.translation(0)).toEqual(VCHUNK);
    await eventually(waiting).toMatch(/work \d+ %(?!.*address translation ([2-9]|\d\d) %)/);
    await playground.translate('A', 'none');
    await eventually(() => playground.translation(0)).toEqual({ kind: 'physical', entries: 4 });
    await eventually(waiting).toMatch(/work \d+ %(?!.*address translation)/);
    await playground.translate('A', 'pages');
    await eventually(() => playground.translation(0)).toEqual(PAGES);
    await eventually(waiting).toMatch(/address translation [2-9]\d %/);
  });

  it('has a tick for nobody translating as long as somebody does', async ({ playground }) => {
    const [a, b] = ENDLESS.tenants!;
    await openMeasured(playground, { ...ENDLESS, tenants: [{ ...a, translation: { kind: 'physical' } }, b] });
    await playground.pause();
    const ticks = playground.page.getByText(CARD.ideal);
    await eventually(() => ticks.count()).toBe(2);
    await playground.translate('B', 'none');
    await eventually(() => playground.translation(1)).toMatchObject({ kind: 'physical' });
    await playground.page.getByTestId('per-iteration-0').waitFor();
    expect(await ticks.count()).toBe(0);
  });

  it('says that 4 and 32 entries do not differ with one DMA stream', async ({ playground }) => {
    await openMeasured(playground);
    await playground.card('A').getByRole('combobox').selectOption('32');
    await eventually(() => playground.translation(0)).toEqual({ kind: 'page', entries: 32 });
    await eventually(() => playground.second).toMatch(/^With 1 DMA stream 4 and 32 entries miss equally often/);
    await eventually(() => playground.headline).toBe('A: as fast as before.');
  });

  it('shows that they differ once more than four interleave', async ({ playground }) => {
    await playground.open({ document: { ...ENDLESS, chip: { ...ENDLESS.chip, dmaStreams: 8 } } });
    await playground.flatOut();
    await playground.page.getByTestId('suggest').waitFor();
    await playground.card('A').getByRole('combobox').selectOption('32');
    await eventually(() => playground.second).toMatch(/^8 DMA streams interleave: with fewer entries than streams/);
    await eventually(() => playground.headline).toMatch(/^A: ([2-9]|\d\d)[\d.]* times faster\.$/);
  });
});

describe('the keys', () => {
  it('1 to 4 give none, 4 pages, 32 pages and vChunk to the tenant under the focus', async ({ playground }) => {
    await playground.open();
    await playground.tile(6).focus();
    for (const [key, translation, said] of [
      ['1', { kind: 'physical', entries: 4 }, 'B: translation none'],
      ['2', PAGES, 'B: translation pages'],
      ['3', { kind: 'page', entries: 32 }, 'B: translation pages'],
      ['4', VCHUNK, 'B: translation vChunk'],
    ] as const) {
      await playground.page.keyboard.press(key);
      await eventually(() => playground.translation(1)).toEqual(translation);
      expect(await playground.said).toBe(said);
    }
    expect(playground.translation(0)).toEqual(PAGES);
  });
});
