/** Predict, then run: a lesson asks, its one button makes the second run, and the counters of both answer in its card. */
import { expect } from 'vitest';
import { DEFAULT_ENTRY, galleryEntry } from '../../src/experiment/gallery.ts';
import { it } from '../support/browser.ts';
import { eventually } from '../support/playground.ts';

const lesson = galleryEntry(DEFAULT_ENTRY)!.lesson!;

it('asks, lets the button answer, and can be undone and taken again', async ({ playground }) => {
  const { page } = playground;
  await playground.open();
  const card = page.getByRole('complementary').locator('.lesson');
  expect(await card.innerText()).toContain(lesson.question);
  await card.getByRole('radio', { name: 'No faster' }).check();
  await card.getByText('Then press “Give A vChunk”.').waitFor();
  expect(await card.locator('.told').count()).toBe(0);
  await page.getByTestId('suggest').click();
  await eventually(() => playground.document()).toEqual(lesson.step!.document);
  await eventually(() => card.innerText()).toMatch(
    /Not quite\.[^]*\d[\d.]* times: [\d,]+ cycles per iteration under pages/,
  );
  await eventually(() => playground.said).toMatch(/^Not quite\. \d/);
  expect(await card.getByLabel('right').count()).toBe(1);
  await playground.undo();
  await eventually(() => page.getByTestId('suggest').innerText()).toBe('Give A vChunk');
  expect(await card.innerText()).toContain(lesson.because);
});

it('is gone once the document is another, and back after an undo', async ({ playground }) => {
  await playground.open();
  const card = playground.page.getByRole('complementary').locator('.lesson');
  await card.waitFor();
  await playground.translate('A', 'none');
  await eventually(() => card.count()).toBe(0);
  await playground.undo();
  await eventually(() => card.count()).toBe(1);
});

it('has a part of the gallery to itself', async ({ playground }) => {
  await playground.open();
  await playground.page.getByRole('banner').getByRole('button', { name: 'Twins' }).click();
  const groups = playground.page.getByRole('dialog').getByRole('heading', { level: 3 });
  await eventually(() => groups.allInnerTexts()).toEqual(['Lessons', 'Experiments']);
});
