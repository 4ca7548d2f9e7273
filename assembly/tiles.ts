// Who has which tile: a tenant holds those of its cores from its beginning until it has given them up.
import { MOVE_PLACING, STATUS_RUNNING } from './codes';
import {
  C_TILE,
  H_TENANTS,
  H_TENANTS_AT,
  T_CORES,
  T_CORE_LIST,
  T_MOVE,
  T_MOVE_STAGE,
  T_STATUS,
  T_STRIDE,
  V_PLACES,
  W_STRIDE,
  W_TILE,
} from './layout';

/** Has whoever had this tile before given it up, and has the last packet of theirs left its source? */
export function isTileFree(tenant: usize, tile: u32, source: usize): bool {
  if (load<u32>(source) != 0) return false;
  let other: usize = load<u32>(H_TENANTS_AT);
  for (let i: u32 = 0; i < load<u32>(H_TENANTS); i++, other += T_STRIDE) {
    if (other != tenant && load<u32>(other, T_STATUS) == STATUS_RUNNING && holds(other, tile)) return false;
  }
  return true;
}

/** A core that waits for its new tile holds none. */
function holds(tenant: usize, tile: u32): bool {
  const isLifted = load<u32>(tenant, T_MOVE_STAGE) == MOVE_PLACING;
  for (let v: u32 = 0; v < load<u32>(tenant, T_CORES); v++) {
    if (load<u32>(coreAt(tenant, v), C_TILE) != tile) continue;
    return !isLifted || load<u32>(placeAt(load<u32>(tenant, T_MOVE), v), W_TILE) == tile;
  }
  return false;
}

/** A core of a tenant by its virtual number. */
// @ts-ignore: decorator
@inline
export function coreAt(tenant: usize, vcore: u32): usize {
  return load<u32>(load<u32>(tenant, T_CORE_LIST) + (vcore << 2));
}

/** Where a move brings a virtual core. */
// @ts-ignore: decorator
@inline
export function placeAt(move: usize, vcore: u32): usize {
  return load<u32>(move, V_PLACES) + vcore * W_STRIDE;
}
