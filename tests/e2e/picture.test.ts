/** The picture of the chip, which is painted bit by bit: it is the one that painting everything at once gives. */
import { describe, expect } from 'vitest';
import type { Page } from 'playwright-core';
import { APP } from '../../src/ui/texts.ts';
import { it } from '../support/browser.ts';
import { eventually, twins } from '../support/playground.ts';

/** Edges that are smoothed twice may differ by this much of 255. */
const UNSEEN = 8;
const MANY = 10_000;
/** So few values may differ by more: pixels on an edge that two pieces share. A piece left as it was differs in thousands. */
const FEW = 100;

/**
 * Pixels of the live layer that differ visibly from those kept in the page, or from nothing; colours count by their opacity, as they
 * reach the eye. Compared where they are: handing over millions of numbers takes seconds.
 */
const differing = (page: Page, keep: boolean): Promise<number> =>
  page.evaluate(
    ([unseen, keep]) => {
      const store = window as { kept?: Uint8ClampedArray };
      const canvas = document.querySelectorAll<HTMLCanvasElement>('section canvas')[1];
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const shown = data.map((value, i) => ((i & 3) === 3 ? value : (value * data[i | 3]) / 255));
      let count = 0;
      shown.forEach((value, i) => (count += Number(Math.abs(value - (store.kept?.[i] ?? 0)) > unseen)));
      if (keep) store.kept = shown;
      return count;
    },
    [UNSEEN, keep] as const,
  );

describe('the live layer', () => {
  it('after a run is the same as when it is painted afresh, in the colours of the theme', async ({ playground }) => {
    const { page } = playground;
    await playground.open({ document: twins(5000), query: '?theme=light' });
    await playground.flatOut();
    await playground.moves();
    await playground.pause();
    await eventually(() => differing(page, true)).toBeGreaterThan(MANY);
    await eventually(() => differing(page, true)).toBe(0);
    await playground.button(APP.themeDark).click();
    await eventually(() => differing(page, false)).toBeGreaterThan(MANY);
    await playground.button(APP.themeLight).click();
    await eventually(() => differing(page, false)).toBeLessThan(FEW);
  });
});

describe('the still layer', () => {
  it('is not painted again while nothing but the run goes on', async ({ page, playground }) => {
    await page.addInitScript(() => {
      const counted = window as { stills?: number };
      const fill = CanvasRenderingContext2D.prototype.fillText;
      CanvasRenderingContext2D.prototype.fillText = function (...text: Parameters<typeof fill>) {
        if (this.canvas === document.querySelector('section canvas')) counted.stills = (counted.stills ?? 0) + 1;
        fill.apply(this, text);
      };
    });
    const painted = () => page.evaluate(() => (window as { stills?: number }).stills ?? 0);
    await playground.open({ document: twins(5000), query: '?theme=light' });
    await eventually(() => playground.headline).toMatch(/times as long/);
    const before = await painted();
    expect(before).toBeGreaterThan(0);
    for (let numbers = 0; numbers < 5; numbers++) await playground.moves();
    expect(await painted()).toBe(before);
    await playground.button(APP.themeDark).click();
    await eventually(painted).toBeGreaterThan(before);
  });
});
