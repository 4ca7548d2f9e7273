/** The network of a tenant beside the mesh: operators light cores and cores operators, stages are balanced by hand and again by itself. */
import { describe, expect } from 'vitest';
import type { Locator } from 'playwright-core';
import { it } from '../support/browser.ts';
import { eventually, type Playground } from '../support/playground.ts';

async function openNetwork(playground: Playground): Promise<Locator> {
  await playground.open();
  await playground.page.getByRole('button', { name: 'Show the network of A' }).click();
  const network = playground.page.getByRole('region', { name: 'Network of A' });
  await network.getByRole('listbox').waitFor();
  return network;
}

const stagesOf = (playground: Playground) => playground.document().tenants![0].workload?.stages;
const litCells = ({ page }: Playground) => page.locator('[data-tile].lit');

describe('the network of a tenant', () => {
  it('stands in place of the cards, says how sure its shapes are, and Escape goes back', async ({ playground }) => {
    const network = await openNetwork(playground);
    await network.getByText('Published shapes').waitFor();
    await network.getByText(/^9 stages; the slowest, .* takes 1\.\d+ times the mean/).waitFor();
    expect(await playground.page.getByRole('region', { name: 'Tenant A' }).count()).toBe(0);
    await playground.page.keyboard.press('Escape');
    await playground.page.getByRole('region', { name: 'Tenant A' }).waitFor();
  });

  it('an operator lights its cores, a core its operators', async ({ playground }) => {
    const network = await openNetwork(playground);
    await network.getByRole('option', { name: /^conv1, Conv/ }).hover();
    await eventually(() => litCells(playground).count()).toBe(1);
    // A0 is on tile 1, A1 on tile 2.
    expect(await litCells(playground).getAttribute('data-tile')).toBe('1');
    await network.getByTestId('facts').getByText('on A0.').waitFor();
    const { x, y } = await playground.middle(2);
    await playground.page.mouse.move(x, y);
    await eventually(() => network.locator('.row.lit .cores').allInnerTexts()).toEqual(['A1']);
    await eventually(() => network.locator('.row.operator.lit').count()).toBeGreaterThan(0);
  });

  it('the keyboard moves a boundary, undo takes it back, and the compiler balances again', async ({ playground }) => {
    const network = await openNetwork(playground);
    const list = network.getByRole('listbox');
    const { keyboard } = playground.page;
    await list.focus();
    await keyboard.press('ArrowDown');
    while (!/^Stage 2,/.test((await network.locator('.row.focused').getAttribute('aria-label'))!))
      await keyboard.press('ArrowDown');
    await keyboard.press('Space');
    await keyboard.press('ArrowUp');
    await network.getByText(/^Stage 2 would begin with/).waitFor();
    await keyboard.press('Escape');
    await eventually(() => network.getByText(/^Stage 2 would begin with/).count()).toBe(0);
    expect(stagesOf(playground)).toBeUndefined();

    await keyboard.press('Space');
    await keyboard.press('ArrowUp');
    const name = (await network.getByText(/^Stage 2 would begin with/).innerText()).split(' ').at(-1)!;
    await keyboard.press('Space');
    await eventually(() => stagesOf(playground)?.[1]?.first).toBe(name);
    expect(stagesOf(playground)).toHaveLength(9);
    await network.getByRole('button', { name: 'Balance automatically' }).waitFor();

    await playground.undo();
    await eventually(() => stagesOf(playground)).toBeUndefined();
    await playground.redo();
    await eventually(() => stagesOf(playground)?.length).toBe(9);
    await network.getByRole('button', { name: 'Balance automatically' }).click();
    await eventually(() => stagesOf(playground)).toBeUndefined();
    expect(await playground.alert).toBe('');
  });

  it('a pointer drags a boundary by its grip', async ({ playground }) => {
    const network = await openNetwork(playground);
    const { mouse } = playground.page;
    const grip = (await network.locator('.grip').first().boundingBox())!;
    const target = (await network.getByRole('option', { name: /^maxpool, MaxPool/ }).boundingBox())!;
    await mouse.move(grip.x + grip.width / 2, grip.y + grip.height / 2);
    await mouse.down();
    await mouse.move(target.x + 60, target.y + target.height / 2, { steps: 4 });
    await network.getByText('Stage 2 would begin with maxpool').waitFor();
    await mouse.up();
    await eventually(() => stagesOf(playground)?.[1]?.first).toBe('maxpool');
    await network.getByRole('option', { name: /^Stage 2, .* on A1/ }).waitFor();
  });

  it('shows what bounds the operators', async ({ playground }) => {
    const network = await openNetwork(playground);
    await network.getByText('Roofline').click();
    await network.getByText(/^Memory bounds \d+ of 21 operators/).waitFor();
    expect(await network.locator('figure circle').count()).toBe(21);
    await network.getByRole('option', { name: /^conv1, Conv/ }).hover();
    await eventually(() => network.locator('circle.lit').count()).toBe(1);
  });
});
