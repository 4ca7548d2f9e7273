/**
 * Synthetic traffic against BookSim2 (tests/reference/booksim_public.csv, noc-model.md section 18): latency within 2 % where the
 * reference calls it valid, accepted rate within 1 %, past saturation 2 %, and saturation called where it is. Up to a rate of
 * 0.02 sampling noise decides: there three standard deviations of the number of packets are allowed.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { probeTraffic } from '../../src/engine/probe-traffic.ts';
import { trafficFigures } from '../../src/report/traffic.ts';
import type { Pattern } from '../../src/model/traffic.ts';
import { kernel } from '../support/kernel.ts';

type Row = Readonly<Record<string, string>>;

function rows(): Row[] {
  const [head, ...lines] = readFileSync('tests/reference/booksim_public.csv', 'utf8').trim().split('\n');
  const keys = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [keys[i], value])));
}

/** Every point once: the reference's seeds are averaged. */
const all = rows();
const points = [...new Set(all.map((row) => row.point_id))].map(
  (id) => [id, all.filter((row) => row.point_id === id)] as const,
);
const mean = (seeds: readonly Row[], key: string): number =>
  seeds.reduce((sum, row) => sum + Number(row[key]), 0) / seeds.length;

const within = (value: number | null, reference: number, share: number): void => {
  expect(Math.abs((value ?? Infinity) / reference - 1)).toBeLessThanOrEqual(share);
};

describe('against BookSim2', () => {
  it('every row of the table is a seed of some point', () => {
    expect(all).toHaveLength(103);
    expect(points.flatMap(([, seeds]) => seeds)).toHaveLength(all.length);
  });

  it.each(points)('%s', (_, seeds) => {
    const [row] = seeds;
    const mesh = { width: Number(row.k), height: Number(row.k) };
    const traffic = {
      pattern: row.traffic as Pattern,
      rate: Number(row.injection_rate),
      packetFlits: Number(row.packet_size),
      warmup: Number(row.warmup_cycles),
      measure: Number(row.measured_cycles),
    };
    const shape = {
      mesh,
      virtualChannels: Number(row.num_vcs),
      bufferDepth: Number(row.vc_buf_size),
      seed: 1,
      traffic,
    };
    const figures = trafficFigures(mesh, traffic, probeTraffic(kernel, shape).counters);
    const isSaturated = row.saturated === '1';
    const packets = (traffic.rate / traffic.packetFlits) * traffic.measure * mesh.width ** 2;
    const noise = traffic.rate <= 0.02 ? 3 / Math.sqrt(packets) : 0;
    if (row.latency_valid === '1') {
      within(figures.packetLatency, mean(seeds, 'packet_latency'), 0.02);
      within(figures.networkLatency, mean(seeds, 'network_latency'), 0.02);
      within(figures.hops, mean(seeds, 'avg_links'), 0.02);
    }
    within(figures.acceptedRate, mean(seeds, 'accepted_flit_rate'), isSaturated ? 0.02 : 0.01 + noise);
    expect(figures.saturated).toBe(isSaturated);
  });
});
