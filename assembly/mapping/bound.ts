// A lower bound for all ways to complete a partial placement: an assignment of the nodes that are left to the cores that are left.
// A pair's cost counts the node's edges to placed nodes and its unasked neighbours exactly, and of its edges to other nodes that are
// left those that it cannot keep because its core has too few free neighbours, or asks for too many: half, for the other end may
// count the same edge. All costs here are doubled, so that halves are whole. Cores that are too far from the placed ones are left out.
import { solve, setSize, matrix, rowOf, columnOf, columnPrice } from './assignment';
import { CANON_AT, FIRST_NODE, NEEDS_CONNECTION, NONE, ORBIT_AT, ORDER_AT, PAIRS } from './layout';
import { strike } from './pairs';
import { arcNode, arcStart, arcWeight, chosenNeighbours, cores, edgeCost, flat, flood, get, insertion } from './problem';
import { hops, links, nodeCost, nodes, section, set, stretched } from './problem';

/** Rounds of striking out and solving again. */
const PASSES = 2;

/** The partial placement: core of each node and node on each core, or -1. */
export let place: usize = 0;
export let owner: usize = 0;
/** Least bound of the completions that were left out because they cost more than the limit. */
export let struckBound: i32 = NONE;
/** Node of each row and core of each column of the assignment. */
export let rowNode: usize = 0;
export let columnCore: usize = 0;
/** Row of each node, and how many partners of each row's node are left. */
export let rowAt: usize = 0;
export let rowLeft: usize = 0;
export let rowsLeft: i32 = 0;
export let columnsLeft: i32 = 0;

export let columnAt: usize = 0; // column of each core, or -1
let alive: usize = 0; // 1: in a piece of the chip that is large enough
let seen: usize = 0;
let queue: usize = 0;
let later: usize = 0;
export let around: usize = 0; // of each column: free neighbours
let ahead: usize = 0; // doubled cost that a node will lose on a core with 0 to 4 free neighbours
let unasked: usize = 0; // of each column: doubled cost of its placed neighbours, were none of them asked for
let lowest: usize = 0; // least and most core that a node may take, by the order of symmetric nodes
let highest: usize = 0;
let stamp: i32 = 0;
let ofWhole: usize = 0; // the placement of the whole search, and of one in a window
let ofWindow: usize = 0;

export function reserveBound(at: usize, nodes: i32, cores: i32): usize {
  const ofNodes = (nodes as usize) << 2;
  const ofCores = (cores as usize) << 2;
  ofWhole = at;
  ofWindow = ofWhole + ofNodes + ofCores;
  rowNode = ofWindow + ofNodes + ofCores;
  rowAt = rowNode + ofNodes;
  rowLeft = rowAt + ofNodes;
  lowest = rowLeft + ofNodes;
  highest = lowest + ofNodes;
  columnCore = highest + ofNodes;
  columnAt = columnCore + ofCores;
  alive = columnAt + ofCores;
  seen = alive + ofCores;
  queue = seen + ofCores;
  later = queue + ofCores;
  around = later + ofCores;
  unasked = around + ofCores;
  ahead = unasked + ofCores;
  return ahead + 32;
}

/** Which placement is meant: that of the whole search, or of one in a window. */
export function usePlacement(inWindow: bool): void {
  place = inWindow ? ofWindow : ofWhole;
  owner = place + ((nodes as usize) << 2);
}

/** Nothing is placed. False if no piece of the chip is large enough. */
export function openBound(): bool {
  stamp = 0;
  usePlacement(false);
  for (let u = 0; u < nodes; u++) set(place, u, -1);
  for (let core = 0; core < cores; core++) {
    set(owner, core, -1);
    set(alive, core, 0);
    set(seen, core, 0);
  }
  let any = false;
  for (let core = 0; core < cores; core++) {
    if (get(seen, core) != 0) continue;
    const size = flood(core, alive, 0, queue, seen, 1);
    if (load<i32>(NEEDS_CONNECTION) != 0 && size < nodes) continue;
    for (let i = 0; i < size; i++) set(alive, get(queue, i), 1);
    any = true;
  }
  stamp = 1;
  return any && cores >= nodes;
}

/**
 * Doubled bound on what the nodes that are left will add, or the first bound above `limit`.
 * @param first any placed node, or -1
 * @param prices pairs of a placement with one node less, to start from
 */
export function boundOf(first: i32, limit: i32, prices: usize, pairs: usize): i32 {
  struckBound = NONE;
  collectRows();
  if (!collectColumns(first)) return NONE;
  if (rowsLeft == 0) return 0;
  describeColumns();
  orderLimits();
  for (let row = 0; row < rowsLeft; row++) fillRow(row);
  setSize(rowsLeft, columnsLeft);
  loadPrices(prices, pairs);
  let bound = solve(limit);
  for (let pass = 0; pass < PASSES && bound <= limit; pass++) {
    const rise = strike(limit - bound);
    if (rise >= NONE) break;
    struckBound = min(struckBound, bound + rise);
    bound = solve(limit);
  }
  return bound;
}

function collectRows(): void {
  let rows = 0;
  for (let u = 0; u < nodes; u++) {
    if (get(place, u) >= 0) continue;
    set(rowAt, u, rows);
    set(rowNode, rows++, u);
  }
  rowsLeft = rows;
}

/** Free cores that may still be used. False if the placed ones cannot be joined, or too few are left. */
function collectColumns(first: i32): bool {
  const everywhere = first < 0 || load<i32>(NEEDS_CONNECTION) == 0;
  if (!everywhere && !reach(get(place, first))) return false;
  let columns = 0;
  for (let core = 0; core < cores; core++) {
    const usable = get(owner, core) < 0 && (everywhere ? get(alive, core) != 0 : get(seen, core) == stamp);
    set(columnAt, core, usable ? columns : -1);
    if (usable) set(columnCore, columns++, core);
  }
  columnsLeft = columns;
  return columns >= rowsLeft;
}

/** Mark what can be reached from a core with at most `rowsLeft` free cores on the way; false if that leaves out a placed core. */
function reach(from: i32): bool {
  let now = queue;
  let next = later;
  let count = 1;
  let placed = 0;
  stamp++;
  set(now, 0, from);
  set(seen, from, stamp);
  for (let distance = 0; count > 0 && distance <= rowsLeft; distance++) {
    let after = 0;
    for (let head = 0; head < count; head++) {
      const core = get(now, head);
      if (get(owner, core) >= 0) placed++;
      for (let k = 0; k < 4; k++) {
        const other = get(links, core * 4 + k);
        if (other < 0 || get(seen, other) == stamp) continue;
        const free = get(owner, other) < 0;
        if (free && distance == rowsLeft) continue;
        set(seen, other, stamp);
        if (free) set(next, after++, other);
        else set(now, count++, other);
      }
    }
    const spent = now;
    now = next;
    next = spent;
    count = after;
  }
  return placed == nodes - rowsLeft;
}

function describeColumns(): void {
  for (let c = 0; c < columnsLeft; c++) {
    const core = get(columnCore, c);
    let free = 0;
    for (let k = 0; k < 4; k++) {
      const next = get(links, core * 4 + k);
      if (next >= 0 && get(columnAt, next) >= 0) free++;
    }
    set(around, c, free);
    set(unasked, c, 2 * insertion * chosenNeighbours(owner, core));
  }
}

/** Symmetric nodes come in one order only: what that leaves to each node, given those that are placed. */
function orderLimits(): void {
  for (let u = 0; u < nodes; u++) {
    set(lowest, u, 0);
    set(highest, u, cores);
  }
  const pairs = section(ORDER_AT);
  for (let i = 0, end = load<i32>(PAIRS) * 2; i < end; i += 2) {
    const u = get(pairs, i);
    const v = get(pairs, i + 1);
    if (get(place, u) >= 0) set(lowest, v, max(get(lowest, v), get(place, u) + 1));
    if (get(place, v) >= 0) set(highest, u, min(get(highest, u), get(place, v)));
  }
}

/** Costs of one node on every core that is left. */
function fillRow(row: i32): void {
  const u = get(rowNode, row);
  const costs = matrix + (((row * columnsLeft) as usize) << 2);
  set(rowLeft, row, lookAhead(u));
  const fixed = flat ? placedWeight(u) : 0;
  for (let c = 0; c < columnsLeft; c++) {
    const core = get(columnCore, c);
    set(costs, c, fixed + get(ahead, get(around, c)) + get(unasked, c) + 2 * nodeCost(u, core));
  }
  for (let arc = get(arcStart, u), end = get(arcStart, u + 1); arc < end; arc++) {
    const core = get(place, get(arcNode, arc));
    if (core < 0) continue;
    if (flat) keepNeighbours(costs, core, get(arcWeight, arc));
    else stretchAll(costs, core, get(arcWeight, arc));
  }
  forbid(u, costs);
}

/** For 0 to 4 free neighbours: weights of the edges among those left that cannot be kept, and pairs that were not asked for.
 * Returns how many partners are left. */
function lookAhead(u: i32): i32 {
  const end = get(arcStart, u + 1);
  let left = 0;
  for (let arc = get(arcStart, u); arc < end; arc++) if (get(place, get(arcNode, arc)) < 0) left++;
  const spare = columnsLeft - rowsLeft;
  for (let free = 0; free <= 4; free++) {
    let cost = max(0, free - spare - left) * insertion;
    let lost = left - free;
    for (let arc = get(arcStart, u); lost > 0; arc++) {
      if (get(place, get(arcNode, arc)) >= 0) continue;
      cost += get(arcWeight, arc) * stretched(2);
      lost--;
    }
    set(ahead, free, cost);
  }
  return left;
}

/** Doubled cost of a node's edges to placed nodes, were all of them stretched. */
function placedWeight(u: i32): i32 {
  let weight = 0;
  for (let arc = get(arcStart, u), end = get(arcStart, u + 1); arc < end; arc++) {
    if (get(place, get(arcNode, arc)) >= 0) weight += get(arcWeight, arc);
  }
  return 2 * weight * stretched(2);
}

function keepNeighbours(costs: usize, core: i32, weight: i32): void {
  const gain = 2 * (edgeCost(weight, 2) - edgeCost(weight, 1));
  for (let k = 0; k < 4; k++) {
    const next = get(links, core * 4 + k);
    if (next < 0) continue;
    const c = get(columnAt, next);
    if (c >= 0) set(costs, c, get(costs, c) - gain);
  }
}

function stretchAll(costs: usize, core: i32, weight: i32): void {
  for (let c = 0; c < columnsLeft; c++) {
    set(costs, c, get(costs, c) + 2 * edgeCost(weight, hops(core, get(columnCore, c))));
  }
}

/** Cores that only a mirror image of this placement would use. */
function forbid(u: i32, costs: usize): void {
  const first = get(place, load<i32>(FIRST_NODE));
  const from = get(section(ORBIT_AT), u) != 0 ? first : -1;
  if (from < 0 && get(lowest, u) == 0 && get(highest, u) == cores) return;
  const canon = section(CANON_AT);
  for (let c = 0; c < columnsLeft; c++) {
    const core = get(columnCore, c);
    if (get(canon, core) < from || core < get(lowest, u) || core >= get(highest, u)) set(costs, c, NONE);
  }
}

/** Take over prices and pairs that `savePrices` kept. */
function loadPrices(prices: usize, pairs: usize): void {
  for (let c = 0; c < columnsLeft; c++) {
    set(columnPrice, c, get(prices, get(columnCore, c)));
    set(rowOf, c, -1);
  }
  for (let row = 0; row < rowsLeft; row++) {
    const core = get(pairs, get(rowNode, row));
    const c = core < 0 ? -1 : get(columnAt, core);
    set(columnOf, row, c);
    if (c >= 0) set(rowOf, c, row);
  }
}

export function savePrices(prices: usize, pairs: usize): void {
  for (let core = 0; core < cores; core++) set(prices, core, 0);
  for (let c = 0; c < columnsLeft; c++) set(prices, get(columnCore, c), get(columnPrice, c));
  for (let row = 0; row < rowsLeft; row++) set(pairs, get(rowNode, row), get(columnCore, get(columnOf, row)));
}
