/**
 * How a hypervisor picks tiles when no hand did, without looking at costs: `exact` keeps the requested mesh, `rowMajor` and `snake` take
 * free cores in order and ask for no shape.
 */
import { piecesOf, tileAt, type Mesh } from '../model/mesh.ts';
import type { Topology } from '../model/vnpu.ts';
import { vcoreCount } from '../model/vnpu.ts';

/** Is this tile a core that nobody has? */
export type IsFree = (tile: number) => boolean;

/** The first free tiles in one of two orders, or undefined if there are too few. */
export function inOrder(
  mesh: Mesh,
  isFree: IsFree,
  topology: Topology,
  kind: 'rowMajor' | 'snake',
): number[] | undefined {
  const order = kind === 'snake' ? snakeOrder(mesh) : rowMajorOrder(mesh);
  const tiles = order.filter(isFree).slice(0, vcoreCount(topology));
  return tiles.length === vcoreCount(topology) ? tiles : undefined;
}

/**
 * The first free width x height rectangle in row-major order of its corner; if there is none, the first height x width one with the
 * request laid on its side, so that neighbours stay neighbours.
 */
export function exact(mesh: Mesh, isFree: IsFree, { width, height }: Topology): number[] | undefined {
  const upright = firstFreeRectangle(mesh, isFree, width, height);
  if (upright !== undefined) return rectangleTiles(mesh, upright, width, height);
  const turned = firstFreeRectangle(mesh, isFree, height, width);
  if (turned === undefined) return undefined;
  const tiles = rectangleTiles(mesh, turned, height, width);
  return tiles.map((_, vcore) => tiles[Math.floor(vcore / width) + height * (vcore % width)]);
}

/** Corner with the least tile number of a free rectangle. */
function firstFreeRectangle(mesh: Mesh, isFree: IsFree, width: number, height: number): number | undefined {
  for (let y = 0; y + height <= mesh.height; y++) {
    for (let x = 0; x + width <= mesh.width; x++) {
      if (rectangleTiles(mesh, tileAt(mesh, x, y), width, height).every(isFree)) return tileAt(mesh, x, y);
    }
  }
  return undefined;
}

const rectangleTiles = (mesh: Mesh, corner: number, width: number, height: number): number[] =>
  Array.from({ length: width * height }, (_, i) => corner + (i % width) + mesh.width * Math.floor(i / width));

const rowMajorOrder = (mesh: Mesh): number[] => Array.from({ length: mesh.width * mesh.height }, (_, tile) => tile);

/** Row by row, every second row backwards: consecutive tiles are neighbours. */
const snakeOrder = (mesh: Mesh): number[] =>
  rowMajorOrder(mesh).map((tile) => {
    const x = tile % mesh.width;
    return Math.floor(tile / mesh.width) % 2 === 0 ? tile : tile - x + (mesh.width - 1 - x);
  });

/** Width and height of the largest free rectangle; among equals the first found. For messages. */
export function largestFreeRectangle(mesh: Mesh, isFree: IsFree): { width: number; height: number } {
  let best = { width: 0, height: 0 };
  const depth = new Array<number>(mesh.width).fill(0); // free tiles upwards from the current row, per column
  for (let y = 0; y < mesh.height; y++) {
    for (let x = 0; x < mesh.width; x++) depth[x] = isFree(tileAt(mesh, x, y)) ? depth[x] + 1 : 0;
    for (let x = 0; x < mesh.width; x++) {
      let height = Infinity;
      for (let right = x; right < mesh.width && depth[right] > 0; right++) {
        height = Math.min(height, depth[right]);
        if ((right - x + 1) * height > best.width * best.height) best = { width: right - x + 1, height };
      }
    }
  }
  return best;
}

/** Cores in the largest connected piece of free tiles. For messages. */
export const largestFreePiece = (mesh: Mesh, isFree: IsFree): number =>
  Math.max(0, ...piecesOf(mesh, rowMajorOrder(mesh).filter(isFree)));
