/**
 * Installs the packages of the lock file when what is installed differs from it, and only then, so that a second start needs no
 * network. npm's own record of what it installed (node_modules/.package-lock.json) is what is compared.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm, ROOT } from './process.mjs';

/** @typedef {{ packages?: Record<string, { version?: string, integrity?: string, optional?: boolean }> }} Lock */

/**
 * @param {string} path
 * @returns {Lock}
 */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
}

/**
 * Packages that the lock file asks for and that are not installed in that version. Optional ones (other platforms' binaries)
 * may be absent.
 * @param {Lock} wanted
 * @param {Lock} installed
 * @returns {string[]}
 */
export function missingPackages(wanted, installed) {
  return Object.entries(wanted.packages ?? {}).flatMap(([path, { version, integrity, optional }]) => {
    if (path === '') return [];
    const there = installed.packages?.[path];
    if (!there) return optional ? [] : [path];
    return there.version === version && there.integrity === integrity ? [] : [path];
  });
}

/**
 * Make node_modules agree with the lock file.
 * @returns {Promise<boolean>} false when npm could not
 */
export async function ensureInstalled() {
  const wanted = readLock(join(ROOT, 'package-lock.json'));
  const missing = missingPackages(wanted, readLock(join(ROOT, 'node_modules/.package-lock.json')));
  if (missing.length === 0) return true;
  console.error(`installing packages (${missing.length} missing or in another version) ...`);
  const { code } = await npm(['ci', '--no-audit', '--no-fund', '--include=dev', '--include=optional']);
  if (code !== 0) console.error('npm could not install the packages of package-lock.json; its reason stands above.');
  return code === 0;
}
