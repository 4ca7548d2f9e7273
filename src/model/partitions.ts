/**
 * Fixed partitions of a chip, as hardware without virtual NPUs would offer them (mode mig): rectangles of tiles that never change. Cuts
 * are through the rectangle that the cores span; where that does not halve, the first part is the larger one.
 */
import { tileAt, tileX, tileY, type Mesh } from './mesh.ts';

export const CUTS = ['halves', 'quarters'] as const;
export type Cut = (typeof CUTS)[number];

/** Tiles from column `x` and row `y` on; counted over the whole grid, memory columns included. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Partitions = Cut | readonly Rectangle[];

/** All tiles of a rectangle, row by row. */
export const rectangleTiles = (mesh: Mesh, { x, y, width, height }: Rectangle): number[] =>
  Array.from({ length: width * height }, (_, i) => tileAt(mesh, x + (i % width), y + Math.floor(i / width)));

/**
 * Rectangles of the partitions of a chip.
 * @param cores its core tiles
 */
export function partitionRectangles(mesh: Mesh, partitions: Partitions, cores: readonly number[]): Rectangle[] {
  if (typeof partitions !== 'string') return [...partitions];
  if (cores.length === 0) return [];
  const whole = spanOf(mesh, cores);
  const halves = whole.width >= whole.height ? [across(whole)] : [down(whole)];
  const cut = partitions === 'halves' ? halves : [across(whole).flatMap(down)];
  return cut.flat().filter(({ width, height }) => width > 0 && height > 0);
}

function spanOf(mesh: Mesh, tiles: readonly number[]): Rectangle {
  const columns = tiles.map((tile) => tileX(mesh, tile));
  const rows = tiles.map((tile) => tileY(mesh, tile));
  const [x, y] = [Math.min(...columns), Math.min(...rows)];
  return { x, y, width: Math.max(...columns) - x + 1, height: Math.max(...rows) - y + 1 };
}

function across({ x, y, width, height }: Rectangle): Rectangle[] {
  const left = Math.ceil(width / 2);
  return [
    { x, y, width: left, height },
    { x: x + left, y, width: width - left, height },
  ];
}

function down({ x, y, width, height }: Rectangle): Rectangle[] {
  const top = Math.ceil(height / 2);
  return [
    { x, y, width, height: top },
    { x, y: y + top, width, height: height - top },
  ];
}
