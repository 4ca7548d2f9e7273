/** Broken links, files and workers: a clear message, and the last good experiment stays. */
import { describe, expect } from 'vitest';
import { encodeLink } from '../../src/experiment/link.ts';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';
import { it } from '../support/browser.ts';
import { eventually, TWINS, type Playground } from '../support/playground.ts';

const GOOD = encodeLink({ document: { ...TWINS, title: 'Shared' } });
const payload = GOOD.split('.')[2];

const BAD_LINKS: Record<string, readonly [fragment: string, says: RegExp]> = {
  cut: [GOOD.slice(0, GOOD.length / 2), /Is it cut\?|was cut or changed/],
  changed: [GOOD.replace(/.$/, (last) => (last === '0' ? '1' : '0')), /was cut or changed/],
  'of a newer version': [GOOD.replace('x0', 'x7'), /begins with x7; this build reads x0/],
  'of an unknown kind': [GOOD.replace('.d.', '.q.'), /kind is "q"/],
  'that is no link': ['section-3', /The link cannot be opened/],
  'with markup': ['x0.d.<img src=x onerror=document.title="hit">.00000000', /The link cannot be opened/],
  'with half its content': [`x0.d.${payload.slice(0, 40)}.00000000`, /The link cannot be opened/],
};

/** The twins run, undisturbed. */
async function standing(playground: Playground): Promise<void> {
  await playground.card('A').getByText('of 24 iterations').waitFor();
  await playground.card('B').waitFor();
  await playground.moves();
  expect(await playground.canUndo()).toBe(false);
}

describe('a link', () => {
  for (const what of ['cut', 'with markup']) {
    it(`${what} is refused, and the default stands`, async ({ playground }) => {
      const [fragment, says] = BAD_LINKS[what];
      await playground.open({ fragment });
      await eventually(() => playground.alert).toMatch(says);
      await standing(playground);
      expect(await playground.page.locator('img').count()).toBe(0);
    });
  }

  it('that is pasted and bad leaves what runs, whatever is wrong with it', async ({ playground }) => {
    await playground.open();
    for (const [fragment, says] of Object.values(BAD_LINKS)) {
      await playground.page.evaluate((hash) => (location.hash = hash), fragment);
      await eventually(() => playground.alert).toMatch(says);
      await playground.button('Dismiss').click();
      await eventually(() => playground.headline).not.toBe('');
    }
    await standing(playground);
  });

  it('with markup in its texts shows them as they are', async ({ playground }) => {
    const evil = '<img src=x onerror="document.title=1"><script>alert(1)</script>';
    const tenants = [{ ...TWINS.tenants![0], name: evil.slice(0, 40) }, TWINS.tenants![1]];
    await playground.open({ document: { ...TWINS, title: evil, note: evil, tenants } });
    await eventually(() => playground.second).toBe(evil);
    expect(await playground.page.locator('img, #app script').count()).toBe(0);
  });

  it('to a tenant that does not fit says so, and the default stands', async ({ playground }) => {
    await playground.open({ document: { version: 1, tenants: [{ name: 'A', topology: { width: 7, height: 7 } }] } });
    await eventually(() => playground.alert).toMatch(/tenants\.0/);
    await standing(playground);
  });
});

describe('the JSON editor', () => {
  const openEditor = async (playground: Playground) => {
    await playground.open();
    await playground.button('More').click();
    return playground.page.getByRole('dialog');
  };
  const tenants = TWINS.tenants!;
  const REFUSED: Record<string, readonly [document: unknown, says: RegExp]> = {
    'what is no JSON': ['{ "version": 1,', /line|JSON/i],
    'an unknown key': [{ version: 1, tenant: [] }, /"?tenants"?/],
    'a key of the wrong type': [
      { version: 1, tenants: [{ topology: { width: 'three' } }] },
      /tenants\.0\.topology\.width/,
    ],
    'a chip of no tiles': [{ version: 1, chip: { width: 0 } }, /chip\.width/],
    'a chip of 10,000 tiles': [{ version: 1, chip: { width: 100, height: 100 } }, /chip/],
    'a newer version': [{ version: 2 }, /version/],
  };

  it('says at once what is wrong, and does not run it', async ({ playground }) => {
    const dialog = await openEditor(playground);
    for (const [what, [document, says]] of Object.entries(REFUSED)) {
      await dialog.getByRole('textbox').fill(typeof document === 'string' ? document : JSON.stringify(document));
      await eventually(() => dialog.getByRole('status').innerText()).toMatch(says);
      expect(await dialog.getByRole('button', { name: 'Run this' }).isDisabled(), what).toBe(true);
    }
    await playground.button('Close').click();
    await standing(playground);
  });

  const MISFITS: Record<string, readonly [document: ExperimentDocument, says: RegExp]> = {
    'a tenant that does not fit': [
      { version: 1, tenants: [{ name: 'A', topology: { width: 7, height: 7 } }] },
      /tenants\.0/,
    ],
    'a tile that is used twice': [
      { ...TWINS, tenants: [tenants[0], { ...tenants[1], placement: tenants[0].placement }] },
      /tile 1\b/,
    ],
    'a program too big for its scratchpad': [{ ...TWINS, chip: { scratchpadBytes: 65536 } }, /scratchpad/],
  };
  for (const [what, [document, says]] of Object.entries(MISFITS)) {
    it(`refuses ${what}, and the last good experiment stays`, async ({ playground }) => {
      const dialog = await openEditor(playground);
      await dialog.getByRole('textbox').fill(JSON.stringify(document));
      const run = dialog.getByRole('button', { name: 'Run this' });
      if (await run.isEnabled()) {
        await run.click();
        await eventually(() => playground.alert).toMatch(says);
      } else {
        expect(await dialog.getByRole('status').innerText()).toMatch(says);
        await playground.button('Close').click();
      }
      await standing(playground);
    });
  }

  it('takes a good file', async ({ playground }) => {
    const dialog = await openEditor(playground);
    const file = { version: 1, title: 'From a file', tenants: [tenants[0]] };
    const buffer = Buffer.from(JSON.stringify(file));
    await dialog.locator('input[type=file]').setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer });
    await eventually(() => dialog.getByRole('textbox').inputValue()).toBe(buffer.toString());
    await dialog.getByRole('button', { name: 'Run this' }).click();
    await eventually(() => playground.document()).toEqual(file);
    await playground.moves();
  });

  it('refuses a file that is binary, enormous or deeply nested', async ({ playground }) => {
    const dialog = await openEditor(playground);
    const files = [Buffer.from([0, 255, 137, 80]), Buffer.alloc(5_000_000, '['), Buffer.from('['.repeat(500_000))];
    for (const buffer of files) {
      await dialog.getByRole('textbox').fill('{ "version": 1 }');
      await eventually(() => dialog.getByRole('button', { name: 'Run this' }).isEnabled()).toBe(true);
      await dialog.locator('input[type=file]').setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer });
      await eventually(() => dialog.getByRole('button', { name: 'Run this' }).isEnabled()).toBe(false);
      expect(await dialog.getByRole('status').innerText()).not.toBe('');
    }
    await playground.button('Close').click();
    await standing(playground);
  });
});

describe('a worker that crashes', () => {
  const crash = ({ page }: Playground) =>
    page.workers()[0].evaluate('setTimeout(() => { throw new Error("on purpose") })');

  it('is restarted with the same document, and the headline says so', async ({ playground, watch }) => {
    await playground.open();
    await playground.translate('A', 'vChunk');
    await eventually(() => playground.translation(0)).toMatchObject({ kind: 'vchunk' });
    const before = playground.document();
    await crash(playground);
    await eventually(() => playground.alert).toMatch(
      /crashed and was restarted with the same experiment\.[^]*on purpose/,
    );
    await playground.moves();
    expect(playground.document()).toEqual(before);
    await playground.button('Dismiss').click();
    await eventually(() => playground.headline).not.toBe('');
    await playground.undo();
    await eventually(() => playground.document()).toEqual(TWINS);
    await playground.moves();
    watch.forgive(/on purpose/);
  });

  it('again and again is not restarted for ever, but once more when asked', async ({ playground, watch }) => {
    await playground.open();
    for (let times = 0; times < 3; times++) {
      const worker = playground.page.workers()[0];
      await crash(playground);
      if (times < 2)
        await eventually(() => playground.page.workers()[0] !== worker && playground.page.workers().length).toBe(1);
    }
    await eventually(() => playground.alert).toMatch(/keeps crashing/);
    expect(await playground.button('Play').count()).toBe(1);
    await playground.button('Run again').click();
    await eventually(() => playground.alert).toBe('');
    expect(await playground.button('Pause').count()).toBe(1);
    await standing(playground);
    watch.forgive(/on purpose/);
  });
});
