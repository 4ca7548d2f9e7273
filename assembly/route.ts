// Routes (noc-model.md section 3; model.md sections 2 and 6): X first, or the direction that the tenant's table gives for a tile
// and a destination.
import { H_TILES, K_TARGET, K_TENANT, K_X, K_Y, R_X, R_Y } from './layout';
import { blockOf, byteOf, neighbour, routeTables } from './plane';

/** Output port of a packet at this tile; `router` is its block plus its byte. */
// @ts-ignore: decorator
@inline
export function route(router: usize, tile: u32, packet: usize): u32 {
  return routeTables == 0 ? xFirst(router, packet) : byTable(routeTables, router, tile, packet);
}

// @ts-ignore: decorator
@inline
function xFirst(router: usize, packet: usize): u32 {
  const x: i32 = (load<u8>(packet, K_X) as i32) - (load<u8>(router, R_X) as i32);
  const y: i32 = (load<u8>(packet, K_Y) as i32) - (load<u8>(router, R_Y) as i32);
  const alongY = y == 0 ? 4 : 2 + ((y < 0) as i32);
  return x == 0 ? alongY : ((x < 0) as i32);
}

function byTable(tables: usize, router: usize, tile: u32, packet: usize): u32 {
  const table: usize = load<u32>(tables + ((load<u8>(packet, K_TENANT) as u32) << 2));
  if (table == 0) return xFirst(router, packet);
  return load<u8>(table + tile * load<u32>(H_TILES) + (load<u16>(packet, K_TARGET) as u32));
}

/** Links from a tile to the destination of a packet of tenant 0. */
export function wayLength(from: u32, packet: usize): u64 {
  if (routeTables != 0 && load<u32>(routeTables) != 0) return stepsAlong(load<u32>(routeTables), from, load<u16>(packet, K_TARGET));
  const router = blockOf(from) + byteOf(from);
  const x = abs((load<u8>(packet, K_X) as i32) - (load<u8>(router, R_X) as i32));
  const y = abs((load<u8>(packet, K_Y) as i32) - (load<u8>(router, R_Y) as i32));
  return (x + y) as u64;
}

function stepsAlong(table: usize, from: u32, to: u32): u64 {
  const tiles = load<u32>(H_TILES);
  let steps: u64 = 0;
  for (let tile = from; tile != to; steps++) tile = neighbour(tile, load<u8>(table + tile * tiles + to));
  return steps;
}
