/** Other placements of a tenant: proposed near a hand and at rest, what they cost, and moves that gather the free cores. */
import { describe, expect } from 'vitest';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';
import { PLACEMENT } from '../../src/ui/texts.ts';
import { it } from '../support/browser.ts';
import { eventually, TWINS, type Playground } from '../support/playground.ts';

const WEST = TWINS.tenants![0].placement!;
const panel = ({ page }: Playground, name = 'A') =>
  page.getByRole('region', { name: PLACEMENT.title(name), exact: true });
const choice = (playground: Playground, words: string) => panel(playground).getByRole('button', { name: words });
const look = ({ page }: Playground, name = 'A') => page.getByRole('button', { name: PLACEMENT.open(name) }).click();

/** Three tenants with one core each, so spread that no free rectangle is large. */
const SCATTERED: ExperimentDocument = {
  version: 1,
  tenants: [10, 28, 21].map((tile, i) => ({
    name: 'ABC'[i],
    topology: { width: 1, height: 1 },
    placement: [tile],
    workload: { iterations: 1000 },
  })),
};

describe('at rest', () => {
  it('lists alternatives with their cost; one that is clicked is placed by a button', async ({ playground }) => {
    await playground.open();
    await look(playground);
    await choice(playground, PLACEMENT.kinds.elsewhere).click();
    await panel(playground).getByRole('button', { name: PLACEMENT.place }).click();
    await eventually(() => playground.placement(0)?.every((tile) => tile >= 24)).toBe(true);
    expect(playground.placement(0)!.some((tile) => WEST.includes(tile))).toBe(false);
    await panel(playground).getByText(`${PLACEMENT.now}: edit distance 0`).waitFor();
    await playground.undo();
    await eventually(() => playground.placement(0)).toEqual(WEST);
  });

  it('switches what an edge weighs and the policy', async ({ playground }) => {
    await playground.open();
    await look(playground);
    await panel(playground).getByRole('combobox').selectOption('similar');
    await eventually(() => playground.document().tenants![0]).toMatchObject({ mapping: 'similar' });
    expect(playground.placement(0)).toBeUndefined();
    for (const edgeWeights of ['traffic', 'bottleneck'] as const) {
      await panel(playground).getByRole('radio', { name: PLACEMENT.weightNames[edgeWeights] }).check();
      await eventually(() => playground.document().tenants![0]).toMatchObject({ edgeWeights });
    }
    await panel(playground).getByRole('checkbox', { name: PLACEMENT.together }).check();
    await eventually(() => playground.document().placementOrder).toBe('best');
    expect(playground.placement(1)).toBeUndefined();
    await playground.page.keyboard.press('Escape');
    await playground.card('A').waitFor();
  });

  it('proposes moves that gather the free cores, and makes them in one step', async ({ playground }) => {
    await playground.open({ document: SCATTERED });
    await look(playground);
    await panel(playground).getByRole('button', { name: PLACEMENT.gather }).click();
    const make = panel(playground).getByRole('button', { name: /^Make/ });
    await make.click();
    const places = (): (number | undefined)[] => [0, 1, 2].map((tenant) => playground.placement(tenant)?.[0]);
    await eventually(() => places().join()).not.toBe('10,28,21');
    await playground.undo();
    await eventually(places).toEqual([10, 28, 21]);
    expect(await playground.canUndo()).toBe(false);
  });
});

describe('in the hand', () => {
  it('proposals follow it; N takes one after the other, and Space drops the one that is taken', async ({
    playground,
  }) => {
    await playground.open();
    const { keyboard } = playground.page;
    await playground.tile(19).focus();
    for (const key of [' ', 'ArrowRight', 'ArrowDown']) await keyboard.press(key);
    const chosen = panel(playground).getByRole('button', { pressed: true });
    // One to the right and one down: B is in the way on the right, so the nearest square is one row down.
    await keyboard.press('n');
    await chosen.filter({ hasText: PLACEMENT.kinds.near }).waitFor();
    await eventually(() => playground.said).toMatch(
      /^A8 over tile 28, fitted in at tile \d+, as many hops, edit distance 0 as before$/,
    );
    await keyboard.press('n');
    await chosen.filter({ hasNotText: PLACEMENT.kinds.near }).waitFor();
    await keyboard.press('Shift+N');
    await chosen.filter({ hasText: PLACEMENT.kinds.near }).waitFor();
    await keyboard.press(' ');
    await eventually(() => playground.placement(0)).toEqual(WEST.map((tile) => tile + 8));
    await playground.card('A').waitFor();
  });

  it('clicks take and place a proposal as well', async ({ playground }) => {
    await playground.open();
    await playground.tile(19).focus();
    for (const key of [' ', 'ArrowDown']) await playground.page.keyboard.press(key);
    await choice(playground, PLACEMENT.kinds.near).click();
    await eventually(() => playground.said).toMatch(/fitted in at tile/);
    await panel(playground).getByRole('button', { name: PLACEMENT.place }).click();
    await eventually(() => playground.placement(0)).toEqual(WEST.map((tile) => tile + 8));
  });
});
