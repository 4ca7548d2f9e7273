/**
 * Starting other programs without a shell, so that spaces in paths and Windows do no harm: npm through `npm_execpath`, and the
 * tools of the project as Node scripts inside node_modules. Imports `node:` modules only: it runs before anything is installed.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the project. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Where each tool's own start file lies, below node_modules. */
const TOOLS = {
  asc: 'assemblyscript/bin/asc.js',
  eslint: 'eslint/bin/eslint.js',
  prettier: 'prettier/bin/prettier.cjs',
  'svelte-check': 'svelte-check/bin/svelte-check',
  tsc: 'typescript/bin/tsc',
  vite: 'vite/bin/vite.js',
  vitest: 'vitest/vitest.mjs',
};

/**
 * Run a program to its end.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ quiet?: boolean, env?: NodeJS.ProcessEnv }} [options] quiet: collect the output instead of showing it
 * @returns {Promise<{ code: number, output: string }>} exit code (1 when it could not be started) and what it printed
 */
export function run(file, args, { quiet = false, env = {} } = {}) {
  return new Promise((resolve) => {
    /** @type {import('node:child_process').SpawnOptions} */
    const options = { cwd: ROOT, stdio: quiet ? 'pipe' : 'inherit', env: { ...process.env, ...env } };
    const child = spawn(file, args, options);
    child.stdin?.end();
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
    child.on('error', (error) => resolve({ code: 1, output: output + error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Run one of the project's tools.
 * @param {keyof typeof TOOLS} name
 * @param {readonly string[]} args
 * @param {{ quiet?: boolean, env?: NodeJS.ProcessEnv }} [options]
 */
export const tool = (name, args, options) =>
  run(process.execPath, [join(ROOT, 'node_modules', TOOLS[name]), ...args], options);

/** The npm that started us, or the one that came with this Node. */
function npmScript() {
  const given = process.env.npm_execpath;
  if (given && basename(given).startsWith('npm-cli') && existsSync(given)) return given;
  const home = dirname(process.execPath);
  const places = ['../lib/node_modules/npm/bin/npm-cli.js', 'node_modules/npm/bin/npm-cli.js'];
  return places.map((place) => join(home, place)).find((path) => existsSync(path));
}

/**
 * Run npm.
 * @param {readonly string[]} args
 */
export function npm(args) {
  const script = npmScript();
  return script ? run(process.execPath, [script, ...args]) : run('npm', args);
}
