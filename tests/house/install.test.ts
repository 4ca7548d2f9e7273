/** What is installed against what the lock file asks for, and what the lock file must not say. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { missingPackages } from '../../src/cli/install.mjs';

const read = (path: string): string => readFileSync(path, 'utf8');
const pinned = { packages: { '': {}, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } } };

describe('the lock file', () => {
  it('names no registry: another machine asks its own', () => {
    const text = read('package-lock.json');
    expect(text).not.toContain('"resolved"');
    const elsewhere = [...text.matchAll(/https?:\/\/([^/"]+)/g)].map(([, host]) => host);
    expect(elsewhere.filter((host) => /registry|artifactory|nexus|verdaccio|proxy|localhost|:\d+$/.test(host))).toEqual(
      [],
    );
    expect(read('.npmrc')).toContain('omit-lockfile-registry-resolved=true');
  });

  it('agrees with package.json, so that npm ci does not refuse it', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'));
    const [root] = Object.values<Record<string, unknown>>(JSON.parse(read('package-lock.json')).packages);
    expect(root.dependencies).toEqual(dependencies);
    expect(root.devDependencies).toEqual(devDependencies);
  });
});

describe('missing packages', () => {
  it('are none after an installation', () => {
    expect(missingPackages(pinned, pinned)).toEqual([]);
    expect(
      missingPackages(JSON.parse(read('package-lock.json')), JSON.parse(read('node_modules/.package-lock.json'))),
    ).toEqual([]);
  });

  it('are those that are absent, older, or of another content', () => {
    const other = (change: object) => ({
      packages: { 'node_modules/a': { ...pinned.packages['node_modules/a'], ...change } },
    });
    expect(missingPackages(pinned, {})).toEqual(['node_modules/a']);
    expect(missingPackages(pinned, other({ version: '0.9.0' }))).toEqual(['node_modules/a']);
    expect(missingPackages(pinned, other({ integrity: 'sha512-b' }))).toEqual(['node_modules/a']);
  });

  it("leave out other platforms' binaries", () => {
    const wanted = { packages: { 'node_modules/b': { version: '1.0.0', optional: true } } };
    expect(missingPackages(wanted, {})).toEqual([]);
  });
});
