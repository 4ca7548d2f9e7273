/**
 * Mean packet latencies of BookSim2 (commit 28f4329, configuration of noc-model.md section 17, means over its seeds) on k x k meshes,
 * where they are valid: points that the page draws beside its own curve. A test holds them equal to the table they come from.
 */
import type { Mesh } from '../model/mesh.ts';
import type { Pattern } from '../model/traffic.ts';

/** k, flits per packet, virtual channels, buffer depth, pattern, rate in flits per node and cycle, latency in cycles. */
type Row = readonly [
  k: number,
  packetFlits: number,
  virtualChannels: number,
  bufferDepth: number,
  pattern: Pattern,
  rate: number,
  latency: number,
];

export const BOOKSIM: readonly Row[] = [
  [4, 1, 4, 4, 'bitcomp', 0.3, 22.87],
  [4, 4, 1, 4, 'bitcomp', 0.05, 26.16],
  [8, 4, 2, 8, 'bitcomp', 0.125, 44.49],
  [8, 4, 2, 8, 'bitcomp', 0.188, 53.35],
  [4, 4, 1, 4, 'neighbor', 0.35, 25.84],
  [8, 1, 4, 8, 'neighbor', 0.4, 19.99],
  [8, 4, 2, 8, 'neighbor', 0.02, 23.13],
  [8, 4, 2, 8, 'neighbor', 0.5, 24.52],
  [16, 1, 2, 8, 'neighbor', 0.3, 20.99],
  [8, 4, 2, 8, 'tornado', 0.02, 39.2],
  [8, 4, 2, 8, 'tornado', 0.167, 43.87],
  [16, 1, 2, 8, 'tornado', 0.043, 69.48],
  [16, 1, 2, 8, 'tornado', 0.093, 71.89],
  [4, 4, 1, 4, 'transpose', 0.05, 19.77],
  [4, 4, 1, 4, 'transpose', 0.117, 21.78],
  [8, 1, 4, 8, 'transpose', 0.057, 27.23],
  [8, 4, 2, 8, 'transpose', 0.071, 31.17],
  [8, 4, 2, 8, 'transpose', 0.107, 32.81],
  [16, 1, 2, 8, 'transpose', 0.02, 48.59],
  [16, 1, 2, 8, 'transpose', 0.043, 49.01],
  [16, 4, 4, 4, 'transpose', 0.03, 52.63],
  [4, 1, 2, 8, 'uniform', 0.01, 15.92],
  [4, 1, 2, 8, 'uniform', 0.2, 16.24],
  [4, 1, 2, 8, 'uniform', 0.4, 16.88],
  [4, 4, 2, 8, 'uniform', 0.01, 19.1],
  [4, 4, 2, 8, 'uniform', 0.4, 23.76],
  [4, 4, 2, 8, 'uniform', 0.5, 26.7],
  [8, 1, 1, 4, 'uniform', 0.1, 28.82],
  [8, 1, 2, 4, 'uniform', 0.2, 27.93],
  [8, 1, 2, 8, 'uniform', 0.005, 27.0],
  [8, 1, 2, 8, 'uniform', 0.1, 27.3],
  [8, 1, 2, 8, 'uniform', 0.2, 27.93],
  [8, 1, 2, 8, 'uniform', 0.3, 29.85],
  [8, 1, 2, 8, 'uniform', 0.38, 38.62],
  [8, 1, 4, 4, 'uniform', 0.32, 30.12],
  [8, 4, 1, 4, 'uniform', 0.1, 35.6],
  [8, 4, 1, 8, 'uniform', 0.2, 38.84],
  [8, 4, 2, 8, 'uniform', 0.005, 30.18],
  [8, 4, 2, 8, 'uniform', 0.05, 30.55],
  [8, 4, 2, 8, 'uniform', 0.2, 33.8],
  [8, 4, 2, 8, 'uniform', 0.35, 49.95],
  [8, 4, 4, 8, 'uniform', 0.2, 34.26],
  [8, 8, 2, 8, 'uniform', 0.1, 37.15],
  [8, 8, 2, 8, 'uniform', 0.3, 54.8],
  [16, 1, 2, 8, 'uniform', 0.005, 48.61],
  [16, 4, 2, 8, 'uniform', 0.005, 51.87],
  [16, 4, 2, 8, 'uniform', 0.05, 52.53],
  [16, 4, 2, 8, 'uniform', 0.1, 55.05],
  [16, 4, 2, 8, 'uniform', 0.15, 60.84],
  [16, 4, 2, 8, 'uniform', 0.18, 70.04],
];

export interface ReferencePoint {
  readonly rate: number;
  readonly latency: number;
}

/** What BookSim2 found for this network and pattern, by rate; empty where it was not asked. */
export function booksimPoints(
  network: Mesh & { readonly virtualChannels: number; readonly bufferDepth: number },
  { pattern, packetFlits }: { readonly pattern: Pattern; readonly packetFlits: number },
): ReferencePoint[] {
  const { width, height, virtualChannels, bufferDepth } = network;
  const wanted = [width, packetFlits, virtualChannels, bufferDepth, pattern];
  return BOOKSIM.filter((row) => width === height && wanted.every((value, i) => row[i] === value)).map((row) => ({
    rate: row[5],
    latency: row[6],
  }));
}
