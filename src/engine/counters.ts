/** Reads the machine's counters out of its memory into a snapshot. */
import * as C from '../../assembly/codes.ts';
import * as L from '../../assembly/layout.ts';
import { LOCAL } from '../model/mesh.ts';
import { flitOwners, type Plan } from '../model/plan.ts';
import { readMoves, readShapes } from './changes.ts';
import { readCircle } from './circle.ts';
import type { ImageMap } from './image.ts';
import type { CoreSite } from './core-image.ts';
import type { Kernel } from './kernel.ts';
import { readTraffic } from './traffic-image.ts';
import { waitingChannels, waitingCores } from './waiting.ts';
import type {
  ChannelSnapshot,
  CoreSnapshot,
  Deadlock,
  Fault,
  LinkCounters,
  Outcome,
  Snapshot,
  TenantSnapshot,
  TenantStatus,
} from './snapshot.ts';

export function readSnapshot(kernel: Kernel, map: ImageMap, plan: Plan): Snapshot {
  const { cycle } = kernel;
  const outcome = outcomeOf(kernel, map, plan);
  return {
    cycle,
    outcome,
    deadlock: (outcome === 'deadlock' && readDeadlock(kernel, map, plan)) || undefined,
    digest: kernel.digest(),
    cores: map.cores.list.map((site) => readCore(kernel, site)),
    tenants: map.tenants.map((_, t) => readTenant(kernel, map, plan, t)),
    links: readLinks(kernel, map, plan),
    ...(map.traffic !== 0 && { traffic: readTraffic(kernel, map.traffic) }),
    channels: map.channels.map((channel) => readChannel(kernel, channel, plan)),
  };
}

/** How a run has ended: synthetic traffic that is over has not, where packets wait that will never arrive. */
export function outcomeOf(kernel: Kernel, map: ImageMap, plan: Plan): Outcome {
  const { outcome } = kernel;
  const isShort = outcome === 'done' && map.traffic !== 0 && kernel.u32(map.traffic + L.F_OPEN) > 0;
  return isShort && hasHandRoutes(plan) && readCircle(kernel, map.planes, plan.chip).length > 0 ? 'deadlock' : outcome;
}

/** Only ways made by hand can close a circle. */
const hasHandRoutes = ({ tenants, traffic }: Plan): boolean =>
  traffic?.routes !== undefined || tenants.some(({ handRoutes }) => handRoutes !== undefined);

/** Who waits for whom, if nothing can change any more, or packets on ways made by hand will never arrive; else null. */
export function readDeadlock(kernel: Kernel, map: ImageMap, plan: Plan): Deadlock | null {
  const isTotal = kernel.outcome === 'deadlock';
  if (!isTotal && !hasHandRoutes(plan)) return null;
  const circle = readCircle(kernel, map.planes, plan.chip);
  if (!isTotal && circle.length === 0) return null;
  const waiting = [...waitingChannels(circle), ...(isTotal ? waitingCores(kernel, map, plan) : [])];
  return { cycle: kernel.cycle - 1, isTotal, waiting, circle };
}

function readCore(kernel: Kernel, { address, tenant, shape, vcore }: CoreSite): CoreSnapshot {
  return {
    tile: kernel.u32(address + L.C_TILE),
    tenant,
    shape,
    vcore,
    cause: kernel.u8(address + L.C_CAUSE),
    causes: [...kernel.u64s(address + L.C_CAUSES, L.CAUSE_COUNT)],
    hits: kernel.u64(address + L.C_HITS),
    misses: kernel.u64(address + L.C_MISSES),
    walkReads: kernel.u64(address + L.C_WALK_READS),
    plainReads: kernel.u64(address + L.C_PLAIN_READS),
    translationStall: kernel.u64(address + L.C_TRANSLATION_STALL),
    retired: kernel.u64(address + L.C_RETIRED),
  };
}

export function tenantStatus(kernel: Kernel, record: number, outcome: Outcome): TenantStatus {
  const status = kernel.u32(record + L.T_STATUS);
  if (status === C.STATUS_DONE) return 'done';
  if (status === C.STATUS_FAULT) return 'fault';
  if (status === C.STATUS_DEPARTED) return 'departed';
  return outcome === 'deadlock' ? 'deadlock' : 'running';
}

/** Of all tiles that virtual cores of a tenant share. */
function switchesOf(kernel: Kernel, { cores }: ImageMap, tenant: number): number {
  const shares = new Set(cores.byShape[tenant].flat().map((core) => kernel.u32(core + L.C_SHARE)));
  shares.delete(0);
  return [...shares].reduce((sum, share) => sum + kernel.u64(share + L.Y_SWITCHES), 0);
}

function readTenant(kernel: Kernel, map: ImageMap, plan: Plan, index: number): TenantSnapshot {
  const record = map.tenants[index];
  const { outcome } = kernel;
  const status = tenantStatus(kernel, record, outcome);
  const iterationsDone = kernel.u32(record + L.T_DONE);
  const { arrivalCycle, moves = [] } = plan.tenants[index];
  const shapes = readShapes(kernel, record, moves);
  return {
    status,
    iterationsDone,
    iterationStart: kernel.u64s(kernel.u32(record + L.T_ITER_START), iterationsDone),
    iterationEnd: kernel.u64s(kernel.u32(record + L.T_ITER_END), iterationsDone),
    warmupCycles: shapes[0].warmupCycles,
    interferenceCycles: kernel.u64(record + L.T_INTERFERENCE),
    arrivalCycle,
    readyCycle: shapes[0].readyCycle,
    switches: switchesOf(kernel, map, index),
    transferredBytes: kernel.u64(record + L.T_TRANSFERRED),
    fault: status === 'fault' ? readFault(kernel, record) : undefined,
    ...(status !== 'running' && status !== 'deadlock' && { stopCycle: kernel.u64(record + L.T_STOP_CYCLE) + 1 }),
    moves: readMoves(kernel, record, moves.length),
    shapes,
  };
}

function readFault(kernel: Kernel, record: number): Fault {
  return {
    vcore: kernel.u32(record + L.T_FAULT_VCORE),
    instruction: kernel.u32(record + L.T_FAULT_INSTRUCTION),
    address: kernel.u64(record + L.T_FAULT_ADDRESS),
    cycle: kernel.u64(record + L.T_STOP_CYCLE),
  };
}

/** Flits and blocked cycles of every link; planes that are not in use stay zero. */
function readLinks(kernel: Kernel, map: ImageMap, plan: Plan): LinkCounters {
  const links = plan.chip.tiles.length * LOCAL;
  const tenants = flitOwners(plan);
  const flits = new Float64Array(L.PLANE_COUNT * links * tenants);
  const blocked = new Float64Array(L.PLANE_COUNT * links);
  const blockedTenants = new Float64Array(L.PLANE_COUNT * links * tenants);
  for (let p = 0; p < L.PLANE_COUNT; p++) {
    const plane = map.planes + p * L.P_STRIDE;
    if (kernel.u32(plane + L.P_USED) === 0) continue;
    flits.set(kernel.u64s(kernel.u32(plane + L.P_LINK_FLITS), links * tenants), p * links * tenants);
    blocked.set(kernel.u64s(kernel.u32(plane + L.P_LINK_BLOCKED), links), p * links);
    blockedTenants.set(kernel.u64s(blockedCounters(kernel, plane), links * tenants), p * links * tenants);
  }
  return { flits, blocked, blockedTenants };
}

/** Where blocked cycles are counted by tenant; of one tenant they are all. */
export const blockedCounters = (kernel: Kernel, plane: number): number =>
  kernel.u32(plane + L.P_BLOCKED_TENANTS) || kernel.u32(plane + L.P_LINK_BLOCKED);

/** A channel is busy while it serves bytes; service is exact, so busy cycles follow from bytes. */
function readChannel(kernel: Kernel, channel: number, plan: Plan): ChannelSnapshot {
  const bytes = kernel.u64(channel + L.M_BYTES);
  const busyCycles = Math.ceil(bytes / plan.chip.memoryBytesPerCycle);
  return { tile: kernel.u32(channel + L.M_TILE), bytes, busyCycles };
}
