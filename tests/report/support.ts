/** Hand-made plans and snapshots, so that every expected number can be derived on paper. */
import { CAUSES, PLANES, type Cause } from '../../src/model/causes.ts';
import { resolveChip } from '../../src/model/chip.ts';
import { LOCAL, tileCount } from '../../src/model/mesh.ts';
import type { Plan, TenantPlan } from '../../src/model/plan.ts';
import type { CoreSnapshot, Snapshot, TenantSnapshot, TimelineData } from '../../src/engine/snapshot.ts';
import type { BlameTenant } from '../../src/report/blame.ts';

/** Cycles per cause in CAUSES order; causes not named are 0. */
export const causes = (some: Partial<Record<Cause, number>>): number[] => CAUSES.map((cause) => some[cause] ?? 0);

export const tenantPlan = (name: string, tiles: readonly number[], more: Partial<TenantPlan> = {}): TenantPlan => ({
  workload: {
    name: 'toy',
    title: 'Toy',
    source: 'test',
    input: { name: 'in', rows: 1, channels: 1 },
    inputShape: [1],
    layers: [],
  },
  programs: tiles.map((_, vcore) => ({
    vcore,
    stage: `s${vcore}`,
    steps: [],
    initialTokens: [],
    scratchpad: [{ label: 'weights', bytes: 64 }],
  })),
  tensors: [],
  stages: tiles.length,
  iterations: 8,
  macs: 1000,
  instructions: 0,
  estimatedCycles: 3000,
  balance: [],
  operators: [],
  coreBytesPerCycle: 80,
  traffic: {
    uniqueWeightBytes: 0,
    replicatedWeightBytes: 0,
    uniqueActivationBytes: 0,
    replicatedActivationBytes: 0,
    spilledBytes: 0,
    stateBytes: 0,
  },
  name,
  mode: 'vnpu',
  topology: { kind: 'mesh', width: tiles.length, height: 1 },
  tiles,
  editDistance: 0,
  stretched: [],
  routing: 'dor',
  dispatch: 'bus',
  arrivalCycle: 0,
  tables: { routingEntries: 0, rangeEntries: 0, bytes: 0, setupCycles: 0 },
  translation: { kind: 'page', entries: 4, pageBytes: 4096 },
  ranges: [
    { name: 'weights', virtualBase: 0, physicalBase: 0, bytes: 4096, permission: 1 },
    { name: 'input', virtualBase: 4096, physicalBase: 8192, bytes: 100, permission: 1 },
  ],
  channels: [0],
  ...more,
});

/** 4 x 2 tiles without memory columns in the way; arrays of 2 x 5 MACs. */
export const plan = (tenants: readonly TenantPlan[], stopCycles?: number): Plan => ({
  chip: resolveChip({ width: 4, height: 2, arrayRows: 2, arrayColumns: 5, memoryTiles: [3, 7] }),
  tenants,
  ...(stopCycles !== undefined && { stopCycles }),
});

export const core = (
  tile: number,
  tenant: number,
  vcore: number,
  some: Partial<Record<Cause, number>>,
): CoreSnapshot => ({
  tile,
  tenant,
  shape: 0,
  vcore,
  cause: 0,
  causes: causes(some),
  hits: 10,
  misses: 2,
  walkReads: 3,
  plainReads: 4,
  translationStall: 240,
  retired: 7,
});

export const tenantSnapshot = (ends: readonly number[], more: Partial<TenantSnapshot> = {}): TenantSnapshot => ({
  status: 'running',
  iterationsDone: ends.length,
  iterationStart: Float64Array.from(ends, (end) => end - 50),
  iterationEnd: Float64Array.from(ends),
  warmupCycles: 0,
  arrivalCycle: 0,
  readyCycle: 0,
  interferenceCycles: 0,
  switches: 0,
  transferredBytes: 0,
  moves: [],
  shapes: [{ firstIteration: 0, readyCycle: 0, warmupCycles: 0 }],
  ...more,
});

/** Flits as [plane, tile, port, tenant, flits]. */
export type FlitCount = readonly [plane: number, tile: number, port: number, tenant: number, flits: number];

export function snapshot(
  of: Plan,
  cycle: number,
  cores: CoreSnapshot[],
  tenants: TenantSnapshot[],
  flits: readonly FlitCount[] = [],
): Snapshot {
  const links = PLANES.length * tileCount(of.chip) * LOCAL;
  const counters = {
    flits: new Float64Array(links * tenants.length),
    blocked: new Float64Array(links),
    blockedTenants: new Float64Array(links * tenants.length),
  };
  for (const [plane, tile, port, tenant, count] of flits) {
    const link = (plane * tileCount(of.chip) + tile) * LOCAL + port;
    counters.flits[link * tenants.length + tenant] = count;
    counters.blocked[link] = count / 2;
    counters.blockedTenants[link * tenants.length + tenant] = count / 2;
  }
  const channels = [{ tile: 3, bytes: cycle * 4, busyCycles: cycle / 2 }];
  return { cycle, outcome: 'running', digest: '0123456789abcdef', cores, tenants, links: counters, channels };
}

/** A timeline from cycles per cause, [core][bucket]. */
export function timelineOf(
  bucketCycles: number,
  cores: readonly (readonly Partial<Record<Cause, number>>[])[],
): TimelineData {
  const used = cores[0].length;
  const buckets = used + 1;
  const data = new Uint32Array(cores.length * buckets * CAUSES.length);
  cores.forEach((row, i) => row.forEach((cell, j) => data.set(causes(cell), (i * buckets + j) * CAUSES.length)));
  const sum = (cell: Partial<Record<Cause, number>>): number => Object.values(cell).reduce((a, b) => a + b, 0);
  const cycles = (used - 1) * bucketCycles + Math.max(...cores.map((row) => sum(row[used - 1])));
  return { bucketCycles, buckets, cycles, used, causes: data };
}

export const blameTenant = (some: Partial<Record<Cause, number>>, more: Partial<BlameTenant> = {}): BlameTenant => ({
  model: 'resnet18',
  shape: '3x3',
  cores: 9,
  translation: 'page',
  status: 'running',
  iterationsDone: 0,
  cyclesPerIteration: null,
  causes: causes(some),
  ...more,
});
