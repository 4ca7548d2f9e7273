/** Builds the record of one network plane: routers, sources, rings and counters in their initial state (noc-model.md section 4). */
import * as L from '../../assembly/layout.ts';
import { LOCAL, tileCount, tileX, tileY, type Mesh } from '../model/mesh.ts';
import type { Regions } from './regions.ts';

export interface PlaneShape {
  readonly mesh: Mesh;
  readonly virtualChannels: number;
  readonly bufferDepth: number;
  readonly tenants: number;
  /** Flits of the longest packet. */
  readonly mostFlits: number;
  /** Address of the byte that the source at a tile signals to. */
  readonly owner: (tile: number) => number;
}

const NO_CHANNEL_YET = 255;
const CACHE_LINE = 64;
/** Place of what the source knows of its input channel: the port opposite to the terminal's. */
const KNOWN_TO_SOURCE = LOCAL ^ 1;

/** Fill the plane record at `plane`. */
export function writePlane(regions: Regions, plane: number, shape: PlaneShape): void {
  const { mesh, virtualChannels: vcs, bufferDepth, tenants } = shape;
  const tiles = tileCount(mesh);
  const groups = Math.ceil(tiles / L.GROUP);
  const banks = Math.ceil((vcs * L.LANES_PER_VC) / L.LANES_PER_BANK);
  const routerStride = roundUp(L.R_BANKS + banks * L.BANK_BYTES, CACHE_LINE);
  const routers = roundUp(regions.take(tiles * routerStride + CACHE_LINE), CACHE_LINE);
  const horizon = bufferDepth > EJECTION_LOOP ? LINK_DELAY : 2 * LINK_DELAY;
  const slots = horizon < L.SLOTS / 2 ? L.SLOTS / 2 : L.SLOTS;
  // every packet that was handed on holds a slot of the buffer, but for the one whose head has not come
  const queued = 2 ** Math.ceil(Math.log2(bufferDepth + 1));
  const long = shape.mostFlits > L.MOST_LEFT ? 1 : 0;
  const place: RouterPlace = {
    ...shape,
    banks,
    queueStride: (queued + long) * 4,
    linkFlits: regions.take(tiles * LOCAL * tenants * 8),
    linkBlocked: regions.take(tiles * LOCAL * 8),
  };
  const sources = regions.take(tiles * L.S_STRIDE);
  const fields: [offset: number, value: number][] = [
    [L.P_USED, 1],
    [L.P_VCS, vcs],
    [L.P_DEPTH, bufferDepth],
    [L.P_BANKS, banks],
    [L.P_ROUTERS, routers],
    [L.P_ROUTER_STRIDE, routerStride],
    [L.P_SOURCES, sources],
    [L.P_PENDING, regions.take(groups * 8)],
    [L.P_GROUPS, groups],
    [L.P_AWAKE, regions.take(slots * groups * L.GROUP)],
    [L.P_ASLEEP, regions.take(groups * 8)],
    [L.P_SLOTS, slots - 1],
    [L.P_AWAKE_ROW, groups * L.GROUP],
    [L.P_QUEUE_MASK, queued - 1],
    [L.P_QUEUE_STRIDE, place.queueStride],
    [L.P_ARRIVALS, regions.take(tiles * 4 * L.ARRIVAL_SLOTS)],
    [L.P_ARRIVAL_ROW, tiles * 4],
    [L.P_LINK_FLITS, place.linkFlits],
    [L.P_LINK_BLOCKED, place.linkBlocked],
    [L.P_WORK, regions.take(L.WORK_BYTES)],
    [L.P_LONG, long],
    [L.P_HORIZON, horizon],
  ];
  for (const [offset, value] of fields) regions.u32(plane + offset, value);
  [1, -1, mesh.width, -mesh.width, 0].forEach((near, port) => {
    regions.u32(plane + L.P_NEAR + port * 8, (near * routerStride) >>> 0);
    regions.u32(plane + L.P_NEAR + port * 8 + 4, near >>> 0);
  });
  for (let tile = 0; tile < tiles; tile++) {
    writeRouter(regions, routers + tile * routerStride, tile, place);
    writeSource(regions, sources + tile * L.S_STRIDE, routers + tile * routerStride, tile, shape);
  }
}

/** Cycles from winning the switch to the neighbour, or to the terminal. */
const LINK_DELAY = 3;
/** With more slots than this the terminal's buffer is never empty of credits before they return. */
const EJECTION_LOOP = 6;

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;

interface RouterPlace extends PlaneShape {
  readonly banks: number;
  readonly queueStride: number;
  readonly linkFlits: number;
  readonly linkBlocked: number;
}

function writeRouter(regions: Regions, router: number, tile: number, place: RouterPlace): void {
  const { mesh, virtualChannels: vcs, banks, tenants } = place;
  regions.u8(router + L.R_X, tileX(mesh, tile));
  regions.u8(router + L.R_Y, tileY(mesh, tile));
  regions.u32(router + L.R_INDEX, tile);
  regions.u32(router + L.R_LINK_FLITS, place.linkFlits + tile * LOCAL * tenants * 8);
  regions.u32(router + L.R_LINK_BLOCKED, place.linkBlocked + tile * LOCAL * 8);
  regions.u32(router + L.R_QUEUES, regions.take(L.PORTS * vcs * place.queueStride));
  for (let lane = 0; lane < banks * L.LANES_PER_BANK; lane++) {
    const at = router + placeOf(lane);
    regions.u8(at + L.L_OUTLANE, L.NO_LANE);
    const isPresent = lane < vcs * L.LANES_PER_VC;
    regions.u8(at + L.L_OWNER, isPresent ? L.NO_LANE : L.ABSENT_LANE);
    if (!isPresent || lane % L.LANES_PER_VC > KNOWN_TO_SOURCE) continue;
    regions.u8(at + L.L_FREE, place.bufferDepth);
  }
}

/** Place of a lane within the vectors of its router. */
export const placeOf = (lane: number): number =>
  lane + Math.floor(lane / L.LANES_PER_BANK) * (L.BANK_BYTES - L.LANES_PER_BANK);

function writeSource(regions: Regions, source: number, router: number, tile: number, shape: PlaneShape): void {
  regions.u8(source + L.S_LAST, NO_CHANNEL_YET);
  regions.u32(source + L.S_ROUTER, router);
  regions.u32(source + L.S_OWNER, shape.owner(tile));
  regions.u32(source + L.S_INDEX, tile);
}
