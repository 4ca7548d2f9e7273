/** Synthetic traffic through one network plane alone, to the end of its drain. The input is checked by the caller. */
import * as L from '../../assembly/layout.ts';
import { takeHeader } from './image.ts';
import { Kernel } from './kernel.ts';
import { writePlane } from './network-image.ts';
import { Regions } from './regions.ts';
import type { TrafficCounters } from './snapshot.ts';
import { readTraffic, trafficOwner, writeTraffic, type TrafficShape } from './traffic-image.ts';

export interface TrafficResult {
  readonly counters: TrafficCounters;
  readonly cycles: number;
  /** Inside the kernel. */
  readonly seconds: number;
}

export function probeTraffic(
  module: WebAssembly.Module,
  shape: TrafficShape,
  options: { slice?: number; reverse?: boolean } = {},
): TrafficResult {
  const regions = new Regions();
  const planes = takeHeader(regions, shape.mesh, { tenants: 1, reverse: options.reverse });
  regions.u32(L.H_TENANTS_AT, regions.take(L.T_STRIDE));
  const run = writeTraffic(regions, shape);
  writePlane(regions, planes, { ...shape, tenants: 1, owner: (tile) => trafficOwner(regions, run, tile) });
  const kernel = new Kernel(module, regions.finish());
  const started = performance.now();
  while (kernel.outcome === 'running') kernel.exports.run(options.slice ?? 1_000_000);
  const seconds = (performance.now() - started) / 1000;
  return { counters: readTraffic(kernel, run), cycles: kernel.cycle, seconds };
}
