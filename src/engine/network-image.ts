/** Builds the record of one network plane: routers, sources, wheels and counters in their initial state (noc-model.md section 4). */
import * as L from '../../assembly/layout.ts';
import { LOCAL, neighbour, tileCount, tileX, tileY, type Mesh } from '../model/mesh.ts';
import type { Regions } from './regions.ts';

export interface PlaneShape {
  readonly mesh: Mesh;
  readonly virtualChannels: number;
  readonly bufferDepth: number;
  readonly tenants: number;
  /** Address of the byte that the source at a tile signals to. */
  readonly owner: (tile: number) => number;
}

/** Port at the other end of a link: what leaves east enters the neighbour's west input, and so on. */
const OPPOSITE = [1, 0, 3, 2];
const NO_CHANNEL_YET = 255;

/** Fill the plane record at `plane`. */
export function writePlane(regions: Regions, plane: number, shape: PlaneShape): void {
  const { mesh, virtualChannels: vcs, bufferDepth } = shape;
  const tiles = tileCount(mesh);
  const words = Math.ceil(tiles / 64);
  const routerStride = L.R_LANES + L.PORTS * vcs * L.L_STRIDE;
  const routers = regions.take(tiles * routerStride);
  const sources = regions.take(tiles * L.S_STRIDE);
  const linkFlits = regions.take(tiles * LOCAL * shape.tenants * 8);
  const linkBlocked = regions.take(tiles * LOCAL * 8);
  const fields: [offset: number, value: number][] = [
    [L.P_USED, 1],
    [L.P_VCS, vcs],
    [L.P_DEPTH, bufferDepth],
    [L.P_FIFO_MASK, fifoSize(bufferDepth) - 1],
    [L.P_ROUTERS, routers],
    [L.P_ROUTER_STRIDE, routerStride],
    [L.P_SOURCES, sources],
    [L.P_ACTIVE, regions.take(words * 8)],
    [L.P_PENDING, regions.take(words * 8)],
    [L.P_WORDS, words],
    [L.P_LINK_FLITS, linkFlits],
    [L.P_LINK_BLOCKED, linkBlocked],
  ];
  for (const [offset, value] of fields) regions.u32(plane + offset, value);
  writeWheels(regions, plane, tiles);
  for (let tile = 0; tile < tiles; tile++) {
    writeRouter(regions, { ...shape, tile, routers, routerStride, sources, linkFlits, linkBlocked });
    writeSource(regions, sources + tile * L.S_STRIDE, routers + tile * routerStride, tile, shape);
  }
}

const fifoSize = (depth: number): number => 2 ** Math.ceil(Math.log2(depth));

/** The most that can be due in one cycle: a flit per link and source, a tail per terminal, a credit per input and eject port. */
function writeWheels(regions: Regions, plane: number, tiles: number): void {
  const wheel = (pointer: number, slotBytes: number, slots: number): void =>
    regions.u32(plane + pointer, regions.take(slotBytes * slots));
  regions.u32(plane + L.P_FLIT_SLOT, tiles * L.PORTS * 8);
  regions.u32(plane + L.P_CREDIT_SLOT, tiles * L.PORTS * 4);
  regions.u32(plane + L.P_ARRIVAL_SLOT, tiles * 4);
  wheel(L.P_FLITS, tiles * L.PORTS * 8, L.WHEEL_FLITS);
  wheel(L.P_CREDITS, tiles * L.PORTS * 4, L.WHEEL_CREDITS);
  wheel(L.P_ARRIVALS, tiles * 4, L.WHEEL_FLITS);
  wheel(L.P_SOURCE_CREDITS, tiles * 4, L.WHEEL_FLITS);
}

interface RouterPlace extends PlaneShape {
  readonly tile: number;
  readonly routers: number;
  readonly routerStride: number;
  readonly sources: number;
  readonly linkFlits: number;
  readonly linkBlocked: number;
}

function writeRouter(regions: Regions, place: RouterPlace): void {
  const { mesh, tile, virtualChannels: vcs, routers, routerStride, tenants } = place;
  const router = routers + tile * routerStride;
  const fifoBytes = fifoSize(place.bufferDepth) * 4;
  const fifos = regions.take(L.PORTS * vcs * fifoBytes);
  regions.u8(router + L.R_X, tileX(mesh, tile));
  regions.u8(router + L.R_Y, tileY(mesh, tile));
  regions.u32(router + L.R_INDEX, tile);
  regions.u32(router + L.R_LINK_FLITS, place.linkFlits + tile * LOCAL * tenants * 8);
  regions.u32(router + L.R_LINK_BLOCKED, place.linkBlocked + tile * LOCAL * 8);
  for (let port = 0; port < L.PORTS; port++) {
    const peerTile = neighbour(mesh, tile, port);
    for (let vc = 0; vc < vcs; vc++) {
      const index = port * vcs + vc;
      const lane = router + L.R_LANES + index * L.L_STRIDE;
      const peerLane = routers + peerTile * routerStride + L.R_LANES + (OPPOSITE[port] * vcs + vc) * L.L_STRIDE;
      const sourceFree = place.sources + tile * L.S_STRIDE + L.S_FREE + vc * 2;
      regions.u32(lane + L.L_FIFO, fifos + index * fifoBytes);
      regions.u32(lane + L.L_PEER, port === LOCAL ? sourceFree : peerTile < 0 ? 0 : peerLane);
      regions.u32(lane + L.L_ROUTER, router);
      regions.u16(lane + L.L_FREE, place.bufferDepth);
      regions.u8(lane + L.L_OWNER, L.NO_LANE);
      regions.u8(lane + L.L_INDEX, index);
      regions.u8(lane + L.L_PORT, port);
      regions.u8(lane + L.L_VC, vc);
    }
  }
}

function writeSource(regions: Regions, source: number, router: number, tile: number, shape: PlaneShape): void {
  regions.u8(source + L.S_LAST, NO_CHANNEL_YET);
  regions.u32(source + L.S_LANES, router + L.R_LANES + LOCAL * shape.virtualChannels * L.L_STRIDE);
  regions.u32(source + L.S_OWNER, shape.owner(tile));
  regions.u32(source + L.S_INDEX, tile);
  for (let vc = 0; vc < shape.virtualChannels; vc++) regions.u16(source + L.S_FREE + vc * 2, shape.bufferDepth);
}
