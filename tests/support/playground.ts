/**
 * The page as a visitor has it: what it says, its document as the address tells it, and hands on tiles. Everything waits for a
 * condition and nothing for a time. Leaves out the browser itself.
 */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { GALLERY } from '../../src/experiment/gallery.ts';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';
import { fragmentFor, readAddress } from '../../src/ui/address.ts';
import { APP, TRANSPORT } from '../../src/ui/texts.ts';

/** On a machine that is busy with other things, runs take many times as long. */
export const PATIENCE = { timeout: 90_000 };

/** The default experiment. Tenant A on the west edge, B as its mirror image; rows 3 to 5 are free. */
export const TWINS = GALLERY[0].document;

/** The twins with another number of iterations: few end soon, many never. */
export const twins = (iterations: number): ExperimentDocument => ({
  ...TWINS,
  tenants: TWINS.tenants!.map((tenant) => ({ ...tenant, workload: { ...tenant.workload, iterations } })),
});

/** Wait until a value is as expected; the way to write every expectation about a page that lives. */
export const eventually = <T>(read: () => T) => expect.poll(read, PATIENCE);

export class Playground {
  constructor(
    readonly page: Page,
    readonly site: string,
  ) {}

  /** Open a document, a fragment or, with neither, the default; returns when the run shows a cycle, 0 with `run=0`. */
  async open({
    document,
    fragment,
    query = '',
  }: { document?: ExperimentDocument; fragment?: string; query?: string } = {}) {
    const hash = document ? fragmentFor(document) : fragment;
    await this.page.goto(`${this.site}${query}${hash === undefined ? '' : `#${hash}`}`);
    await this.button(TRANSPORT.restart).waitFor();
    if (!query.includes('run=0')) await this.moves();
  }

  /** The picture moves: cycles go by. */
  async moves(): Promise<void> {
    const from = await this.cycle();
    await eventually(() => this.cycle()).toBeGreaterThan(from);
  }

  async cycle(): Promise<number> {
    return Number((await this.page.getByTestId('cycle').innerText()).replace(/\D/g, ''));
  }

  get headline(): Promise<string> {
    return this.text(this.page.getByTestId('headline'));
  }
  /** The line below the headline: note, verdict, digest; empty without one. */
  get second(): Promise<string> {
    return this.text(this.page.locator('.second'));
  }
  /** What the page says is wrong; empty when nothing is. */
  get alert(): Promise<string> {
    return this.text(this.page.getByRole('alert'));
  }
  /** The latest sentence for who does not see the picture. */
  get said(): Promise<string> {
    return this.text(this.page.locator('p[aria-live]'));
  }

  private async text(locator: Locator): Promise<string> {
    return (await locator.allInnerTexts()).join('\n').trim();
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }
  /** The card of a tenant. */
  card(name: string): Locator {
    return this.page.getByRole('region', { name: `Tenant ${name}`, exact: true });
  }
  /** Choose none, pages or vChunk in a tenant's card. */
  translate(tenant: string, kind: 'none' | 'pages' | 'vChunk'): Promise<void> {
    return this.card(tenant).getByText(kind, { exact: true }).click();
  }

  /** The document that the address holds, which follows an edit after half a second. */
  document(): ExperimentDocument {
    const opened = readAddress(new URL(this.page.url()).hash);
    if (!opened.ok) throw new Error(opened.problems[0].message);
    return opened.value.document;
  }
  placement(tenant: number): readonly number[] | undefined {
    return this.document().tenants![tenant].placement;
  }
  translation(tenant: number): object {
    return { kind: 'vchunk', entries: 4, ...this.document().tenants![tenant].translation };
  }

  /** Wait until undo has nothing left to do. */
  canUndo(): Promise<boolean> {
    return this.page.getByRole('banner').getByRole('button', { name: APP.undo }).isEnabled();
  }
  undo(): Promise<void> {
    return this.page.getByRole('banner').getByRole('button', { name: APP.undo }).click();
  }
  redo(): Promise<void> {
    return this.button(APP.redo).click();
  }

  /** Pause; returns when the machine stands and the page shows where: until the press has reached it, cycles go by. */
  async pause(): Promise<void> {
    await this.button(TRANSPORT.pause).click();
    await this.page.locator('[data-testid="cycle"][data-outcome="paused"]').waitFor();
  }
  /** One cycle per frame. */
  slowest(): Promise<void> {
    return this.page.getByRole('slider').press('Home');
  }
  /** As fast as it goes. */
  flatOut(): Promise<void> {
    return this.page.getByRole('slider', { name: new RegExp(`^${TRANSPORT.pace}`) }).press('End');
  }

  tile(tile: number): Locator {
    return this.page.locator(`[data-tile="${tile}"]`);
  }
  /** Middle of a tile in the window. */
  async middle(tile: number): Promise<{ x: number; y: number }> {
    const { x, y, width, height } = (await this.tile(tile).boundingBox())!;
    return { x: x + width / 2, y: y + height / 2 };
  }
  /** The corner of a tile where a region carries its letter. */
  async letter(tile: number): Promise<{ x: number; y: number }> {
    const { x, y, width } = (await this.tile(tile).boundingBox())!;
    return { x: x + width * 0.12, y: y + width * 0.12 };
  }
  /** Click a tile's middle: select its core. */
  async click(tile: number): Promise<void> {
    const { x, y } = await this.middle(tile);
    await this.page.mouse.click(x, y);
  }
  /** Click the lane from a tile to its neighbour in the east: traffic keeps to the right, so it is the lower one. */
  async clickLink(from: number, to: number): Promise<void> {
    const [a, b] = [await this.middle(from), await this.middle(to)];
    await this.page.mouse.click((a.x + b.x) / 2, a.y + (b.x - a.x) * 0.08);
  }
  /** Take something with the mouse and hold it over a tile. */
  async carry(from: { x: number; y: number }, toTile: number): Promise<void> {
    const to = await this.middle(toTile);
    await this.page.mouse.move(from.x, from.y);
    await this.page.mouse.down();
    await this.page.mouse.move(to.x, to.y, { steps: 8 });
  }
}
