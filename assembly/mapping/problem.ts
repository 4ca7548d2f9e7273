// The problem in memory: request graph, free cores and costs; what a placement costs, and whether its cores hang together.
// Cost: weight x stretch(hops) of every requested edge, the insertion cost of every pair of chosen neighbours without an edge, and the
// cost of each node at its core. With stretch = 0, 1, 1, 1, ... this is graph edit distance without insertion or deletion of nodes.
import { COLUMN_AT, INSERTION_COST, LINKS_AT, MOST_HOPS, NODE_COST_AT, ROW_AT, STRETCH_AT } from './layout';
import { ARCS, ARC_NODE_AT, ARC_START_AT, ARC_WEIGHT_AT, CORES, NODES } from './layout';

/** Element of an array of i32. */
// @ts-ignore: decorator
@inline
export function get(array: usize, index: i32): i32 {
  return load<i32>(array + ((index as usize) << 2));
}

// @ts-ignore: decorator
@inline
export function set(array: usize, index: i32, value: i32): void {
  store<i32>(array + ((index as usize) << 2), value);
}

/** Pointer that the host reads as well: a word of the header. */
// @ts-ignore: decorator
@inline
export function section(word: usize): usize {
  return load<u32>(word);
}

export let nodes: i32 = 0;
export let cores: i32 = 0;
export let insertion: i32 = 0;
export let arcStart: usize = 0;
export let arcNode: usize = 0;
export let arcWeight: usize = 0;
export let links: usize = 0;
let columns: usize = 0;
let rows: usize = 0;
let stretch: usize = 0;
export let nodeCosts: usize = 0;
/** A stretched edge costs the same however long it is. */
export let flat: bool = false;

/** Take what the host has written. */
export function readProblem(): void {
  nodes = load<i32>(NODES);
  cores = load<i32>(CORES);
  insertion = load<i32>(INSERTION_COST);
  arcStart = section(ARC_START_AT);
  arcNode = section(ARC_NODE_AT);
  arcWeight = section(ARC_WEIGHT_AT);
  links = section(LINKS_AT);
  columns = section(COLUMN_AT);
  rows = section(ROW_AT);
  stretch = section(STRETCH_AT);
  nodeCosts = section(NODE_COST_AT);
  flat = stretched(2) == stretched(MOST_HOPS - 1);
}

/** Sections that the problem needs behind `from`; returns their end. */
export function reserveProblem(from: usize, nodes: i32, cores: i32, arcs: i32): usize {
  store<i32>(NODES, nodes);
  store<i32>(CORES, cores);
  store<i32>(ARCS, arcs);
  let at = take(ARC_START_AT, from, nodes + 1);
  at = take(ARC_NODE_AT, at, arcs);
  at = take(ARC_WEIGHT_AT, at, arcs);
  at = take(NODE_COST_AT, at, nodes * cores);
  at = take(LINKS_AT, at, cores * 4);
  at = take(COLUMN_AT, at, cores);
  at = take(ROW_AT, at, cores);
  return take(STRETCH_AT, at, MOST_HOPS);
}

/** Note where a section of so many i32 begins; returns its end. */
export function take(word: usize, at: usize, length: i32): usize {
  store<u32>(word, at as u32);
  return at + ((length as usize) << 2);
}

// @ts-ignore: decorator
@inline
export function nodeCost(node: i32, core: i32): i32 {
  return get(nodeCosts, node * cores + core);
}

// @ts-ignore: decorator
@inline
export function hops(a: i32, b: i32): i32 {
  return abs(get(columns, a) - get(columns, b)) + abs(get(rows, a) - get(rows, b));
}

/** Cost of an edge of weight 1 whose ends are so many hops apart. */
// @ts-ignore: decorator
@inline
export function stretched(hops: i32): i32 {
  return get(stretch, hops);
}

/** What a requested edge adds; a kept one takes back the insertion that its pair of neighbours is counted for. */
// @ts-ignore: decorator
@inline
export function edgeCost(weight: i32, hops: i32): i32 {
  return weight * stretched(hops) - (hops == 1 ? insertion : 0);
}

/** Chosen neighbours of a core. `owner`: node on each core, or -1. */
export function chosenNeighbours(owner: usize, core: i32): i32 {
  let count = 0;
  for (let k = 0; k < 4; k++) {
    const next = get(links, core * 4 + k);
    if (next >= 0 && get(owner, next) >= 0) count++;
  }
  return count;
}

/** Cost of a placement. `place`: core of each node, or -1; `owner`: its inverse. */
export function costOf(place: usize, owner: usize): i32 {
  let cost = 0;
  let ends = 0;
  for (let u = 0; u < nodes; u++) {
    const core = get(place, u);
    if (core < 0) continue;
    cost += nodeCost(u, core);
    ends += chosenNeighbours(owner, core);
    for (let arc = get(arcStart, u), end = get(arcStart, u + 1); arc < end; arc++) {
      const v = get(arcNode, arc);
      if (v > u && get(place, v) >= 0) cost += edgeCost(get(arcWeight, arc), hops(core, get(place, v)));
    }
  }
  return cost + (ends >> 1) * insertion;
}

/**
 * How many cores hang together with `from`, of those whose entry in `member` is at least `least`.
 * @param queue room for `cores` i32; holds the cores found
 * @param seen cores; entries equal to `stamp` count as seen
 */
export function flood(from: i32, member: usize, least: i32, queue: usize, seen: usize, stamp: i32): i32 {
  let tail = 1;
  set(queue, 0, from);
  set(seen, from, stamp);
  for (let head = 0; head < tail; head++) {
    const core = get(queue, head);
    for (let k = 0; k < 4; k++) {
      const next = get(links, core * 4 + k);
      if (next < 0 || get(seen, next) == stamp || get(member, next) < least) continue;
      set(seen, next, stamp);
      set(queue, tail++, next);
    }
  }
  return tail;
}
