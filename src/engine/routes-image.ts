/** Tables of output ports by tile and destination, for packets that do not all go x first. */
import { handPorts, type HandRoute } from '../model/hand-routes.ts';
import { tileCount, xFirstPort, type Mesh } from '../model/mesh.ts';
import type { Routes } from '../model/vnpu.ts';
import type { Regions } from './regions.ts';

/** Ways made by hand over confined ones, or over x first; 0 where all is x first. */
export function takeRoutes(regions: Regions, mesh: Mesh, confined?: Routes, byHand: readonly HandRoute[] = []): number {
  if (confined === undefined && byHand.length === 0) return 0;
  const tiles = tileCount(mesh);
  const table = regions.take(tiles * tiles);
  if (confined === undefined) {
    for (let at = 0; at < tiles * tiles; at++)
      regions.u8(table + at, xFirstPort(mesh, Math.floor(at / tiles), at % tiles));
  }
  confined?.ports.forEach((row, from) =>
    row.forEach((port, to) => regions.u8(table + confined.tiles[from] * tiles + confined.tiles[to], port)),
  );
  for (const [at, port] of handPorts(mesh, byHand)) regions.u8(table + at, port);
  return table;
}
