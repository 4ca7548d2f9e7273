/** The compiled modules, the machine and the mapping search: beside the built program, or in build/ when run from the sources. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Compile the machine; synchronous. Throws when the project was not built. */
export const loadKernel = (): WebAssembly.Module => load('kernel.wasm');

/** Compile the mapping search; synchronous. Throws when the project was not built. */
export const loadMapping = (): WebAssembly.Module => load('mapping.wasm');

function load(name: string): WebAssembly.Module {
  const path = [name, `../../build/${name}`].map((path) => join(here, path)).find((path) => existsSync(path));
  if (path === undefined) throw new Error(`${name} is missing: run "npm run build" first`);
  return new WebAssembly.Module(readFileSync(path));
}
