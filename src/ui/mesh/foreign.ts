/**
 * Isolation on the mesh picture: lanes that carry a tenant's data over tiles of another light up in the colours of whose data it is,
 * and beside the letter of the tenant that is crossed stands how many flits that were.
 */
import type { ForeignLink } from '../../report/network.ts';
import { brief } from '../numbers.ts';
import { lane } from './geometry.ts';
import { font, WHO_COLOURS } from './palette.ts';
import { badgeAt, type MarksPicture } from './still.ts';

type Ctx = CanvasRenderingContext2D;

export function paintForeignLanes(ctx: Ctx, { geometry: g, palette, foreign }: MarksPicture): void {
  const wide = Math.max(3, g.side * 0.1);
  ctx.save();
  ctx.lineCap = 'round';
  for (const [colours, width] of [
    [palette.edges, wide],
    [palette.fills, wide - 2.5],
  ] as const) {
    ctx.lineWidth = width;
    for (const { tile, port, tenant } of foreign) {
      const ends = lane(g, tile, port);
      if (!ends) continue;
      ctx.beginPath();
      ctx.moveTo(ends.from.x, ends.from.y);
      ctx.lineTo(ends.to.x, ends.to.y);
      ctx.strokeStyle = colours[tenant % WHO_COLOURS];
      ctx.stroke();
    }
  }
  ctx.restore();
}

/** Flits by who is crossed, and by whom. */
export function foreignCounts(foreign: readonly ForeignLink[]): Map<number, Map<number, number>> {
  const counts = new Map<number, Map<number, number>>();
  for (const { owner, tenant, flits } of foreign) {
    const by = counts.get(owner) ?? new Map<number, number>();
    counts.set(owner, by.set(tenant, (by.get(tenant) ?? 0) + flits));
  }
  return counts;
}

/** A tag per tenant that crosses another, beside the other one's letter: "A 93 k". */
export function paintForeignCounts(ctx: Ctx, picture: MarksPicture): void {
  const { geometry, palette, scene, foreign, textScale } = picture;
  ctx.font = font(14 * textScale, 600);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.lineWidth = 1.5;
  for (const [owner, by] of foreignCounts(foreign)) {
    const badge = badgeAt(geometry, scene.tenants[owner]);
    const high = Math.max(19 * textScale, badge.size * textScale * 0.8);
    let x = badge.x + (badge.size * textScale) / 2 + 4;
    for (const [tenant, flits] of by) {
      const text = `${scene.tenants[tenant].letter} ${brief(flits)}`;
      const long = ctx.measureText(text).width + 10;
      ctx.beginPath();
      ctx.roundRect(x, badge.y - high / 2, long, high, high * 0.3);
      ctx.fillStyle = palette.fills[tenant % WHO_COLOURS];
      ctx.strokeStyle = palette.edges[tenant % WHO_COLOURS];
      ctx.fill();
      ctx.stroke();
      ctx.fillStyle = palette.ink;
      ctx.fillText(text, x + 5, badge.y + 0.5);
      x += long + 4;
    }
  }
}
