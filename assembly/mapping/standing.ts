// The placement that growth makes and annealing changes: core of each node, node on each core, and its cost.
import { bestCost, keep } from './best';
import { NEEDS_CONNECTION } from './layout';
import { chosenNeighbours, cores, flood, get, links, nodes, set } from './problem';

/** Core of each node and node on each core, or -1. */
export let place: usize = 0;
export let owner: usize = 0;
let cost: i32 = 0;
let queue: usize = 0;
let seen: usize = 0;
let stamp: i32 = 0;

export function reserveStanding(at: usize, nodes: i32, cores: i32): usize {
  const ofNodes = (nodes as usize) << 2;
  const ofCores = (cores as usize) << 2;
  place = at;
  owner = place + ofNodes;
  queue = owner + ofCores;
  seen = queue + ofCores;
  return seen + ofCores;
}

export function openStanding(): void {
  stamp = 0;
  memory.fill(seen, 0, (cores as usize) << 2);
  clear();
}

/** Nothing is placed. */
export function clear(): void {
  for (let core = 0; core < cores; core++) set(owner, core, -1);
  for (let u = 0; u < nodes; u++) set(place, u, -1);
  cost = 0;
}

export function put(u: i32, core: i32, adds: i32): void {
  set(place, u, core);
  set(owner, core, u);
  cost += adds;
}

/** All nodes are placed, and hang together where they must: keep what stands if it is better than the best. Returns its cost. */
export function finish(adds: i32): i32 {
  cost += adds;
  if (cost < bestCost()) keep(place, cost);
  return cost;
}

/** Stand where another placement does. */
export function stand(other: usize, otherCost: i32): void {
  clear();
  for (let u = 0; u < nodes; u++) put(u, get(other, u), 0);
  cost = otherCost;
}

export function standingCost(): i32 {
  return cost;
}

/** Do all placed nodes hang together? True where they need not. */
export function isWhole(): bool {
  return load<i32>(NEEDS_CONNECTION) == 0 || flood(get(place, 0), owner, 0, queue, seen, ++stamp) == nodes;
}

/** Move a node and, where it goes to the core of node `x`, that one to where it was. */
export function shift(u: i32, from: i32, x: i32, to: i32): void {
  set(owner, from, x);
  set(owner, to, u);
  set(place, u, to);
  if (x >= 0) set(place, x, from);
}

/** After a node has left `from` for the free core `to`: mostly a look round `from` tells that it was no bridge. */
export function stillWhole(from: i32, to: i32): bool {
  if (load<i32>(NEEDS_CONNECTION) == 0 || nodes == 1) return true;
  return chosenNeighbours(owner, to) > 0 && (piecesAround(from) <= 1 || isWhole());
}

/** Into how many pieces the chosen neighbours of a core fall, held together by the chosen corners between them. */
function piecesAround(core: i32): i32 {
  let pieces = 0;
  for (let k = 0; k < 4; k++) {
    const turn = (k ^ 2) ^ (k >> 1); // the next way round
    if (!isChosen(core, k)) continue;
    if (!isChosen(core, turn) || !isChosen(get(links, core * 4 + k), turn)) pieces++;
  }
  return pieces;
}

/** Is there a chosen core beside this one, that way? */
// @ts-ignore: decorator
@inline
function isChosen(core: i32, way: i32): bool {
  const next = get(links, core * 4 + way);
  return next >= 0 && get(owner, next) >= 0;
}
