/** A core and a link from close by: what they do now, and the next translation miss, one cycle at a time. */
import { describe, expect } from 'vitest';
import { PORTS } from '../../src/model/mesh.ts';
import { CORE, MISS } from '../../src/ui/texts.ts';
import { it } from '../support/browser.ts';
import { machineOf } from '../support/documents.ts';
import { eventually, twins, type Playground } from '../support/playground.ts';

const EAST = PORTS.indexOf('east');

async function openCore(playground: Playground, tile: number, core: string) {
  await playground.open();
  await playground.click(tile);
  return playground.page.getByRole('region', { name: `Core ${core}` });
}

describe("a core's inspector", () => {
  it('shows the program with what runs now, and causes that add up', async ({ playground }) => {
    const inspector = await openCore(playground, 1, 'A0');
    await inspector.getByLabel('running', { exact: true }).first().waitFor();
    await eventually(() => inspector.locator('dl dd.number').count()).toBeGreaterThan(1);
    const sum = async () =>
      (await inspector.locator('dl dd.number').allInnerTexts()).reduce((total, text) => total + parseInt(text, 10), 0);
    // each is rounded, and causes below half a percent are left out
    await eventually(async () => Math.abs((await sum()) - 100)).toBeLessThanOrEqual(5);
  });

  it('shows the pages of A, and the ranges of B with the current one', async ({ playground }) => {
    await openCore(playground, 1, 'A0');
    await playground.page.getByText(/^TLB: 4 of 4 pages/).waitFor();
    await playground.click(6);
    await playground.page.getByText(/^Range table; [1-4] of 4/).waitFor();
    const current = playground.page.getByRole('row').filter({ has: playground.page.getByTitle('RTT_CUR') });
    const first = await current.innerText();
    await eventually(() => current.innerText()).not.toBe(first);
  });

  it('"show me one" stops at a miss of this core and draws its stages', async ({ playground }) => {
    const inspector = await openCore(playground, 1, 'A0');
    await inspector.getByRole('button', { name: 'Show me one' }).click();
    const strip = inspector.getByRole('listitem').filter({ hasText: /^(Burst|Look-up|Walk|Data)/ });
    await eventually(() => strip.count()).toBe(4);
    await eventually(() => strip.filter({ hasText: 'Walk' }).innerText()).toMatch(/[1-9]\d* cycles left of 120/);
    await playground.page.getByText('1 cycle per frame').waitFor();
    await eventually(() => strip.filter({ hasText: 'Walk' }).getAttribute('aria-current')).toBe('step');
    const at = await playground.cycle();
    await eventually(() => playground.cycle()).toBeGreaterThan(at);
    expect(await playground.cycle()).toBeLessThan(at + 1000);
  });

  it('"show me one" says so when none comes', async ({ playground }) => {
    // all that B0 needs stays in its range TLB
    const inspector = await openCore(playground, 6, 'B0');
    await inspector.getByRole('button', { name: 'Show me one' }).click();
    await inspector.getByRole('status').getByText(CORE.noMiss(64)).waitFor();
    expect(await inspector.getByText(MISS.noWalk).count()).toBe(1);
  });

  it('offers no miss where nothing is translated', async ({ playground }) => {
    await playground.open();
    await playground.translate('A', 'none');
    await eventually(() => playground.translation(0)).toMatchObject({ kind: 'physical' });
    await playground.click(1);
    await playground.page.getByRole('region', { name: 'Core A0' }).waitFor();
    expect(await playground.button('Show me one').count()).toBe(0);
  });

  it('gives way to the cards at Esc', async ({ playground }) => {
    await openCore(playground, 1, 'A0');
    await playground.page.keyboard.press('Escape');
    await playground.card('A').waitFor();
  });
});

describe("a link's inspector", () => {
  it('shows the flits per tenant and network that the machine has counted', async ({ playground }) => {
    const document = twins(1);
    const machine = machineOf(document);
    machine.run(2 ** 31 - 1);
    const planes = machine.link(1, EAST);
    const counted = planes.flatMap(({ perTenant, blocked, blockedPerTenant }) => [
      [perTenant.reduce((sum, flits) => sum + flits, 0), blocked],
      ...perTenant.map((flits, i) => [flits, blockedPerTenant[i]]).filter(([flits, cycles]) => flits + cycles > 0),
    ]);
    expect(counted.flat().some((flits) => flits > 0)).toBe(true);

    await playground.open({ document });
    await playground.flatOut();
    await eventually(() => playground.second).toMatch(/^Done after/);
    await playground.clickLink(1, 2);
    await playground.page.getByRole('heading', { name: 'Link from tile 1 to 2' }).waitFor();
    const shown = async (): Promise<number[][]> => {
      const rows = await playground.page.getByRole('complementary').locator('tbody tr').allInnerTexts();
      return rows.map((row) => (row.match(/\d[\d,]*/g) ?? []).map((text) => Number(text.replaceAll(',', ''))));
    };
    await eventually(shown).toEqual(counted);
  });
});
