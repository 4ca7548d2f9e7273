/** Which core is which in a snapshot, a timeline and a trace: cores in tile order, as the machine holds them. */
import type { Plan } from '../model/plan.ts';

export interface CoreId {
  readonly tile: number;
  readonly tenant: number;
  readonly vcore: number;
}

/** The cores of a plan in the order of `Snapshot.cores` and `TimelineData`. */
export const planCores = ({ tenants }: Plan): CoreId[] =>
  tenants
    .flatMap(({ tiles }, tenant) => tiles.map((tile, vcore) => ({ tile, tenant, vcore })))
    .sort((a, b) => a.tile - b.tile);
