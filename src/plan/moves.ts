/**
 * Moves of a tenant while it runs: the tables that the hypervisor writes for its new tiles, and what its cores take along. The
 * programs stay as they are. Leaves out when a move is over: the machine finds that out.
 */
import { confinedRoutes } from '../hypervisor/routes.ts';
import { hypervisorTables } from '../hypervisor/tables.ts';
import { requestEdges, stretchedEdges, topologyEditDistance } from '../hypervisor/topology.ts';
import type { Chip } from '../model/chip.ts';
import type { TenantRequest } from '../model/experiment.ts';
import type { Compilation, MemoryTensor, TenantMove, TenantPlan } from '../model/plan.ts';
import { ok, type Problem, type Result } from '../model/problem.ts';
import { ENGINES, RESERVED_ZONE, type Program } from '../model/program.ts';
import { READ, WRITE } from '../model/vnpu.ts';

const PAGE = 4096;
const pages = (bytes: number): number => Math.ceil(bytes / PAGE) * PAGE;

/**
 * The moves of a tenant in the order of their cycles. Problems carry paths of the document.
 * @param tiles where it is before the first one
 * @param ranges entries of its range table
 */
export function tenantMoves(
  chip: Chip,
  request: TenantRequest,
  { programs }: Compilation,
  { tiles, ranges }: { tiles: readonly number[]; ranges: number },
): Result<TenantMove[]> {
  const moves: TenantMove[] = [];
  const problems: Problem[] = [];
  let before = tiles;
  for (const { event, cycle, placement = [] } of request.moves ?? []) {
    const move = moveTo(chip, request, programs, { cycle, placement, before, ranges });
    if (move.ok) moves.push(move.value);
    else problems.push(...move.problems.map(({ message }) => ({ path: `events.${event}.placement`, message })));
    before = placement;
  }
  return problems.length > 0 ? { ok: false, problems } : ok(moves);
}

interface Asked {
  readonly cycle: number;
  readonly placement: readonly number[];
  readonly before: readonly number[];
  readonly ranges: number;
}

function moveTo(
  chip: Chip,
  request: TenantRequest,
  programs: readonly Program[],
  { cycle, placement: tiles, before, ranges }: Asked,
): Result<TenantMove> {
  const routes = request.routing === 'confined' ? confinedRoutes(chip, tiles) : ok(undefined);
  if (!routes.ok) return routes;
  const tables = hypervisorTables(chip, {
    ...request,
    ...{ tiles, ranges },
    hasDirections: routes.value?.form === 'upDown',
  });
  if (!tables.ok) return tables;
  const edges = requestEdges(request.topology);
  const hasMoved = (vcore: number): boolean => tiles[vcore] !== before[vcore];
  const movedCores = tiles.filter((_, vcore) => hasMoved(vcore)).length;
  const { routingEntries, rangeEntries } = tables.value;
  const stateOf = (vcore: number): number =>
    stateBytes(
      chip,
      programs.find((program) => program.vcore === vcore),
    );
  return ok({
    cycle,
    tiles,
    editDistance: topologyEditDistance(chip, tiles, edges),
    stretched: stretchedEdges(chip, tiles, edges),
    ...(routes.value && { routes: routes.value }),
    tables: tables.value,
    // every core reads where the others are now; ranges stay what they are but where a core is new
    tableCycles: chip.tableCycles * (tiles.length * routingEntries + movedCores * rangeEntries),
    stateBytes: tiles.map((_, vcore) => (hasMoved(vcore) ? stateOf(vcore) : 0)),
  });
}

/** All that a program holds in its scratchpad, and instructions in queues; the reserved zone is written anew. */
function stateBytes(chip: Chip, program: Program | undefined): number {
  if (program === undefined || program.steps.length === 0) return 0;
  const held = program.scratchpad.filter(({ label }) => label !== RESERVED_ZONE);
  const queued = chip.instructionQueue + ENGINES.length * chip.engineQueue;
  return held.reduce((sum, { bytes }) => sum + bytes, 0) + queued * chip.instructionBytes;
}

/** A change of size: all tables are written anew, and nothing is taken along. */
export const resizeTo = (shape: TenantPlan): TenantMove => ({
  cycle: shape.arrivalCycle,
  tiles: shape.tiles,
  editDistance: shape.editDistance,
  stretched: shape.stretched,
  ...(shape.routes && { routes: shape.routes }),
  tables: shape.tables,
  tableCycles: shape.tables.setupCycles,
  stateBytes: [],
  shape,
});

/** Memory in which the state of a tenant that moves waits, behind its last tensor: enough for the largest of its moves. */
export function savedTensor(
  chip: Chip,
  { moves = [] }: TenantRequest,
  { programs }: Compilation,
  tensors: readonly MemoryTensor[],
): MemoryTensor | undefined {
  if (moves.length === 0) return undefined;
  const bytes = programs.reduce((sum, program) => sum + pages(stateBytes(chip, program)), 0);
  const end = Math.max(PAGE, ...tensors.map(({ virtualBase, bytes: size }) => virtualBase + size));
  return { name: 'saved state', virtualBase: pages(end), bytes: Math.max(PAGE, bytes), permission: READ | WRITE };
}
