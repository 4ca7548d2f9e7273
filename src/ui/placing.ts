/**
 * Where every tenant is: worked out on the page where that is simple, so that the mesh can be drawn before the worker has answered, and
 * where moves during the run have brought it by now.
 */
import type { Experiment, MoveRequest, TenantRequest } from '../model/experiment.ts';
import { isSearched, vcoreCount } from '../model/vnpu.ts';
import { MODE_RULES } from '../experiment/modes.ts';
import { placeTenants } from '../hypervisor/placement.ts';
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
 * @param stays how many moves have brought each tenant's cores to other tiles
 */
export const placementsNow = (
  experiment: Experiment,
  known: readonly Known[] | undefined,
  stays: readonly number[],
): (readonly number[])[] =>
  placementsOf(experiment, known).map((tiles, i) => latestMove(experiment.tenants[i], stays[i])?.placement ?? tiles);

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
