/**
 * `npm run bench noc`: the network alone, at 30 % and 80 % of saturation, in Node and in a Chromium worker, and BookSim2 beside it
 * where BOOKSIM names its program (built with -O3). All take turns in one run; figures are medians of five. Uniform traffic of
 * 4-flit packets, 2 virtual channels, 8 flits deep; BookSim is set up as noc-model.md section 17 says, so both do the same work.
 * A flit-hop is one flit over one link between routers.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'vite';
import { ensureBrowser } from './browser.mjs';
import { ROOT, run } from './process.mjs';

const RUNS = 5;
const LOADS = [0.3, 0.8];
/**
 * Saturation by bisection (flits per node and cycle), and cycles to run: long enough that how a run begins, with cold code and an empty
 * mesh, hardly shows.
 */
const MESHES = [
  { k: 8, saturation: 0.379, cycles: 500_000, peerCycles: 24_000 },
  { k: 16, saturation: 0.205, cycles: 125_000, peerCycles: 7500 },
  { k: 32, saturation: 0.107, cycles: 30_000, peerCycles: 2400 },
  { k: 64, saturation: 0.054, cycles: 8000, peerCycles: 0 },
];
const IDLE_CYCLES = 2_000_000;

const BOOKSIM = `topology = mesh; n = 2; routing_function = dor; use_noc_latency = 1; num_vcs = 2; vc_buf_size = 8; buf_size = -1;
buffer_policy = private; wait_for_tail_credit = 0; vc_busy_when_full = 0; hold_switch_for_packet = 0; speculative = 0; priority = none;
router = iq; vc_allocator = islip; sw_allocator = islip; alloc_iters = 1; routing_delay = 0; vc_alloc_delay = 1; sw_alloc_delay = 1;
st_prepare_delay = 0; st_final_delay = 1; credit_delay = 1; output_delay = 0; output_buffer_size = -1; input_speedup = 1;
output_speedup = 1; internal_speedup = 1.0; traffic = uniform; injection_process = bernoulli; injection_rate_uses_flits = 1;
packet_size = 4; sim_type = latency; sim_count = 1; warmup_periods = 1; max_samples = 3; stopping_thres = 0.0;
acc_stopping_thres = 0.0; latency_thres = 100000.0;
`;

/** @typedef {{ flitHopsPerSecond: number, nsPerVisit: number }} Speed */
/** @typedef {{ image: Uint8Array, counter: number, routers: number }} Job */

/**
 * Run an image to its end. Self-contained: a worker of Chromium gets the text of this function.
 * @param {WebAssembly.Module} module
 * @param {Job} job
 * @returns {Speed & { cycles: number, seconds: number }}
 */
function drive(module, { image, counter, routers }) {
  const kernel = /** @type {Record<string, any>} */ (new WebAssembly.Instance(module).exports);
  const base = kernel.IMAGE_BASE.value;
  const missing = Math.ceil((base + image.length) / 65_536) - kernel.memory.buffer.byteLength / 65_536;
  if (missing > 0) kernel.memory.grow(missing);
  new Uint8Array(kernel.memory.buffer).set(image, base);
  kernel.open();
  const words = new DataView(kernel.memory.buffer);
  const began = performance.now();
  while (words.getUint32(kernel.H_OUTCOME.value, true) === 0) kernel.run(200);
  const seconds = (performance.now() - began) / 1000;
  const cycles = Number(words.getBigUint64(kernel.H_CYCLE.value, true));
  const flitHops = Number(words.getBigUint64(counter, true));
  return { flitHopsPerSecond: flitHops / seconds, nsPerVisit: (seconds * 1e9) / (cycles * routers), cycles, seconds };
}

/** @param {readonly number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
/** @param {number} value */
const millions = (value) => `${(value / 1e6).toFixed(value < 1e7 ? 2 : 1)} M`;

/** Images of all conditions, built by the project's own rooms. */
async function images() {
  const server = await createServer({ root: ROOT, server: { middlewareMode: true }, logLevel: 'silent' });
  try {
    const { trafficImage } = await server.ssrLoadModule('/src/engine/probe-traffic.ts');
    const { traceImage } = await server.ssrLoadModule('/src/engine/probes.ts');
    const { F_FLIT_HOPS } = await server.ssrLoadModule('/assembly/layout.ts');
    const network = { virtualChannels: 2, bufferDepth: 8 };
    const loaded = MESHES.flatMap(({ k, saturation, cycles, peerCycles }) =>
      LOADS.map((load) => {
        const rate = saturation * load;
        const traffic = { pattern: 'uniform', rate, packetFlits: 4, warmup: 0, measure: cycles };
        const { image, run: record } = trafficImage({ mesh: { width: k, height: k }, ...network, seed: 1, traffic });
        return { k, load, rate, peerCycles, job: { image, counter: record + F_FLIT_HOPS, routers: k * k } };
      }),
    );
    // two packets far apart, every cycle between them stepped
    const packets = [0, IDLE_CYCLES].map((cycle) => [cycle, 0, 0, 1]);
    const idle = traceImage({ width: 64, height: 64, ...network, packets }, { timeJumps: false });
    return { loaded, idle: { image: idle.image, counter: 0, routers: 1 } };
  } finally {
    await server.close();
  }
}

/**
 * BookSim's speed, or undefined without BOOKSIM.
 * @param {{ k: number, rate: number, peerCycles: number }} condition
 */
async function peer({ k, rate, peerCycles }) {
  const program = process.env.BOOKSIM;
  if (!program || peerCycles === 0) return undefined;
  const config = join(ROOT, 'build/booksim.cfg');
  writeFileSync(config, BOOKSIM);
  const arguments_ = [`k=${k}`, `injection_rate=${rate}`, `sample_period=${peerCycles / 3}`];
  const { output } = await run(program, [config, ...arguments_], { quiet: true });
  const last = (/** @type {RegExp} */ pattern) => Number([...output.matchAll(pattern)].at(-1)?.[1]);
  const hops = last(/^Accepted flit rate average = (\S+)/gm) * (last(/^Hops average = (\S+)/gm) - 1) * k * k;
  return (hops * last(/^Time taken is (\d+)/gm)) / last(/^Total run time (\S+)/gm);
}

/** A way to run jobs in a worker of Chromium, if there is a browser. */
async function chromiumDriver(/** @type {Buffer} */ kernel) {
  const executablePath = await ensureBrowser();
  if (!executablePath) return undefined;
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage();
  const decode = (/** @type {Uint8Array} */ bytes) => Buffer.from(bytes).toString('base64');
  return {
    close: () => browser.close(),
    /** A worker of its own for every job, as for every run. @param {Job} job @returns {Promise<ReturnType<typeof drive>>} */
    drive: async ({ image, ...rest }) => {
      const started = page.waitForEvent('worker');
      await page.evaluate(() => void new Worker(URL.createObjectURL(new Blob(['']))));
      const worker = await started;
      return worker.evaluate(
        async ([text, wasm, memory, job]) => {
          const bytes = (/** @type {unknown} */ base64) =>
            Uint8Array.from(atob(String(base64)), (c) => c.charCodeAt(0));
          const run = new Function(`return ${String(text)}`)();
          return run(await WebAssembly.compile(bytes(wasm)), { ...Object(job), image: bytes(memory) });
        },
        [drive.toString(), decode(kernel), decode(image), rest],
      );
    },
  };
}

/**
 * Rows of the bench table.
 * @returns {Promise<(readonly [what: string, value: string, goal?: string])[]>}
 */
export async function networkSpeeds() {
  const bytes = readFileSync(join(ROOT, 'build/kernel.wasm'));
  const module = await WebAssembly.compile(bytes);
  const { loaded, idle } = await images();
  const chromium = await chromiumDriver(bytes);
  /** @type {Speed[][]} */
  const node = loaded.map(() => []);
  /** @type {Speed[][]} */
  const browser = loaded.map(() => []);
  /** @type {number[][]} */
  const peers = loaded.map(() => []);
  for (let i = 0; i < RUNS; i++) {
    for (const [at, condition] of loaded.entries()) {
      node[at].push(drive(module, condition.job));
      if (chromium) browser[at].push(await chromium.drive(condition.job));
      const other = await peer(condition);
      if (other) peers[at].push(other);
    }
  }
  await chromium?.close();
  const idleRun = drive(module, idle);
  /** @type {(speeds: Speed[], booksim: number | undefined) => string} */
  const shown = (speeds, booksim) => {
    const speed = median(speeds.map(({ flitHopsPerSecond }) => flitHopsPerSecond));
    const visit = median(speeds.map(({ nsPerVisit }) => nsPerVisit)).toFixed(1);
    const times = booksim ? `, ${(speed / booksim).toFixed(0)} x BookSim2's ${millions(booksim)}` : '';
    return `${millions(speed)} flit-hops/s, ${visit} ns per router and cycle${times}`;
  };
  return [
    ...loaded.flatMap(({ k, load }, at) => {
      const what = `network ${k} x ${k} at ${load * 100} % of saturation`;
      const booksim = peers[at].length > 0 ? median(peers[at]) : undefined;
      const goal = `${k >= 32 ? 200 : 60} x, 30 ns`;
      /** @type {(readonly [string, string, string?])[]} */
      const rows = [[`${what}, Node`, shown(node[at], booksim), goal]];
      if (chromium) rows.push(['  in a Chromium worker', shown(browser[at], booksim)]);
      return rows;
    }),
    [
      'network 64 x 64, idle, every cycle stepped',
      `${((idleRun.seconds * 1e9) / idleRun.cycles).toFixed(0)} ns per cycle`,
      '< 100 ns',
    ],
  ];
}
