/** What the page looks like in windows of several sizes: everything has room, nothing lies over anything else. */
import { describe, expect } from 'vitest';
import { galleryEntry } from '../../src/experiment/gallery.ts';
import { CARD, KEY, LINK, MENU, PACKET, PLACEMENT, TRANSPORT } from '../../src/ui/texts.ts';
import { it } from '../support/browser.ts';
import { eventually, type Playground } from '../support/playground.ts';

const PHONE = { width: 390, height: 844 };
const TABLET = { width: 1024, height: 768 };
/** No text is smaller, in CSS pixels. */
const SMALLEST_TEXT = 14;

/** Elements that reach over the right edge of the window, of the dialog or of the column they are in, and text that is too small. */
const faults = ({ page }: Playground): Promise<string[]> =>
  page.evaluate((smallest) => {
    const name = (element: Element) => `${element.tagName}.${element.className}: ${element.textContent?.trim()}`;
    const visible = [...document.querySelectorAll('#app *')].filter((element) => {
      const { width, height } = element.getBoundingClientRect();
      // what is clipped to nothing is there for those who listen
      return (
        width > 1 && height > 1 && !element.closest('.unseen, svg') && getComputedStyle(element).clipPath === 'none'
      );
    });
    const wide = visible.filter((element) => {
      const room = element.parentElement!.closest('dialog, aside, #app')!;
      return element.getBoundingClientRect().right > room.getBoundingClientRect().right + 0.5;
    });
    const small = visible.filter(
      (element) =>
        [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent!.trim() !== '') &&
        parseFloat(getComputedStyle(element).fontSize) < smallest,
    );
    return [
      ...wide.map((element) => `too wide, ${name(element)}`),
      ...small.map((element) => `small, ${name(element)}`),
    ];
  }, SMALLEST_TEXT);

async function openDetails({ page }: Playground, size: object): Promise<void> {
  if (size === PHONE) await page.locator('.handle').click();
}

describe('nothing is wider than its room', () => {
  for (const [where, size] of [
    ['a phone', PHONE],
    ['a tablet', TABLET],
  ] as const) {
    it(`in the dialogs, on ${where}`, async ({ page, playground }) => {
      await page.setViewportSize(size);
      await playground.open({ query: '?run=0' });
      await playground.button('More').click();
      for (const tab of Object.values(MENU.pages)) {
        await page.getByRole('tab', { name: tab }).click();
        expect(await faults(playground), tab).toEqual([]);
      }
      await playground.button('Close').click();
      await openDetails(playground, size);
      await playground.button(`${CARD.edit} A`).click();
      const save = page.getByRole('button', { name: 'Save and run' });
      await save.waitFor();
      expect(await faults(playground)).toEqual([]);
      const { y, height } = (await save.boundingBox())!;
      expect(y + height).toBeLessThan(size.height);
    });

    it(`in the panels, on ${where}`, async ({ page, playground }) => {
      await page.setViewportSize(size);
      await playground.open({ query: '?run=0' });
      await openDetails(playground, size);
      expect(await faults(playground), 'cards').toEqual([]);
      await playground.button(PLACEMENT.open('A')).click();
      await page.getByRole('region', { name: PLACEMENT.title('A') }).waitFor();
      expect(await faults(playground), 'placement').toEqual([]);
    });

    it(`for a projector, on ${where}`, async ({ page, playground }) => {
      await page.setViewportSize(size);
      await playground.open({ query: '?run=0' });
      await page.keyboard.press('p');
      await page.locator('.app.projector').waitFor();
      expect(await faults(playground)).toEqual([]);
    });

    it(`beside a chip that is selected, on ${where}`, async ({ page, playground }) => {
      await page.setViewportSize(size);
      await playground.open({ document: galleryEntry('knee')!.document });
      await eventually(() => playground.headline).toMatch(/^A packet takes/);
      await playground.click(27);
      await openDetails(playground, size);
      await playground.button(PACKET.next).click();
      await page.getByRole('region', { name: /^Packet from 27 to / }).waitFor();
      expect(await faults(playground), 'packet').toEqual([]);
      expect(await page.getByRole('banner').evaluate((bar) => bar.scrollHeight > bar.clientHeight)).toBe(false);
    });
  }

  it("in a link's inspector", async ({ page, playground }) => {
    await page.setViewportSize(TABLET);
    await playground.open();
    await playground.clickLink(1, 2);
    await page.getByRole('columnheader', { name: LINK.flits }).waitFor();
    expect(await faults(playground)).toEqual([]);
  });
});

it('what colours mean is said beside every view, and covers no card', async ({ page, playground }) => {
  await page.setViewportSize(TABLET);
  await playground.open({ query: '?run=0' });
  const key = (await page.getByRole('region', { name: KEY.region }).boundingBox())!;
  const column = (await page.getByRole('complementary').boundingBox())!;
  expect(column.y + column.height).toBeLessThanOrEqual(key.y);
  await playground.click(1);
  await page.getByRole('region', { name: 'Core A0' }).waitFor();
  await page.getByRole('region', { name: KEY.region }).getByText('address translation').waitFor();
});

for (const [width, height] of [
  [1920, 1080],
  [1440, 900],
  [TABLET.width, TABLET.height],
]) {
  it(`the chip stays where it is when the headline needs a second line, ${width} wide`, async ({
    page,
    playground,
  }) => {
    await page.setViewportSize({ width, height });
    await playground.open({ query: '?run=0' });
    const sentence = page.getByTestId('headline');
    const chip = async () => (await page.locator('section.mesh').boundingBox())!;
    const say = (words: string) => sentence.evaluate((element, words) => (element.textContent = words), words);
    await say('Short.');
    const [before, line] = [await chip(), (await sentence.boundingBox())!.height];
    await say('word '.repeat(width / 40));
    expect((await sentence.boundingBox())!.height).toBe(2 * line);
    const after = await chip();
    expect(after.y).toBe(before.y);
    expect(Math.abs(after.height - before.height)).toBeLessThan(1);
  });
}

it('the pace keeps its name where there is no room for the word', async ({ page, playground }) => {
  await page.setViewportSize(PHONE);
  await playground.open({ query: '?run=0' });
  await page.getByRole('slider', { name: new RegExp(`^${TRANSPORT.pace}`) }).waitFor();
});

it('a refusal on a phone has its cross beside it', async ({ page, playground }) => {
  await page.setViewportSize(PHONE);
  await playground.open({ fragment: 'x0.d.cut', query: '?run=0' });
  const words = (await page.getByRole('alert').boundingBox())!;
  const cross = (await playground.button('Dismiss').boundingBox())!;
  expect(cross.y).toBeLessThan(words.y + words.height);
  expect(cross.x).toBeGreaterThanOrEqual(words.x + words.width);
});

it('forced colours leave the colours that say something, and what is chosen can be told', async ({
  page,
  playground,
}) => {
  const colours = () =>
    page.evaluate(() =>
      ['.why-network', '.letter', '.on', '.switch label:not(.on)'].map((selector) => {
        const { backgroundColor, boxShadow } = getComputedStyle(document.querySelector(selector)!);
        return { backgroundColor, boxShadow };
      }),
    );
  await playground.open({ query: '?run=0&theme=light' });
  const [network, letter] = await colours();
  await page.emulateMedia({ forcedColors: 'active' });
  const forced = await colours();
  expect(forced.slice(0, 2)).toEqual([network, letter]);
  expect(forced[2].boxShadow).not.toBe(forced[3].boxShadow);
});

it('what is said of a held core is not crossed by the ring of the focus', async ({ page, playground }) => {
  await playground.open({ query: '?run=0' });
  await playground.tile(10).focus();
  const ring = () => playground.tile(10).evaluate((cell) => getComputedStyle(cell).outlineStyle);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  expect(await ring()).toBe('solid');
  await page.keyboard.press('Space');
  await eventually(ring).toBe('none');
  await page.keyboard.press('Escape');
  await eventually(ring).toBe('solid');
});
