/**
 * Confined routes: a direction for every tile of a tenant and every destination among its tiles, so that no packet leaves them.
 * X-first where every such path stays inside; else up*\/down* over a breadth-first tree of the tenant's tiles. An entry does not
 * know where a packet came from, so a tile from which only-down links lead to the destination uses the shortest of those ways, and
 * any other goes up by a shortest way to such a tile: no packet ever turns from down to up, and none can wait in a circle.
 * Source: up*\/down* as in Autonet (Schroeder et al., 1991); the direction field of vNPU's routing table as reported by reviews.
 */
import { LOCAL, isConnected, neighbour, xFirstPort, type Mesh } from '../model/mesh.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Routes } from '../model/vnpu.ts';

/** Routes of a tenant on these tiles. Problems carry the path `routing`: tiles that are not one piece have none. */
export function confinedRoutes(mesh: Mesh, tiles: readonly number[]): Result<Routes> {
  if (!isConnected(mesh, tiles)) {
    const message =
      '"confined" needs tiles that are one connected piece of the mesh; place them so, or use the routing "dor"';
    return fail('routing', message);
  }
  const inside = new Set(tiles);
  const xFirst = tiles.map((from) => tiles.map((to) => xFirstPort(mesh, from, to)));
  const routes: Routes = { form: 'xFirst', tiles, ports: xFirst };
  if (staysInside(mesh, inside, routes)) return ok(routes);
  const tree = treeOf(mesh, inside);
  const toEach = tiles.map((to) => portsTo(mesh, tree, to));
  return ok({
    form: 'upDown',
    tiles,
    root: tree.root,
    ports: tiles.map((from) => toEach.map((ports) => ports.get(from)!)),
  });
}

/** Does the first step of every pair stay inside? By induction then every path does. */
function staysInside(mesh: Mesh, inside: ReadonlySet<number>, { tiles, ports }: Routes): boolean {
  return tiles.every((from, i) => ports[i].every((port) => port === LOCAL || inside.has(neighbour(mesh, from, port))));
}

interface Tree {
  readonly root: number;
  readonly depth: ReadonlyMap<number, number>;
}

/** Breadth-first depths from the tile of least eccentricity; among equals the lowest. */
function treeOf(mesh: Mesh, inside: ReadonlySet<number>): Tree {
  let best: Tree | undefined;
  let least = Infinity;
  for (const root of [...inside].sort((a, b) => a - b)) {
    const depth = depthsFrom(mesh, inside, root);
    const eccentricity = Math.max(...depth.values());
    if (eccentricity < least) [best, least] = [{ root, depth }, eccentricity];
  }
  return best!;
}

function depthsFrom(mesh: Mesh, inside: ReadonlySet<number>, root: number): Map<number, number> {
  const depth = new Map([[root, 0]]);
  for (const tile of depth.keys()) {
    for (const [, next] of links(mesh, tile)) {
      if (inside.has(next) && !depth.has(next)) depth.set(next, depth.get(tile)! + 1);
    }
  }
  return depth;
}

/** [port, tile behind it] in port order. */
const links = (mesh: Mesh, tile: number): [port: number, tile: number][] =>
  Array.from({ length: LOCAL }, (_, port): [number, number] => [port, neighbour(mesh, tile, port)]).filter(
    ([, next]) => next >= 0,
  );

/** Up is towards the smaller (depth, tile). */
function isUp({ depth }: Tree, from: number, to: number): boolean {
  const step = depth.get(to)! - depth.get(from)!;
  return step < 0 || (step === 0 && to < from);
}

/** The port of every tile towards one destination: down where down alone leads there, up elsewhere. */
function portsTo(mesh: Mesh, tree: Tree, to: number): Map<number, number> {
  const ports = new Map([[to, LOCAL]]);
  const distance = new Map([[to, 0]]);
  const downTiles = new Set<number>();
  const spread = (isLegal: (from: number, next: number) => boolean): void => {
    // tiles by distance from the destination, so that each first takes a shortest way; ties are settled by the lowest port
    const queue = [...distance.keys()].sort((a, b) => distance.get(a)! - distance.get(b)!);
    for (let i = 0; i < queue.length; i++) {
      const next = queue[i];
      for (const [, from] of links(mesh, next)) {
        if (!tree.depth.has(from) || downTiles.has(from) || !isLegal(from, next)) continue;
        const length = distance.get(next)! + 1;
        const port = links(mesh, from).find(([, tile]) => tile === next)![0];
        const known = distance.get(from);
        if (known === undefined || length < known) {
          distance.set(from, length);
          ports.set(from, port);
          insertByDistance(queue, i + 1, from, distance);
        } else if (length === known && port < ports.get(from)!) ports.set(from, port);
      }
    }
  };
  spread((from, next) => !isUp(tree, from, next));
  for (const tile of distance.keys()) downTiles.add(tile);
  spread((from, next) => isUp(tree, from, next));
  return ports;
}

/** Put a tile into the rest of a queue that is sorted by distance, behind its equals. */
function insertByDistance(queue: number[], from: number, tile: number, distance: ReadonlyMap<number, number>): void {
  let at = from;
  while (at < queue.length && distance.get(queue[at])! <= distance.get(tile)!) at++;
  queue.splice(at, 0, tile);
}
