/** Puts synthetic traffic into an image: nodes beside the sources of one plane, their destinations, and a pool of packet records. */
import * as C from '../../assembly/codes.ts';
import * as L from '../../assembly/layout.ts';
import { handMasks, namesChannels } from '../model/hand-routes.ts';
import { tileCount } from '../model/mesh.ts';
import { destinations, type TrafficShape } from '../model/traffic.ts';
import type { Kernel } from './kernel.ts';
import { roundUp } from './network-image.ts';
import type { Regions } from './regions.ts';
import { takeRoutes } from './routes-image.ts';
import type { TrafficCounters } from './snapshot.ts';

/** Write the record and return where it is. */
export function writeTraffic(regions: Regions, shape: TrafficShape): number {
  const { mesh, traffic } = shape;
  const run = regions.take(L.F_STRIDE);
  const pool = poolSize(shape);
  const end = traffic.warmup + traffic.measure;
  regions.u32(L.H_TRAFFIC_AT, run);
  regions.u32(run + L.F_SEED, shape.seed);
  regions.u32(run + L.F_FLITS, traffic.packetFlits);
  regions.f64(run + L.F_PROBABILITY, traffic.rate / traffic.packetFlits);
  regions.u64(run + L.F_START, traffic.warmup);
  regions.u64(run + L.F_END, end);
  regions.u64(run + L.F_LAST, 2 * end);
  regions.u32(run + L.F_NODES, regions.take(tileCount(mesh) * L.O_STRIDE));
  const bitset = roundUp(tileCount(mesh), 64) / 8;
  regions.u32(run + L.F_DUE, regions.take(L.DUE_SLOTS * bitset));
  regions.u32(run + L.F_LATE, regions.take(bitset));
  regions.u32(run + L.F_POOL, regions.take(pool * L.K_STRIDE));
  regions.u32(run + L.F_POOL_SIZE, pool);
  regions.u32(run + L.F_BINS, regions.take(L.LATENCY_BINS * 4));
  regions.u32(run + L.F_MASKS, writeMasks(regions, shape));
  const targets = destinations(traffic.pattern, mesh);
  regions.u32(run + L.F_PATTERN, targets === undefined ? C.PATTERN_UNIFORM : C.PATTERN_TABLE);
  if (targets !== undefined) {
    const table = regions.take(targets.length * 2);
    regions.u32(run + L.F_TARGETS, table);
    targets.forEach((target, tile) => regions.u16(table + tile * 2, target));
  }
  return run;
}

/** Tell the plane of routes made by hand, and of the channels that they name. */
export function steerTraffic(
  regions: Regions,
  plane: number,
  run: number,
  { mesh, traffic }: Pick<TrafficShape, 'mesh' | 'traffic'>,
): void {
  const table = takeRoutes(regions, mesh, undefined, traffic.routes);
  if (table !== 0) regions.u32(plane + L.P_ROUTES, regions.list([table]));
  if (regions.read32(run + L.F_MASKS) !== 0) regions.u32(plane + L.P_MASKED, 1);
}

/** Virtual channels by source and destination, if a route made by hand names any; else 0: every packet may take all. */
function writeMasks(regions: Regions, { mesh, virtualChannels, traffic: { routes = [] } }: TrafficShape): number {
  if (!namesChannels(routes)) return 0;
  const tiles = tileCount(mesh);
  const maskOf = handMasks(mesh, virtualChannels, routes);
  const table = regions.take(tiles * tiles * 2);
  for (let from = 0; from < tiles; from++)
    for (let to = 0; to < tiles; to++) regions.u16(table + (from * tiles + to) * 2, maskOf(from, to));
  return table;
}

/**
 * The most packets that exist at once: per tile one at the source, as many whole ones as the buffers of five inputs and the terminal
 * hold, one being ejected per virtual channel, and three tails on their way to the terminal.
 */
function poolSize({ mesh, virtualChannels, bufferDepth, traffic }: TrafficShape): number {
  const slots = 6 * virtualChannels * bufferDepth;
  return tileCount(mesh) * (1 + Math.ceil(slots / traffic.packetFlits) + virtualChannels + 3);
}

/** The sums that the kernel keeps; src/report/traffic.ts makes figures of them. */
export function readTraffic(kernel: Kernel, run: number): TrafficCounters {
  const field = (offset: number): number => kernel.u64(run + offset);
  return {
    cycle: kernel.cycle,
    measured: field(L.F_MEASURED),
    open: kernel.u32(run + L.F_OPEN),
    latency: field(L.F_LATENCY),
    networkLatency: field(L.F_NETWORK_LATENCY),
    links: field(L.F_LINKS),
    longest: field(L.F_MOST),
    accepted: field(L.F_ACCEPTED),
    flitHops: field(L.F_FLIT_HOPS),
    periods: Array.from({ length: L.PERIODS }, (_, i) => ({
      latency: field(L.F_PERIODS + i * 16),
      packets: field(L.F_PERIODS + i * 16 + 8),
    })),
    binCycles: 2 ** kernel.u32(run + L.F_BIN_SHIFT),
    bins: [...kernel.u32s(kernel.u32(run + L.F_BINS), L.LATENCY_BINS)],
  };
}
