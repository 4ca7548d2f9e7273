/** Where every tenant will be, worked out on the page where that is simple, so that the mesh can be drawn before the worker has answered. */
import type { Experiment, TenantRequest } from '../model/experiment.ts';
import { isSearched, vcoreCount } from '../model/vnpu.ts';
import { placeTenants } from '../hypervisor/placement.ts';

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
