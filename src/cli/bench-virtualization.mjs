/**
 * `npm run bench virtualization`: what virtual NPUs cost. Cycles per iteration of a tenant that is alone on the chip: a vNPU against bare
 * metal and the other modes, and the overhead of every translation over none, with one DMA stream and with eight. All are simulated
 * cycles, so the table is the same on every machine.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, run } from './process.mjs';

/** @typedef {{ cycles: number, tenants: { cyclesPerIteration: number, setupCycles: number, translation: { misses: number, walkReads: number, plainReads: number } }[] }} Report */
/** @typedef {Record<string, unknown>} Json */

const PROGRAM = join(ROOT, 'dist/cli/vnpu.js');
const MiB = 1024 * 1024;
const SMALL = { scratchpadBytes: 2 * MiB };

/** Networks whose weights are streamed from memory in every iteration; those in front are in the modes' table too. */
const NETWORKS = [
  { model: 'resnet18', iterations: 12 },
  { model: 'gpt2-small', iterations: 14, tokens: 128 },
  { model: 'resnet34', iterations: 12 },
];
const TRANSLATIONS = {
  '4 pages': { kind: 'page', entries: 4 },
  '32 pages': { kind: 'page', entries: 32 },
  vChunk: { kind: 'vchunk', entries: 4 },
};

/**
 * @param {Json} chip @param {Json} tenant
 * @returns {Promise<Report>}
 */
async function simulate(chip, tenant) {
  const folder = mkdtempSync(join(tmpdir(), 'vnpu-bench-'));
  const file = join(folder, 'document.json');
  writeFileSync(file, JSON.stringify({ version: 1, chip, tenants: [tenant] }));
  const { code, output } = await run(process.execPath, [PROGRAM, 'run', file, '--json'], { quiet: true });
  rmSync(folder, { recursive: true });
  if (code !== 0) throw new Error(output);
  return JSON.parse(output);
}

/** @param {number} ratio */
const percent = (ratio) => `${(ratio * 100).toFixed(2)} %`;
/** @param {number} value */
const whole = (value) => Math.round(value).toLocaleString('en-US');
/** @param {Report} report */
const perIteration = ({ tenants }) => tenants[0].cyclesPerIteration;

/** @param {(row: string[]) => void} print */
async function modes(print) {
  print(['mode, weights streamed', ...NETWORKS.slice(0, 2).map(({ model }) => model)]);
  const bare = await Promise.all(
    NETWORKS.slice(0, 2).map((workload) =>
      simulate(SMALL, { mode: 'bare', workload: { ...workload, weights: 'stream' } }),
    ),
  );
  print(['bare', ...bare.map((report) => `${whole(perIteration(report))} cycles/iteration`)]);
  for (const mode of ['vnpu', 'zigzag', 'uvm']) {
    const cells = [];
    for (const [i, workload] of NETWORKS.slice(0, 2).entries()) {
      const report = await simulate(SMALL, { mode, workload: { ...workload, weights: 'stream' } });
      const over = percent(perIteration(report) / perIteration(bare[i]) - 1);
      cells.push(`${over}, end to end ${percent(report.cycles / bare[i].cycles - 1)}`);
    }
    print([mode, ...cells]);
  }
}

/** @param {(row: string[]) => void} print */
async function translations(print) {
  print(['translation over none', 'DMA streams', ...Object.keys(TRANSLATIONS), 'table reads with last_v']);
  for (const dmaStreams of [1, 8]) {
    for (const workload of NETWORKS) {
      const chip = { ...SMALL, dmaStreams };
      const tenant = { mode: 'vnpu', workload: { ...workload, weights: 'stream' } };
      const none = await simulate(chip, { ...tenant, translation: { kind: 'physical' } });
      const cells = [];
      let reads = '';
      for (const translation of Object.values(TRANSLATIONS)) {
        const report = await simulate(chip, { ...tenant, translation });
        const { misses, walkReads, plainReads } = report.tenants[0].translation;
        cells.push(`${percent(perIteration(report) / perIteration(none) - 1)}`);
        reads = `${whole(walkReads)} instead of ${whole(plainReads)}, ${whole(misses)} misses`;
      }
      print([workload.model, String(dmaStreams), ...cells, reads]);
    }
  }
}

/**
 * Both tables, row by row as they are found.
 * @param {(row: string[]) => void} print
 */
export async function printVirtualizationCosts(print) {
  await modes(print);
  await translations(print);
}
