/** The bench of virtualization, run from its TypeScript source: row by row as they are found, for it takes minutes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { ROOT } from './process.mjs';

export async function printVirtualizationCosts() {
  /** @type {{ module: typeof import('./bench-virtualization.ts') }} */
  const { module: bench } = await runnerImport(join(ROOT, 'src/cli/bench-virtualization.ts'));
  const kernel = new WebAssembly.Module(readFileSync(join(ROOT, 'build/kernel.wasm')));
  for (const row of bench.virtualizationRows(kernel)) console.log(row.join(' | '));
}
