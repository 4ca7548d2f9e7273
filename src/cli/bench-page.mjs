/**
 * The browser's part of the bench: the built page in Chromium, measured from outside by its own cycle counter and by Chromium's
 * trace of the main thread. Times include what a user pays: frames, texts, worker, page.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ROOT, run } from './process.mjs';
import { listen, staticServer } from './static-server.mjs';

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
const COLD_LOADS = 5;
const WARM_UP_MS = 3000;
const MEASURE_MS = 6000;
const LONG = 10_000;
const TRACE = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'];

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Browser} Browser */
/** @typedef {{ name: string, ph: string, pid: number, tid: number, ts: number, dur?: number, tdur?: number, args?: { name?: string } }} TraceEvent */

/** Four tenants that keep a 16 x 16 mesh busy for as long as it is looked at. */
const MESH = {
  version: 1,
  chip: { width: 16, height: 16, scratchpadBytes: 2 * 1024 * 1024 },
  tenants: ['A', 'B', 'C', 'D'].map((name) => ({
    name,
    topology: { width: 6, height: 6 },
    workload: { iterations: LONG, weights: 'stream' },
  })),
};

/**
 * @param {readonly string[]} args
 * @returns {Promise<string>} what `vnpu` prints
 */
async function vnpu(args) {
  const { code, output } = await run(process.execPath, [join(ROOT, 'dist/cli/vnpu.js'), ...args], { quiet: true });
  if (code !== 0) throw new Error(output);
  return output.trim();
}

/**
 * The link of a document.
 * @param {object} document
 */
function linkOf(document) {
  const file = join(ROOT, 'build/bench.json');
  writeFileSync(file, JSON.stringify(document));
  return vnpu(['share', file]);
}

/** @param {Page} page */
const cycleOf = (page) =>
  page.evaluate(() => Number(document.querySelector('[data-testid="cycle"]')?.textContent?.replace(/\D/g, '') ?? 0));

/**
 * Simulated cycles per second of wall time, by the page's own counter.
 * @param {Page} page
 */
async function rate(page) {
  const [from, began] = [await cycleOf(page), performance.now()];
  await page.waitForTimeout(MEASURE_MS);
  return ((await cycleOf(page)) - from) / ((performance.now() - began) / 1000);
}

/**
 * Open an experiment and let it run flat out until it has warmed up.
 * @param {Browser} browser
 * @param {string} url
 */
async function runFlatOut(browser, url) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(url);
  await page.waitForFunction(() => /[1-9]/.test(document.querySelector('[data-testid="cycle"]')?.textContent ?? ''));
  await page.getByRole('slider').first().press('End');
  await page.waitForTimeout(WARM_UP_MS);
  return page;
}

/**
 * Milliseconds from navigation to a picture that moves: the first frame whose cycle counter is above zero. Median of cold loads.
 * @param {Browser} browser
 * @param {string} url
 */
async function firstMotion(browser, url) {
  const times = [];
  for (let i = 0; i < COLD_LOADS; i++) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.addInitScript(() => {
      const look = () => {
        const text = document.querySelector('[data-testid="cycle"]')?.textContent ?? '0';
        if (/[1-9]/.test(text)) performance.mark('moving');
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    await page.goto(url);
    const moving = await page.waitForFunction(() => performance.getEntriesByName('moving')[0]?.startTime);
    times.push(Number(await moving.jsonValue()));
    await context.close();
  }
  return times.sort((a, b) => a - b)[Math.floor(COLD_LOADS / 2)];
}

/**
 * Main-thread milliseconds from one animation frame to the next, from a trace: the sum of the tasks that end in between, in time
 * on the processor (`tdur`) or by the clock (`dur`), which also counts waiting for a busy machine.
 * @param {readonly TraceEvent[]} events
 * @param {'tdur' | 'dur'} clock
 * @param {string} [name] of the events to add up: whole tasks, or a part of them
 * @returns {number[]}
 */
function workPerFrame(events, clock, name = 'RunTask') {
  const frames = events.filter((event) => event.name === 'FireAnimationFrame').sort((a, b) => a.ts - b.ts);
  if (frames.length < 2) return [];
  const [{ pid, tid }] = frames;
  const work = frames.map(() => 0);
  let frame = -1;
  const onMain = (/** @type {TraceEvent} */ event) => event.pid === pid && event.tid === tid && event.name === name;
  for (const task of events.filter(onMain).sort((a, b) => a.ts - b.ts)) {
    while (frame + 1 < frames.length && frames[frame + 1].ts <= task.ts + (task.dur ?? 0)) frame++;
    if (frame >= 0) work[frame] += (task[clock] ?? 0) / 1000;
  }
  return work.slice(0, -1);
}

/**
 * The 95th percentile.
 * @param {readonly number[]} values
 */
const slowest = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? NaN;

/**
 * @param {Browser} browser
 * @param {string} url
 */
async function meshWork(browser, url) {
  const page = await runFlatOut(browser, url);
  await browser.startTracing(page, { categories: TRACE });
  const cyclesPerSecond = await rate(page);
  const trace = await browser.stopTracing();
  await page.close();
  const { traceEvents } = JSON.parse(trace.toString());
  const work = workPerFrame(traceEvents, 'tdur');
  const commits = workPerFrame(traceEvents, 'tdur', 'Commit');
  return {
    meshCyclesPerSecond: cyclesPerSecond,
    framesPerSecond: work.length / (MEASURE_MS / 1000),
    frameWorkMs: slowest(work),
    frameOwnMs: slowest(work.map((all, frame) => all - commits[frame])),
    frameWallMs: slowest(workPerFrame(traceEvents, 'dur')),
  };
}

/**
 * @param {string} executablePath the browser's program
 */
export async function measurePage(executablePath) {
  const server = staticServer(join(ROOT, 'dist/site'));
  const site = `http://127.0.0.1:${await listen(server, 0)}/`;
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const firstMotionMs = await firstMotion(browser, site);
    const document = JSON.parse(await vnpu(['open', 'resnet-beside-gpt2', '--json']));
    for (const tenant of document.tenants) tenant.workload = { ...tenant.workload, iterations: LONG };
    const page = await runFlatOut(browser, `${site}#${await linkOf(document)}`);
    const flatOutCyclesPerSecond = await rate(page);
    await page.close();
    return { firstMotionMs, flatOutCyclesPerSecond, ...(await meshWork(browser, `${site}#${await linkOf(MESH)}`)) };
  } finally {
    await browser.close();
    server.close();
  }
}
