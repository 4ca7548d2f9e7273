/** A hand on the chip: virtual cores and whole vNPUs moved by mouse, by touch and by keyboard, while the run goes on. */
import { describe, expect } from 'vitest';
import { it } from '../support/browser.ts';
import { count } from '../../src/ui/numbers.ts';
import { TIMELINE, TRANSPORT } from '../../src/ui/texts.ts';
import { eventually, TWINS, twins, type Playground } from '../support/playground.ts';

const WEST = TWINS.tenants![0].placement!;
const moved = (vcore: number, tile: number): number[] => WEST.map((old, i) => (i === vcore ? tile : old));

describe('by mouse', () => {
  it('moves a core to a free tile, and the run starts again with it', async ({ playground }) => {
    await playground.open();
    await playground.carry(await playground.middle(19), 27);
    await eventually(() => playground.said).toBe(
      'A8 over tile 27, free, 2 hops more, edit distance 0 to 2: 2 edges lost, torn into 2 pieces',
    );
    await playground.page.mouse.up();
    await eventually(() => playground.placement(0)).toEqual(moved(8, 27));
    await eventually(() => playground.tile(27).getAttribute('aria-label')).toMatch(/^Tile 27: A8 of A/);
    expect(await playground.said).toBe('A8 dropped on tile 27. The run starts again with it.');
    await playground.moves();
  });

  it('lets own cores change places', async ({ playground }) => {
    await playground.open();
    await playground.carry(await playground.middle(1), 2);
    await eventually(() => playground.said).toMatch(/^A0 over tile 2, swap/);
    await playground.page.mouse.up();
    await eventually(() => playground.placement(0)?.slice(0, 2)).toEqual([2, 1]);
  });

  it('moves the whole vNPU by its letter', async ({ playground }) => {
    await playground.open();
    await playground.carry(await playground.letter(1), 25);
    await eventually(() => playground.said).toMatch(/^all of A over tile 25, free/);
    await playground.page.mouse.up();
    await eventually(() => playground.placement(0)).toEqual(WEST.map((tile) => tile + 24));
  });

  it('selects the core under a press without a drag', async ({ playground }) => {
    await playground.open();
    await playground.click(10);
    await playground.page.getByRole('region', { name: 'Core A4' }).waitFor();
    expect(await playground.canUndo()).toBe(false);
  });

  for (const [what, tile, reason] of [
    ['a memory tile', 8, 'tile 8 is a memory interface'],
    ["another tenant's tile", 4, 'tile 4 belongs to B'],
  ] as const) {
    it(`refuses ${what} and says why`, async ({ playground }) => {
      await playground.open();
      await playground.carry(await playground.middle(3), tile);
      await eventually(() => playground.said).toBe(`A2 over tile ${tile}, refused: ${reason}`);
      await playground.page.mouse.up();
      await eventually(() => playground.said).toBe(`A2 cannot go to tile ${tile}: ${reason}`);
      expect(await playground.canUndo()).toBe(false);
    });
  }

  it('puts a core back at Esc, with no step to undo', async ({ playground }) => {
    await playground.open();
    await playground.carry(await playground.middle(19), 27);
    await playground.page.keyboard.press('Escape');
    await eventually(() => playground.said).toBe('A8 is back on tile 19. Nothing changed.');
    await playground.page.mouse.up();
    await playground.moves();
    expect(await playground.canUndo()).toBe(false);
    expect(await playground.tile(19).getAttribute('aria-label')).toMatch(/A8/);
  });

  it('puts a core back that is let go beside the chip', async ({ playground }) => {
    await playground.open();
    await playground.carry(await playground.middle(19), 27);
    await playground.page.mouse.move(720, 20);
    await playground.page.mouse.up();
    await eventually(() => playground.said).toBe('A8 is back on tile 19. Nothing changed.');
    expect(await playground.canUndo()).toBe(false);
  });
});

describe('by touch', () => {
  async function touch({ page }: Playground) {
    const session = await page.context().newCDPSession(page);
    return (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: { x: number; y: number; id?: number }[]) =>
      session.send('Input.dispatchTouchEvent', { type, touchPoints });
  }

  it('moves a core after a hold', async ({ playground }) => {
    await playground.open();
    const finger = await touch(playground);
    await finger('touchStart', await playground.middle(19));
    await eventually(() => playground.said).toMatch(/^A8 lifted from tile 19/);
    await finger('touchMove', await playground.middle(27));
    await eventually(() => playground.said).toMatch(/^A8 over tile 27, free/);
    await finger('touchEnd');
    await eventually(() => playground.placement(0)).toEqual(moved(8, 27));
  });

  it('moves the whole vNPU by its letter, flat out', async ({ playground }) => {
    await playground.open({ document: twins(5000) });
    await playground.flatOut();
    const finger = await touch(playground);
    await finger('touchStart', await playground.letter(1));
    await eventually(() => playground.said).toMatch(/^all of A lifted/);
    await finger('touchMove', await playground.middle(25));
    await eventually(() => playground.said).toMatch(/^all of A over tile 25, free/);
    await finger('touchEnd');
    await eventually(() => playground.placement(0)).toEqual(WEST.map((tile) => tile + 24));
    await playground.moves();
  });

  it('puts it back when a second finger comes down', async ({ playground }) => {
    await playground.open();
    const finger = await touch(playground);
    const [first, over, second] = await Promise.all([19, 27, 44].map((tile) => playground.middle(tile)));
    await finger('touchStart', { ...first, id: 1 });
    await eventually(() => playground.said).toMatch(/^A8 lifted/);
    await finger('touchMove', { ...over, id: 1 });
    await finger('touchStart', { ...over, id: 1 }, { ...second, id: 2 });
    await eventually(() => playground.said).toBe('A8 is back on tile 19. Nothing changed.');
    await finger('touchEnd');
    expect(await playground.canUndo()).toBe(false);
  });
});

describe('by keyboard', () => {
  const press = async ({ page }: Playground, ...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };

  it('moves a core with Space, arrows and Space, and says each step', async ({ playground }) => {
    await playground.open();
    await playground.tile(19).focus();
    await press(playground, ' ');
    await eventually(() => playground.said).toMatch(/^A8 lifted from tile 19\. Arrow keys carry it/);
    await press(playground, 'ArrowDown');
    await eventually(() => playground.said).toMatch(/^A8 over tile 27, free, .*hop/);
    await press(playground, ' ');
    await eventually(() => playground.said).toMatch(/^A8 dropped on tile 27/);
    await eventually(() => playground.placement(0)).toEqual(moved(8, 27));
  });

  it('moves the whole vNPU after M', async ({ playground }) => {
    await playground.open();
    await playground.tile(1).focus();
    await press(playground, 'm');
    await eventually(() => playground.said).toBe('Space now lifts the whole virtual NPU.');
    await press(playground, ' ', 'ArrowDown', 'ArrowDown', 'ArrowDown', ' ');
    await eventually(() => playground.placement(0)).toEqual(WEST.map((tile) => tile + 24));
  });

  it('fits the whole vNPU in nearby after N', async ({ playground }) => {
    await playground.open();
    await playground.tile(1).focus();
    await press(playground, ' ', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'n');
    await eventually(() => playground.said).toBe(
      'A0 over tile 25, fitted in at tile 25, as many hops, edit distance 0 as before',
    );
    await press(playground, ' ');
    await eventually(() => playground.placement(0)).toEqual(WEST.map((tile) => tile + 24));
  });

  it('keeps hold of a core over a refused tile, and Esc puts it back', async ({ playground }) => {
    await playground.open();
    await playground.tile(9).focus();
    await press(playground, ' ', 'ArrowLeft', ' ');
    await eventually(() => playground.said).toBe('A3 cannot go to tile 8: tile 8 is a memory interface');
    await press(playground, 'Escape');
    await eventually(() => playground.said).toBe('A3 is back on tile 9. Nothing changed.');
    expect(await playground.canUndo()).toBe(false);
  });

  it('selects with Enter, and Esc goes back to the cards', async ({ playground }) => {
    await playground.open();
    await playground.tile(10).focus();
    await press(playground, 'Enter');
    await playground.page.getByRole('region', { name: 'Core A4' }).waitFor();
    await press(playground, 'Escape');
    await playground.card('A').waitFor();
  });
});

describe('live', () => {
  it('moves a core in the cycle of the run: an event of the document, undone like any edit', async ({ playground }) => {
    await playground.open();
    await playground.pause();
    const cycle = await playground.cycle();
    await playground.button(TRANSPORT.live).click();
    await playground.carry(await playground.middle(19), 27);
    await eventually(() => playground.said).toMatch(/^A8 over tile 27, free/);
    await playground.page.mouse.up();
    await eventually(() => playground.document().events).toEqual([{ cycle, tenant: 'A', placement: moved(8, 27) }]);
    expect(playground.placement(0)).toEqual(WEST);
    expect(await playground.said).toBe(`A8 dropped on tile 27, from cycle ${count(cycle)} on.`);
    // the run is back in that cycle; it goes on, and the core comes to its new tile when its state is there
    await playground.button(TRANSPORT.play).click();
    await playground.flatOut();
    await playground.page.getByRole('img', { name: TIMELINE.move('A', cycle) }).waitFor();
    await eventually(() => playground.tile(27).getAttribute('aria-label')).toMatch(/^Tile 27: A8 of A/);
    await eventually(() => playground.tile(19).getAttribute('aria-label')).toMatch(/^Tile 19: free/);
    await playground.click(27);
    await playground.page.getByRole('region', { name: 'Core A8' }).waitFor();
    await playground.undo();
    await eventually(() => playground.document().events).toBeUndefined();
    await eventually(() => playground.tile(19).getAttribute('aria-label')).toMatch(/^Tile 19: A8 of A/);
  });
});
