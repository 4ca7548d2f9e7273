/**
 * Where every tenant is: worked out on the page where that is simple, so that the mesh can be drawn before the worker has answered, and
 * where moves during the run have brought it by now.
 */
import type { Experiment, MoveRequest, TenantRequest } from '../model/experiment.ts';
import { isSearched, vcoreCount, type Topology } from '../model/vnpu.ts';
import { editTenant } from '../experiment/edits.ts';
import { MODE_RULES } from '../experiment/modes.ts';
import type { ExperimentDocument } from '../experiment/schema.ts';
import { placeTenants } from '../hypervisor/placement.ts';
import type { Presence } from '../engine/snapshot.ts';
import type { SizeInfo, TenantInfo } from '../worker/protocol.ts';
import type { Figures } from './figures.ts';

/** Does a placement need a search? Only the worker does that. */
export const needsSearch = ({ tenants, placementOrder }: Experiment): boolean =>
  placementOrder === 'best' || tenants.some(({ mapping, placement }) => placement === undefined && isSearched(mapping));

interface Known {
  readonly name: string;
  readonly tiles: readonly number[];
}

/**
 * Tiles of every tenant by virtual core; empty lists while the tenants do not fit or nobody knows.
 * @param known tenants as the worker has placed them last
 */
export function placementsOf(experiment: Experiment, known: readonly Known[] | undefined): (readonly number[])[] {
  const { chip, tenants } = experiment;
  if (needsSearch(experiment)) return tenants.map((tenant, i) => tenant.placement ?? tilesOf(tenant, known?.[i]));
  const placed = placeTenants(chip, tenants);
  return placed.ok ? placed.value.map(({ tiles }) => tiles) : tenants.map(() => []);
}

const tilesOf = ({ name, topology }: TenantRequest, known: Known | undefined): readonly number[] =>
  known?.name === name && known.tiles.length === vcoreCount(topology) ? known.tiles : [];

/** The move that has brought a tenant to where it is, if any has. */
const latestMove = ({ moves }: TenantRequest, stays = 0): MoveRequest | undefined => moves?.[stays - 1];

/**
 * Tiles of every tenant in the run that is shown; see placementsOf.
 * @param stays how many moves have brought each tenant's cores to other tiles, or given it others
 */
export const placementsNow = (
  experiment: Experiment,
  known: readonly TenantInfo[] | undefined,
  stays: readonly number[],
): (readonly number[])[] =>
  placementsOf(experiment, known).map((tiles, i) => {
    const { placement, topology } = latestMove(experiment.tenants[i], stays[i]) ?? {};
    return placement ?? (topology && known?.[i] ? infoNow(known[i], stays[i]).tiles : tiles);
  });

/**
 * Which tenants are not on the chip now: not yet, no longer, or waiting for tiles that another one has.
 * @param presences as the run that is shown has told last; empty before it has
 */
export const awayNow = (
  { tenants }: Experiment,
  placements: readonly (readonly number[])[],
  presences: readonly Presence[],
): boolean[] => {
  const held = new Set(placements.flatMap((tiles, i) => (presences[i] === 'there' ? tiles : [])));
  return tenants.map(({ arrivalCycle }, i) => {
    const presence = presences[i] ?? (arrivalCycle > 0 ? 'awaited' : 'there');
    return presence === 'waiting' ? placements[i].some((tile) => held.has(tile)) : presence !== 'there';
  });
};

/** What the worker has told of a tenant, of the size that it has in the run that is shown. */
const infoNow = (info: TenantInfo, stays = 0): SizeInfo =>
  info.later?.filter(({ moves }) => moves <= stays).at(-1) ?? info;

/** The same of every tenant; undefined for one that the worker has not planned yet. */
export const infosNow = (
  { tenants }: Experiment,
  known: readonly TenantInfo[] | undefined,
  stays: readonly number[],
): (SizeInfo | undefined)[] =>
  tenants.map(({ name }, i) => (known?.[i]?.name === name ? infoNow(known[i], stays[i]) : undefined));

/** The tenants with the sizes that they have in the run that is shown. */
export const tenantsNow = (tenants: readonly TenantRequest[], stays: readonly number[]): readonly TenantRequest[] =>
  tenants.map((tenant, i) => {
    const topology = sizeNow(tenant, stays[i]);
    return topology === tenant.topology ? tenant : { ...tenant, topology };
  });

const sizeNow = ({ topology, moves = [] }: TenantRequest, stays = 0): Topology =>
  moves.slice(0, stays).reduce((size, move) => move.topology ?? size, topology);

/** The document as if every tenant had had its present size from the start: what proposals for its cores are made for. */
export const documentNow = (
  document: ExperimentDocument,
  { tenants }: Experiment,
  stays: readonly number[],
): ExperimentDocument =>
  tenantsNow(tenants, stays).reduce(
    (now, tenant, i) => (tenant === tenants[i] ? now : editTenant(now, i, { topology: tenant.topology })),
    document,
  );

/** Where a tenant was in the experiment before, if it is elsewhere now and the mesh is the same. */
export function leftTiles(before: Experiment, experiment: Experiment, tenant: number, now: readonly number[]) {
  const sameMesh = before.chip.width === experiment.chip.width && before.chip.height === experiment.chip.height;
  const then = sameMesh ? (placementsOf(before, undefined)[tenant] ?? []) : [];
  return then.length === now.length && then.some((tile, v) => tile !== now[v]) ? then : [];
}

/**
 * The cycle from which a drop of this tenant's cores counts; null: from the start.
 * @param live the hand moves what runs, and not where it begins
 */
export function dropCycle(
  experiment: Experiment,
  figures: Figures | null,
  tenant: number,
  live: boolean,
): number | null {
  const [request, now] = [experiment.tenants[tenant], figures?.tenants[tenant]];
  if (!live || !figures) return latestMove(request, now?.stays)?.cycle ?? null;
  const { arrivalCycle, mode } = request;
  const isThere = now?.status === 'running' && figures.cycle > arrivalCycle;
  return isThere && MODE_RULES[mode].placement ? figures.cycle : null;
}
