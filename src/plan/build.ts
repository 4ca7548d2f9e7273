/**
 * An experiment becomes a plan: tiles from the hypervisor, programs from the compiler, tables that bind the two. The programs know
 * neither tiles nor physical addresses, so a tenant that moves gets another table and the same programs: the idea of the vNPU paper.
 */
import { mapMemory } from '../hypervisor/ranges.ts';
import { placeJointly } from '../hypervisor/joint.ts';
import { placeTenants, type Placement } from '../hypervisor/placement.ts';
import type { Searching } from '../hypervisor/similar.ts';
import { bySize, inDocument as ofEvents, type Sized } from '../hypervisor/sizes.ts';
import { hypervisorTables } from '../hypervisor/tables.ts';
import type { Chip } from '../model/chip.ts';
import type { Experiment, TenantRequest } from '../model/experiment.ts';
import { NO_TRANSFERS, type Mapper, type Transfers } from '../model/mapping.ts';
import type { Compilation, MemoryState, Plan, TenantMove, TenantPlan } from '../model/plan.ts';
import { ok, type Problem, type Result } from '../model/problem.ts';
import { vcoreCount, type HypervisorTables, type Range, type Routes } from '../model/vnpu.ts';
import { compiled } from './compilations.ts';
import { messageBuffers, type SharedMemory } from './message-buffers.ts';
import { resizeTo, savedTensor, tenantMoves } from './moves.ts';
import { bindRoutes, circleProblem } from './routes.ts';
import { transfersOf } from './transfers.ts';
import { compileForTiles, type Shared } from './turns.ts';

/**
 * Bind an experiment, or say which tenant does not fit and why. Problems carry paths of the document.
 * @param mapper the mapping search; needed where a tenant's mapping is searched
 */
export function buildPlan(experiment: Experiment, mapper?: Mapper): Result<Plan> {
  const { chip, traffic, seed, stop } = experiment;
  const sizes = bySize(experiment.tenants);
  const bound = bindSizes(
    { ...experiment, tenants: sizes.map(({ request }) => request) },
    experiment.tenants,
    sizes,
    mapper,
  );
  if (!bound.ok) return { ok: false, problems: ofEvents(sizes, bound.problems) };
  const { plans, memory } = bound.value;
  return ok({
    chip,
    tenants: experiment.tenants.map((request, tenant) =>
      joined(
        request,
        plans.filter((_, i) => sizes[i].tenant === tenant),
      ),
    ),
    memory,
    ...(traffic && { traffic: { ...traffic, seed } }),
    ...(stop === 'done' ? {} : { stopCycles: stop.cycles }),
  });
}

/** One tenant of its sizes: it arrives with the first, and each further one is a change in its life. */
function joined({ departureCycle }: TenantRequest, [first, ...later]: readonly TenantPlan[]): TenantPlan {
  if (later.length === 0) return first;
  const changes = later.flatMap((shape) => [resizeTo(shape), ...(shape.moves ?? [])]);
  return { ...first, departureCycle, moves: [...(first.moves ?? []), ...changes] };
}

/**
 * A plan for every size.
 * @param experiment whose tenants are the sizes
 * @param requests the tenants of the document
 */
function bindSizes(
  experiment: Experiment,
  requests: readonly TenantRequest[],
  sizes: readonly Sized[],
  mapper?: Mapper,
): Result<{ plans: TenantPlan[]; memory: readonly MemoryState[] }> {
  const { chip, tenants } = experiment;
  const present: Present = (i) => requests.map((request, t) => (t === sizes[i].tenant ? tenants[i] : request));
  const place = experiment.placementOrder === 'best' ? placeJointly : placeTenants;
  const placements = place(chip, tenants, mapper && searchingIn(experiment, mapper, present));
  if (!placements.ok) return placements;
  const compilations = compileTenants(chip, tenants, placements.value, present);
  if (!compilations.ok) return compilations;
  const memory = tenants.map(({ mode }, i) =>
    mode === 'uvm' ? messageBuffers(chip, compilations.value[i].compilation) : undefined,
  );
  const wanted = tenants.map((tenant, i) => ({
    ...wantedMemory(chip, tenant, compilations.value[i].compilation, memory[i]),
    // a size that another replaces is there until it has drained, and when that is only the run knows
    departureCycle: requests[sizes[i].tenant].departureCycle,
    replaces: sizes[i].replaces,
  }));
  const mapped = mapMemory(wanted, chip.memoryMiB * 2 ** 20);
  if (!mapped.ok) return mapped;
  const isSaved = wanted.map(
    ({ saved }) =>
      ({ virtualBase }: Range) =>
        virtualBase >= (saved?.virtualBase ?? Infinity),
  );
  const ranges = mapped.value.tables.map((table, i) => table.filter((range) => !isSaved[i](range)));
  const routes = bindRoutes(experiment, placements.value);
  if (!routes.ok) return routes;
  const tables = tablesOf(experiment, placements.value, ranges, routes.value);
  if (!tables.ok) return tables;
  const moves = movesOf(
    experiment,
    compilations.value.map(({ compilation }) => compilation),
    placements.value,
    ranges,
  );
  if (!moves.ok) return moves;
  const circle = circleProblem(experiment, placements.value, routes.value, moves.value);
  if (!circle.ok) return circle;
  const everyChannel = chip.memoryTiles.map((_, channel) => channel);
  const plans = tenants.map((tenant, index): TenantPlan => ({
    ...compilations.value[index].compilation,
    ...placements.value[index],
    ...(compilations.value[index].tiles && { shared: compilations.value[index].tiles }),
    ...boundAsAsked(tenant),
    channels: tenant.channels ?? everyChannel,
    ...(routes.value[index] && { routes: routes.value[index] }),
    ranges: ranges[index],
    ...(tenant.moves && { moves: moves.value[index], savedState: mapped.value.tables[index].filter(isSaved[index]) }),
    tables: tables.value[index],
    ...(mapped.value.after[index].length > 0 && {
      memoryAfter: mapped.value.after[index].map((size) => ({ tenant: sizes[size].tenant, shape: sizes[size].shape })),
    }),
    ...(memory[index] && { buffers: memory[index].buffers }),
  }));
  return ok({ plans, memory: mapped.value.states });
}

/** The tenants of the document while one of them has the size of this number. */
type Present = (size: number) => readonly TenantRequest[];

/** The mapping search with what it needs of the experiment; programs are compiled only for tenants whose edges weigh traffic. */
export function searchingIn(
  { chip, tenants, seed }: Experiment,
  mapper: Mapper,
  present: Present = () => tenants,
): Searching {
  const transfers = (tenant: number): Transfers => {
    const compilation = compileTenant(chip, present(tenant), tenants[tenant]);
    return compilation.ok ? transfersOf(compilation.value) : NO_TRANSFERS;
  };
  return { mapper, seed, transfers };
}

/** What the machine needs of a request as it stands. */
function boundAsAsked(tenant: TenantRequest) {
  const { name, mode, topology, routing, routes, dispatch, translation, bandwidth, arrivalCycle, departureCycle } =
    tenant;
  return {
    ...{ name, mode, topology, routing, dispatch, translation, arrivalCycle },
    ...(routes && { handRoutes: routes }),
    ...(bandwidth && { bandwidth }),
    ...(departureCycle !== undefined && { departureCycle }),
  };
}

/** What a tenant keeps in memory: its network's tensors, message buffers, and, if it moves, the state of its cores. */
function wantedMemory(chip: Chip, tenant: TenantRequest, compilation: Compilation, shared?: SharedMemory) {
  const { name, arrivalCycle, departureCycle } = tenant;
  const tensors = [...compilation.tensors, ...(shared ? [shared.tensor] : [])];
  const saved = savedTensor(chip, tenant, compilation, tensors);
  return { name, arrivalCycle, departureCycle, tensors: saved ? [...tensors, saved] : tensors, saved };
}

function movesOf(
  { chip, tenants }: Experiment,
  compilations: readonly Compilation[],
  placements: readonly Placement[],
  ranges: readonly (readonly Range[])[],
): Result<TenantMove[][]> {
  const results = tenants.map((tenant, i) =>
    tenantMoves(chip, tenant, compilations[i], { tiles: placements[i].tiles, ranges: ranges[i].length }),
  );
  const problems = results.flatMap((result) => (result.ok ? [] : result.problems));
  if (problems.length > 0) return { ok: false, problems };
  return ok(results.map((result) => (result.ok ? result.value : [])));
}

function tablesOf(
  { chip, tenants }: Experiment,
  placements: readonly Placement[],
  ranges: readonly (readonly Range[])[],
  routes: readonly (Routes | undefined)[],
): Result<HypervisorTables[]> {
  const results = tenants.map((tenant, i) =>
    hypervisorTables(chip, {
      ...tenant,
      tiles: placements[i].tiles,
      ranges: ranges[i].length,
      hasDirections: routes[i]?.form === 'upDown' || tenant.routes !== undefined,
    }),
  );
  const problems = results.flatMap((result, i) => (result.ok ? [] : below(`tenants.${i}`, result.problems)));
  if (problems.length > 0) return { ok: false, problems };
  return ok(results.flatMap((result) => (result.ok ? [result.value] : [])));
}

/**
 * Bytes per cycle that a tenant may count on when its pipeline is balanced: its part of all cores in use of the whole chip's memory
 * bandwidth. A guess for the compiler; the machine gives whatever contention leaves.
 */
export function fairMemoryBytesPerCycle(chip: Chip, tenants: readonly TenantRequest[], tenant: TenantRequest): number {
  const cores = tenants.reduce((sum, { topology }) => sum + vcoreCount(topology), 0);
  return (chip.memoryBytesPerCycle * chip.memoryTiles.length * vcoreCount(tenant.topology)) / cores;
}

/** All tenants are compiled before any is refused, so that a document with two mistakes says both. */
function compileTenants(
  chip: Chip,
  tenants: readonly TenantRequest[],
  placements: readonly Placement[],
  present: Present,
): Result<Shared[]> {
  const results = tenants.map((tenant, i) =>
    compileForTiles(chip, placements[i].tiles, (scratchpadBytes) =>
      compileTenant({ ...chip, scratchpadBytes }, present(i), tenant),
    ),
  );
  const problems = results.flatMap((result, index) =>
    result.ok ? [] : below(`tenants.${index}`, result.problems.map(inDocument)),
  );
  if (problems.length > 0) return { ok: false, problems };
  return ok(results.flatMap((result) => (result.ok ? [result.value] : [])));
}

function compileTenant(chip: Chip, tenants: readonly TenantRequest[], tenant: TenantRequest): Result<Compilation> {
  return compiled(tenant.workload, {
    vcores: vcoreCount(tenant.topology),
    topologyWidth: tenant.topology.width,
    chip,
    memoryBytesPerCycle: fairMemoryBytesPerCycle(chip, tenants, tenant),
    dispatch: tenant.dispatch,
  });
}

/** The compiler knows a number of virtual cores; the document says it as a topology. */
const inDocument = (problem: Problem): Problem =>
  problem.path === 'vcores'
    ? { ...problem, path: 'topology' }
    : problem.path.startsWith('stages')
      ? { ...problem, path: `workload.${problem.path}` }
      : problem;

const below = (prefix: string, problems: readonly Problem[]): Problem[] =>
  problems.map(({ path, message }) => ({ path: path === '' ? prefix : `${prefix}.${path}`, message }));
