/**
 * Finds a Chromium-like browser for the tests (CHROME_PATH, then the system's Chromium, Chrome or Edge), installs Debian's where
 * that is allowed, and opens a page in the user's own browser. Nothing is downloaded except through the package manager.
 */
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './process.mjs';

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
];

const MAC = ['Chromium', 'Google Chrome', 'Microsoft Edge'].map(
  (app) => `/Applications/${app}.app/Contents/MacOS/${app}`,
);

const WINDOWS = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((variable) => {
  const folder = process.env[variable];
  const places = ['Chromium/Application/chrome.exe', 'Google/Chrome/Application/chrome.exe'];
  return folder ? [...places, 'Microsoft/Edge/Application/msedge.exe'].map((place) => join(folder, place)) : [];
});

export const ADVICE =
  'No browser was found. Install Chromium (Debian and Ubuntu: sudo apt-get install chromium), Google Chrome or ' +
  'Microsoft Edge, or set CHROME_PATH to the program of one.';

/** @param {string} path */
const isFile = (path) => existsSync(path) && statSync(path).isFile();

/**
 * Path of a browser's program, or undefined.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {NodeJS.Platform} [platform]
 * @returns {string | undefined}
 */
export function findBrowser(env = process.env, platform = process.platform) {
  if (env.CHROME_PATH) return isFile(env.CHROME_PATH) ? env.CHROME_PATH : undefined;
  if (platform === 'darwin') return MAC.find(isFile);
  if (platform === 'win32') return WINDOWS.find(isFile);
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isFile);
}

/** Debian's package manager, where we may use it. */
const mayInstall = () => process.platform === 'linux' && process.getuid?.() === 0 && isFile('/usr/bin/apt-get');

/**
 * Path of a browser's program; asks Debian's package manager when there is none and we are root.
 * @returns {Promise<string | undefined>}
 */
export async function ensureBrowser() {
  const found = findBrowser();
  if (found || process.env.CHROME_PATH || !mayInstall()) return found;
  console.error('no browser found: installing chromium by apt-get ...');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const update = await run('apt-get', ['update', '-q'], { quiet: true, env });
  const install = await run('apt-get', ['install', '-y', '-q', 'chromium'], { quiet: true, env });
  if (install.code !== 0) console.error(update.output.slice(-2000) + install.output.slice(-2000));
  return findBrowser();
}

/**
 * Show a page to the user; a machine without a desktop is no error.
 * @param {string} url
 */
export function openInBrowser(url) {
  const [file, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '""', url]
        : [process.env.BROWSER || 'xdg-open', url];
  spawn(file, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
