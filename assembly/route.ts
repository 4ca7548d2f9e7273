// Routes (noc-model.md section 3; model.md sections 2 and 6): X first, or the direction that the tenant's table gives for a tile
// and a destination.
import { H_TILES, H_WIDTH, K_TARGET, K_TENANT, K_X, K_Y, P_ROUTES, R_X, R_Y } from './layout';
import { neighbour, routeTables } from './plane';

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

/** Links from one tile to another on the way of tenant 0. */
export function wayLength(plane: usize, from: u32, to: u32): u64 {
  const tables: usize = load<u32>(plane, P_ROUTES);
  return tables == 0 || load<u32>(tables) == 0 ? distance(from, to) : stepsAlong(load<u32>(tables), from, to);
}

function distance(from: u32, to: u32): u64 {
  const width = load<u32>(H_WIDTH);
  const dx = abs((from % width) as i32 - ((to % width) as i32));
  const dy = abs((from / width) as i32 - ((to / width) as i32));
  return (dx + dy) as u64;
}

function stepsAlong(table: usize, from: u32, to: u32): u64 {
  const tiles = load<u32>(H_TILES);
  let steps: u64 = 0;
  for (let tile = from; tile != to; steps++) tile = neighbour(tile, load<u8>(table + tile * tiles + to));
  return steps;
}
