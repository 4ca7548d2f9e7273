/**
 * A width x height mesh of tiles, numbered x + width*y over ALL tiles (memory columns included), and its links.
 * Port numbers are those of the router: 0 = x+1, 1 = x-1, 2 = y+1, 3 = y-1, 4 = the tile's own terminal.
 */
export interface Mesh {
  readonly width: number;
  readonly height: number;
}

/** Router ports in numbering order; `LOCAL` is the terminal (inject as input, eject as output). */
export const PORTS = ['east', 'west', 'south', 'north', 'local'] as const;
export const LOCAL = 4;

export const tileCount = (mesh: Mesh): number => mesh.width * mesh.height;
export const tileX = (mesh: Mesh, tile: number): number => tile % mesh.width;
export const tileY = (mesh: Mesh, tile: number): number => Math.floor(tile / mesh.width);
export const tileAt = (mesh: Mesh, x: number, y: number): number => x + mesh.width * y;

/** Router-to-router links on the X-first (and any other minimal) path between two tiles. */
export function hops(mesh: Mesh, a: number, b: number): number {
  return Math.abs(tileX(mesh, a) - tileX(mesh, b)) + Math.abs(tileY(mesh, a) - tileY(mesh, b));
}

/** The tile behind an output port, or -1 at the edge of the mesh and for the local port. */
export function neighbour(mesh: Mesh, tile: number, port: number): number {
  const x = tileX(mesh, tile) + (port === 0 ? 1 : port === 1 ? -1 : 0);
  const y = tileY(mesh, tile) + (port === 2 ? 1 : port === 3 ? -1 : 0);
  if (port === LOCAL || x < 0 || y < 0 || x >= mesh.width || y >= mesh.height) return -1;
  return tileAt(mesh, x, y);
}

/** Output port towards a tile by dimension order, x first; the terminal at the tile itself. */
export function xFirstPort(mesh: Mesh, from: number, to: number): number {
  const dx = tileX(mesh, to) - tileX(mesh, from);
  const dy = tileY(mesh, to) - tileY(mesh, from);
  if (dx !== 0) return dx > 0 ? 0 : 1;
  if (dy !== 0) return dy > 0 ? 2 : 3;
  return LOCAL;
}

/** Number of tiles in each connected piece that a set of tiles makes in the mesh. */
export function piecesOf(mesh: Mesh, tiles: Iterable<number>): number[] {
  const left = new Set(tiles);
  const sizes: number[] = [];
  for (const start of left) {
    left.delete(start);
    const piece = [start];
    for (const tile of piece) {
      for (let port = 0; port < LOCAL; port++) {
        const next = neighbour(mesh, tile, port);
        if (left.delete(next)) piece.push(next);
      }
    }
    sizes.push(piece.length);
  }
  return sizes;
}

/** Is the set of tiles one connected piece of the mesh? The empty set is. */
export const isConnected = (mesh: Mesh, tiles: readonly number[]): boolean => piecesOf(mesh, tiles).length <= 1;
