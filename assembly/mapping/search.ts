// Branch and bound, depth first, in rounds: a round finds every placement up to its limit, or shows that there is none; the limit
// rises from the bound at the root to one below the best placement, so that the bound is known at any time. Each step places
// the node with the fewest cores that the bound leaves to it. The stack stands in memory, so a search can pause after any step.
import { matrix, reduced } from './assignment';
import { bestCost, keep } from './best';
import { boundOf, columnCore, columnsLeft, owner, place, rowNode, rowsLeft, savePrices, struckBound } from './bound';
import { stand } from './standing';
import { FIRST_NODE, INFEASIBLE, LOWER_BOUND, NONE, PROVEN, SEARCHED, SEARCHING } from './layout';
import { arcNode, arcStart, arcWeight, chosenNeighbours, cores, edgeCost, get, hops, insertion, nodeCost, nodes, set } from './problem';

let depth: i32 = -1; // nodes placed; -1 between rounds
let limit: i32 = 0; // of this round
let nextBound: i32 = 0; // least bound above the limit that this round has met
let anchor: i32 = -1; // a node that stays where it is, while a window is searched
// of each depth, of the whole search and of one in a window
let whole: usize = 0;
let window: usize = 0;
let depths: usize = 0;
let places: usize = 0;
let chosen: usize = 0; // node that it places
let tried: usize = 0; // candidates taken so far
let candidates: usize = 0; // how many there are
let cost: usize = 0; // of what is placed
let candidate: usize = 0; // cores, `cores` for each depth, best first
let candidateBound: usize = 0; // doubled bound of each
let prices: usize = 0; // column prices and pairs that the bound ended with; those of depth 0 start a round
let pairs: usize = 0;

export function reserveSearch(at: usize, nodes: i32, cores: i32): usize {
  depths = ((nodes + 2) as usize) << 2;
  places = depths * (cores as usize);
  whole = at;
  window = whole + 4 * depths + 3 * places + depths * (nodes as usize);
  return window + 4 * depths + 3 * places + depths * (nodes as usize);
}

function useStack(at: usize): void {
  chosen = at;
  tried = chosen + depths;
  candidates = tried + depths;
  cost = candidates + depths;
  candidate = cost + depths;
  candidateBound = candidate + places;
  prices = candidateBound + places;
  pairs = prices + places;
}

export function openSearch(): void {
  depth = -1;
  anchor = -1;
  useStack(whole);
  store<i32>(LOWER_BOUND, 0);
  store<i32>(SEARCHED, 0);
  freshPrices();
}

function freshPrices(): void {
  for (let core = 0; core < cores; core++) set(prices, core, 0);
  for (let u = 0; u < nodes; u++) set(pairs, u, -1);
}

/**
 * Search for a better way to place the nodes that are not placed in the window's placement; the others stay.
 * @param stays one of those @param spent what they cost @param most cost that is not good enough any more
 */
export function searchWindow(stays: i32, spent: i32, most: i32, budget: i32): void {
  const heldDepth = depth;
  const heldLimit = limit;
  const heldBound = nextBound;
  useStack(window);
  anchor = stays;
  limit = most - 1;
  depth = 0;
  set(cost, 0, spent);
  freshPrices();
  open();
  for (let i = 0; i < budget && depth >= 0; i++) step();
  useStack(whole);
  anchor = -1;
  depth = heldDepth;
  limit = heldLimit;
  nextBound = heldBound;
}

/** Open at most `budget` search nodes. Returns SEARCHING, PROVEN or INFEASIBLE. */
export function advance(budget: i32): i32 {
  for (let i = 0; i < budget; i++) {
    if (load<i32>(LOWER_BOUND) >= bestCost()) return bestCost() >= NONE ? INFEASIBLE : PROVEN;
    if (depth < 0) beginRound();
    else step();
  }
  return load<i32>(LOWER_BOUND) < bestCost() ? SEARCHING : bestCost() >= NONE ? INFEASIBLE : PROVEN;
}

function beginRound(): void {
  const bound = load<i32>(LOWER_BOUND);
  limit = min(bestCost() - 1, bound + ((bestCost() >= NONE ? bound : bestCost() - bound) >> 3));
  nextBound = NONE;
  depth = 0;
  set(cost, 0, 0);
  open();
}

/** No placement costs less than this round's limit now is; what it met above it bounds the rest. */
function endRound(): void {
  depth = -1;
  store<i32>(LOWER_BOUND, min(bestCost(), max(limit + 1, nextBound)));
}

/** Take the next candidate of the present depth, or go back. */
function step(): void {
  if (anchor < 0) limit = min(limit, bestCost() - 1);
  const at = get(tried, depth);
  const entry = depth * cores + at;
  if (at < get(candidates, depth) && get(candidateBound, entry) <= 2 * limit) {
    set(tried, depth, at + 1);
    put(get(chosen, depth), get(candidate, entry));
    open();
    return;
  }
  if (at < get(candidates, depth)) nextBound = min(nextBound, (get(candidateBound, entry) + 1) >> 1);
  back();
}

function back(): void {
  if (depth == 0) {
    if (anchor < 0) endRound();
    else depth = -1;
    return;
  }
  depth--;
  const u = get(chosen, depth);
  set(owner, get(place, u), -1);
  set(place, u, -1);
}

function put(u: i32, core: i32): void {
  let sum = get(cost, depth) + nodeCost(u, core) + chosenNeighbours(owner, core) * insertion;
  for (let arc = get(arcStart, u), end = get(arcStart, u + 1); arc < end; arc++) {
    const other = get(place, get(arcNode, arc));
    if (other >= 0) sum += edgeCost(get(arcWeight, arc), hops(core, other));
  }
  set(place, u, core);
  set(owner, core, u);
  set(cost, ++depth, sum);
}

/** Look at the partial placement that was just reached: finish, cut off, or gather candidates. */
function open(): void {
  store<i32>(SEARCHED, load<i32>(SEARCHED) + 1);
  set(tried, depth, 0);
  set(candidates, depth, 0);
  const from = max(0, depth - 1);
  const spent = 2 * get(cost, depth);
  const first = depth > 0 ? get(chosen, 0) : anchor;
  const bound = boundOf(first, 2 * limit - spent, pricesAt(from), pairsAt(from));
  if (struckBound < NONE) nextBound = min(nextBound, (spent + struckBound + 1) >> 1);
  if (bound >= NONE >> 1) return;
  if (spent + bound > 2 * limit) {
    nextBound = min(nextBound, (spent + bound + 1) >> 1);
    return;
  }
  if (rowsLeft == 0) return complete();
  savePrices(pricesAt(depth), pairsAt(depth));
  gather(first < 0 ? rowOfNode(load<i32>(FIRST_NODE)) : narrowest(2 * limit - spent - bound), spent + bound);
}

function complete(): void {
  const sum = get(cost, depth);
  keep(place, sum);
  if (anchor < 0) return;
  limit = sum - 1;
  stand(place, sum);
}

// @ts-ignore: decorator
@inline
function pricesAt(depth: i32): usize {
  return prices + (((depth * cores) as usize) << 2);
}

// @ts-ignore: decorator
@inline
function pairsAt(depth: i32): usize {
  return pairs + (((depth * nodes) as usize) << 2);
}

function rowOfNode(u: i32): i32 {
  let row = 0;
  while (get(rowNode, row) != u) row++;
  return row;
}

/** The row that the fewest columns are left to. */
function narrowest(slack: i32): i32 {
  let best = 0;
  let fewest = NONE;
  for (let row = 0; row < rowsLeft; row++) {
    let count = 0;
    for (let c = 0; c < columnsLeft && count < fewest; c++) if (reduced(row, c) <= slack) count++;
    if (count >= fewest) continue;
    fewest = count;
    best = row;
    if (count == 1) break;
  }
  return best;
}

/** Columns of a row as candidates of this depth, in ascending order of their bounds; the first one beyond the limit ends the list. */
function gather(row: i32, bound: i32): void {
  const cands = candidate + (((depth * cores) as usize) << 2);
  const bounds = candidateBound + (((depth * cores) as usize) << 2);
  let count = 0;
  for (let c = 0; c < columnsLeft; c++) {
    if (get(matrix, row * columnsLeft + c) >= NONE >> 1) continue;
    const total = bound + reduced(row, c);
    let at = count++;
    while (at > 0 && get(bounds, at - 1) > total) {
      set(bounds, at, get(bounds, at - 1));
      set(cands, at, get(cands, at - 1));
      at--;
    }
    set(bounds, at, total);
    set(cands, at, get(columnCore, c));
  }
  set(chosen, depth, get(rowNode, row));
  set(candidates, depth, count);
}
