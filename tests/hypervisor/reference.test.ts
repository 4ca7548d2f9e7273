/**
 * Costs and placements against mapping_public.json: 44 instances solved by branch and bound, clasp, enumeration and networkx, which
 * agree (a copy of the published reference; its cores are all cores of a chip without memory tiles).
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isConnected } from '../../src/model/mesh.ts';
import { placeTenants } from '../../src/hypervisor/placement.ts';
import { requestEdges, topologyEditDistance, type Edge } from '../../src/hypervisor/topology.ts';
import { coresOnly, tenant } from './requests.ts';

interface Instance {
  id: string;
  W: number;
  H: number;
  variant: string;
  occupied: number[];
  request: string;
  n: number;
  edges: Edge[];
  optimum: number | null;
  witness: number[] | null;
  exact_topology_exists: boolean;
  first_free_baseline: { map: number[]; cost: number; connected: boolean } | null;
}

const file = new URL('../reference/mapping_public.json', import.meta.url);
const { instances } = JSON.parse(readFileSync(file, 'utf8')) as { instances: Instance[] };
const withoutNodeCosts = instances.filter(({ variant }) => variant !== 'hetero');
const meshRequests = instances.filter(({ request }) => /^\d+x\d+$/.test(request));

/** `WxH` as the instances write it. */
const sides = (request: string): [number, number] => request.split('x').map(Number) as [number, number];

describe('the topology edit distance', () => {
  const solved = withoutNodeCosts.filter(({ witness }) => witness !== null);

  it.each(solved)('$id: of the optimal placement is the optimum', ({ W, H, edges, witness, optimum }) => {
    expect(topologyEditDistance({ width: W, height: H }, witness!, edges)).toBe(optimum);
  });

  it.each(withoutNodeCosts.filter((i) => i.first_free_baseline))('$id: of the first free cores', (instance) => {
    const { W, H, edges, first_free_baseline: baseline } = instance;
    const mesh = { width: W, height: H };
    expect(topologyEditDistance(mesh, baseline!.map, edges)).toBe(baseline!.cost);
    expect(isConnected(mesh, baseline!.map)).toBe(baseline!.connected);
  });

  it('there are instances of every kind', () => {
    expect(solved.length).toBeGreaterThan(20);
    expect(meshRequests.length).toBeGreaterThan(10);
  });
});

describe('mesh requests', () => {
  it.each(meshRequests)('$id: the edges of a $request', ({ request, edges, n }) => {
    const [width, height] = sides(request);
    const key = ([u, v]: Edge): string => `${Math.min(u, v)}-${Math.max(u, v)}`;
    const ours = requestEdges({ kind: 'mesh', width, height });
    expect(width * height).toBe(n);
    expect(ours.map(key).sort()).toEqual(edges.map(key).sort());
  });

  it.each(meshRequests)('$id: rowMajor takes the first free cores', (instance) => {
    const { W, H, occupied, request, first_free_baseline: baseline } = instance;
    const asked = tenant('A', ...sides(request), { mapping: 'rowMajor' });
    const placed = placeTenants(coresOnly(W, H, { disabledTiles: occupied }), [asked]);
    expect(placed.ok ? placed.value[0].tiles : null).toEqual(baseline?.map ?? null);
  });

  // A mesh of at least 2 x 2 fits edge by edge only as a rectangle; a line may also bend, which `exact` does not try.
  it.each(meshRequests.filter(({ request }) => !sides(request).includes(1)))(
    '$id: exact finds a $request exactly when one exists, at no cost',
    ({ W, H, occupied, request, exact_topology_exists }) => {
      const placed = placeTenants(coresOnly(W, H, { disabledTiles: occupied }), [tenant('A', ...sides(request))]);
      expect(placed.ok).toBe(exact_topology_exists);
      if (placed.ok) expect(placed.value[0].editDistance).toBe(0);
    },
  );
});
