/** Synthetic traffic on the page: figures, another load, the curve from the pool of workers, the queues of a router. */
import { describe, expect } from 'vitest';
import { galleryEntry } from '../../src/experiment/gallery.ts';
import { booksimPoints } from '../../src/report/booksim.ts';
import { PACKET, ROUTES, TRAFFIC } from '../../src/ui/texts.ts';
import { it } from '../support/browser.ts';
import { eventually } from '../support/playground.ts';

const { document } = galleryEntry('knee')!;

describe('synthetic traffic', () => {
  it('is measured while it runs, near what BookSim2 found, and follows another load', async ({ playground }) => {
    await playground.open({ document });
    const reference = booksimPoints(
      { width: 8, height: 8, virtualChannels: 2, bufferDepth: 8 },
      { pattern: 'uniform', packetFlits: 4 },
    );
    const there = reference.find(({ rate }) => rate === 0.35)!.latency;
    const latency = playground.page.getByTestId('packet-latency');
    const shown = async () => Math.abs(parseFloat(await latency.innerText()) / there - 1);
    await eventually(shown).toBeLessThan(0.1);
    await playground.page.getByRole('slider', { name: TRAFFIC.rate }).fill('0.1');
    await eventually(async () => parseFloat(await latency.innerText())).toBeLessThan(0.8 * there);
  });

  it('draws the curve while it grows', async ({ playground }) => {
    await playground.open({ document });
    const plot = playground.page.locator('.curves .plot').first();
    const heights = await plot.evaluateHandle((element) => {
      const seen: number[] = [];
      new ResizeObserver(() => seen.push(element.clientHeight)).observe(element);
      return seen;
    });
    await playground.button(TRAFFIC.compute).click();
    const dots = playground.page.locator('.curves .dot.ours');
    await eventually(() => dots.count()).toBeGreaterThan(3);
    await playground.button(TRAFFIC.compute).waitFor();
    expect(await playground.page.locator('.curves .dot.over').count()).toBeGreaterThan(0);
    expect(await playground.page.locator('.curves .dot.other').count()).toBe(4);
    // bar and button change places without moving the plot
    const [height, ...others] = await heights.jsonValue();
    expect(others.filter((other) => other !== height)).toEqual([]);
  });

  it('follows a packet through the stages of its routers', async ({ playground }) => {
    await playground.open({ document });
    await playground.click(27);
    await playground.button(PACKET.next).click();
    const inspector = playground.page.getByRole('region', { name: /^Packet from 27 to / });
    await inspector.waitFor();
    // one cycle a frame: some stage is marked, routers come in, and in the end its tail arrives
    await inspector.locator('[aria-current="step"]').first().waitFor();
    await inspector.getByText(/^Its tail arrived in cycle/).waitFor();
    expect(await inspector.getByRole('listitem').filter({ hasText: 'Router' }).count()).toBeGreaterThan(0);
    await playground.button(PACKET.again).click();
    await playground.page.getByText(/^Its tail arrived in cycle/).waitFor({ state: 'detached' });
    await playground.page.keyboard.press('Escape');
    await playground.page.getByRole('region', { name: TRAFFIC.title }).waitFor();
  });

  it('lights up the circle of a deadlock, and runs on without one of its routes', async ({ playground }) => {
    const { document: stuck } = galleryEntry('deadlock')!;
    await playground.open({ document: stuck });
    await playground.flatOut();
    await eventually(() => playground.headline).toMatch(
      /^Deadlock: 4 channels .*around (\d+ > ){4}\d+, for ever\. Nothing moves since/,
    );
    const stuckAt = await playground.cycle();
    await playground.button(ROUTES.remove([6, 10, 9])).click();
    await eventually(() => playground.headline).not.toMatch(/^Deadlock/);
    // flat out it may be over before it is looked at
    await eventually(() => playground.cycle()).toBeGreaterThan(stuckAt);
    await eventually(() => playground.document().traffic?.routes).toEqual([{ tiles: [9, 5, 6] }]);
  });

  it('shows the queues of a router', async ({ playground }) => {
    await playground.open({ document });
    await playground.click(27);
    const inspector = playground.page.getByRole('region', { name: 'Router 27' });
    await eventually(() => inspector.getByRole('listitem').count()).toBe(10);
  });
});
