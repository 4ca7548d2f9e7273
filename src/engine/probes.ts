/**
 * Probes: one unit of the kernel driven alone, for comparison with other simulators (contracts.md, `vnpu probe`). Inputs are
 * checked by the caller; here they are only put into an image.
 */
import * as C from '../../assembly/codes.ts';
import * as L from '../../assembly/layout.ts';
import { hops, LOCAL, tileCount } from '../model/mesh.ts';
import type { Dataflow } from '../model/program.ts';
import { blockedCounters } from './counters.ts';
import { instantiate, Kernel } from './kernel.ts';
import { writePlane } from './network-image.ts';
import { DATAFLOW_CODES } from './program-image.ts';
import { Regions } from './regions.ts';
import { takeHeader, writeTenantRecord, type MachineOptions } from './image.ts';

/** [creation cycle, source tile, destination tile, flits] */
export type TracePacket = readonly [cycle: number, source: number, destination: number, flits: number];

export interface NetworkTrace {
  readonly width: number;
  readonly height: number;
  readonly virtualChannels: number;
  readonly bufferDepth: number;
  readonly packets: readonly TracePacket[];
  /** What is special about packet i; nothing by default. */
  readonly special?: readonly (PacketSpecial | undefined)[];
  /** Per tenant: routes[tenant][tile][destination] is the output port; X first where a tenant has none. */
  readonly routes?: readonly (readonly (readonly number[])[] | undefined)[];
}

export interface PacketSpecial {
  /** Bit v: it may take virtual channel v (default all). */
  readonly channels?: number;
  /** Whose flits these are in the counters of links (default 0). */
  readonly tenant?: number;
}

export interface NetworkResult {
  /** Cycle in which the tail of each packet was consumed; undefined where hand-made routes ended in a deadlock before. */
  arrivals: (number | undefined)[];
  /** [(tile*4 + port)*tenants + tenant], and linkBlocked[tile*4 + port] for all tenants together. */
  linkFlits: number[];
  linkBlocked: number[];
  linkBlockedTenants: number[];
  /** Per tenant: cycles that its flits lost to another tenant, or found channels owned by one. */
  interference: number[];
  cycles: number;
  /** Flits times router-to-router links crossed. */
  flitHops: number;
  seconds: number;
}

/** The memory that a trace starts from, and where its packets and the planes are. */
export function traceImage(
  trace: NetworkTrace,
  options: MachineOptions = {},
): { image: Uint8Array; records: number; planes: number; tenants: number } {
  const regions = new Regions();
  const tenants = 1 + (trace.special ?? []).reduce((most, special) => Math.max(most, special?.tenant ?? 0), 0);
  const planes = takeHeader(regions, trace, { ...options, tenants });
  const mostFlits = trace.packets.reduce((most, [, , , flits]) => Math.max(most, flits), 1);
  writePlane(regions, planes, { mesh: trace, ...trace, mostFlits, tenants });
  regions.u32(planes + L.P_MASKED, trace.special?.some((special) => special?.channels !== undefined) ? 1 : 0);
  if (trace.routes)
    regions.u32(planes + L.P_ROUTES, regions.list(trace.routes.map((routes) => takeRoutes(regions, routes))));
  regions.u32(L.H_TENANTS_AT, regions.take(tenants * L.T_STRIDE));
  const records = writeTrace(regions, trace);
  return { image: regions.finish(), records, planes, tenants };
}

/** Table of ports by tile and destination; 0 for dimension order. */
function takeRoutes(regions: Regions, routes: readonly (readonly number[])[] | undefined): number {
  if (routes === undefined) return 0;
  const table = regions.take(routes.length ** 2);
  routes.forEach((ports, tile) => ports.forEach((port, to) => regions.u8(table + tile * routes.length + to, port)));
  return table;
}

/** Run a packet trace through one plane until the last tail has arrived. */
export function probeNoc(
  module: WebAssembly.Module,
  trace: NetworkTrace,
  options: MachineOptions & { slice?: number } = {},
): NetworkResult {
  const { image, records, planes, tenants } = traceImage(trace, options);
  const kernel = new Kernel(module, image);
  const started = performance.now();
  while (kernel.outcome === 'running') kernel.exports.run(options.slice ?? 1_000_000);
  const seconds = (performance.now() - started) / 1000;
  // a record holds the cycle of creation until the tail has arrived, cycles later
  const arrivals = trace.packets.map(([created], i) => {
    const time = kernel.u64(records + i * L.K_STRIDE + L.K_TIME);
    return time === created ? undefined : time;
  });
  const flitHops = trace.packets.reduce((sum, [, from, to, flits]) => sum + flits * hops(trace, from, to), 0);
  const links = tileCount(trace) * LOCAL;
  return {
    arrivals,
    linkFlits: [...kernel.u64s(kernel.u32(planes + L.P_LINK_FLITS), links * tenants)],
    linkBlocked: [...kernel.u64s(kernel.u32(planes + L.P_LINK_BLOCKED), links)],
    linkBlockedTenants: [...kernel.u64s(blockedCounters(kernel, planes), links * tenants)],
    interference: Array.from({ length: tenants }, (_, tenant) =>
      kernel.u64(kernel.u32(L.H_TENANTS_AT) + tenant * L.T_STRIDE + L.T_INTERFERENCE),
    ),
    cycles: arrivals.reduce<number>((most, arrival) => Math.max(most, arrival ?? 0), 0),
    flitHops,
    seconds,
  };
}

function writeTrace(regions: Regions, trace: NetworkTrace): number {
  const records = regions.take(trace.packets.length * L.K_STRIDE);
  trace.packets.forEach(([cycle, source, destination, flits], i) => {
    const record = records + i * L.K_STRIDE;
    regions.u16(record + L.K_FLITS, flits);
    regions.u8(record + L.K_KIND, C.KIND_TRACE);
    regions.u16(record + L.K_MASK, trace.special?.[i]?.channels ?? 2 ** trace.virtualChannels - 1);
    regions.u8(record + L.K_TENANT, trace.special?.[i]?.tenant ?? 0);
    regions.u16(record + L.K_SOURCE, source);
    regions.u16(record + L.K_TARGET, destination);
    regions.u64(record + L.K_TIME, cycle);
  });
  regions.u32(L.H_TRACE_AT, records);
  regions.u32(L.H_TRACE_COUNT, trace.packets.length);
  return records;
}

export interface SystolicQuery {
  readonly rows: number;
  readonly cols: number;
  readonly dataflow: Dataflow;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/** Cycles of one [M,K] x [K,N] product, as the matmul engine counts them. */
export function systolicCycles(module: WebAssembly.Module, { rows, cols, dataflow, M, N, K }: SystolicQuery): number {
  return Number(instantiate(module).systolic(rows, cols, DATAFLOW_CODES[dataflow], M, N, K));
}

export interface TlbTrace {
  /** Virtual addresses in order of access. */
  readonly addresses: Iterable<bigint>;
  /** [base, bytes] of disjoint ranges. */
  readonly ranges: readonly (readonly [number, number])[];
}

export interface TlbCounts {
  hit: number;
  miss: number;
  fault: number;
}

/** Count hits, misses and faults of one configuration: pages of `pageBytes`, or ranges if it is undefined. */
export function probeTlb(module: WebAssembly.Module, trace: TlbTrace, entries: number, pageBytes?: number): TlbCounts {
  const regions = new Regions();
  takeHeader(regions, { width: 1, height: 1 }, { tenants: 1 });
  const tenant = regions.take(L.T_STRIDE);
  writeTenantRecord(regions, tenant, {
    translation: { kind: pageBytes === undefined ? 'vchunk' : 'page', entries, pageBytes: pageBytes ?? 4096 },
    ranges: trace.ranges.map(([base, bytes], i) => ({
      name: String(i),
      virtualBase: base,
      physicalBase: base,
      bytes,
      permission: 1,
    })),
  });
  const core = regions.take(L.C_STRIDE);
  regions.u32(core + L.C_TENANT, tenant);
  regions.u32(core + L.C_TLB, regions.take(entries * 8));
  regions.u32(core + L.C_RTT_CURRENT, L.NO_RANGE);
  for (let i = 0; i < L.MOST_RANGES; i++) regions.u16(core + L.C_LAST_V + i * 2, L.NO_RANGE);
  regions.u32(L.H_CORES_AT, core);
  const { access } = new Kernel(module, regions.finish()).exports;
  const counts = [0, 0, 0];
  for (const address of trace.addresses) counts[access(address)]++;
  return { hit: counts[C.ACCESS_HIT], miss: counts[C.ACCESS_MISS], fault: counts[C.ACCESS_FAULT] };
}
