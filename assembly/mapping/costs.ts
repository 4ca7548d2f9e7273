// What each node would cost on each core, given where the others are: its node cost, and for each of its edges that would be stretched
// what keeping it saves. Kept up to date from move to move, so that what a change costs is a difference of a few entries
// (delta tables, as in tabu search for the quadratic assignment problem: Taillard 1991). Only where a stretched edge costs the same
// however long it is: then nothing but neighbours counts.
import { arcNode, arcStart, arcWeight, cores, get, insertion, links, nodeCosts, nodes, set } from './problem';

let table: usize = 0; // nodes x cores

export function reserveCosts(at: usize, nodes: i32, cores: i32): usize {
  table = at;
  return table + (((nodes * cores) as usize) << 2);
}

/** Cost of a node on a core, but for insertions of unasked neighbours: 0 if it costs nothing there and all its partners are beside it. */
// @ts-ignore: decorator
@inline
export function costAt(u: i32, core: i32): i32 {
  return get(table, u * cores + core);
}

/** Costs where the nodes are at these cores. */
export function openCosts(place: usize): void {
  memory.copy(table, nodeCosts, ((nodes * cores) as usize) << 2);
  for (let u = 0; u < nodes; u++) addToRow(u, savedAtMost(u));
  for (let u = 0; u < nodes; u++) saveBeside(u, get(place, u), 1);
}

/** What a node's edges save if all are kept. */
function savedAtMost(u: i32): i32 {
  let sum = 0;
  for (let arc = get(arcStart, u), end = get(arcStart, u + 1); arc < end; arc++) sum += get(arcWeight, arc) + insertion;
  return sum;
}

function addToRow(u: i32, cost: i32): void {
  for (let core = 0; core < cores; core++) set(table, u * cores + core, costAt(u, core) + cost);
}

/** A node has gone from one core to another. */
export function followMove(u: i32, from: i32, to: i32): void {
  saveBeside(u, from, -1);
  saveBeside(u, to, 1);
}

/** What a node's partners save by an edge that is kept: its weight, and an insertion. */
function saveBeside(u: i32, core: i32, sign: i32): void {
  for (let arc = get(arcStart, u), end = get(arcStart, u + 1); arc < end; arc++) {
    const partner = table + (((get(arcNode, arc) * cores) as usize) << 2);
    const saved = sign * (get(arcWeight, arc) + insertion);
    for (let k = 0; k < 4; k++) {
      const next = get(links, core * 4 + k);
      if (next >= 0) set(partner, next, get(partner, next) - saved);
    }
  }
}

/** What the edge between two nodes saves while it is kept; 0 if there is none. */
export function savedBetween(u: i32, v: i32): i32 {
  for (let arc = get(arcStart, u), end = get(arcStart, u + 1); arc < end; arc++) {
    if (get(arcNode, arc) == v) return get(arcWeight, arc) + insertion;
  }
  return 0;
}
