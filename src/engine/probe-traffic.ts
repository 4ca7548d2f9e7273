/** Synthetic traffic through one network plane alone, to the end of its drain. The input is checked by the caller. */
import * as L from '../../assembly/layout.ts';
import { takeHeader } from './image.ts';
import { Kernel } from './kernel.ts';
import { writePlane } from './network-image.ts';
import { Regions } from './regions.ts';
import type { TrafficCounters } from './snapshot.ts';
import type { TrafficShape } from '../model/traffic.ts';
import { readTraffic, steerTraffic, writeTraffic } from './traffic-image.ts';

export interface TrafficResult {
  readonly counters: TrafficCounters;
  readonly cycles: number;
  /** Inside the kernel. */
  readonly seconds: number;
}

/** The memory that such a run starts from, and where its counters are. */
export function trafficImage(
  shape: TrafficShape,
  options: { reverse?: boolean } = {},
): { image: Uint8Array; run: number } {
  const regions = new Regions();
  const planes = takeHeader(regions, shape.mesh, { tenants: 1, reverse: options.reverse });
  regions.u32(L.H_TENANTS_AT, regions.take(L.T_STRIDE));
  const run = writeTraffic(regions, shape);
  writePlane(regions, planes, { ...shape, mostFlits: shape.traffic.packetFlits, tenants: 1 });
  steerTraffic(regions, planes, run, shape);
  return { image: regions.finish(), run };
}

export function probeTraffic(
  module: WebAssembly.Module,
  shape: TrafficShape,
  options: { slice?: number; reverse?: boolean } = {},
): TrafficResult {
  const { image, run } = trafficImage(shape, options);
  const kernel = new Kernel(module, image);
  const started = performance.now();
  while (kernel.outcome === 'running') kernel.exports.run(options.slice ?? 1_000_000);
  const seconds = (performance.now() - started) / 1000;
  return { counters: readTraffic(kernel, run), cycles: kernel.cycle, seconds };
}
