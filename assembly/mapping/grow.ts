// Greedy growth of a placement, one node after the other, each on the cheapest core beside those that are taken: from one core, or
// around what the host has placed already.
import { NEEDS_CONNECTION, NONE, OFFER_AT } from './layout';
import { arcNode, arcStart, arcWeight, chosenNeighbours, cores, edgeCost, get, hops, insertion, links } from './problem';
import { nodeCost, nodes, section, set } from './problem';
import { random } from './random';
import { clear, finish, isWhole, owner, place, put } from './standing';

let order: usize = 0; // nodes as growth takes them: partners one after the other
let met: usize = 0;

export function reserveGrowth(at: usize, nodes: i32): usize {
  order = at;
  met = order + ((nodes as usize) << 2);
  return met + ((nodes as usize) << 2);
}

/** Order of growth: breadth first through the request, from its first node. */
export function openGrowth(): void {
  memory.fill(met, 0, (nodes as usize) << 2);
  let tail = 0;
  let head = 0;
  for (let u = 0; u < nodes; u++) {
    if (get(met, u) != 0) continue;
    set(met, u, 1);
    set(order, tail++, u);
    for (; head < tail; head++) {
      const from = get(order, head);
      for (let arc = get(arcStart, from), end = get(arcStart, from + 1); arc < end; arc++) {
        const next = get(arcNode, arc);
        if (get(met, next) != 0) continue;
        set(met, next, 1);
        set(order, tail++, next);
      }
    }
  }
}

/** Grow a placement from a core, or from any if it is -1. Returns its cost, NONE if there is no room. */
export function growFrom(core: i32): i32 {
  clear();
  const first = core < 0 ? random(cores) : core;
  const u = get(order, 0);
  put(u, first, nodeCost(u, first));
  return fill();
}

/** Grow around the nodes that the host has placed at OFFER_AT. Returns the cost, NONE if there is no room or what comes out is torn. */
export function growAround(): i32 {
  clear();
  const offered = section(OFFER_AT);
  for (let u = 0; u < nodes; u++) {
    const core = get(offered, u);
    if (core >= 0) put(u, core, additional(u, core));
  }
  return fill();
}

function fill(): i32 {
  for (let i = 0; i < nodes; i++) {
    const u = get(order, i);
    if (get(place, u) >= 0) continue;
    const core = cheapest(u);
    if (core < 0) return NONE;
    put(u, core, additional(u, core));
  }
  return isWhole() ? finish(0) : NONE;
}

/** The cheapest free core beside those that are taken; if there is none, any, where that is allowed. */
function cheapest(u: i32): i32 {
  let best = -1;
  let least = i32.MAX_VALUE;
  for (let v = 0; v < nodes; v++) {
    const taken = get(place, v);
    if (taken < 0) continue;
    for (let k = 0; k < 4; k++) {
      const core = get(links, taken * 4 + k);
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
