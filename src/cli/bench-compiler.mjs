/** The bench of the compiler, run from its TypeScript source: one row as soon as it is measured, for it takes minutes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { ROOT } from './process.mjs';

export async function printCompiler() {
  /** @type {{ module: typeof import('./bench-compiler.ts') }} */
  const { module: bench } = await runnerImport(join(ROOT, 'src/cli/bench-compiler.ts'));
  const kernel = new WebAssembly.Module(readFileSync(join(ROOT, 'build/kernel.wasm')));
  for (const [what, value, goal = ''] of bench.compilerRows(kernel)) {
    console.log(`${what.padEnd(64)}  ${value}  ${goal}`.trimEnd());
  }
}
