/**
 * `npm run build`: the kernel (build/), the site (dist/site/) and the command line (dist/cli/vnpu.js with kernel.wasm and
 * mapping.wasm beside it).
 * `npm run kernel` makes those two alone. Installs what is missing first.
 */
import { chmodSync, copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { ROOT, tool } from './process.mjs';
import { stampBuild } from './sources.mjs';

/** @typedef {{ quiet?: boolean }} Quiet */
/** @typedef {{ code: number, output: string }} Outcome */

/**
 * The machine and the mapping search, without asserts and without imports.
 * @param {Quiet} [options]
 * @returns {Promise<Outcome>}
 */
export async function buildKernel(options) {
  const machine = await compile('asconfig.json', options);
  return machine.code === 0 ? compile('asconfig.mapping.json', options) : machine;
}

/** @param {string} config @param {Quiet} [options] */
const compile = (config, options) => tool('asc', ['--config', config, '--target', 'release'], options);

/**
 * Page and command line; the kernel must be there.
 * @param {Quiet} [options]
 * @returns {Promise<Outcome>}
 */
export async function buildBundles(options) {
  const log = ['--logLevel', 'warn'];
  const site = await tool('vite', ['build', ...log], options);
  if (site.code !== 0) return site;
  const cli = await tool('vite', ['build', '--mode', 'cli', ...log], options);
  if (cli.code !== 0) return cli;
  const program = join(ROOT, 'dist/cli/vnpu.js');
  if (!existsSync(program)) return { code: 1, output: 'vite wrote no dist/cli/vnpu.js' };
  chmodSync(program, 0o755);
  for (const name of ['kernel.wasm', 'mapping.wasm']) {
    copyFileSync(join(ROOT, 'build', name), join(ROOT, 'dist/cli', name));
  }
  stampBuild();
  return cli;
}

/** @returns {Promise<boolean>} whether everything could be built */
export async function buildAll() {
  console.error('building the kernel, the site and the command line ...');
  const kernel = await buildKernel();
  return kernel.code === 0 && (await buildBundles()).code === 0;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const kernelOnly = process.argv[2] === 'kernel';
  const done = (await ensureInstalled()) && (kernelOnly ? (await buildKernel()).code === 0 : await buildAll());
  process.exitCode = done ? 0 : 1;
}
