/** How the browser for the tests is found: CHROME_PATH first, then the names on the PATH. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ADVICE, findBrowser } from '../../src/cli/browser.mjs';

const folder = mkdtempSync(join(tmpdir(), 'vnpu-'));
const program = (name: string): string => {
  writeFileSync(join(folder, name), '');
  return join(folder, name);
};
const edge = program('microsoft-edge');
const chromium = program('chromium');
afterAll(() => rmSync(folder, { recursive: true }));

describe('finding a browser', () => {
  it('believes CHROME_PATH, also when it is wrong', () => {
    expect(findBrowser({ CHROME_PATH: edge, PATH: folder })).toBe(edge);
    expect(findBrowser({ CHROME_PATH: join(folder, 'none'), PATH: folder })).toBeUndefined();
  });

  it('prefers Chromium to Edge on the PATH', () => {
    expect(findBrowser({ PATH: ['/nowhere', folder].join(delimiter) }, 'linux')).toBe(chromium);
  });

  it('finds nothing where there is nothing, and then there is advice', () => {
    expect(findBrowser({ PATH: '/nowhere' }, 'linux')).toBeUndefined();
    expect(ADVICE).toMatch(/apt-get install chromium/);
  });
});
