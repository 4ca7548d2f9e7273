/** The compiled kernel: beside the built program, or in build/ when run from the sources. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Compile the kernel; synchronous. Throws when the project was not built. */
export function loadKernel(): WebAssembly.Module {
  const path = ['kernel.wasm', '../../build/kernel.wasm']
    .map((name) => join(here, name))
    .find((name) => existsSync(name));
  if (path === undefined) throw new Error('kernel.wasm is missing: run "npm run build" first');
  return new WebAssembly.Module(readFileSync(path));
}
