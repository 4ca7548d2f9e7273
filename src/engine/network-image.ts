/** Builds the record of one network plane: blocks of routers, sources, rings and counters in their initial state (noc-model.md section 4). */
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
}

const NO_CHANNEL_YET = 255;
const CACHE_LINE = 64;
/** With more slots than this the terminal's buffer is never empty of credits before they return. */
const EJECTION_LOOP = 6;

export const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;

/** Fill the plane record at `plane`. */
export function writePlane(regions: Regions, plane: number, shape: PlaneShape): void {
  const { mesh, virtualChannels: vcs, bufferDepth, tenants } = shape;
  const tiles = tileCount(mesh);
  const blockCount = Math.ceil(tiles / L.ROW);
  const lanes = vcs * L.PORTS;
  const ejectionStalls = bufferDepth <= EJECTION_LOOP;
  const long = shape.mostFlits > L.MOST_LEFT ? 1 : 0;
  // what goes to the neighbours of a block is written at most a row of tiles beside it; nothing goes to tiles that do not exist, so
  // a row and the next may share what is between them
  const margin = roundUp(mesh.width, L.ROW);
  const ringRow = blockCount * L.ROW + margin;
  const takeRows = (rows: number): number =>
    roundUp(regions.take(rows * ringRow + margin + CACHE_LINE), CACHE_LINE) + margin;
  const awakeMargin = margin / L.ROW + 1;
  const awakeRow = roundUp(blockCount + 2 * awakeMargin, L.ROW);
  const arrivalRow = (tiles + 1) * 4; // one more than can arrive: link.ts writes before it knows whether a packet does
  const tallies = tenants === 1 ? 0 : tenants * L.LINKS * L.ROW;
  const blockBytes = roundUp(L.R_LANES + lanes * L.L_STRIDE + tallies, CACHE_LINE);
  const blocks = roundUp(regions.take(blockCount * blockBytes + CACHE_LINE), CACHE_LINE);
  const sources = regions.take(tiles * L.S_STRIDE);
  const fields: [offset: number, value: number][] = [
    [L.P_USED, 1],
    [L.P_VCS, vcs],
    [L.P_DEPTH, bufferDepth],
    [L.P_BLOCKS, blocks],
    [L.P_BLOCK_COUNT, blockCount],
    [L.P_BLOCK_BYTES, blockBytes],
    [L.P_SOURCES, sources],
    [L.P_PENDING, regions.take(roundUp(tiles, 64) / 8)],
    [L.P_RESTING, regions.take((L.SLOTS * roundUp(tiles, 64)) / 8)],
    [L.P_RINGS, takeRows(L.SLOTS * L.RING_ROWS * vcs)],
    [L.P_RING_ROW, ringRow],
    [L.P_EJECT, ejectionStalls ? takeRows(L.EJECT_SLOTS * vcs) : 0],
    [L.P_AWAKE, regions.take(L.EJECT_SLOTS * awakeRow + L.ROW) + awakeMargin],
    [L.P_AWAKE_ROW, awakeRow],
    [L.P_ASLEEP, regions.take(blockCount)],
    [L.P_LONG, long],
    [L.P_LINK_FLITS, regions.take(tiles * LOCAL * tenants * 8)],
    [L.P_LINK_BLOCKED, regions.take(tiles * LOCAL * 8)],
    [L.P_BLOCKED_TENANTS, tenants === 1 ? 0 : regions.take(tiles * LOCAL * tenants * 8)],
    [L.P_ARRIVALS, regions.take(arrivalRow * L.ARRIVAL_SLOTS)],
    [L.P_ARRIVAL_ROW, arrivalRow],
  ];
  for (const [offset, value] of fields) regions.u32(plane + offset, value);
  for (let block = 0; block < blockCount; block++) writeBlock(regions, blocks + block * blockBytes, block, shape);
  for (let tile = 0; tile < tiles; tile++) writeSource(regions, sources + tile * L.S_STRIDE, tile);
}

function writeBlock(regions: Regions, block: number, index: number, shape: PlaneShape): void {
  const { mesh, virtualChannels: vcs, bufferDepth } = shape;
  regions.u32(block + L.R_TILE, index * L.ROW);
  for (let byte = 0; byte < L.ROW; byte++) {
    const router = block + byte;
    regions.u8(router + L.R_X, tileX(mesh, index * L.ROW + byte));
    regions.u8(router + L.R_Y, tileY(mesh, index * L.ROW + byte));
    for (let vc = 0; vc < vcs; vc++) regions.u8(router + L.R_KNOWN + vc * L.R_CHANNEL, bufferDepth);
    for (let lane = 0; lane < vcs * L.PORTS; lane++) {
      const at = router + L.R_LANES + lane * L.L_STRIDE;
      regions.u8(at + L.L_VC, L.NO_VC);
      regions.u8(at + L.L_TENANT, L.NO_TENANT);
      regions.u8(at + L.L_FREE, bufferDepth);
    }
  }
}

/** It signals to nobody until a tenant begins on the tile. */
function writeSource(regions: Regions, source: number, tile: number): void {
  regions.u8(source + L.S_LAST, NO_CHANNEL_YET);
  regions.u32(source + L.S_OWNER, L.H_IGNORED);
  regions.u32(source + L.S_INDEX, tile);
}
