/** The ring of causes on a tile: where it is, and which cause lies under a point of it. Leaves out all drawing. */
import { CAUSE_GROUPS, type CauseGroup } from '../../model/causes.ts';
import { NO_CORE } from '../../engine/frame.ts';
import { groupIndex } from '../../report/shares.ts';
import { centre, type Geometry, type Point } from './geometry.ts';

const GROUPS = CAUSE_GROUPS.length;
const SMALL_RADIUS = 22;

export interface Ring extends Point {
  /** Of the middle of the stroke. */
  readonly radius: number;
  readonly width: number;
}

/** What rings show: shares by [tile * groups + group], or the one cause of the cycle just gone. */
export interface RingShares {
  readonly groups: Float32Array;
  readonly instant: Uint8Array | null;
}

/** A part of a ring. */
export interface CausePart {
  readonly group: CauseGroup;
  readonly share: number;
}

/** The ring of a tile; small ones are thinner, so that the id inside stays clear of them. */
export function ringOf(g: Geometry, tile: number, textScale: number): Ring {
  const { x, y } = centre(g, tile);
  const label = g.detail === 'full' ? 17 * textScale : 0;
  const radius = Math.min((g.side - label) / 2 - 2.5, 30);
  const width = Math.max(3.5, radius * (g.detail === 'full' && radius >= SMALL_RADIUS ? 0.34 : 0.24));
  return { x, y: y - label / 2 + (label ? 1 : 0), radius: radius - width / 2, width };
}

export const sharesOf = (picture: { rates: { groups: Float32Array }; instant: Uint8Array | null }): RingShares => ({
  groups: picture.rates.groups,
  instant: picture.instant,
});

/** Share of a group on a tile: of the window or the run, or all or nothing for a single cycle. */
export function shareOf({ groups, instant }: RingShares, tile: number, group: number): number {
  if (!instant) return groups[tile * GROUPS + group];
  const cause = instant[tile];
  return cause !== NO_CORE && groupIndex(cause) === group ? 1 : 0;
}

/** The part of a tile's ring that lies under a point; null beside the ring. */
export function partUnder(ring: Ring, shares: RingShares, tile: number, at: Point): CausePart | null {
  const dx = at.x - ring.x;
  const dy = at.y - ring.y;
  if (Math.abs(Math.hypot(dx, dy) - ring.radius) > ring.width / 2 + 1.5) return null;
  const turn = (Math.atan2(dy, dx) / (2 * Math.PI) + 1.25) % 1;
  let reached = 0;
  for (let group = 0; group < GROUPS; group++) {
    const share = shareOf(shares, tile, group);
    reached += share;
    if (share > 0 && turn <= reached) return { group: CAUSE_GROUPS[group], share };
  }
  return null;
}
