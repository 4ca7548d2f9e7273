/** The bench of the topology mapping, run from its TypeScript source: one row as soon as it is measured, for it takes minutes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { ROOT } from './process.mjs';

/** @param {string} name */
const module = (name) => new WebAssembly.Module(readFileSync(join(ROOT, 'build', name)));

export async function printMapping() {
  /** @type {{ module: typeof import('./bench-mapping.ts') }} */
  const { module: bench } = await runnerImport(join(ROOT, 'src/cli/bench-mapping.ts'));
  for (const [what, value, goal = ''] of bench.mappingRows(ROOT, module('kernel.wasm'), module('mapping.wasm'))) {
    console.log(`${what.padEnd(64)}  ${value}  ${goal}`.trimEnd());
  }
}
