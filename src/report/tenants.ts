/** What one tenant got: iterations, where its cores' cycles went, what translation cost. Sums over the cores of the snapshot. */
import { CAUSES, type Cause } from '../model/causes.ts';
import { cyclesPerIteration, steadyCyclesPerIteration } from '../model/iteration.ts';
import { shapesOf, type Plan, type TenantPlan, type TenantShape } from '../model/plan.ts';
import type { CoreSnapshot, Snapshot, TenantSnapshot } from '../engine/snapshot.ts';
import { foreignLinkFlits } from './network.ts';
import type { MoveReport, SizeReport, TenantReport } from './report.ts';

/** Report of tenant `index` of the plan. */
export function tenantReport(plan: Plan, snapshot: Snapshot, index: number): TenantReport {
  const tenant = plan.tenants[index];
  const state = snapshot.tenants[index];
  const cores = snapshot.cores.filter((core) => core.tenant === index);
  const { shared, partition } = tenant;
  const { iterationStart: start, iterationEnd: end } = state;
  const sizes = sizesOf(plan, tenant, state);
  const last = sizes[sizes.length - 1];
  return {
    name: tenant.name,
    status: state.status === 'running' || state.status === 'departed' ? 'stopped' : state.status,
    tiles: [...tenant.tiles],
    ...(partition && { partition: [...partition] }),
    ...(shared && { switches: state.switches }),
    editDistance: tenant.editDistance,
    stretched: tenant.stretched.map((edge) => ({ ...edge })),
    ...(tenant.search && { search: { ...tenant.search } }),
    iterations: state.iterationsDone,
    cyclesPerIteration: last.cyclesPerIteration,
    steadyCyclesPerIteration: last.steadyCyclesPerIteration,
    latencyCycles: Array.from(end, (cycle, i) => cycle - start[i]),
    setupCycles: Math.min(state.readyCycle, snapshot.cycle) - Math.min(state.arrivalCycle, snapshot.cycle),
    warmupCycles: Math.max(0, state.warmupCycles - state.readyCycle),
    migrationCycles:
      movesOf(tenant, state, snapshot.cycle).reduce((sum, move) => sum + standstill(move), 0) +
      sizes.slice(1).reduce((sum, { warmupCycles }) => sum + warmupCycles, 0),
    ...(tenant.moves && { moves: movesOf(tenant, state, snapshot.cycle) }),
    ...(tenant.moves?.some(({ shape }) => shape) && { sizes }),
    macs: tenant.macs,
    utilization: last.utilization,
    stalls: stallsOf(cores),
    translation: translationOf(cores),
    memoryBytes: last.memoryBytes,
    routingBits: tenant.tables.routing?.bits ?? 0,
    tableBytes: tenant.tables.bytes,
    transferredBytes: state.transferredBytes,
    foreignLinkFlits: isolated(tenant, foreignLinkFlits(plan, snapshot, index)),
    interferenceCycles: state.interferenceCycles,
    faults: faultsOf(state),
  };
}

/** Confined routes keep a tenant's data to its own tiles. That is looked at in every run: the counters would show a mistake of the simulator. */
function isolated({ name, routing }: TenantPlan, foreignFlits: number): number {
  if (routing === 'confined' && foreignFlits > 0)
    throw new Error(
      `${foreignFlits} data flits of ${name} have left its own tiles, though its routes are confined to them`,
    );
  return foreignFlits;
}

/** The sizes that a tenant has had: rates are measured over the iterations of each. */
function sizesOf(
  plan: Plan,
  tenant: TenantPlan,
  { iterationStart, iterationEnd, shapes }: TenantSnapshot,
): SizeReport[] {
  return shapesOf(tenant)
    .slice(0, shapes.length)
    .map((shape, i) => {
      const { firstIteration, readyCycle, warmupCycles } = shapes[i];
      const iterations = (shapes[i + 1]?.firstIteration ?? iterationEnd.length) - firstIteration;
      const start = (n: number): number => iterationStart[firstIteration + n];
      const end = (n: number): number => iterationEnd[firstIteration + n];
      const cycles = cyclesPerIteration(iterations, shape.stages, start, end);
      return {
        width: shape.topology.width,
        height: shape.topology.height,
        tiles: [...shape.tiles],
        iterations,
        cyclesPerIteration: cycles,
        steadyCyclesPerIteration: steadyCyclesPerIteration(iterations, shape.stages, start, end),
        utilization: utilization(plan, shape, cycles),
        warmupCycles: Math.max(0, warmupCycles - readyCycle),
        memoryBytes: shape.ranges.reduce((sum, range) => sum + range.bytes, 0),
      };
    });
}

/**
 * Share of the array's multiply-accumulates that were used. The cycles between the two ends that are measured hold n - k
 * iterations, so the share is MACs of one iteration over what all tiles could do in the cycles of one.
 */
function utilization({ chip }: Plan, { macs, tiles }: TenantShape, cycles: number | null): number | null {
  if (cycles === null || cycles <= 0) return null;
  return macs / (chip.arrayRows * chip.arrayColumns * new Set(tiles).size * cycles);
}

/** While a tenant drains to change its size it works. */
const standstill = ({ drainCycles, saveCycles, tableCycles, restoreCycles, topology }: MoveReport): number =>
  (topology ? 0 : drainCycles) + saveCycles + tableCycles + restoreCycles;

/** Moves that have begun, with the cycles of their parts as far as they go; a tenant that is over stands still no more. */
function movesOf({ moves = [] }: TenantPlan, state: TenantSnapshot, cycle: number): MoveReport[] {
  const now = Math.min(cycle, state.stopCycle ?? Infinity);
  return state.moves.map((move, i): MoveReport => {
    const { begin, drained, saved, placed, end, bytes } = move;
    const ends = [begin, drained, saved, placed, end].map((part) => part ?? now);
    const { topology } = moves[i].shape ?? {};
    return {
      cycle: begin,
      tiles: [...moves[i].tiles],
      editDistance: moves[i].editDistance,
      drainCycles: ends[1] - ends[0],
      saveCycles: ends[2] - ends[1],
      tableCycles: ends[3] - ends[2],
      restoreCycles: ends[4] - ends[3],
      stateBytes: bytes,
      ...(topology && { topology: { width: topology.width, height: topology.height } }),
    };
  });
}

function stallsOf(cores: readonly CoreSnapshot[]): Record<Cause, number> {
  const entries = CAUSES.map((cause, i) => [cause, cores.reduce((sum, core) => sum + core.causes[i], 0)] as const);
  return Object.fromEntries(entries) as Record<Cause, number>;
}

function translationOf(cores: readonly CoreSnapshot[]): TenantReport['translation'] {
  const total = { hits: 0, misses: 0, walkReads: 0, plainReads: 0, stallCycles: 0 };
  for (const core of cores) {
    total.hits += core.hits;
    total.misses += core.misses;
    total.walkReads += core.walkReads;
    total.plainReads += core.plainReads;
    total.stallCycles += core.translationStall;
  }
  return total;
}

function faultsOf({ fault }: TenantSnapshot): TenantReport['faults'] {
  return fault === undefined ? [] : [{ ...fault }];
}
