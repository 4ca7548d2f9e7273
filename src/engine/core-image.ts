/** Builds the records of the cores: programs, tokens, burst and credit packets, timelines, and what tenants know of their cores. */
import * as C from '../../assembly/codes.ts';
import * as L from '../../assembly/layout.ts';
import type { Chip } from '../model/chip.ts';
import { handMasks } from '../model/hand-routes.ts';
import { forEachInstruction, type Program, type Step } from '../model/program.ts';
import { shapesOf, type Plan, type TenantShape } from '../model/plan.ts';
import { pairKey, takePairs, writeProgram, type Pairs } from './program-image.ts';
import { NEVER, type Regions } from './regions.ts';
import { writeShares } from './share-image.ts';

export interface CoreSite {
  readonly tile: number;
  readonly tenant: number;
  /** Which of the tenant's shapes it belongs to: 0 as it arrives. */
  readonly shape: number;
  readonly vcore: number;
  readonly address: number;
}

export interface CoreSites {
  /** In tile order, as the machine holds them; those that share a tile by virtual core. */
  readonly list: readonly CoreSite[];
  /** Addresses by tenant, shape and virtual core. */
  readonly byShape: readonly (readonly (readonly number[])[])[];
  /** Buckets of the timeline and cycles of the ring of causes. */
  readonly buckets: number;
  readonly recent: number;
  /** Address of what calls the cores. */
  readonly calls: number;
}

/** Memory that timelines, and rings, may take together; longer ones are halved until they fit. */
const MOST_BYTES = 16 * 1024 * 1024;
const FIRST_BUCKET_SHIFT = 6;
const BUCKET_BYTES = L.CAUSE_COUNT * 4;

/**
 * @param tenants addresses of the tenant records
 */
export function writeCores(regions: Regions, plan: Plan, tenants: readonly number[]): CoreSites {
  const shapes = plan.tenants.map(shapesOf);
  const placed = shapes.flatMap((own, tenant) =>
    own.flatMap(({ tiles }, shape) => tiles.map((tile, vcore) => ({ tile, tenant, shape, vcore }))),
  );
  placed.sort((a, b) => a.tile - b.tile);
  const base = regions.take(placed.length * L.C_STRIDE);
  const list = placed.map((site, i) => ({ ...site, address: base + i * L.C_STRIDE }));
  const buckets = fitting(1024, placed.length * BUCKET_BYTES);
  const recent = fitting(8192, placed.length);
  const byShape = shapes.map((own) => own.map(({ tiles }) => tiles.map(() => 0)));
  for (const { tenant, shape, vcore, address } of list) byShape[tenant][shape][vcore] = address;
  const calls = regions.take(placed.length * L.CALL_STRIDE);
  const sites: CoreSites = { list, byShape, buckets, recent, calls };
  regions.u32(L.H_CORES, list.length);
  regions.u32(L.H_CORES_AT, base);
  regions.u32(L.H_CALLS_AT, calls);
  regions.u32(L.H_BUCKETS, buckets);
  regions.u32(L.H_BUCKET_SHIFT, FIRST_BUCKET_SHIFT);
  regions.u32(L.H_RECENT, recent);
  list.forEach((site, index) => writeCore(regions, plan, site, index, tenants[site.tenant], sites));
  regions.u32(L.H_BURSTS_BUS_LAST, Math.max(list.length - 1, 0));
  writeShares(
    regions,
    plan,
    byShape.map(([first]) => first),
  );
  return sites;
}

const fitting = (wanted: number, bytesEach: number): number => {
  let count = wanted;
  while (count > 2 && count * bytesEach > MOST_BYTES) count /= 2;
  return count;
};

function writeCore(
  regions: Regions,
  plan: Plan,
  site: CoreSite,
  index: number,
  tenant: number,
  sites: CoreSites,
): void {
  const { address: core } = site;
  const call = sites.calls + index * L.CALL_STRIDE;
  const { chip } = plan;
  const { translation } = plan.tenants[site.tenant];
  const fields: [offset: number, value: number][] = [
    [L.C_TILE, site.tile],
    [L.C_CALL, call],
    [L.C_INDEX, index],
    [L.C_TENANT, tenant],
    [L.C_VCORE, site.vcore],
    [L.C_ITERATION, 0xffffffff],
    [L.C_FREE_BURSTS, 2 ** chip.outstandingBursts - 1],
    [L.C_BURSTS, takePackets(regions, chip.outstandingBursts, core, site.tenant, 2 ** chip.virtualChannels - 1)],
    [L.C_INSTRUCTIONS, takeInstructions(regions, core, index, site.tenant, chip)],
    [L.C_POLLS, takePackets(regions, 2, core, site.tenant, 2 ** chip.virtualChannels - 1)],
    [L.C_TLB, regions.take(translation.entries * 8)],
    [L.C_RTT_CURRENT, L.NO_RANGE],
    [L.C_TIMELINE, regions.take(sites.buckets * BUCKET_BYTES)],
    [L.C_RECENT, regions.take(sites.recent)],
  ];
  for (const [offset, value] of fields) regions.u32(core + offset, value);
  for (let i = 0; i < L.MOST_RANGES; i++) regions.u16(core + L.C_LAST_V + i * 2, L.NO_RANGE);
  // cores of a later shape sleep, and are charged nothing, until they come
  if (site.shape === 0) regions.u8(call + L.CALL_SIGNAL, C.SIGNAL_WAKE);
  regions.u8(core + L.C_CAUSE, site.shape === 0 ? C.CAUSE_IDLE : C.CAUSE_AWAY);
  regions.u64(call + L.CALL_WAKE, NEVER);
}

/** Do dimension-order and confined packets share the data plane? Each kind has its half of the channels then. */
const isHalved = ({ tenants }: Pick<Plan, 'tenants'>): boolean =>
  new Set(tenants.map(({ routing }) => routing)).size > 1;

/** Virtual channels of the data plane: as wide for each kind of packet as the chip says. */
export const dataChannels = (plan: Plan): number => plan.chip.virtualChannels * (isHalved(plan) ? 2 : 1);

/** Bit v: messages of a tenant from one tile to another may take virtual channel v; confined ones those of the upper half. */
function dataMasks({ chip, tenants }: Plan, tenant: number): (from: number, to: number) => number {
  const { routing, handRoutes = [] } = tenants[tenant];
  const maskOf = handMasks(chip, chip.virtualChannels, handRoutes);
  const shift = isHalved({ tenants }) && routing === 'confined' ? chip.virtualChannels : 0;
  return (from, to) => maskOf(from, to) << shift;
}

/** Packet records of one owner, which may take the virtual channels of a mask. */
function takePackets(regions: Regions, count: number, owner: number, tenant: number, mask: number): number {
  const base = regions.take(count * L.K_STRIDE);
  for (let i = 0; i < count; i++) {
    regions.u8(base + i * L.K_STRIDE + L.K_TENANT, tenant);
    regions.u16(base + i * L.K_STRIDE + L.K_MASK, mask);
    regions.u32(base + i * L.K_STRIDE + L.K_OWNER, owner);
  }
  return base;
}

/** Packets of a core's instructions: all take one virtual channel, so that none overtakes another. */
function takeInstructions(regions: Regions, core: number, index: number, tenant: number, chip: Chip): number {
  const mask = 1 << (index % chip.virtualChannels);
  const base = takePackets(regions, chip.instructionQueue, core, tenant, mask);
  for (let i = 0; i < chip.instructionQueue; i++) {
    regions.u16(base + i * L.K_STRIDE + L.K_SOURCE, chip.controllerTile);
  }
  return base;
}

function instructionsOf(program: Program): number {
  let count = 0;
  forEachInstruction(program.steps, (_, times) => (count += times));
  return count;
}

/** Where the image of a shape goes, and what is known by then. */
export interface ShapeSite {
  /** The part of a tenant record from T_SHAPE on is written at this distance from it. */
  readonly record: number;
  readonly plan: Plan;
  readonly tenant: number;
  /** Addresses of its cores. */
  readonly cores: readonly number[];
  /** Addresses of the memory channels. */
  readonly channels: readonly number[];
  /** Addresses of all tenant records. */
  readonly tenants: readonly number[];
}

/** Programs, pairs and tables of one shape of a tenant. */
export function writeShape(regions: Regions, shape: TenantShape, site: ShapeSite): void {
  const { record, plan, tenant, cores, channels, tenants } = site;
  const { chip } = plan;
  const pairs = takePairs(regions, shape.programs);
  writePairs(regions, pairs, cores, tenant, plan);
  writeBuffers(
    regions,
    pairs,
    shape,
    chip,
    plan.tenants[tenant].channels.map((channel) => channels[channel]),
  );
  for (const program of shape.programs) {
    const core = cores[program.vcore];
    if (instructionsOf(program) > 0) regions.u32(core + L.C_PC, writeProgram(regions, program, pairs, chip));
    for (const { token, count } of program.initialTokens) regions.u16(core + L.C_TOKENS + token * 2, count);
  }
  const perIteration = shape.programs.reduce((sum, program) => sum + perRound(program.steps), 0);
  regions.u32(record + L.T_CORES, cores.length);
  regions.u32(record + L.T_CORE_LIST, regions.list(cores));
  regions.u32(record + L.T_LEFT, cores.length);
  regions.u32(record + L.T_ITER_LEFT, regions.list(Array.from({ length: shape.iterations }, () => perIteration)));
  regions.u32(record + L.T_GROUPS, writeGroups(regions, shape));
  regions.u32(record + L.T_SETUP_CYCLES, shape.tables.setupCycles);
  writeRanges(regions, record, shape);
  const { memoryAfter = [] } = shape;
  const sizes = memoryAfter.flatMap((size) => [tenants[size.tenant], size.shape]);
  if (sizes.length > 0) regions.u32(record + L.T_MEMORY_AFTER, regions.list([...sizes, 0]));
}

/** The range table of a shape, and behind it the ranges of its saved state. */
export function writeRanges(
  regions: Regions,
  record: number,
  { ranges, savedState = [] }: Pick<TenantShape, 'ranges' | 'savedState'>,
): void {
  const all = [...ranges, ...savedState];
  const table = regions.take(all.length * L.N_STRIDE);
  all.forEach((range, i) => {
    const at = table + i * L.N_STRIDE;
    regions.u64(at + L.N_VIRTUAL, range.virtualBase);
    regions.u64(at + L.N_PHYSICAL, range.physicalBase);
    regions.u32(at + L.N_BYTES, range.bytes);
    regions.u32(at + L.N_PERMISSION, range.permission);
  });
  regions.u32(record + L.T_RANGES, table);
  regions.u32(record + L.T_RANGE_COUNT, ranges.length);
}

/** Instructions that run in one round of the loop over iterations. */
function perRound(steps: readonly Step[]): number {
  let count = 0;
  for (const step of steps) {
    if (step.op !== 'loop') continue;
    if (step.iteration) forEachInstruction(step.body, (_, times) => (count += times));
    else count += perRound(step.body);
  }
  return count;
}

/** Records for every packet that can be in flight: all packets of a message in every landing slot. */
function writePairs(regions: Regions, pairs: Pairs, cores: readonly number[], tenant: number, plan: Plan): void {
  const { chip } = plan;
  const { tiles } = plan.tenants[tenant]; // of its first shape: one with routes by hand has no other
  const maskOf = dataMasks(plan, tenant);
  const packetsPerMessage = Math.ceil(Math.ceil(chip.messageBytes / chip.flitBytes) / chip.maxPacketFlits);
  cores.forEach((sender, from) =>
    cores.forEach((receiver, to) => {
      const pair = pairs.get(pairKey(from, to));
      if (pair === undefined) return;
      const [there, back] = [maskOf(tiles[from], tiles[to]), maskOf(tiles[to], tiles[from])];
      regions.u32(pair + L.X_SENDER, sender);
      regions.u32(pair + L.X_RECEIVER, receiver);
      regions.u32(pair + L.X_FREE, chip.channelSlots);
      regions.u32(pair + L.X_CREDITS, takePackets(regions, chip.channelSlots, pair, tenant, back));
      regions.u32(pair + L.X_PACKETS, takePackets(regions, chip.channelSlots * packetsPerMessage, pair, tenant, there));
      regions.u32(pair + L.X_SLOT_BYTES, packetsPerMessage * L.K_STRIDE);
    }),
  );
}

/** Where pairs that exchange messages through memory do so. */
function writeBuffers(
  regions: Regions,
  pairs: Pairs,
  { buffers = [], ranges }: TenantShape,
  chip: Chip,
  channels: readonly number[],
): void {
  for (const { from, to, virtualBase, slotBytes } of buffers) {
    const pair = pairs.get(pairKey(from, to))!;
    const flags = virtualBase + chip.channelSlots * slotBytes;
    const range = ranges.find((r) => flags >= r.virtualBase && flags < r.virtualBase + r.bytes)!;
    const physical = range.physicalBase + (flags - range.virtualBase);
    const turn = Math.floor(physical / chip.interleaveBytes) % channels.length;
    regions.u64(pair + L.X_BUFFER, virtualBase);
    regions.u32(pair + L.X_BUFFER_BYTES, slotBytes);
    regions.u32(pair + L.X_FLAG_CHANNEL, channels[turn]);
  }
}

/** One record per barrier group: how many cores name it. */
function writeGroups(regions: Regions, { programs }: TenantShape): number {
  const members = new Map<number, Set<number>>();
  for (const { vcore, steps } of programs) {
    forEachInstruction(steps, (instruction) => {
      if (instruction.op !== 'barrier') return;
      members.set(instruction.group, (members.get(instruction.group) ?? new Set()).add(vcore));
    });
  }
  const base = regions.take((Math.max(-1, ...members.keys()) + 1) * L.G_STRIDE);
  for (const [group, cores] of members) regions.u32(base + group * L.G_STRIDE + L.G_CORES, cores.size);
  return base;
}
