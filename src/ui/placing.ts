/** Where every tenant will be, worked out on the page, so that the mesh can be drawn before the worker has answered. */
import type { Experiment } from '../model/experiment.ts';
import { placeTenants } from '../hypervisor/placement.ts';

/** Tiles of every tenant by virtual core; empty lists while the tenants do not fit. */
export function placementsOf({ chip, tenants }: Experiment): (readonly number[])[] {
  const placed = placeTenants(chip, tenants);
  return placed.ok ? placed.value.map(({ tiles }) => tiles) : tenants.map(() => []);
}
