/**
 * Ways made by hand: lists of tiles from a source to a destination. Routers know only where a packet goes, not where it came from, so
 * two ways to one destination that meet go on together; a tile that no way names leaves the packet on its way x first. Every such
 * set reaches its destinations: x first ends there or on a way, and no way visits a tile twice.
 */
import { LOCAL, neighbour, tileCount, xFirstPort, type Mesh } from './mesh.ts';
import type { Problem } from './problem.ts';

export interface HandRoute {
  /** From the source to the destination, each a neighbour of the one before. */
  readonly tiles: readonly number[];
  /** Virtual channels that packets from this source to this destination may take; absent: all. */
  readonly channels?: readonly number[];
}

/** Port that leads from a tile to one beside it; LOCAL if it is not beside it. */
function portTo(mesh: Mesh, from: number, to: number): number {
  for (let port = 0; port < LOCAL; port++) if (neighbour(mesh, from, port) === to) return port;
  return LOCAL;
}

/** Everything that is wrong with a set, below `path`: tiles outside, gaps, loops, two ways that part again, channels that are not there. */
export function handRouteProblems(
  mesh: Mesh,
  virtualChannels: number,
  routes: readonly HandRoute[],
  path: string,
): Problem[] {
  const next = new Map<number, { readonly row: number; readonly tile: number }>();
  const ends = new Map<number, number>();
  return routes.flatMap((route, row) => [
    ...tileProblems(mesh, route, `${path}.${row}.tiles`),
    ...channelProblems(route, virtualChannels, `${path}.${row}.channels`),
    ...conflicts(mesh, routes, row, path, next, ends),
  ]);
}

function tileProblems(mesh: Mesh, { tiles }: HandRoute, path: string): Problem[] {
  if (tiles.length < 2)
    return [{ path, message: 'names fewer than two tiles; a route leads from one tile to another' }];
  return tiles.flatMap((tile, i) => {
    const message = wrongTile(mesh, tiles, tile, i);
    return message === undefined ? [] : [{ path: `${path}.${i}`, message }];
  });
}

function wrongTile(mesh: Mesh, tiles: readonly number[], tile: number, i: number): string | undefined {
  const last = tileCount(mesh) - 1;
  if (tile > last) return `tile ${tile} is outside; the ${mesh.width} x ${mesh.height} mesh has tiles 0 to ${last}`;
  if (tiles.indexOf(tile) < i) return `tile ${tile} is on this route already; a route visits a tile once`;
  if (i > 0 && tiles[i - 1] <= last && portTo(mesh, tiles[i - 1], tile) === LOCAL)
    return `tile ${tile} is no neighbour of tile ${tiles[i - 1]} before it; a route goes from neighbour to neighbour`;
  return undefined;
}

function channelProblems({ channels }: HandRoute, virtualChannels: number, path: string): Problem[] {
  if (channels === undefined) return [];
  if (channels.length === 0) return [{ path, message: 'is an empty list; name a virtual channel, or leave it out' }];
  return channels.flatMap((channel, i) =>
    channel < virtualChannels
      ? []
      : [{ path: `${path}.${i}`, message: `there is no channel ${channel}; ports have 0 to ${virtualChannels - 1}` }],
  );
}

/** Two routes between the same ends, or to one destination that leave a tile by different ports. */
function conflicts(
  mesh: Mesh,
  routes: readonly HandRoute[],
  row: number,
  path: string,
  next: Map<number, { row: number; tile: number }>,
  ends: Map<number, number>,
): Problem[] {
  const { tiles } = routes[row];
  const count = tileCount(mesh);
  const to = tiles[tiles.length - 1];
  const both = tiles[0] * count + to;
  const twin = ends.get(both);
  if (twin !== undefined) {
    const message = `leads from tile ${tiles[0]} to tile ${to} as route ${twin} does; give each pair one route`;
    return [{ path: `${path}.${row}.tiles`, message }];
  }
  ends.set(both, row);
  return tiles.slice(0, -1).flatMap((tile, i) => {
    const key = tile * count + to;
    const other = next.get(key);
    if (other === undefined) next.set(key, { row, tile: tiles[i + 1] });
    if (other === undefined || other.tile === tiles[i + 1]) return [];
    const message =
      `leaves tile ${tile} for tile ${tiles[i + 1]}, route ${other.row} for tile ${other.tile}: ` +
      `a router knows only the destination, tile ${to}, so both must go on alike`;
    return [{ path: `${path}.${row}.tiles.${i + 1}`, message }];
  });
}

/** The port of every tile that some route names, by [tile * tiles + destination]. */
export function handPorts(mesh: Mesh, routes: readonly HandRoute[]): Map<number, number> {
  const ports = new Map<number, number>();
  for (const { tiles } of routes) {
    const to = tiles[tiles.length - 1];
    tiles.slice(0, -1).forEach((tile, i) => ports.set(tile * tileCount(mesh) + to, portTo(mesh, tile, tiles[i + 1])));
  }
  return ports;
}

/** Port at a tile towards another under a set of routes: by hand where it says so, else x first. */
export function nextByHand(mesh: Mesh, routes: readonly HandRoute[]): (tile: number, to: number) => number {
  if (routes.length === 0) return (tile, to) => xFirstPort(mesh, tile, to);
  const ports = handPorts(mesh, routes);
  return (tile, to) => ports.get(tile * tileCount(mesh) + to) ?? xFirstPort(mesh, tile, to);
}

/** Does any of them keep its packets to some of the virtual channels? */
export const namesChannels = (routes: readonly HandRoute[]): boolean =>
  routes.some(({ channels }) => channels !== undefined);

/** Bit v: a packet may take virtual channel v; all of them where its route does not say, or there is none. */
export function handMasks(
  mesh: Mesh,
  virtualChannels: number,
  routes: readonly HandRoute[],
): (from: number, to: number) => number {
  const masks = new Map<number, number>();
  for (const { tiles, channels } of routes) {
    if (channels === undefined) continue;
    const mask = channels.reduce((bits, channel) => bits | (1 << channel), 0);
    masks.set(tiles[0] * tileCount(mesh) + tiles[tiles.length - 1], mask);
  }
  return (from, to) => masks.get(from * tileCount(mesh) + to) ?? 2 ** virtualChannels - 1;
}
