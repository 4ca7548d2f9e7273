/**
 * Can packets wait for each other in a circle? A packet that holds one channel and wants the next makes an edge between them; routes
 * are free of deadlock if these edges close no cycle (Dally and Seitz, 1987). Channels are links of one plane and one half of its
 * virtual channels; packets of all tenants that share them are looked at together.
 */
import { LOCAL, neighbour, tileCount, type Mesh } from '../model/mesh.ts';
import type { Routes } from '../model/vnpu.ts';

/** Port that a packet takes at a tile on its way to another. */
export type NextPort = (tile: number, to: number) => number;

/** Messages that share channels: from and to are tiles. */
export interface Traffic {
  readonly pairs: Iterable<readonly [from: number, to: number]>;
  readonly next: NextPort;
}

/**
 * The tiles of a circle of waiting channels, each next to the one before and the first behind the last; undefined if there is none.
 * A route that never reaches its destination is a circle too.
 */
export function waitingCircle(mesh: Mesh, traffic: readonly Traffic[]): number[] | undefined {
  const edges = new Map<number, Set<number>>();
  for (const { pairs, next } of traffic) {
    for (const [from, to] of pairs) addRoute(mesh, edges, from, to, next);
  }
  const circle = findCircle(edges);
  return circle?.map((channel) => Math.floor(channel / LOCAL));
}

/**
 * The circle of confined routes of all tenants, which share one half of the data plane's channels. The other half and the other
 * planes go x first on tiles, which closes no circle whoever sends to whom.
 */
export function routeCircle(mesh: Mesh, routes: readonly Routes[]): number[] | undefined {
  const traffic = routes.map(({ tiles, ports }): Traffic => {
    const vcore = new Map(tiles.map((tile, i) => [tile, i]));
    const pairs = tiles.flatMap((from) => tiles.map((to) => [from, to] as const));
    return { pairs, next: (tile, to) => ports[vcore.get(tile)!][vcore.get(to)!] };
  });
  return waitingCircle(mesh, traffic);
}

function addRoute(mesh: Mesh, edges: Map<number, Set<number>>, from: number, to: number, next: NextPort): void {
  let tile = from;
  let before: number | undefined;
  // a simple path has fewer links than there are tiles: a longer one repeats itself, and its edges have closed a circle by then
  for (let steps = 0; tile !== to && steps <= tileCount(mesh); steps++) {
    const port = next(tile, to);
    const channel = tile * LOCAL + port;
    const known = edges.get(channel) ?? new Set();
    edges.set(channel, known);
    if (before !== undefined) edges.get(before)!.add(channel);
    before = channel;
    tile = neighbour(mesh, tile, port);
    if (tile < 0) throw new Error(`a route to tile ${to} leaves the mesh`);
  }
}

/** A cycle of the graph, or undefined; depth first without recursion, since a chain of channels can be long. */
function findCircle(edges: ReadonlyMap<number, ReadonlySet<number>>): number[] | undefined {
  const finished = new Set<number>();
  for (const start of edges.keys()) {
    if (finished.has(start)) continue;
    const path = [{ node: start, rest: edges.get(start)!.values() }];
    const onPath = new Set([start]);
    while (path.length > 0) {
      const { node, rest } = path[path.length - 1];
      const { value: next, done } = rest.next();
      if (done) {
        finished.add(node);
        onPath.delete(node);
        path.pop();
      } else if (onPath.has(next)) {
        const nodes = path.map((step) => step.node);
        return nodes.slice(nodes.indexOf(next));
      } else if (!finished.has(next)) {
        onPath.add(next);
        path.push({ node: next, rest: edges.get(next)!.values() });
      }
    }
  }
  return undefined;
}
