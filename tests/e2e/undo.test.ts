/** Every edit can be taken back and made again; the document is the same as before, and a run goes on. */
import { describe, expect } from 'vitest';
import { it } from '../support/browser.ts';
import { eventually, TWINS, type Playground } from '../support/playground.ts';

type Edit = (playground: Playground) => Promise<unknown>;

const dialog = ({ page }: Playground) => page.getByRole('dialog');

const EDITS: Record<string, Edit> = {
  'the suggested change': ({ page }) => page.getByTestId('suggest').click(),
  'a translation': (playground) => playground.translate('B', 'pages'),
  'a number of entries': (playground) => playground.card('A').getByRole('combobox').selectOption('32'),
  'a moved core': async (playground) => {
    await playground.carry(await playground.middle(19), 27);
    await playground.page.mouse.up();
  },
  'a moved vNPU': async (playground) => {
    await playground.carry(await playground.letter(1), 25);
    await playground.page.mouse.up();
  },
  'a new tenant': async (playground) => {
    await playground.button('Add a tenant').click();
    await playground.button('Add and run').click();
  },
  'a removed tenant': async (playground) => {
    await playground.button('Edit B').click();
    await playground.button('Remove this tenant').click();
  },
  'a chip parameter': async (playground) => {
    await playground.button('More').click();
    await playground.page.getByRole('tab', { name: 'Chip' }).click();
    const streams = dialog(playground).getByRole('spinbutton', { name: /^Transfers served/ });
    await streams.fill('8');
    await streams.press('Tab');
    await playground.button('Close').click();
  },
  'another experiment': async (playground) => {
    await playground.button(/^Twins/).click();
    await dialog(playground)
      .getByRole('button', { name: /^Alone/ })
      .click();
  },
};

describe('undo and redo', () => {
  for (const [name, edit] of Object.entries(EDITS)) {
    it(`take back and repeat ${name}`, async ({ playground }) => {
      await playground.open();
      await edit(playground);
      await eventually(() => playground.document()).not.toEqual(TWINS);
      const edited = playground.document();
      await playground.undo();
      await eventually(() => playground.document()).toEqual(TWINS);
      expect(await playground.canUndo()).toBe(false);
      await playground.redo();
      await eventually(() => playground.document()).toEqual(edited);
      await playground.moves();
      expect(await playground.alert).toBe('');
    });
  }

  it('go by the keys as well, through several steps', async ({ playground }) => {
    await playground.open();
    await playground.translate('A', 'none');
    await playground.translate('B', 'none');
    await eventually(() => playground.translation(1)).toMatchObject({ kind: 'physical' });
    const edited = playground.document();
    await playground.page.keyboard.press('Control+z');
    await playground.page.keyboard.press('Control+z');
    await eventually(() => playground.document()).toEqual(TWINS);
    await playground.page.keyboard.press('Control+Shift+z');
    await playground.page.keyboard.press('Control+y');
    await eventually(() => playground.document()).toEqual(edited);
  });
});
