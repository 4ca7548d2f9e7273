/**
 * What each tile was charged, where cores have moved: a core keeps its counters and takes them along, and every move notes what they
 * were when it came to its new tile.
 */
import * as L from '../../assembly/layout.ts';
import type { TenantMove } from '../model/plan.ts';
import { movesAt } from './changes.ts';
import type { CoreSite } from './core-image.ts';
import type { Kernel } from './kernel.ts';

/** Add the causes of a core, modulo 2^32, to those of the tiles on which it has been. */
export function addStays(
  tileCauses: Uint32Array,
  kernel: Kernel,
  tenant: number,
  { address, tile: firstTile, vcore, shape }: CoreSite,
  moves: readonly TenantMove[] = [],
): void {
  const first = movesAt(kernel, tenant, moves.length);
  const causesOf = (stay: number): number =>
    kernel.u32(first + stay * L.V_STRIDE + L.V_PLACES) + vcore * L.W_STRIDE + L.W_CAUSES;
  const made = moves.slice(0, kernel.u32(tenant + L.T_STAYS));
  // only moves of its own shape have taken it anywhere
  const own = made.flatMap((move, m) => (shapeAfter(made, m) === shape && !move.shape ? [m] : []));
  for (let stay = 0; stay <= own.length; stay++) {
    const tile = stay === 0 ? firstTile : moves[own[stay - 1]].tiles[vcore];
    const end = stay === own.length ? address + L.C_CAUSES : causesOf(own[stay]);
    for (let c = 0; c < L.CAUSE_COUNT; c++) {
      const before = stay === 0 ? 0 : kernel.u32(causesOf(own[stay - 1]) + c * 8);
      tileCauses[tile * L.CAUSE_COUNT + c] += kernel.u32(end + c * 8) - before;
    }
  }
}

/** Which shape a tenant has after its move of this number. */
const shapeAfter = (moves: readonly TenantMove[], number: number): number =>
  moves.slice(0, number + 1).filter(({ shape }) => shape).length;
