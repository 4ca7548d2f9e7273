/**
 * `npm start`: installs what is missing, builds when sources changed, serves dist/site on 127.0.0.1 and opens a browser, unless
 * this is CI, no terminal, or BROWSER=none. Needs no network once that is done.
 */
import { join } from 'node:path';
import { buildAll } from './build.mjs';
import { openInBrowser } from './browser.mjs';
import { ensureInstalled } from './install.mjs';
import { ROOT } from './process.mjs';
import { isBuilt } from './sources.mjs';
import { listen, staticServer } from './static-server.mjs';

const FIRST_PORT = 4173;

if (!(await ensureInstalled()) || !(isBuilt() || (await buildAll()))) process.exit(1);
const server = staticServer(join(ROOT, 'dist/site'));
const url = `http://127.0.0.1:${await listen(server, FIRST_PORT)}/`;
console.log(`The vNPU Playground is at ${url} (Ctrl+C ends it)`);
const wanted = !process.env.CI && process.stdout.isTTY && process.env.BROWSER !== 'none';
if (wanted) openInBrowser(url);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
