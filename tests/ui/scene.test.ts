/** Who is drawn where while tenants come and go. */
import { describe, expect, it } from 'vitest';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import { badged, owners, sceneTenants } from '../../src/ui/mesh/scene.ts';
import { awayNow } from '../../src/ui/placing.ts';
import type { Presence } from '../../src/engine/snapshot.ts';

const parsed = parseDocument({
  version: 1,
  tenants: [
    { name: 'A', topology: { width: 2, height: 1 } },
    { name: 'B', topology: { width: 2, height: 1 }, arrivalCycle: 100 },
  ],
});
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const experiment = resolve(parsed.value);
/** B is to have a tile that A has, and one that is free. */
const placements = [
  [1, 2],
  [2, 3],
];
const away = (presences: Presence[]) => awayNow(experiment, placements, presences);
const sceneOf = (presences: Presence[]) => {
  const tenants = sceneTenants(experiment, ['A', 'B'], placements, [], away(presences));
  const scene = { chip: experiment.chip, tenants };
  return { owner: owners(scene).map((owner) => owner?.tenant), badges: badged(scene).map(([tenant]) => tenant) };
};

describe('a tenant is away', () => {
  it('before its cycle, once it is gone, and while another has one of its tiles', () => {
    expect(away([])).toEqual([false, true]);
    expect(away(['waiting', 'awaited'])).toEqual([false, true]);
    expect(away(['there', 'waiting'])).toEqual([false, true]);
    expect(away(['gone', 'waiting'])).toEqual([true, false]);
    expect(away(['gone', 'there'])).toEqual([true, false]);
  });

  it('and then has the tiles that nobody else has, and its letter only on one of them', () => {
    const early = sceneOf(['there', 'awaited']);
    expect([early.owner.slice(1, 4), early.badges]).toEqual([[0, 0, 1], [0]]);
    const late = sceneOf(['gone', 'there']);
    expect([late.owner.slice(1, 4), late.badges]).toEqual([
      [0, 1, 1],
      [0, 1],
    ]);
  });
});
