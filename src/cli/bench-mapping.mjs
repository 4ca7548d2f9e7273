/** The bench of the topology mapping, run from its TypeScript source: one row as soon as it is measured, for all of it takes minutes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { ROOT } from './process.mjs';

/** @param {string} name */
const module = (name) => new WebAssembly.Module(readFileSync(join(ROOT, 'build', name)));

/** @param {{ whole: boolean }} how whole: also what takes minutes */
export async function printMapping({ whole }) {
  /** @type {{ module: typeof import('./bench-mapping.ts') }} */
  const { module: bench } = await runnerImport(join(ROOT, 'src/cli/bench-mapping.ts'));
  const mapping = module('mapping.wasm');
  print(bench.searchRows(ROOT, mapping));
  if (whole) print(bench.placementRows(module('kernel.wasm'), mapping));
}

/** @param {Iterable<readonly [what: string, value: string, goal?: string]>} rows */
function print(rows) {
  for (const [what, value, goal = ''] of rows) console.log(`${what.padEnd(64)}  ${value}  ${goal}`.trimEnd());
}
