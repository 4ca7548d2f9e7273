/**
 * The image of a plan: the memory the machine starts from. Built from the plan and nothing else; every address comes out of
 * Regions. Cores stand in tile order, tenants in plan order, channels in channel order.
 */
import * as C from '../../assembly/codes.ts';
import * as L from '../../assembly/layout.ts';
import type { Chip, ChipParameters } from '../model/chip.ts';
import { namesChannels } from '../model/hand-routes.ts';
import { tileCount, type Mesh } from '../model/mesh.ts';
import { flitOwners, type Plan, type TenantPlan } from '../model/plan.ts';
import { hasVirtualCores, issueCycles, type Translation, type TranslationKind } from '../model/vnpu.ts';
import { dataChannels, writeCores, writeRanges, writeShape, type CoreSites } from './core-image.ts';
import { writeMoves, type TileSources } from './move-image.ts';
import { writePlane } from './network-image.ts';
import { NEVER, Regions } from './regions.ts';
import { takeRoutes } from './routes-image.ts';
import { steerTraffic, writeTraffic } from './traffic-image.ts';

export interface MachineOptions {
  /** Jump over cycles in which nothing can happen (default true). */
  readonly timeJumps?: boolean;
  /** Visit units in reverse order: results must not change (tests). */
  readonly reverse?: boolean;
}

/** Where the host finds things again. */
export interface ImageMap {
  readonly image: Uint8Array;
  readonly planes: number;
  readonly tenants: readonly number[];
  readonly channels: readonly number[];
  readonly cores: CoreSites;
  /** Record of synthetic traffic; 0: none. */
  readonly traffic: number;
}

const TRANSLATION_CODES: Readonly<Record<TranslationKind, number>> = {
  vchunk: C.TRANSLATE_VCHUNK,
  page: C.TRANSLATE_PAGE,
  physical: C.TRANSLATE_PHYSICAL,
};

/** Programs say how many iterations there are. */
const NO_LIMIT = 0x7fffffff;

/** Header fields that are chip parameters one to one. */
const HEADER_PARAMETERS: readonly [offset: number, key: keyof ChipParameters][] = [
  [L.H_ROWS, 'arrayRows'],
  [L.H_COLUMNS, 'arrayColumns'],
  [L.H_LANES, 'vectorLanes'],
  [L.H_FLIT_BYTES, 'flitBytes'],
  [L.H_MAX_PACKET, 'maxPacketFlits'],
  [L.H_ENGINE_QUEUE, 'engineQueue'],
  [L.H_INSTRUCTION_QUEUE, 'instructionQueue'],
  [L.H_SLOTS, 'channelSlots'],
  [L.H_BARRIER_CYCLES, 'barrierCycles'],
  [L.H_BURST_BYTES, 'burstBytes'],
  [L.H_OUTSTANDING, 'outstandingBursts'],
  [L.H_STREAMS, 'dmaStreams'],
  [L.H_WALK_CYCLES, 'walkCycles'],
  [L.H_WALKERS, 'walkers'],
  [L.H_RTT_CYCLES, 'rttReadCycles'],
  [L.H_POLL_CYCLES, 'pollCycles'],
  [L.H_INTERLEAVE, 'interleaveBytes'],
  [L.H_MEMORY_LATENCY, 'memoryLatencyCycles'],
  [L.H_MEMORY_RATE, 'memoryBytesPerCycle'],
];

/** Take the header and the plane records; returns the address of the planes. */
export function takeHeader(
  regions: Regions,
  mesh: Mesh,
  { tenants, timeJumps = true, reverse = false }: MachineOptions & { tenants: number },
): number {
  regions.take(L.HEADER_BYTES);
  const planes = regions.take(L.PLANE_COUNT * L.P_STRIDE);
  regions.u32(L.H_MAGIC, L.IMAGE_MAGIC);
  regions.u32(L.H_VERSION, L.IMAGE_VERSION);
  const flags = (reverse ? L.FLAG_REVERSE : 0) | (timeJumps ? 0 : L.FLAG_NO_JUMPS);
  regions.u32(L.H_FLAGS, flags);
  regions.u32(L.H_TILES, tileCount(mesh));
  regions.u32(L.H_WIDTH, mesh.width);
  regions.u32(L.H_TENANTS, tenants);
  regions.u32(L.H_PLANES_AT, planes);
  return planes;
}

/** Fill the translation part of a tenant record. */
export function writeTenantRecord(
  regions: Regions,
  tenant: number,
  tenantPlan: Pick<TenantPlan, 'translation' | 'ranges'>,
): void {
  writeRanges(regions, tenant, tenantPlan);
  writeTranslation(regions, tenant, tenantPlan.translation);
}

function writeTranslation(regions: Regions, tenant: number, translation: Translation): void {
  regions.u32(tenant + L.T_TRANSLATION, TRANSLATION_CODES[translation.kind]);
  regions.u32(tenant + L.T_ENTRIES, translation.entries);
  regions.u32(tenant + L.T_PAGE_BYTES, translation.pageBytes);
  regions.u32(tenant + L.T_PLAIN_WALKS, translation.lastV === false ? 1 : 0);
}

/** Build the image of a plan. Throws RangeError if it would exceed 2 GiB. */
export function buildImage(plan: Plan, options: MachineOptions = {}): ImageMap {
  const regions = new Regions();
  const { chip } = plan;
  const planes = takeHeader(regions, chip, { ...options, tenants: flitOwners(plan) });
  for (const [offset, key] of HEADER_PARAMETERS) regions.u32(offset, chip[key]);
  if (plan.tenants.some(({ mode }) => mode === 'uvm')) regions.u32(L.H_WATCHDOG, chip.watchdogCycles);
  regions.u32(L.H_MEMORY_BUS, chip.memoryPath === 'bus' ? 1 : 0);
  const tenants = plan.tenants.map(() => regions.take(L.T_STRIDE));
  const tenantsAt = tenants[0] ?? 0;
  const traffic = plan.traffic ? writePlanTraffic(regions, plan) : 0;
  writePlanes(regions, planes, plan);
  const channels = writeChannels(regions, planes, plan);
  const cores = writeCores(regions, plan, tenants);
  const sources = linkSources(regions, planes, plan, cores);
  writeDispatch(regions, planes, plan, cores.list.length);
  regions.u32(L.H_TENANTS_AT, tenantsAt);
  plan.tenants.forEach((tenant, i) => {
    const record = tenants[i];
    writeShape(regions, tenant, { record, plan, tenant: i, cores: cores.byShape[i][0], channels, tenants });
    writeTranslation(regions, record, tenant.translation);
    writeIterations(regions, record, tenant.iterations);
    regions.u32(record + L.T_INDEX, i);
    regions.u32(record + L.T_CHANNELS, regions.list(tenant.channels.map((channel) => channels[channel])));
    regions.u32(record + L.T_CHANNEL_COUNT, tenant.channels.length);
    writeLife(regions, record, tenant, chip);
    regions.u32(record + L.T_BUDGET_BYTES, tenant.bandwidth?.bytes ?? 0);
    regions.u32(record + L.T_WINDOW_CYCLES, tenant.bandwidth?.windowCycles ?? 0);
  });
  writeMoves(regions, { plan, tenants, sources, channels, cores });
  return { image: regions.finish(), planes, tenants, channels, cores, traffic };
}

function writePlanTraffic(regions: Regions, { chip, traffic }: Plan): number {
  const { virtualChannels, bufferDepth } = chip;
  return writeTraffic(regions, { mesh: chip, virtualChannels, bufferDepth, seed: traffic!.seed, traffic: traffic! });
}

/** A plane that no program uses stays empty and costs nothing. */
function writePlanes(regions: Regions, planes: number, plan: Plan): void {
  const { chip } = plan;
  const traffic = regions.read32(L.H_TRAFFIC_AT);
  const used = [
    C.PLANE_DATA,
    ...(chip.memoryPath === 'noc' && plan.tenants.length > 0 ? [C.PLANE_REQUEST, C.PLANE_RESPONSE] : []),
    ...(plan.tenants.some(({ dispatch }) => dispatch === 'noc') ? [C.PLANE_INSTRUCTION] : []),
  ];
  for (const plane of used) {
    const virtualChannels = plane === C.PLANE_DATA ? dataChannels(plan) : chip.virtualChannels;
    const { bufferDepth } = chip;
    const record = planes + plane * L.P_STRIDE;
    const [mostFlits, tenants] = [longestPacket(plan), flitOwners(plan)];
    writePlane(regions, record, { mesh: chip, virtualChannels, bufferDepth, mostFlits, tenants });
  }
  const data = planes + C.PLANE_DATA * L.P_STRIDE;
  if (traffic === 0) writeRoutes(regions, data, plan);
  else steerTraffic(regions, data, traffic, { mesh: chip, traffic: plan.traffic! });
}

/** Flits of the longest packet: of a message, of a burst, or of synthetic traffic. */
function longestPacket({ chip, traffic }: Plan): number {
  const burst = Math.ceil(chip.burstBytes / chip.flitBytes);
  return Math.max(chip.maxPacketFlits, burst, traffic?.packetFlits ?? 1);
}

/** A table of ports by tile and destination for every tenant whose packets do not all go x first. */
function writeRoutes(regions: Regions, plane: number, plan: Plan): void {
  const tables = plan.tenants.map(({ routes, handRoutes }) => takeRoutes(regions, plan.chip, routes, handRoutes));
  if (tables.every((table) => table === 0)) return;
  regions.u32(plane + L.P_ROUTES, regions.list(tables));
  const isMasked = plan.tenants.some(({ handRoutes = [] }) => namesChannels(handRoutes));
  if (isMasked || dataChannels(plan) !== plan.chip.virtualChannels) regions.u32(plane + L.P_MASKED, 1);
}

/** When its iterations begin and end, whatever shape they run on. */
function writeIterations(regions: Regions, record: number, iterations: number): void {
  const starts = regions.take(iterations * 8);
  for (let i = 0; i < iterations; i++) regions.u64(starts + i * 8, NEVER);
  regions.u32(record + L.T_ITERATIONS, iterations);
  regions.u32(record + L.T_ITER_START, starts);
  regions.u32(record + L.T_ITER_END, regions.take(iterations * 8));
  regions.u32(record + L.T_LIMIT, NO_LIMIT);
}

/** When the tenant comes, what its creation costs, and how its instructions find their core. */
function writeLife(regions: Regions, record: number, tenant: TenantPlan, chip: Chip): void {
  const { mode, dispatch, arrivalCycle, departureCycle } = tenant;
  regions.u32(record + L.T_STATUS, C.STATUS_WAITING);
  regions.u32(record + L.T_LOOKUP_CYCLES, hasVirtualCores(mode) ? chip.vrouterCycles : 0);
  regions.u32(record + L.T_DISPATCH, dispatch === 'noc' ? C.DISPATCH_NOC : C.DISPATCH_BUS);
  regions.u32(record + L.T_SHARED_MEMORY, mode === 'uvm' ? 1 : 0);
  regions.u64(record + L.T_ARRIVAL, arrivalCycle);
  regions.u64(record + L.T_READY, NEVER);
  regions.u64(record + L.T_DEPARTURE, departureCycle ?? NEVER);
}

/** The controller's two ports; the first turn is the lowest tile's. */
function writeDispatch(regions: Regions, planes: number, plan: Plan, cores: number): void {
  const { chip } = plan;
  const instructionFlits = issueCycles(chip, 'noc');
  const ports = regions.take(L.DISPATCH_PORTS * L.U_STRIDE);
  const words = Math.max(1, Math.ceil(cores / 64));
  for (const [port, cycles] of [
    [C.DISPATCH_BUS, issueCycles(chip, 'bus')],
    [C.DISPATCH_NOC, instructionFlits],
  ]) {
    const record = ports + port * L.U_STRIDE;
    regions.u32(record + L.U_READY, regions.take(words * 8));
    regions.u32(record + L.U_WORDS, words);
    regions.u32(record + L.U_LAST, Math.max(cores - 1, 0));
    regions.u32(record + L.U_CYCLES, cycles);
  }
  const plane = planes + C.PLANE_INSTRUCTION * L.P_STRIDE;
  regions.u32(L.H_DISPATCH_AT, ports);
  regions.u32(L.H_INSTRUCTION_FLITS, instructionFlits);
  if (regions.read32(plane + L.P_USED) === 0) return;
  regions.u32(plane + L.P_MASKED, 1);
  regions.u32(L.H_DISPATCH_SOURCE, sourceAt(regions, planes, C.PLANE_INSTRUCTION, chip.controllerTile));
}

/** Tell each core where its sources in the data and the request plane are; returns them by tile. */
function linkSources(regions: Regions, planes: number, { chip }: Plan, cores: CoreSites): TileSources {
  const sources: TileSources = {
    data: (tile) => sourceAt(regions, planes, C.PLANE_DATA, tile),
    request: (tile) => (chip.memoryPath === 'noc' ? sourceAt(regions, planes, C.PLANE_REQUEST, tile) : 0),
  };
  for (const { tile, address: core } of cores.list) {
    regions.u32(core + L.C_SOURCES, sources.data(tile));
    regions.u32(core + L.C_SOURCES + 4, sources.request(tile));
  }
  return sources;
}

const sourceAt = (regions: Regions, planes: number, plane: number, tile: number): number =>
  regions.read32(planes + plane * L.P_STRIDE + L.P_SOURCES) + tile * L.S_STRIDE;

function writeChannels(regions: Regions, planes: number, plan: Plan): number[] {
  const { chip } = plan;
  const base = regions.take(chip.memoryTiles.length * L.M_STRIDE);
  regions.u32(L.H_CHANNELS, chip.memoryTiles.length);
  regions.u32(L.H_CHANNELS_AT, base);
  return chip.memoryTiles.map((tile, i) => {
    const channel = base + i * L.M_STRIDE;
    regions.u32(channel + L.M_TILE, tile);
    regions.u32(channel + L.M_INDEX, i);
    regions.u32(channel + L.M_LAST, Math.max(plan.tenants.length - 1, 0));
    regions.u32(channel + L.M_QUEUES, regions.take(plan.tenants.length * L.A_BYTES));
    regions.u64(channel + L.M_WAKE, NEVER);
    if (chip.memoryPath === 'noc') {
      regions.u32(channel + L.M_SOURCE, sourceAt(regions, planes, C.PLANE_RESPONSE, tile));
    }
    return channel;
  });
}
