/**
 * What browser tests stand on: the built site served from a sub-path by a plain static server, with its policy as a header too,
 * and the machine's Chromium. A missing browser or build fails every test that asks for a page, with the reason, and no test may
 * leave a console error or a request to another host behind.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { expect, test as base } from 'vitest';
import { ADVICE, findBrowser } from '../../src/cli/browser.mjs';
import { listen, staticServer } from '../../src/cli/static-server.mjs';
import { PATIENCE, Playground } from './playground.ts';

const SITE = 'dist/site';
const PREFIX = '/some/where/playground/';
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; " +
  "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'";

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Start the machine's browser; throws with what to install when there is none. */
export function launch(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error(ADVICE);
  return chromium.launch({ executablePath, args: FLAGS });
}

/**
 * Serve a copy of the built site from a sub-path, so that a build beside the tests changes nothing under them; gives its address,
 * ending in `/`, and how to stop.
 */
export async function serveSite(): Promise<{ url: string; close: () => void }> {
  if (!existsSync(`${SITE}/index.html`)) throw new Error('the site is not built: run "npm run build" first');
  const copy = mkdtempSync(join(tmpdir(), 'vnpu-site-'));
  cpSync(SITE, copy, { recursive: true });
  const server = staticServer(copy, { prefix: PREFIX, headers: { 'content-security-policy': POLICY } });
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    rmSync(copy, { recursive: true });
  };
  return { url: `http://127.0.0.1:${port}${PREFIX}`, close };
}

/** What a page did that it should not: console errors, uncaught errors, requests to another host, failed requests. */
export class Watch {
  complaints: readonly string[] = [];

  constructor(page: Page, site: string) {
    const { origin } = new URL(site);
    page.on('console', (message) => {
      if (message.type() === 'error') this.complain(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.complain(`uncaught: ${error.message}`));
    page.on('request', (request) => {
      const { protocol, origin: target } = new URL(request.url());
      if (/^(https?|wss?):$/.test(protocol) && target !== origin) this.complain(`request to ${request.url()}`);
    });
    page.on('requestfailed', (request) => this.complain(`failed: ${request.url()}`));
  }

  /** Take out what a test has provoked. */
  forgive(what: RegExp): void {
    this.complaints = this.complaints.filter((complaint) => !what.test(complaint));
  }

  private complain(what: string): void {
    this.complaints = [...this.complaints, what];
  }
}

interface Stage {
  /** Address of the built site, ending in `/`. */
  readonly site: string;
  readonly browser: Browser;
  /** A page of its own per test, 1440 x 900, nothing loaded yet. */
  readonly page: Page;
  /** Whatever it holds at the end of a test fails that test; one that provokes an error forgives it. */
  readonly watch: Watch;
  readonly playground: Playground;
}

/** `it` for browser tests: `it('...', async ({ playground }) => ...)`. Server and browser are shared by the tests of a file. */
export const it = base.extend<Stage>({
  site: [
    // Vitest reads the names of the fixtures a test wants from this parameter, so it must be a pattern.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const { url, close } = await serveSite();
      await use(url);
      close();
    },
    { scope: 'file' },
  ],
  browser: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const browser = await launch();
      await use(browser);
      await browser.close();
    },
    { scope: 'file' },
  ],
  page: async ({ browser }, use) => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    context.setDefaultTimeout(PATIENCE.timeout);
    await use(await context.newPage());
    await context.close();
  },
  watch: async ({ page, site }, use) => {
    const watch = new Watch(page, site);
    await use(watch);
    expect(watch.complaints).toEqual([]);
  },
  playground: async ({ page, site, watch: _watch }, use) => {
    await use(new Playground(page, site));
  },
});
