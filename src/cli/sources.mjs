/** Tells whether what was built still belongs to the sources: a hash over every file that a build reads, stamped into dist/. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './process.mjs';

const INPUTS = [
  'assembly',
  'src',
  'public',
  'index.html',
  'vite.config.ts',
  'tsconfig.json',
  'asconfig.json',
  'asconfig.mapping.json',
  'package.json',
  'package-lock.json',
];
const STAMP = join(ROOT, 'dist/sources.sha256');
const OUTPUTS = ['dist/site/index.html', 'dist/cli/vnpu.js', 'dist/cli/kernel.wasm', 'dist/cli/mapping.wasm'];

/**
 * Every file below a path, in a fixed order.
 * @param {string} path
 * @returns {string[]}
 */
function files(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => files(join(path, name)));
}

function sourceHash() {
  const hash = createHash('sha256');
  for (const file of INPUTS.flatMap((input) => files(join(ROOT, input)))) {
    hash.update(file.slice(ROOT.length)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** Is dist/ complete and made from the sources as they are now? */
export function isBuilt() {
  if (!existsSync(STAMP) || !OUTPUTS.every((output) => existsSync(join(ROOT, output)))) return false;
  return readFileSync(STAMP, 'utf8') === sourceHash();
}

/** Note that dist/ was made from the sources as they are now. */
export function stampBuild() {
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, sourceHash());
}
