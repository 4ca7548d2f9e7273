/**
 * What the headline says, as facts from counters: who is slow, by what ratio, and which cause explains it. Texts live in the page.
 *
 * Two tenants with the same network on the same shape are twins: their programs do equal work, so all time beyond the other's,
 * per unit of work done, is the loss to explain. Waiting for a message or for a free slot only passes on what holds the slowest
 * core, times the number of cores that wait. So a cause of a core's own (translation, memory, dispatch) explains the loss as soon
 * as its excess could fill one core's share of the whole loss; only if none does is it the network itself.
 */
import { CAUSES, CAUSE_GROUPS, type CauseGroup } from '../model/causes.ts';
import type { TranslationKind } from '../model/vnpu.ts';
import type { TenantStatus } from '../engine/snapshot.ts';
import { activeCycles, groupCycles, groupShare, type GroupCycles } from './shares.ts';

/** What is needed of a tenant; a frame's tenant has the counters, the document the rest. */
export interface BlameTenant {
  readonly model: string;
  /** Width and height of the mesh asked for, e.g. "3x3": twins have the same. */
  readonly shape: string;
  readonly cores: number;
  readonly translation: TranslationKind;
  readonly status: TenantStatus | 'stopped';
  readonly iterationsDone: number;
  /** As in the report; 0 or null while unknown. */
  readonly cyclesPerIteration: number | null;
  /** Core-cycles per cause over all tiles, cumulative, in CAUSES order. */
  readonly causes: ArrayLike<number>;
  /** The same of each core; absent while unknown. */
  readonly coreCauses?: readonly CoreCauses[];
}

export interface CoreCauses {
  readonly vcore: number;
  readonly causes: ArrayLike<number>;
}

/** How a ratio was found: from whole iterations, or, before both have enough, from the work done so far. */
export type Basis = 'iterations' | 'progress';

/** Where the time of one tenant goes. Shares are 0..1 of its active cycles; `cause` is the group that takes most but work. */
export interface Outlook {
  readonly tenant: number;
  readonly workShare: number;
  readonly cause: CauseGroup;
  readonly share: number;
  /** Where most goes to waiting for messages: the core that the others wait for, if one can be told. */
  readonly bottleneck: Bottleneck | null;
}

/** The core of a tenant that is busy longest with other things than waiting for messages: what takes most of its time holds up all of them. */
export interface Bottleneck {
  readonly vcore: number;
  readonly cause: CauseGroup;
  /** Of the core's active cycles, 0..1. */
  readonly share: number;
}

/** Facts for the headline. Tenants are indices into the list given. */
export type Headline =
  | { readonly kind: 'starting' }
  | { readonly kind: 'deadlock'; readonly tenants: readonly number[] }
  | { readonly kind: 'fault'; readonly tenant: number }
  | {
      readonly kind: 'twins';
      readonly slow: number;
      readonly fast: number;
      /** Time of the slow one per unit of work over that of the fast one, at least EVEN_BELOW. */
      readonly ratio: number;
      readonly basis: Basis;
      readonly cause: CauseGroup;
      readonly slowShare: number;
      readonly fastShare: number;
      /** Share of the slow one's time in which its cores wait for what the cause holds up; 0 if the cause is the network itself. */
      readonly waitShare: number;
    }
  | {
      readonly kind: 'even';
      readonly first: number;
      readonly second: number;
      readonly basis: Basis;
      readonly outlook: Outlook;
    }
  | ({ readonly kind: 'single' } & Outlook)
  /** Different networks: not to be compared by time; `worst` works the smallest share of its time. */
  | { readonly kind: 'several'; readonly tenants: readonly Outlook[]; readonly worst: number };

/** Below this ratio twins count as equally fast. */
export const EVEN_BELOW = 1.02;
/** Active cycles per core before anything is said. */
const SETTLED_CYCLES = 2000;
const LOST: readonly CauseGroup[] = ['translation', 'memory', 'network', 'dispatch'];
const OWN: readonly CauseGroup[] = ['translation', 'memory', 'dispatch'];
const COMPUTE = CAUSES.indexOf('compute');

interface Ratio {
  readonly slow: number;
  readonly fast: number;
  readonly ratio: number;
  readonly basis: Basis;
}

/** The headline's facts from counters of one moment. */
export function blame(tenants: readonly BlameTenant[]): Headline {
  const stuck = tenants.flatMap(({ status }, i) => (status === 'deadlock' ? [i] : []));
  if (stuck.length > 0) return { kind: 'deadlock', tenants: stuck };
  const faulted = tenants.findIndex(({ status }) => status === 'fault');
  if (faulted >= 0) return { kind: 'fault', tenant: faulted };
  if (tenants.length === 0 || !tenants.every(settled)) return { kind: 'starting' };
  if (tenants.length === 1) return { kind: 'single', ...outlook(tenants[0], 0) };
  const pair = widestPair(tenants);
  if (pair === undefined) return several(tenants);
  if (pair.ratio >= EVEN_BELOW) return twins(tenants, pair);
  const { slow, fast, basis } = pair;
  const [first, second] = slow < fast ? [slow, fast] : [fast, slow];
  return { kind: 'even', first, second, basis, outlook: outlook(tenants[slow], slow) };
}

function settled({ causes, cores }: BlameTenant): boolean {
  return causes[COMPUTE] > 0 && activeCycles(groupCycles(causes)) >= SETTLED_CYCLES * cores;
}

/** Where one tenant's time goes. */
export function outlook(tenant: BlameTenant, index: number): Outlook {
  const cycles = groupCycles(tenant.causes);
  const cause = LOST.reduce((worst, group) => (cycles[group] > cycles[worst] ? group : worst));
  const bottleneck = cause === 'network' ? bottleneckOf(tenant) : null;
  return { tenant: index, workShare: groupShare(cycles, 'work'), cause, share: groupShare(cycles, cause), bottleneck };
}

/** None while cores are unknown, or where even that core mostly waits: then it is the network itself. */
function bottleneckOf({ coreCauses = [] }: BlameTenant): Bottleneck | null {
  const cores = coreCauses.map(({ vcore, causes }) => ({ vcore, cycles: groupCycles(causes) }));
  if (cores.length < 2) return null;
  const own = (cycles: GroupCycles): number => activeCycles(cycles) - cycles.network;
  const { vcore, cycles } = cores.reduce((most, core) => (own(core.cycles) > own(most.cycles) ? core : most));
  const cause = CAUSE_GROUPS.reduce((most, group) => (group !== 'idle' && cycles[group] > cycles[most] ? group : most));
  return cause === 'network' ? null : { vcore, cause, share: groupShare(cycles, cause) };
}

function several(tenants: readonly BlameTenant[]): Headline {
  const outlooks = tenants.map(outlook);
  const worst = outlooks.reduce((a, b) => (b.workShare < a.workShare ? b : a)).tenant;
  return { kind: 'several', tenants: outlooks, worst };
}

/** The pair of twins that differ most, or undefined where no two tenants are twins. */
function widestPair(tenants: readonly BlameTenant[]): Ratio | undefined {
  const pairs = tenants.flatMap((a, i) =>
    tenants.flatMap((b, j) => (j > i && a.model === b.model && a.shape === b.shape ? [ratioOf(tenants, i, j)] : [])),
  );
  return pairs.length === 0 ? undefined : pairs.reduce((a, b) => (b.ratio > a.ratio ? b : a));
}

/** Compare two twins by cycles per iteration, once both measure the same thing, else by the cycles that their arrays worked. */
function ratioOf(tenants: readonly BlameTenant[], i: number, j: number): Ratio {
  const [a, b] = [tenants[i], tenants[j]];
  const measured = a.cyclesPerIteration && b.cyclesPerIteration && a.iterationsDone > 1 && b.iterationsDone > 1;
  const [timeA, timeB] = measured ? [a.cyclesPerIteration, b.cyclesPerIteration] : [timePerWork(a), timePerWork(b)];
  const [slow, fast] = timeA < timeB ? [j, i] : [i, j];
  const ratio = Math.max(timeA, timeB) / Math.min(timeA, timeB);
  return { slow, fast, ratio, basis: measured ? 'iterations' : 'progress' };
}

const timePerWork = ({ causes }: BlameTenant): number => activeCycles(groupCycles(causes)) / causes[COMPUTE];

function twins(tenants: readonly BlameTenant[], { slow, fast, ratio, basis }: Ratio): Headline {
  const slowCycles = groupCycles(tenants[slow].causes);
  const fastCycles = groupCycles(tenants[fast].causes);
  const scale = tenants[slow].causes[COMPUTE] / tenants[fast].causes[COMPUTE];
  /** Cycles that the slow one loses to a group more than the fast one does for the same work. */
  const excess = (group: CauseGroup): number => slowCycles[group] - fastCycles[group] * scale;
  const cause = explain(excess, tenants[slow].cores);
  const slowShare = groupShare(slowCycles, cause);
  const fastShare = groupShare(fastCycles, cause);
  const waits = cause === 'network' ? 0 : Math.max(0, excess('network'));
  const waitShare = waits / activeCycles(slowCycles);
  return { kind: 'twins', slow, fast, ratio, basis, cause, slowShare, fastShare, waitShare };
}

/** The group that explains a loss, from its cycles by group. */
function explain(excess: (group: CauseGroup) => number, cores: number): CauseGroup {
  const lost = LOST.reduce((sum, group) => sum + Math.max(0, excess(group)), 0);
  const own = OWN.reduce((worst, group) => (excess(group) > excess(worst) ? group : worst));
  return excess(own) * cores >= lost && excess(own) > 0 ? own : 'network';
}
