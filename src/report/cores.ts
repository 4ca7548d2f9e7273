/** Which core is which in a snapshot, a timeline and a trace: cores in tile order, as the machine holds them. */
import { shapesOf, type Plan } from '../model/plan.ts';

export interface CoreId {
  readonly tile: number;
  readonly tenant: number;
  /** Number of the tenant's size that it belongs to. */
  readonly shape: number;
  readonly vcore: number;
}

/** The cores of a plan in the order of `Snapshot.cores` and `TimelineData`. */
export const planCores = ({ tenants }: Plan): CoreId[] =>
  tenants
    .flatMap((own, tenant) =>
      shapesOf(own).flatMap(({ tiles }, shape) => tiles.map((tile, vcore) => ({ tile, tenant, shape, vcore }))),
    )
    .sort((a, b) => a.tile - b.tile);
