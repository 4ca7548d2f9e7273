/**
 * What one cell of the live picture looks like, in a few bytes: two equal looks need no painting. A cell is a tile with the gaps
 * east and south of it and the up to four lanes in them, so that cells cover the mesh and never overlap. Leaves out all drawing.
 */
import { CAUSE_GROUPS } from '../../model/causes.ts';
import { LOCAL, neighbour, tileX, tileY, type Mesh } from '../../model/mesh.ts';
import type { FlitInMotion } from '../../engine/snapshot.ts';
import type { RateWindow } from '../window.ts';
import type { Geometry } from './geometry.ts';
import { shareOf, sharesOf } from './ring.ts';

export interface Live {
  readonly rates: RateWindow;
  /** Cause of the last cycle per tile: drawn instead of the shares when the run is slow enough to see single cycles. */
  readonly instant: Uint8Array | null;
  readonly cycle: number;
  /** Flits between routers, where single cycles are seen. */
  readonly flits: readonly FlitInMotion[];
}

const GROUPS = CAUSE_GROUPS.length;
/** Parts of a whole ring: finer steps cannot be seen. */
export const RING_STEPS = 250;
const LEVELS = 8;
const LANES = 4;

/** Where in a look the arcs of the ring end, by group, in steps; or, for small tiles, in the first byte the leading group + 1. */
export const ENDS = 0;
/** Levels of flits and of blocked cycles, by lane. */
export const FLITS = GROUPS;
export const BLOCKED = FLITS + LANES;
const PACKETS = BLOCKED + LANES;
export const LOOK_BYTES = PACKETS + 1;

/** The lanes of a cell as `tile * 4 + port`, -1 where the mesh ends: to and from the neighbour in the east, then in the south. */
export function lanesOf(mesh: Mesh, tile: number): readonly number[] {
  const east = neighbour(mesh, tile, 0);
  const south = neighbour(mesh, tile, 2);
  return [
    east < 0 ? -1 : tile * LOCAL,
    east < 0 ? -1 : east * LOCAL + 1,
    south < 0 ? -1 : tile * LOCAL + 2,
    south < 0 ? -1 : south * LOCAL + 3,
  ];
}

/** The cell that the lane behind an output port runs in. */
export const cellOf = (mesh: Mesh, { tile, port }: FlitInMotion): number =>
  port & 1 ? neighbour(mesh, tile, port) : tile;

/** The box of a cell, on whole pixels, so that wiping one leaves nothing of it and takes nothing from its neighbours. */
export function cellBox(g: Geometry, tile: number): readonly [x: number, y: number, width: number, height: number] {
  const inset = Math.max(0, (g.pitch - g.side) / 2 - 0.5);
  const edge = (start: number, step: number): number => Math.round(start + step * g.pitch + inset);
  const [x, y] = [tileX(g.mesh, tile), tileY(g.mesh, tile)];
  const [left, top] = [edge(g.left, x), edge(g.top, y)];
  return [left, top, edge(g.left, x + 1) - left, edge(g.top, y + 1) - top];
}

/** Write the look of a cell; with packets it is another in every cycle. */
export function readLook(
  g: Geometry,
  live: Live,
  tile: number,
  lanes: readonly number[],
  packets: boolean,
  into: Uint8Array,
): void {
  into.fill(0);
  if (g.detail === 'full' || g.detail === 'ring') readArcs(live, tile, into);
  else into[ENDS] = leading(live, tile) + 1;
  if (g.detail === 'heat') return;
  lanes.forEach((lane, i) => {
    if (lane < 0) return;
    into[FLITS + i] = levelOf(live.rates.flits[lane]);
    into[BLOCKED + i] = levelOf(live.rates.blocked[lane]);
  });
  if (packets) into[PACKETS] = 1 + (live.cycle % 255);
}

function readArcs(live: Live, tile: number, into: Uint8Array): void {
  const shares = sharesOf(live);
  let reached = 0;
  for (let group = 0; group < GROUPS; group++) {
    reached += shareOf(shares, tile, group);
    into[ENDS + group] = Math.min(RING_STEPS, Math.round(reached * RING_STEPS));
  }
}

/** The group that takes most of a tile's time, or -1. */
function leading(live: Live, tile: number): number {
  const shares = sharesOf(live);
  let best = -1;
  let most = 0.004;
  for (let group = 0; group < GROUPS; group++) {
    const share = shareOf(shares, tile, group);
    if (share > most) [best, most] = [group, share];
  }
  return best;
}

/** Eight levels on a square-root scale: half of a flit per cycle is already three quarters of the way. */
function levelOf(rate: number): number {
  return rate < 0.002 ? 0 : Math.max(1, Math.round(Math.sqrt(Math.min(1, rate)) * LEVELS));
}

/** A level as a part of the most. */
export const levelShare = (level: number): number => level / LEVELS;
