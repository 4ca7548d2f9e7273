/**
 * Allocators known from the literature, to compare with: they look for a free region of a given shape and know nothing of edges. First
 * fit and best fit by boundary contact; rectangles of every other factorization; folded rectangles and L shapes; and, when all shapes
 * have failed, growth from a nucleus. Source: SwiftNPU (EuroMLSys 2026; repository lgm9/SwiftNPU, include/core.hpp), which compares
 * them with the mapper of the vNPU paper. Leaves out nuclei that are larger than the request: it keeps the cores that are too many.
 */
import { LOCAL, neighbour, tileAt, type Mesh } from '../model/mesh.ts';
import type { Topology } from '../model/vnpu.ts';
import type { IsFree } from './policies.ts';

/** Cells of a shape, relative to its upper left corner. */
type Shape = readonly (readonly [x: number, y: number])[];

export const SHAPE_POLICIES = ['firstFit', 'bestFit', 'shapesFirstFit', 'shapesBestFit', 'folds', 'nucleus'] as const;
export type ShapePolicy = (typeof SHAPE_POLICIES)[number];

/** Tiles of the region that a policy picks, row by row, or undefined. */
export function pickRegion(mesh: Mesh, isFree: IsFree, topology: Topology, policy: ShapePolicy): number[] | undefined {
  if (policy === 'nucleus') return firstShapeOrGrown(mesh, isFree, topology);
  const shapes = shapesOf(topology, policy);
  if (policy === 'bestFit' || policy === 'shapesBestFit') {
    const regions = shapes.flatMap((shape) => [...freeRegions(mesh, isFree, shape)]);
    return mostBy(regions, (region) => contact(mesh, isFree, region));
  }
  for (const shape of shapes) for (const region of freeRegions(mesh, isFree, shape)) return region;
  return undefined;
}

/** Shapes in the order in which a policy tries them: the requested one first. */
function shapesOf({ width, height }: Topology, policy: ShapePolicy): Shape[] {
  const cells = width * height;
  const upright = [rectangle(width, height)];
  if (policy === 'firstFit' || policy === 'bestFit') return upright;
  const factors = Array.from({ length: cells }, (_, i) => i + 1).filter((side) => cells % side === 0);
  const squarest = factors.sort((a, b) => a + cells / a - (b + cells / b) || b - a);
  if (policy !== 'folds') return [...upright, ...squarest.map((side) => rectangle(side, cells / side))];
  const folded = [height % 2 === 0 && [2 * width, height / 2], width % 2 === 0 && [width / 2, 2 * height]];
  const folds = folded.flatMap((sides) => (sides ? [sides, [sides[1], sides[0]]] : []));
  return [
    ...upright,
    rectangle(height, width),
    ...folds.map(([w, h]) => rectangle(w, h)),
    ...lShapes(cells, width + height),
  ];
}

const rectangle = (width: number, height: number): Shape =>
  Array.from({ length: width * height }, (_, i) => [i % width, Math.floor(i / width)] as const);

/** Rectangles without one of their corners, the smallest corner first. */
function lShapes(cells: number, longest: number): Shape[] {
  const shapes: { readonly missing: number; readonly shape: Shape }[] = [];
  for (let w = 2; w <= longest; w++) {
    for (let h = 2; h <= longest; h++) {
      const missing = w * h - cells;
      for (let cut = 1; cut < w && missing > 0; cut++) {
        if (missing % cut !== 0 || missing / cut >= h) continue;
        for (const shape of withoutCorner(w, h, cut, missing / cut)) shapes.push({ missing, shape });
      }
    }
  }
  return shapes.sort((a, b) => a.missing - b.missing).map(({ shape }) => shape);
}

/** The four rectangles that lack cutWidth x cutHeight cells at a corner. */
function withoutCorner(width: number, height: number, cutWidth: number, cutHeight: number): Shape[] {
  const whole = rectangle(width, height);
  const sides = [false, true];
  return sides.flatMap((east) =>
    sides.map((south) =>
      whole.filter(([x, y]) => {
        const inX = east ? x >= width - cutWidth : x < cutWidth;
        const inY = south ? y >= height - cutHeight : y < cutHeight;
        return !(inX && inY);
      }),
    ),
  );
}

/** Any shape by first fit, or else the first nucleus that can be grown to the size of the request. */
function firstShapeOrGrown(mesh: Mesh, isFree: IsFree, topology: Topology): number[] | undefined {
  for (const policy of ['shapesFirstFit', 'folds'] as const) {
    const region = pickRegion(mesh, isFree, topology, policy);
    if (region !== undefined) return region;
  }
  for (const nucleus of nuclei(topology)) {
    const [seed] = freeRegions(mesh, isFree, nucleus);
    const region = seed && grown(mesh, isFree, seed, topology.width * topology.height);
    if (region !== undefined) return region;
  }
  return undefined;
}

/** About half as long as the request and longer the other way, the smallest first; where the longer side is odd, stouter ones too. */
function nuclei({ width, height }: Topology): Shape[] {
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const half = Math.floor(long / 2);
  const flat = Array.from({ length: short }, (_, k) => [half, short + 1 + k] as const);
  const stout = Array.from(
    { length: long % 2 === 1 ? half : 0 },
    (_, k) => [half + 1 + k, short + half - 1 - k] as const,
  );
  const sizes = [...flat, ...stout].filter(([a, b]) => a * b > 0 && a * b <= long * short);
  return sizes.map(([a, b]) => (width >= height ? rectangle(a, b) : rectangle(b, a)));
}

/** Free neighbours, one by one, the one with the most neighbours in the region first; undefined if there are too few. */
function grown(mesh: Mesh, isFree: IsFree, seed: readonly number[], cells: number): number[] | undefined {
  const region = new Set(seed);
  const around = (tile: number): number[] =>
    Array.from({ length: LOCAL }, (_, port) => neighbour(mesh, tile, port)).filter((next) => next >= 0);
  while (region.size < cells) {
    const frontier = [...new Set([...region].flatMap(around))].filter((tile) => isFree(tile) && !region.has(tile));
    const inOrder = frontier.sort((a, b) => a - b);
    const next = mostBy(inOrder, (tile) => around(tile).filter((other) => region.has(other)).length);
    if (next === undefined) return undefined;
    region.add(next);
  }
  return [...region];
}

/** Every place where a shape lies on free tiles, in row-major order of its corner. */
function* freeRegions(mesh: Mesh, isFree: IsFree, shape: Shape): Generator<number[]> {
  const width = Math.max(...shape.map(([x]) => x)) + 1;
  const height = Math.max(...shape.map(([, y]) => y)) + 1;
  for (let top = 0; top + height <= mesh.height; top++) {
    for (let left = 0; left + width <= mesh.width; left++) {
      const region = shape.map(([x, y]) => tileAt(mesh, left + x, top + y));
      if (region.every(isFree)) yield region;
    }
  }
}

/** Sides of a region's tiles that touch the chip's wall or a tile that is not free. */
function contact(mesh: Mesh, isFree: IsFree, region: readonly number[]): number {
  const own = new Set(region);
  let sides = 0;
  for (const tile of region) {
    for (let port = 0; port < LOCAL; port++) {
      const next = neighbour(mesh, tile, port);
      if (next < 0 || (!own.has(next) && !isFree(next))) sides++;
    }
  }
  return sides;
}

/** The first of those with the highest score. */
function mostBy<T>(items: readonly T[], score: (item: T) => number): T | undefined {
  let best: T | undefined;
  let most = -Infinity;
  for (const item of items) {
    const value = score(item);
    if (value > most) [best, most] = [item, value];
  }
  return best;
}
