/** The compiled kernel for tests, and tiny plans written by hand. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { resolveChip, type ChipRequest } from '../../src/model/chip.ts';
import type { Plan, TenantMove, TenantPlan } from '../../src/model/plan.ts';
import type { Ahead, Operation, Program, Step, TokenUse } from '../../src/model/program.ts';
import { forEachInstruction } from '../../src/model/program.ts';
import type { Range } from '../../src/model/vnpu.ts';
import type { MachineOptions } from '../../src/engine/image.ts';
import { Machine } from '../../src/engine/machine.ts';

export const kernel = new WebAssembly.Module(readFileSync('build/kernel.wasm'));

/** One instruction; tokens as [token, count] or a bare token number. */
export function step(
  operation: Operation,
  {
    waits = [],
    gives = [],
    releases,
    ahead,
  }: {
    waits?: (number | [number, number])[];
    gives?: (number | [number, number])[];
    releases?: number;
    ahead?: Ahead;
  } = {},
): Step {
  const uses = (list: (number | [number, number])[]): TokenUse[] =>
    list.map((use) => (typeof use === 'number' ? { token: use, count: 1 } : { token: use[0], count: use[1] }));
  return {
    ...operation,
    waits: uses(waits),
    gives: uses(gives),
    layer: -1,
    ...(releases === undefined ? {} : { releases }),
    ...(ahead === undefined ? {} : { ahead }),
  };
}

/** Cores come to other tiles; state and tables are nothing unless said. With a shape the tenant gets other cores there. */
export interface TinyMove extends Partial<Pick<TenantMove, 'routes' | 'tableCycles' | 'stateBytes'>> {
  readonly cycle: number;
  readonly tiles: readonly number[];
  readonly shape?: Omit<TinyTenant, 'tiles' | 'moves'>;
}

export interface TinyTenant extends Partial<
  Pick<
    TenantPlan,
    'mode' | 'dispatch' | 'translation' | 'stages' | 'iterations' | 'bandwidth' | 'tables' | 'memoryAfter'
  >
> {
  readonly tiles: readonly number[];
  readonly arrivalCycle?: number;
  readonly departureCycle?: number;
  readonly channels?: readonly number[];
  readonly buffers?: TenantPlan['buffers'];
  readonly routes?: TenantPlan['routes'];
  readonly moves?: readonly TinyMove[];
  /** Tiles that several of its virtual cores share. */
  readonly shared?: TenantPlan['shared'];
  /** Steps of each virtual core. */
  readonly programs: readonly (readonly Step[])[];
  readonly tokens?: readonly TokenUse[];
  readonly ranges?: readonly (readonly [base: number, bytes: number, permission?: number])[];
}

/** A plan around programs written by hand; ranges are mapped one to one. */
export function tinyPlan(chip: ChipRequest, tenants: readonly TinyTenant[]): Plan {
  const resolved = resolveChip(chip);
  return { chip: resolved, tenants: tenants.map((tenant, i) => tinyTenant(tenant, i, resolved.memoryTiles.length)) };
}

const NO_TABLES = { routingEntries: 0, rangeEntries: 0, bytes: 0, setupCycles: 0 };
const SAVED: Range = { name: 'saved', virtualBase: 2 ** 40, physicalBase: 2 ** 40, bytes: 2 ** 31, permission: 3 };

const tinyMove = ({ shape, ...move }: TinyMove, channels: number): TenantMove => ({
  editDistance: 0,
  stretched: [],
  tables: NO_TABLES,
  tableCycles: 0,
  stateBytes: move.tiles.map(() => 0),
  ...move,
  ...(shape && { shape: tinyTenant({ ...shape, tiles: move.tiles, moves: [] }, 0, channels) }),
});

function tinyTenant(tenant: TinyTenant, index: number, channels: number): TenantPlan {
  const programs = tenant.programs.map((steps, vcore): Program => ({
    vcore,
    stage: '',
    steps,
    initialTokens: tenant.tokens ?? [],
    scratchpad: [],
  }));
  const ranges = (tenant.ranges ?? [[0, 2 ** 31]]).map(([base, bytes, permission = 3], i): Range => ({
    name: `t${i}`,
    virtualBase: base,
    physicalBase: base,
    bytes,
    permission,
  }));
  let macs = 0;
  for (const { steps } of programs) {
    forEachInstruction(steps, (s, times) => (macs += s.op === 'matmul' ? times * s.M * s.N * s.K : 0));
  }
  return {
    name: 'ABCDEFGH'[index],
    mode: tenant.mode ?? 'bare',
    topology: { kind: 'mesh', width: tenant.tiles.length, height: 1 },
    tiles: tenant.tiles,
    editDistance: 0,
    stretched: [],
    routing: tenant.routes ? 'confined' : 'dor',
    dispatch: tenant.dispatch ?? 'bus',
    arrivalCycle: tenant.arrivalCycle ?? 0,
    ...(tenant.departureCycle !== undefined && { departureCycle: tenant.departureCycle }),
    tables: tenant.tables ?? NO_TABLES,
    translation: tenant.translation ?? { kind: 'physical', entries: 4, pageBytes: 4096 },
    ...(tenant.bandwidth && { bandwidth: tenant.bandwidth }),
    ranges,
    ...(tenant.moves && { moves: tenant.moves.map((move) => tinyMove(move, channels)), savedState: [SAVED] }),
    ...(tenant.routes && { routes: tenant.routes }),
    ...(tenant.buffers && { buffers: tenant.buffers }),
    ...(tenant.shared && { shared: tenant.shared }),
    ...(tenant.memoryAfter && { memoryAfter: tenant.memoryAfter }),
    channels: tenant.channels ?? Array.from({ length: channels }, (_, i) => i),
    workload: {
      name: 'tiny',
      title: 'tiny',
      source: 'a test',
      input: { name: 'in', rows: 1, channels: 1 },
      inputShape: [1],
      layers: [],
    },
    programs,
    tensors: [],
    stages: tenant.stages ?? 1,
    iterations: tenant.iterations ?? 1,
    macs,
    instructions: 0,
    estimatedCycles: 1,
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
  };
}

/** Run to the end (at most a million cycles) and return the machine. */
export function runToEnd(plan: Plan, options: Parameters<typeof Machine.create>[2] = {}): Machine {
  const machine = Machine.create(kernel, plan, options);
  machine.run(1_000_000);
  return machine;
}

/** A way to run a plan that must not change what comes of it. */
export type Way = Pick<MachineOptions, 'timeJumps' | 'reverse'> & { readonly slice: number };

export const ways: fc.Arbitrary<Way> = fc.record({
  slice: fc.constantFrom(1, 7, 1000),
  timeJumps: fc.boolean(),
  reverse: fc.boolean(),
});

/** The same, slice by slice. */
export function runInSlices(plan: Plan, { slice, ...options }: Way): Machine {
  const machine = Machine.create(kernel, plan, options);
  while (machine.outcome === 'running') machine.run(slice);
  return machine;
}

/** The cycle in which the last thing happened; cycles count from 0, so it is one less than the number of cycles run. */
export const lastCycle = (machine: Machine): number => machine.cycle - 1;
