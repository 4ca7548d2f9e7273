/**
 * A tenant that changes its size while it runs is, to whoever places, compiles and maps, several tenants one after the other: each size is
 * a request of its own, there from its event to the next. Stages cut by hand and distances to memory are said for one number of cores,
 * so another size goes without them.
 */
import type { MoveRequest, TenantRequest } from '../model/experiment.ts';
import type { Problem } from '../model/problem.ts';
import { vcoreCount } from '../model/vnpu.ts';

export interface Sized {
  /** Number of the tenant in the document. */
  readonly tenant: number;
  /** Number of the event that gives it this size; absent: it arrives so. */
  readonly event?: number;
  /** Number of this size among those of its tenant, 0 as it arrives. */
  readonly shape: number;
  /** Number among all sizes of the one that it replaces. */
  readonly replaces?: number;
  readonly request: TenantRequest;
}

/** All sizes of all tenants: as they arrive, in their order, and then every change. */
export function bySize(requests: readonly TenantRequest[]): Sized[] {
  const sizes = requests.map(sizesOf);
  const all = [...sizes.map(([first]) => first), ...sizes.flatMap(([, ...later]) => later)];
  return all.map((size) => {
    const before = all.findIndex(({ tenant, shape }) => tenant === size.tenant && shape === size.shape - 1);
    return before < 0 ? size : { ...size, replaces: before };
  });
}

function sizesOf(request: TenantRequest, tenant: number): Sized[] {
  const { moves = [], departureCycle } = request;
  const changes = moves.filter(({ topology }) => topology !== undefined);
  return [undefined, ...changes].map((change, i): Sized => {
    const next = changes[i]?.cycle;
    const own = moves.filter(
      ({ cycle, topology }) => !topology && cycle > (change?.cycle ?? -1) && cycle < (next ?? Infinity),
    );
    const last = next === undefined ? departureCycle : next - 1;
    return {
      ...{ tenant, shape: i },
      ...(change && { event: change.event }),
      request: {
        ...(change ? resized(request, change) : request),
        departureCycle: last,
        moves: own.length > 0 ? own : undefined,
      },
    };
  });
}

function resized(
  request: TenantRequest,
  { cycle, placement, topology = request.topology }: MoveRequest,
): TenantRequest {
  const { workload, mappingCosts } = request;
  const isAlike = vcoreCount(topology) === vcoreCount(request.topology);
  return {
    ...request,
    ...{ topology, placement, arrivalCycle: cycle },
    ...(!isAlike && {
      workload: { ...workload, stages: undefined },
      mappingCosts: { ...mappingCosts, memoryHops: undefined },
    }),
  };
}

/** Problems of sizes by their number, as problems of the document: those of a change are the event's. */
export const inDocument = (sizes: readonly Sized[], problems: readonly Problem[]): Problem[] =>
  problems.map(({ path, message }) => {
    const [key, index, first = '', ...rest] = path.split('.');
    const event = key === 'tenants' ? sizes[Number(index)]?.event : undefined;
    if (event === undefined) return { path, message };
    const below = first === 'placement' ? [first, ...rest] : ['topology'];
    return { path: ['events', event, ...below].join('.'), message };
  });
