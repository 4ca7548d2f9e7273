/** Cores that change their tile slide there in 150 ms: where each one is drawn in the meantime. Pure. */
import { centre, type Geometry, type Point } from './geometry.ts';
import type { SceneTenant } from './scene.ts';

export const SLIDE_MS = 150;

export interface Slide {
  readonly tenant: number;
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

/** The virtual cores that are on another tile than before; tenants are matched by name and size. */
export function slides(before: readonly SceneTenant[], after: readonly SceneTenant[]): Slide[] {
  return after.flatMap(({ name, letter, tiles }, tenant) => {
    const old = before.find((other) => other.name === name);
    if (!old || old.tiles.length !== tiles.length) return [];
    return tiles.flatMap((to, v) =>
      old.tiles[v] === to ? [] : [{ tenant, id: `${letter}${v}`, from: old.tiles[v], to }],
    );
  });
}

/** Where a sliding core is after some milliseconds, slowing down towards its end. */
export function slideAt(g: Geometry, { from, to }: Slide, elapsedMs: number): Point {
  const a = centre(g, from);
  const b = centre(g, to);
  const part = 1 - (1 - Math.min(1, elapsedMs / SLIDE_MS)) ** 3;
  return { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part };
}
