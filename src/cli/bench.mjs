/**
 * `npm run bench`: how fast the machine runs in Node and in a Chromium worker, how large the page is, how soon it moves and what
 * it costs the main thread; `npm run bench noc`: the network alone;
 * `npm run bench compiler`: the compiler alone; `npm run bench mapping`: the mapping search, on hard sizes and against simulated cycles
 * as well, which takes minutes; `npm run bench virtualization`: what virtual NPUs cost, in simulated cycles. Prints a table and
 * asserts nothing: times belong to the machine they were taken on.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { buildAll } from './build.mjs';
import { ADVICE, ensureBrowser } from './browser.mjs';
import { ensureInstalled } from './install.mjs';
import { ROOT, run } from './process.mjs';
import { isBuilt } from './sources.mjs';

const EXPERIMENT = 'resnet-beside-gpt2';
const CYCLES = 2_000_000;
const RUNS = 3;
const SITE = join(ROOT, 'dist/site');

/** @typedef {readonly [what: string, value: string, goal?: string]} Row */

/** @param {number} value */
const whole = (value) => Math.round(value).toLocaleString('en-US');
/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

/**
 * Speed of the command line on the experiment: the median of a few runs.
 * @returns {Promise<{ cyclesPerSecond: number, flitHopsPerCycle: number }>}
 */
async function nodeSpeed() {
  const rates = [];
  let flitHopsPerCycle = 0;
  for (let i = 0; i < RUNS; i++) {
    const program = join(ROOT, 'dist/cli/vnpu.js');
    const { code, output } = await run(
      process.execPath,
      [program, 'run', EXPERIMENT, '--json', '--cycles', String(CYCLES)],
      { quiet: true },
    );
    if (code !== 0) throw new Error(output);
    /** @type {{ cycles: number, seconds: number, links: { flits: number }[] }} */
    const { cycles, seconds, links } = JSON.parse(output);
    rates.push(cycles / seconds);
    flitHopsPerCycle = links.reduce((sum, { flits }) => sum + flits, 0) / cycles;
  }
  return { cyclesPerSecond: rates.sort((a, b) => a - b)[Math.floor(RUNS / 2)], flitHopsPerCycle };
}

/**
 * Files that the page loads before its first picture: the entry and everything it imports statically.
 * @returns {string[]}
 */
function initialScripts() {
  const html = readFileSync(join(SITE, 'index.html'), 'utf8');
  const found = new Set([...html.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)].map(([, path]) => path));
  for (const path of found) {
    const text = readFileSync(join(SITE, path), 'utf8');
    for (const [, name] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) found.add(`assets/${name}`);
  }
  return [...found];
}

/** @returns {Row[]} */
function sizes() {
  const kernel = readFileSync(join(ROOT, 'build/kernel.wasm'));
  const entry = initialScripts();
  const worker = readdirSync(join(SITE, 'assets'))
    .filter((name) => /worker.*\.js$/.test(name))
    .map((name) => `assets/${name}`);
  /** @param {readonly string[]} paths */
  const compressed = (paths) => {
    const texts = paths.map((path) => readFileSync(join(SITE, path)));
    const sum = (/** @type {(text: Buffer) => Buffer} */ pack) =>
      texts.reduce((all, text) => all + pack(text).length, 0);
    return `${kilobytes(sum((text) => gzipSync(text, { level: 9 })))} gzip, ${kilobytes(sum((text) => brotliCompressSync(text)))} brotli`;
  };
  return [
    ['kernel', `${kilobytes(kernel.length)}, ${kilobytes(gzipSync(kernel, { level: 9 }).length)} gzip`, '< 64 KB'],
    ['initial JavaScript of the page', compressed(entry), '< 150 KB'],
    ['JavaScript of the worker', compressed(worker)],
  ];
}

/** @returns {Promise<Row[]>} */
async function speeds() {
  const node = await nodeSpeed();
  /** @param {string} where @param {number} rate @returns {Row[]} */
  const rows = (where, rate) => [
    [`${EXPERIMENT}, flat out, ${where}`, `${whole(rate)} cycles/s`, '500,000 cycles/s'],
    ['', `${whole(rate * node.flitHopsPerCycle)} flit-hops/s`, 'or 20 M flit-hops/s'],
  ];
  const inNode = rows('Node', node.cyclesPerSecond);
  const browser = await ensureBrowser();
  if (!browser) return [...inNode, ['in a browser', ADVICE]];
  const { measurePage } = await import('./bench-page.mjs');
  const page = await measurePage(browser);
  return [
    ...inNode,
    ...rows('Chromium worker', page.flatOutCyclesPerSecond),
    ['navigation to moving picture (median)', `${whole(page.firstMotionMs)} ms`, '< 1,500 ms'],
    ['16 x 16 mesh, four tenants: main thread per frame, 95 %', `${page.frameWorkMs.toFixed(1)} ms busy`, '< 8 ms'],
    ['', `${page.frameOwnMs.toFixed(1)} ms without handing the picture over (no GPU here)`],
    ['', `${page.frameWallMs.toFixed(1)} ms by the clock`],
    ['', `${page.framesPerSecond.toFixed(0)} frames/s, ${whole(page.meshCyclesPerSecond)} cycles/s`],
  ];
}

/** @param {readonly Row[]} rows */
function printTable(rows) {
  const width = (/** @type {0 | 1} */ column) => Math.max(...rows.map((row) => row[column].length));
  for (const [what, value, goal = ''] of rows) {
    console.log(`${what.padEnd(width(0))}  ${value.padEnd(width(1))}  ${goal}`.trimEnd());
  }
}

if (!(await ensureInstalled()) || !(isBuilt() || (await buildAll()))) process.exit(1);
const { model } = cpus()[0];
const only = process.argv[2];
if (only === 'virtualization') {
  const { printVirtualizationCosts } = await import('./bench-virtualization.mjs');
  await printVirtualizationCosts();
  process.exit(0);
}
if (only === 'compiler') {
  const { printCompiler } = await import('./bench-compiler.mjs');
  await printCompiler();
  process.exit(0);
}
if (only !== 'mapping') {
  const { networkSpeeds } = await import('./bench-noc.mjs');
  printTable([
    ['what', `measured on ${cpus().length} x ${model.trim()}, Node ${process.versions.node}`, 'goal'],
    ...(only === 'noc' ? [] : [...sizes(), ...(await speeds())]),
    ...(await networkSpeeds()),
  ]);
}
if (only === undefined) {
  const { printCompiler } = await import('./bench-compiler.mjs');
  await printCompiler();
}
if (only !== 'noc') {
  const { printMapping } = await import('./bench-mapping.mjs');
  await printMapping({ whole: only === 'mapping' });
}
