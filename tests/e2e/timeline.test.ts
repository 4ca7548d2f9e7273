/** The timeline from close by: its last cycles one by one are those of the machine. */
import { describe, expect } from 'vitest';
import { CAUSES, GROUP_OF } from '../../src/model/causes.ts';
import { TIMELINE, GROUP_NAME } from '../../src/ui/texts.ts';
import { it } from '../support/browser.ts';
import { machineOf } from '../support/documents.ts';
import { eventually, TWINS } from '../support/playground.ts';

const WINDOW = 128;

describe('the timeline', () => {
  it('shows the last cycles of a core one by one', async ({ playground }) => {
    const { page } = playground;
    await playground.open();
    await playground.button(TIMELINE.open('A')).click();
    await page.getByLabel(TIMELINE.zoom).selectOption(String(WINDOW));
    await playground.pause();
    const timeline = page.getByRole('region', { name: TIMELINE.region });
    const end = await playground.cycle();
    await eventually(() => timeline.locator('.end').innerText()).toBe(end.toLocaleString('en-US'));
    const machine = machineOf(TWINS);
    machine.run(end - 1);
    // The cycle before the last that is shown: that of `run` to here.
    const { cause } = machine.snapshot().cores.find(({ tenant, vcore }) => tenant === 0 && vcore === 8)!;
    const { x, width } = (await timeline.locator('canvas').boundingBox())!;
    const row = (await timeline.locator('.core').last().boundingBox())!;
    await page.mouse.move(x + width * ((WINDOW - 1.5) / WINDOW), row.y + row.height / 2);
    const said = TIMELINE.at(end - 2, GROUP_NAME[GROUP_OF[CAUSES[cause]]], 1);
    await eventually(() => timeline.locator('.pointed').innerText()).toBe(said);
    expect(await playground.cycle()).toBe(end);
  });
});
