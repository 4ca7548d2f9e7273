/**
 * Type checks that prove they are awake: beside the sources each checker gets a file with one planted error (written to
 * build/canary/), and passes only if that error is all it reports. svelte-check has been seen to go silent.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, tool } from './process.mjs';

const FOLDER = 'build/canary';
const NOTHING = 'export const planted: number = 1;\n';
const ERROR = "export const planted: number = 'not a number';\n";

/**
 * A project that is tsconfig.json plus one planted file.
 * @param {string} name
 * @param {Record<string, string>} planted file name to text
 */
function plant(name, planted) {
  const folder = join(ROOT, FOLDER, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(planted)) writeFileSync(join(folder, file), text);
  const up = '../../../';
  const sources = ['src', 'tests', 'vite.config.ts', 'assembly/layout.ts', 'assembly/codes.ts'];
  const include = [...sources.map((path) => up + path), ...Object.keys(planted)];
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: up + 'tsconfig.json', include }));
  return `${FOLDER}/${name}/tsconfig.json`;
}

/**
 * What a checker said, split into errors of the sources and errors of the planted file.
 * @param {string} output
 * @param {(line: string) => boolean} isError
 */
function split(output, isError) {
  const errors = output.split('\n').filter(isError);
  const inCanary = (/** @type {string} */ line) => line.includes('canary');
  return { errors: errors.filter((line) => !inCanary(line)), awake: errors.some(inCanary) };
}

/**
 * The TypeScript compiler over sources and tests.
 * @returns {Promise<{ errors: string[], awake: boolean }>}
 */
export async function checkTypes() {
  const project = plant('tsc', { 'canary.ts': ERROR });
  const { output } = await tool('tsc', ['-p', project, '--noEmit', '--pretty', 'false'], { quiet: true });
  return split(output, (line) => /error TS\d+/.test(line));
}

/**
 * svelte-check over the components, warnings included.
 * @returns {Promise<{ errors: string[], awake: boolean }>}
 */
export async function checkComponents() {
  const component = `<script lang="ts">\n  ${ERROR.replace('export ', '')}</script>\n\n<p>{planted}</p>\n`;
  const project = plant('svelte', { 'Canary.svelte': component, 'fine.ts': NOTHING });
  const args = ['--tsconfig', project, '--output', 'machine'];
  const { output } = await tool('svelte-check', args, { quiet: true });
  return split(output.toLowerCase(), (line) => /^\d+ (error|warning) /.test(line));
}
