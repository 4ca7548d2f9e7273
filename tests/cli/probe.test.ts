/** The probes against numbers from elsewhere, and their refusals, which name the row. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addresses, traceLength, type Generator } from '../../src/cli/addresses.ts';
import { vnpu, vnpuJson } from '../support/cli.ts';

const traffic = {
  width: 4,
  height: 4,
  virtualChannels: 2,
  bufferDepth: 8,
  pattern: 'uniform',
  rate: 0.1,
  packetFlits: 4,
  warmup: 100,
  measure: 100,
  seed: 1,
};
const mesh = { width: 4, height: 4, virtualChannels: 1, bufferDepth: 4 };
const probe = (kind: string, input: unknown) => vnpuJson(['probe', kind, '-', '--json'], JSON.stringify(input));

describe('vnpu probe', () => {
  it('noc: three hops, four flits arrive in cycle 21, as in BookSim', async () => {
    const result = await probe('noc', { ...mesh, packets: [[0, 0, 3, 4]], note: 'other keys are ignored' });
    expect(result).toMatchObject({ arrivals: [21], flitHops: 12 });
    expect(result.seconds).toBeGreaterThanOrEqual(0);
  });

  it('traffic: a quiet mesh, as in BookSim', async () => {
    // 16 tiles at a rate of 0.01: BookSim2 has 15.92 cycles and 2.48 links on 4 x 4 with packets of one flit
    const result = await probe('traffic', { ...traffic, rate: 0.01, packetFlits: 1, warmup: 24_000, measure: 96_000 });
    expect(result.packetLatency).toBeGreaterThan(15.5);
    expect(result.packetLatency).toBeLessThan(16.3);
    expect(result).toMatchObject({ acceptedRate: expect.closeTo(0.01, 3), saturated: false });
    const keys = [
      'packetLatency',
      'networkLatency',
      'acceptedRate',
      'hops',
      'saturated',
      'cycles',
      'flitHops',
      'seconds',
    ];
    expect(Object.keys(result)).toEqual(keys);
  });

  it('systolic: one product or a list, as in SCALE-Sim', async () => {
    const row = { rows: 16, cols: 16, dataflow: 'ws', M: 3025, N: 96, K: 363 };
    const cycles = 423_798;
    const utilization = (3025 * 96 * 363) / (cycles * 256);
    expect(await probe('systolic', row)).toEqual({ cycles, utilization: expect.closeTo(utilization, 9) });
    expect(await probe('systolic', [row, { ...row, dataflow: 'os' }])).toMatchObject([{ cycles }, { cycles: 448_020 }]);
  });

  it('tlb: a stream touches each page once, whatever the number of entries', async () => {
    const base = 2 ** 32;
    const generator = { kind: 'stream', base, bytes: 2 ** 24, step: 512, iterations: 1 };
    const { page, range } = await probe('tlb', { generator, ranges: [[base, 2 ** 24]] });
    expect(page).toContainEqual({ P: 4096, E: 1, hit: 28_672, miss: 4096 });
    expect(page).toHaveLength(15);
    expect(range).toContainEqual({ E: 4, hit: 32_767, miss: 1, fault: 0 });
  });
});

describe('vnpu probe map', () => {
  // a ring of six on 3 x 2 cores: the two in the middle are neighbours that were not asked for
  const ring = { W: 3, H: 2, occupied: [], n: 6, edges: [0, 1, 2, 3, 4, 5].map((u) => [u, (u + 1) % 6]) };

  it('says cost and placement, proven', async () => {
    const answer = await probe('map', ring);
    expect(answer).toMatchObject({ feasible: true, cost: 1, proven: true, lowerBound: 1 });
    expect([...answer.placement].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(answer.milliseconds).toBeGreaterThan(0);
  });

  it('takes the price of an unasked neighbour from the file', async () => {
    expect(await probe('map', { ...ring, insertion_cost: 0 })).toMatchObject({ cost: 0, proven: true });
  });

  it('keeps a node to cores of its type where that costs less than its edges, beside its distance to memory', async () => {
    // A line of two on 4 x 1 cores of types 1 0 0 1; both ask for type 1. Apart they would be torn; beside each other one has type 0.
    const line = { W: 4, H: 1, occupied: [], n: 2, edges: [[0, 1]] };
    const types = { type_alpha: 3, req_type: [1, 1], phys_type: [1, 0, 0, 1] };
    expect(await probe('map', { ...line, ...types })).toMatchObject({ cost: 3, proven: true });
    expect(await probe('map', { ...line, ...types, phys_type: [0, 0, 1, 1] })).toMatchObject({ cost: 0 });
    // and 2 for each hop from memory: cores 2 and 3 cost 4 + 6, 1 and 2 cost 3 + 2 + 4, and 0 and 1 cost 6 + 2
    const memory = { mem_alpha: 2, req_mem_dist: [0, 0], phys_mem_dist: [0, 1, 2, 3] };
    expect(await probe('map', { ...line, ...types, phys_type: [0, 0, 1, 1], ...memory })).toMatchObject({ cost: 8 });
    expect(await probe('map', { ...line, ...memory, mem_alpha: 0, ...types })).toMatchObject({ cost: 3 });
  });

  it('says what cannot be: five free cores in two pieces hold no line of four', async () => {
    const torn = { W: 3, H: 2, occupied: [1], n: 5, edges: [] };
    expect(await probe('map', torn)).toMatchObject({ feasible: true, cost: 4 });
    const split = { W: 3, H: 2, occupied: [1, 4], n: 4, edges: [] };
    expect(await probe('map', split)).toMatchObject({ feasible: false, cost: null, placement: null, proven: true });
  });
});

interface Trace {
  readonly name: string;
  readonly generator: Generator;
  readonly length: number;
  readonly sha256_decimal_lines: string;
  readonly page: unknown[];
  readonly range: unknown[];
}
const traces: Trace[] = JSON.parse(readFileSync('tests/reference/tlb_public.json', 'utf8'));

describe.each(traces.map((trace) => [trace.name, trace] as const))('trace "%s"', (_, trace) => {
  it('is made again from its generator', () => {
    const made = [...addresses(trace.generator)];
    expect([made.length, traceLength(trace.generator)]).toEqual([trace.length, trace.length]);
    expect(createHash('sha256').update(made.join('\n')).digest('hex')).toBe(trace.sha256_decimal_lines);
  });

  it('has the hits, misses and faults of independent models', async () => {
    const { page, range } = await probe('tlb', trace);
    expect({ page, range }).toEqual({ page: trace.page, range: trace.range });
  });
});

describe('a probe refuses', () => {
  const packets = (...rows: unknown[]) => ({ ...mesh, packets: [[0, 0, 1, 1], ...rows] });
  const systolic = { rows: 16, cols: 16, dataflow: 'ws', M: 1, N: 1, K: 1 };
  const line = { W: 4, H: 4, occupied: [], n: 3, edges: [[0, 1], [1, 2]] }; // prettier-ignore
  const generator = { kind: 'stream', base: 0, bytes: 4096, step: 64, iterations: 1 };

  it.each([
    ['noc', packets([0, 0, 16, 1]), /packets\.1\.2 \(destination tile\): is 16; .* from 0 to 15/],
    ['noc', packets([0, -1, 2, 1]), /packets\.1\.1 \(source tile\): is -1/],
    ['noc', packets([5, 0, 1, 0]), /packets\.1\.3 \(flits\): is 0/],
    ['noc', packets([5, 0, 1, 1e9]), /packets\.1\.3 \(flits\): is 1000000000/],
    ['noc', packets([9, 0, 1, 1], [8, 0, 1, 1]), /packets\.2\.0 \(cycle\): is 8, before 9/],
    ['noc', packets('late'), /packets\.1: it must be \[cycle/],
    ['noc', { ...mesh, packets: [] }, /packets: is an empty list/],
    ['noc', { ...mesh, width: 1e9, packets: [[0, 0, 0, 1]] }, /width: is 1000000000/],
    ['noc', { ...mesh, bufferDepth: 0, packets: [[0, 0, 0, 1]] }, /bufferDepth: is 0/],
    ['noc', [], /must be an object/],
    ['traffic', { ...traffic, rate: 1.5 }, /rate: is 1\.5; it must be a number above 0 and at most 1/],
    ['traffic', { ...traffic, rate: 0 }, /rate: is 0/],
    ['traffic', { ...traffic, packetFlits: 0 }, /packetFlits: is 0; it must be a whole number from 1/],
    ['traffic', { ...traffic, pattern: 'random' }, /pattern: is "random"; it must be "uniform"/],
    ['traffic', { ...traffic, pattern: 'bitrev', width: 3 }, /pattern: "bitrev" .* 3 x 4 tiles must be a power of two/],
    [
      'traffic',
      { ...traffic, width: 64, height: 64, bufferDepth: 64 },
      /bufferDepth: 4096 tiles x 2 .* at most 262144/,
    ],
    ['traffic', { ...traffic, measure: 1e12 }, /measure: is 1000000000000/],
    ['traffic', { ...traffic, seed: undefined }, /seed: is nothing/],
    ['systolic', { ...systolic, rows: 0 }, /rows: is 0/],
    ['systolic', [systolic, { ...systolic, M: 1e30 }], /1\.M: is 1e\+30/],
    ['systolic', { ...systolic, dataflow: 'rs' }, /dataflow: is "rs"; it must be "ws", "os" or "is"/],
    ['tlb', { generator: { ...generator, step: 0 }, ranges: [[0, 1]] }, /generator\.step: is 0/],
    [
      'tlb',
      { generator: { ...generator, iterations: 1e6, bytes: 1e9 }, ranges: [[0, 1]] },
      /generator: makes \d+ accesses/,
    ],
    [
      'tlb',
      {
        generator,
        ranges: [
          [0, 64],
          [32, 64],
        ],
      },
      /ranges\.1: overlaps ranges\.0/,
    ],
    ['map', { ...line, n: 0 }, /n: is 0/],
    ['map', { ...line, occupied: [16] }, /occupied\.0: is 16; .* from 0 to 15/],
    ['map', { ...line, edges: [[0, 3]] }, /edges\.0\.1 \(node\): is 3/],
    ['map', { ...line, edges: [[1, 1]] }, /edges\.0: joins node 1 to itself/],
    ['map', { ...line, edges: [...line.edges, [1, 0]] }, /edges\.2: names the edge between 1 and 0 again/],
    ['map', { ...line, edges: [[0]] }, /edges\.0: it must be \[node, node\]/],
    ['map', { ...line, mem_alpha: 1, req_mem_dist: [0, 1] }, /req_mem_dist: has 2 numbers; 3 are right/],
    ['map', { ...line, type_alpha: 1, req_type: [0, 0, 'x'] }, /req_type\.2/],
    ['tlb', { generator: { kind: 'zipf' }, ranges: [[0, 1]] }, /generator\.kind: is "zipf"/],
  ])('%s: %j', async (kind, input, says) => {
    const { code, stdout, stderr } = await vnpu(['probe', kind, '-', '--json'], JSON.stringify(input));
    expect(stderr).toMatch(says);
    expect([code, stdout]).toEqual([1, '']);
  });

  it('noc: a trace of more flits than anybody can wait for, naming the row', async () => {
    // 1 + 15,260 x 65,535 flits are the first above a thousand million
    const rows = Array.from({ length: 16_000 }, () => [0, 0, 1, 65_535]);
    const { code, stdout, stderr } = await vnpu(['probe', 'noc', '-', '--json'], JSON.stringify(packets(...rows)));
    expect(stderr).toMatch(/packets\.15260\.3 \(flits\): brings the trace to 1000064101; at most 1000000000/);
    expect([code, stdout]).toEqual([1, '']);
  });
});
