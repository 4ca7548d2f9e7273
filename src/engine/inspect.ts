/** Looks into one core, one link, or all links of the running machine: what the inspectors and the slow view of packets draw. */
import * as C from '../../assembly/codes.ts';
import * as L from '../../assembly/layout.ts';
import { LOCAL } from '../model/mesh.ts';
import { flitOwners, shapesOf, type Plan } from '../model/plan.ts';
import { ENGINES } from '../model/program.ts';
import { readBursts } from './burst-log.ts';
import type { CoreSite, CoreSites } from './core-image.ts';
import { blockedCounters } from './counters.ts';
import type { ImageMap } from './image.ts';
import type { Kernel } from './kernel.ts';
import type { CoreDetail, LinkCounts, RecentData, StreamDetail } from './snapshot.ts';
import { queueOf } from './waiting.ts';

export function readCoreDetail(kernel: Kernel, plan: Plan, site: CoreSite): CoreDetail {
  const { address: core, tenant, shape, vcore } = site;
  const ranges = shapesOf(plan.tenants[tenant])[shape].ranges.length;
  const current = kernel.u32(core + L.C_RTT_CURRENT);
  const streams = readStreams(kernel, core);
  return {
    tile: kernel.u32(core + L.C_TILE),
    tenant,
    shape,
    vcore,
    cycle: kernel.cycle,
    // in a pass behind the last iteration its result leaves
    iteration: Math.min(kernel.u32(core + L.C_ITERATION) | 0, plan.tenants[tenant].iterations - 1),
    engines: ENGINES.map((_, e) => readEngine(kernel, core + L.C_ENGINES + e * L.E_STRIDE, e, streams.indices)),
    streams: streams.details,
    tlb: [...kernel.u64s(kernel.u32(core + L.C_TLB), kernel.u32(core + L.C_TLB_COUNT))],
    rttCurrent: current === L.NO_RANGE ? -1 : current,
    lastV: Array.from({ length: ranges }, (_, i) => {
      const next = kernel.u16(core + L.C_LAST_V + i * 2);
      return next === L.NO_RANGE ? -1 : next;
    }),
    walk: readWalk(kernel, core),
    hits: kernel.u64(core + L.C_HITS),
    misses: kernel.u64(core + L.C_MISSES),
    stallCycles: kernel.u64(core + L.C_TRANSLATION_STALL),
    bursts: readBursts(kernel, core, plan.tenants[tenant].translation, ranges),
    inFlightBursts: plan.chip.outstandingBursts - ones(kernel.u32(core + L.C_FREE_BURSTS)),
  };
}

function readEngine(
  kernel: Kernel,
  record: number,
  engine: number,
  streams: readonly number[],
): CoreDetail['engines'][number] {
  const running = kernel.u32(record + L.E_RUNNING);
  const index = (instruction: number): number => kernel.u32(instruction + L.I_INDEX);
  const own = running === 0 ? [] : [index(running)];
  return { running: engine === C.ENGINE_DMA ? streams : own, queued: queueOf(kernel, record + L.E_QUEUE).map(index) };
}

function readStreams(kernel: Kernel, core: number): { indices: number[]; details: StreamDetail[] } {
  const active = kernel.u32(core + L.C_ACTIVE_STREAMS);
  const records = Array.from({ length: L.MOST_STREAMS }, (_, i) => i)
    .filter((i) => (active >> i) & 1)
    .map((i) => core + L.C_STREAMS + i * L.D_STRIDE);
  const instructionOf = (stream: number): number => kernel.u32(stream + L.D_INSTRUCTION);
  return {
    indices: records
      .map((stream) => kernel.u32(instructionOf(stream) + L.I_INDEX))
      .filter((index) => index !== L.NO_INSTRUCTION),
    details: records.map((stream) => ({
      kind: kernel.u8(instructionOf(stream) + L.I_OP) === C.OP_LOAD ? 'load' : 'store',
      address: kernel.u64(stream + L.D_ADDRESS),
      remainingBytes: kernel.u32(stream + L.D_REMAINING),
      outstanding: kernel.u32(stream + L.D_OUTSTANDING),
    })),
  };
}

/** The walk that the next burst waits for, if any. */
function readWalk(kernel: Kernel, core: number): CoreDetail['walk'] {
  if (kernel.u32(core + L.C_PENDING_COUNT) === 0) return undefined;
  const burst = core + L.C_PENDING + kernel.u32(core + L.C_PENDING_HEAD) * L.B_STRIDE;
  const until = kernel.u64(burst + L.B_READY);
  return until > kernel.cycle ? { address: kernel.u64(burst + L.B_ADDRESS), until } : undefined;
}

function ones(mask: number): number {
  let count = 0;
  for (let left = mask >>> 0; left !== 0; left &= left - 1) count++;
  return count;
}

/** Per plane: blocked cycles, in all and per tenant, and flits per tenant of the link that leaves `tile` at `port`. */
export function readLink(kernel: Kernel, map: ImageMap, plan: Plan, tile: number, port: number): LinkCounts[] {
  const tenants = flitOwners(plan);
  const link = tile * LOCAL + port;
  return Array.from({ length: L.PLANE_COUNT }, (_, p) => {
    const plane = map.planes + p * L.P_STRIDE;
    const perTenant = (counters: number): number[] => [...kernel.u64s(counters + link * tenants * 8, tenants)];
    if (kernel.u32(plane + L.P_USED) === 0) {
      const none = Array.from({ length: tenants }, () => 0);
      return { blocked: 0, perTenant: none, blockedPerTenant: none };
    }
    return {
      blocked: kernel.u64(kernel.u32(plane + L.P_LINK_BLOCKED) + link * 8),
      perTenant: perTenant(kernel.u32(plane + L.P_LINK_FLITS)),
      blockedPerTenant: perTenant(blockedCounters(kernel, plane)),
    };
  });
}

/** The causes of the last cycles, at most as many as the rings hold; a ring has cycle c at c modulo its length. */
export function readRecent(kernel: Kernel, { list, recent }: CoreSites, most: number): RecentData {
  const now = kernel.cycle;
  const cycles = Math.min(most, recent, now);
  const from = now - cycles;
  const start = from % recent;
  const first = Math.min(cycles, recent - start);
  const causes = new Uint8Array(list.length * cycles);
  list.forEach(({ address }, i) => {
    const ring = kernel.u32(address + L.C_RECENT);
    causes.set(kernel.u8s(ring + start, first), i * cycles);
    causes.set(kernel.u8s(ring, cycles - first), i * cycles + first);
  });
  return { from, cycles, causes };
}
