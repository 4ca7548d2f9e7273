/** A tenant that moves and then changes its size while it runs: the page shows it, and Chromium and Node agree to the last counter. */
import { expect } from 'vitest';
import { galleryEntry } from '../../src/experiment/gallery.ts';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';
import { buildReport } from '../../src/report/build.ts';
import { CARD, LIFE, TIMELINE } from '../../src/ui/texts.ts';
import { it } from '../support/browser.ts';
import { machineOf } from '../support/documents.ts';
import { eventually } from '../support/playground.ts';

const { document: room } = galleryEntry('room')!;
const [aside, grow] = room.events!;
const SHORT: ExperimentDocument = {
  ...room,
  tenants: room.tenants!.map((tenant, i) => ({
    ...tenant,
    ...(i === 1 && { arrivalCycle: 60_000 }),
    workload: { weights: 'stream', iterations: i === 0 ? 16 : 2 },
  })),
  events: [
    { ...aside, cycle: 60_000 },
    { ...grow, cycle: 200_000 },
  ],
};

it('shows where and how large a tenant is by now, and ends with the digest of Node', async ({ playground }) => {
  const { page } = playground;
  const machine = machineOf(SHORT);
  machine.run(10_000_000);
  const { cycles, digest, tenants } = buildReport(machine.plan, machine.snapshot(), 0);
  expect(tenants.map(({ status, iterations }) => [status, iterations])).toEqual([
    ['done', 16],
    ['done', 2],
  ]);
  await playground.open({ document: SHORT, query: '?run=0' });
  const card = playground.card('A');
  expect(await card.innerText()).toContain('3 × 3');
  await eventually(() => playground.tile(10).getAttribute('aria-label')).toMatch(/^Tile 10: A3 of A/);
  // B is to come where A is now
  expect(await playground.tile(12).getAttribute('aria-label')).toMatch(/^Tile 12: A5 of A/);
  await eventually(() => playground.card('B').innerText()).toContain(CARD.awaited(60_000));
  await playground.flatOut();
  await playground.button('Play').click();
  const ended = `Done after ${cycles.toLocaleString('en-US')} cycles, digest ${digest}.`;
  await eventually(() => playground.second).toContain(ended);
  expect(await card.innerText()).toMatch(/3 × 6[^]*16 of 16/);
  // A has gone from the centre to the west, and its eighteenth core lies in the south
  expect(await playground.tile(10).getAttribute('aria-label')).toMatch(/^Tile 10: A4 of A/);
  expect(await playground.tile(12).getAttribute('aria-label')).toMatch(/^Tile 12: B3 of B/);
  expect(await playground.tile(43).getAttribute('aria-label')).toMatch(/^Tile 43: A17 of A/);
  await page.getByRole('img', { name: TIMELINE.move('A', 60_000) }).waitFor();
  const size = { kind: 'mesh', width: 3, height: 6 } as const;
  await page.getByRole('img', { name: TIMELINE.move('A', 200_000, size) }).waitFor();
  await playground.button(TIMELINE.open('A')).click();
  expect(await page.locator('.timeline .core').count()).toBe(9 + 18);
  await playground.click(43);
  await page.getByRole('region', { name: 'Core A17' }).waitFor();
  await page.getByRole('region', { name: 'Core A17' }).getByRole('button', { name: 'Tables' }).click();
  await page.getByText('from core 0 at tile 1: 3 × 6, row by row').waitFor();
  // what each change took, part by part, and who gave which memory back
  const [{ drainCycles: begun, tableCycles }] = tenants[0].moves!.slice(1);
  await page.getByText(LIFE.change(200_000, size)).waitFor();
  const tables = await page.getByRole('region', { name: 'Tables of A' }).innerText();
  for (const [label, cycles] of [
    [LIFE.finish, begun],
    [LIFE.tables, tableCycles],
  ] as const)
    expect(tables).toMatch(new RegExp(`${label}\\s+${cycles.toLocaleString('en-US')}\\s`));
  expect(tables).toMatch(/Cycle 200,000: A gives back the [\d.]+ MiB of its old size, once it has drained\./);
});
