/** The reference points that the page draws are those of BookSim2's table. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BOOKSIM, booksimPoints } from '../../src/report/booksim.ts';

const [head, ...lines] = readFileSync('tests/reference/booksim_public.csv', 'utf8').trim().split('\n');
const rows = lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [head.split(',')[i], value])));

it('has every valid point once, the mean over its seeds', () => {
  const valid = rows.filter((row) => row.latency_valid === '1');
  expect(BOOKSIM).toHaveLength(new Set(valid.map((row) => row.point_id)).size);
  for (const [k, flits, vcs, depth, pattern, rate, latency] of BOOKSIM) {
    const of = valid.filter(
      (row) =>
        [row.k, row.packet_size, row.num_vcs, row.vc_buf_size, row.injection_rate].map(Number).join() ===
          [k, flits, vcs, depth, rate].join() && row.traffic === pattern,
    );
    expect(latency).toBeCloseTo(of.reduce((sum, row) => sum + Number(row.packet_latency), 0) / of.length, 2);
  }
});

it('knows nothing of networks that were not asked', () => {
  const network = { width: 8, height: 8, virtualChannels: 2, bufferDepth: 8 };
  expect(booksimPoints(network, { pattern: 'uniform', packetFlits: 4 }).map(({ rate }) => rate)).toEqual([
    0.005, 0.05, 0.2, 0.35,
  ]);
  expect(booksimPoints({ ...network, height: 4 }, { pattern: 'uniform', packetFlits: 4 })).toEqual([]);
});
