// Simulated annealing (Kirkpatrick 1983) over whole placements: a node moves beside one of its partners or beside any chosen core, and
// changes places with the node that is there. Where cores must hang together a move that tears them is undone. And the greedy
// growth of a first placement: one node after the other, each on the cheapest core beside those that are taken.
import { bestCost, bestPlacement, keep } from './best';
import { NEEDS_CONNECTION, NONE, SCALE, SEED, THRESHOLDS, THRESHOLD_AT } from './layout';
import { arcNode, arcStart, arcWeight, chosenNeighbours, cores, edgeCost, flood, get, hops, insertion } from './problem';
import { links, nodeCost, nodes, section, set } from './problem';
import { random, seedRandom } from './random';

/** Temperatures in units of what one stretched edge costs. */
const HOT: f64 = 0.6;
const STAGES: i32 = 64;
/** From one stage to the next: the last one is at 0.2. */
const COOLING: f64 = 0.983;

let place: usize = 0;
let owner: usize = 0;
let order: usize = 0; // nodes as growth takes them: partners one after the other
let queue: usize = 0;
let seen: usize = 0;
let stamp: i32 = 0;
let cost: i32 = 0;

export function reserveAnneal(at: usize, nodes: i32, cores: i32): usize {
  const ofNodes = (nodes as usize) << 2;
  const ofCores = (cores as usize) << 2;
  place = at;
  order = place + ofNodes;
  owner = order + ofNodes;
  queue = owner + ofCores;
  seen = queue + ofCores;
  return seen + max(ofCores, ofNodes);
}

export function openAnneal(): void {
  seedRandom(load<u32>(SEED));
  stamp = 0;
  memory.fill(seen, 0, (max(cores, nodes) as usize) << 2);
  orderNodes();
  memory.fill(seen, 0, (max(cores, nodes) as usize) << 2);
}

/** Breadth first through the request, from its first node. */
function orderNodes(): void {
  let tail = 0;
  let head = 0;
  for (let u = 0; u < nodes; u++) {
    if (get(seen, u) != 0) continue;
    set(seen, u, 1);
    set(order, tail++, u);
    for (; head < tail; head++) {
      const from = get(order, head);
      for (let arc = get(arcStart, from), end = get(arcStart, from + 1); arc < end; arc++) {
        const next = get(arcNode, arc);
        if (get(seen, next) != 0) continue;
        set(seen, next, 1);
        set(order, tail++, next);
      }
    }
  }
}

/** Grow a placement from a core and keep it if it is better; false if there is no room. */
export function grow(core: i32): bool {
  for (let c = 0; c < cores; c++) set(owner, c, -1);
  for (let u = 0; u < nodes; u++) set(place, u, -1);
  let sum = 0;
  for (let i = 0; i < nodes; i++) {
    const u = get(order, i);
    const at = i == 0 ? core : cheapest(u, i);
    if (at < 0) return false;
    sum += additional(u, at);
    set(place, u, at);
    set(owner, at, u);
  }
  cost = sum;
  keep(place, cost);
  return true;
}

/** The cheapest free core beside those of the first `placed` nodes; if there is none, any, where that is allowed. */
function cheapest(u: i32, placed: i32): i32 {
  let best = -1;
  let least = i32.MAX_VALUE;
  for (let i = 0; i < placed; i++) {
    const from = get(place, get(order, i)) * 4;
    for (let k = 0; k < 4; k++) {
      const core = get(links, from + k);
      if (core < 0 || get(owner, core) >= 0) continue;
      const sum = 8 * additional(u, core) + freeNeighbours(core);
      if (sum >= least) continue;
      least = sum;
      best = core;
    }
  }
  if (best >= 0 || load<i32>(NEEDS_CONNECTION) != 0) return best;
  for (let core = 0; core < cores; core++) if (get(owner, core) < 0) return core;
  return -1;
}

function freeNeighbours(core: i32): i32 {
  let count = 0;
  for (let k = 0; k < 4; k++) {
    const next = get(links, core * 4 + k);
    if (next >= 0 && get(owner, next) < 0) count++;
  }
  return count;
}

/** What a node adds on a free core, given those that are placed. */
function additional(u: i32, core: i32): i32 {
  let sum = nodeCost(u, core) + chosenNeighbours(owner, core) * insertion;
  for (let arc = get(arcStart, u), end = get(arcStart, u + 1); arc < end; arc++) {
    const other = get(place, get(arcNode, arc));
    if (other >= 0) sum += edgeCost(get(arcWeight, arc), hops(core, other));
  }
  return sum;
}

/** One annealing from hot to cold over so many moves, from the best placement or from one grown at a random core. */
export function annealFor(moves: i32): void {
  if (bestCost() >= NONE || random(2) == 0) {
    if (!grow(random(cores))) return;
  } else {
    restart();
  }
  const scale = (load<i32>(SCALE) as f64) * 65536;
  let heat = HOT;
  for (let stage = 0; stage < STAGES; stage++) {
    const temperature = (heat * scale) as i64;
    for (let i = moves / STAGES; i > 0; i--) tryMove(temperature);
    heat *= COOLING;
  }
}

function restart(): void {
  memory.copy(place, bestPlacement(), (nodes as usize) << 2);
  for (let core = 0; core < cores; core++) set(owner, core, -1);
  for (let u = 0; u < nodes; u++) set(owner, get(place, u), u);
  cost = bestCost();
}

/** @param temperature in 1/65536 of a cost */
function tryMove(temperature: i64): void {
  const u = random(nodes);
  const from = get(place, u);
  const to = target(u);
  if (to < 0 || to == from) return;
  const x = get(owner, to);
  const delta = x >= 0 ? swapDelta(u, from, x, to) : moveDelta(u, from, to);
  if (delta > 0) {
    const threshold = get(section(THRESHOLD_AT), random(THRESHOLDS)) as i64;
    if (((delta as i64) << 32) > temperature * threshold) return;
  }
  shift(u, from, x, to);
  if (x < 0 && !stillConnected(from, to)) return shift(u, to, x, from);
  cost += delta;
  if (cost < bestCost()) keep(place, cost);
}

/** A core beside one of the node's partners, or beside any chosen core. */
function target(u: i32): i32 {
  const start = get(arcStart, u);
  const count = get(arcStart, u + 1) - start;
  const beside = count > 0 && random(4) != 0 ? get(arcNode, start + random(count)) : random(nodes);
  return get(links, get(place, beside) * 4 + random(4));
}

function edgesAt(u: i32, core: i32, without: i32): i32 {
  let sum = nodeCost(u, core);
  for (let arc = get(arcStart, u), end = get(arcStart, u + 1); arc < end; arc++) {
    const v = get(arcNode, arc);
    if (v != without) sum += edgeCost(get(arcWeight, arc), hops(core, get(place, v)));
  }
  return sum;
}

function swapDelta(u: i32, from: i32, x: i32, to: i32): i32 {
  return edgesAt(u, to, x) - edgesAt(u, from, x) + edgesAt(x, from, u) - edgesAt(x, to, u);
}

function moveDelta(u: i32, from: i32, to: i32): i32 {
  const neighbours = chosenNeighbours(owner, to) - (hops(from, to) == 1 ? 1 : 0) - chosenNeighbours(owner, from);
  return edgesAt(u, to, -1) - edgesAt(u, from, -1) + neighbours * insertion;
}

function shift(u: i32, from: i32, x: i32, to: i32): void {
  set(owner, from, x);
  set(owner, to, u);
  set(place, u, to);
  if (x >= 0) set(place, x, from);
}

/** After a node has left `from` for `to`: a core with one other neighbour was no bridge. */
function stillConnected(from: i32, to: i32): bool {
  if (load<i32>(NEEDS_CONNECTION) == 0 || nodes == 1) return true;
  if (chosenNeighbours(owner, to) == 0) return false;
  const others = chosenNeighbours(owner, from) - (hops(from, to) == 1 ? 1 : 0);
  if (others <= 1) return true;
  return flood(to, owner, 0, queue, seen, ++stamp) == nodes;
}
