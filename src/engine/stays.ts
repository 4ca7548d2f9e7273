/**
 * What each tile was charged, where cores have moved: a core keeps its counters and takes them along, and every move notes what they
 * were when it came to its new tile.
 */
import * as L from '../../assembly/layout.ts';
import type { TenantMove } from '../model/plan.ts';
import type { CoreSite } from './core-image.ts';
import type { Kernel } from './kernel.ts';

/** Add the causes of a core, modulo 2^32, to those of the tiles on which it has been. */
export function addStays(
  tileCauses: Uint32Array,
  kernel: Kernel,
  tenant: number,
  { address, tile: firstTile, vcore }: CoreSite,
  moves: readonly TenantMove[] = [],
): void {
  const stays = kernel.u32(tenant + L.T_STAYS);
  const first = kernel.u32(tenant + L.T_MOVE) - (moves.length - kernel.u32(tenant + L.T_MOVES_LEFT)) * L.V_STRIDE;
  const causesOf = (stay: number): number =>
    kernel.u32(first + stay * L.V_STRIDE + L.V_PLACES) + vcore * L.W_STRIDE + L.W_CAUSES;
  for (let stay = 0; stay <= stays; stay++) {
    const tile = stay === 0 ? firstTile : moves[stay - 1].tiles[vcore];
    const end = stay === stays ? address + L.C_CAUSES : causesOf(stay);
    for (let c = 0; c < L.CAUSE_COUNT; c++) {
      const before = stay === 0 ? 0 : kernel.u32(causesOf(stay - 1) + c * 8);
      tileCauses[tile * L.CAUSE_COUNT + c] += kernel.u32(end + c * 8) - before;
    }
  }
}
