/**
 * The request graph of a tenant and what a placement of it costs: the topology edit distance, without node costs and with every edge
 * weighing 1 unless said otherwise; and the hops that its messages travel. Source of the cost: graph edit distance with node
 * insertion and deletion forbidden, as in the vNPU paper's topology mapping.
 */
import { LOCAL, hops, neighbour, piecesOf, type Mesh } from '../model/mesh.ts';
import type { Edge, StretchedEdge } from '../model/mapping.ts';
import { vcoreCount, type Topology } from '../model/vnpu.ts';

export type { Edge } from '../model/mapping.ts';

/** Edges of a requested mesh: each virtual core with its east and its south neighbour. */
export function requestEdges(topology: Topology): Edge[] {
  const edges: Edge[] = [];
  for (let vcore = 0; vcore < vcoreCount(topology); vcore++) {
    if ((vcore + 1) % topology.width !== 0) edges.push([vcore, vcore + 1]);
    if (vcore + topology.width < vcoreCount(topology)) edges.push([vcore, vcore + topology.width]);
  }
  return edges;
}

/**
 * Cost of a placement: the weight of every requested edge whose ends are not mesh neighbours, plus 1 for every pair of chosen tiles
 * that are neighbours without a requested edge. Virtual cores that share a tile need no link between them.
 * @param tiles tile of each virtual core
 */
export function topologyEditDistance(mesh: Mesh, tiles: readonly number[], edges: readonly Edge[]): number {
  let stretched = 0;
  const kept = new Set<string>();
  for (const [u, v, weight = 1] of edges) {
    const distance = hops(mesh, tiles[u], tiles[v]);
    if (distance === 1) kept.add([tiles[u], tiles[v]].sort((a, b) => a - b).join());
    else if (distance > 1) stretched += weight;
  }
  return stretched + adjacentPairs(mesh, tiles) - kept.size;
}

/** What a placement costs a request of plain edges, item by item. */
export interface PlacementCost {
  /** Router-to-router hops summed over the requested edges. */
  readonly hops: number;
  readonly editDistance: number;
  /** Requested edges whose ends are not neighbours: the edits that delete an edge. */
  readonly stretched: readonly StretchedEdge[];
  /** Connected pieces that its tiles make: 1, unless it is torn. */
  readonly pieces: number;
}

/** @param edges requested edges, each weighing 1 */
export const placementCost = (mesh: Mesh, tiles: readonly number[], edges: readonly Edge[]): PlacementCost => ({
  hops: edges.reduce((sum, [u, v]) => sum + hops(mesh, tiles[u], tiles[v]), 0),
  editDistance: topologyEditDistance(mesh, tiles, edges),
  stretched: stretchedEdges(mesh, tiles, edges),
  pieces: piecesOf(mesh, tiles).length,
});

/** Hops that the messages of stretched edges travel beyond a neighbour, one message over each. */
export const detourHops = (stretched: readonly StretchedEdge[]): number =>
  stretched.reduce((sum, { hops }) => sum + hops - 1, 0);

/** How one placement of a request differs from another: editDistance after = before + lost - regained + extra. */
export interface EdgeChanges {
  /** Requested edges that stop being a link of the mesh. */
  readonly lost: number;
  /** Requested edges that become one. */
  readonly regained: number;
  /** Neighbours that nobody asked to be neighbours: how many more, or, negative, fewer. */
  readonly extra: number;
}

/** Edges lost, regained and inserted between two placements of the same request. */
export function edgeChanges(before: PlacementCost, after: PlacementCost): EdgeChanges {
  const lost = newlyStretched(before, after);
  const regained = newlyStretched(after, before);
  return { lost, regained, extra: after.editDistance - before.editDistance - lost + regained };
}

const newlyStretched = (before: PlacementCost, after: PlacementCost): number =>
  after.stretched.filter(({ from, to }) => !before.stretched.some((old) => old.from === from && old.to === to)).length;

function adjacentPairs(mesh: Mesh, tiles: readonly number[]): number {
  const chosen = new Set(tiles);
  let ends = 0;
  for (const tile of chosen) {
    for (let port = 0; port < LOCAL; port++) if (chosen.has(neighbour(mesh, tile, port))) ends++;
  }
  return ends / 2;
}

/** Requested edges whose ends are not neighbours, with the hops between them. */
export const stretchedEdges = (mesh: Mesh, tiles: readonly number[], edges: readonly Edge[]): StretchedEdge[] =>
  edges.map(([from, to]) => ({ from, to, hops: hops(mesh, tiles[from], tiles[to]) })).filter(({ hops }) => hops > 1);
