// The best placement so far. Search, annealing and the host's offers all improve the same one.
import { BEST_AT, BEST_COST, NEEDS_CONNECTION, NONE, OFFER_AT } from './layout';
import { cores, costOf, flood, get, nodes, section, set, take } from './problem';

let best: usize = 0;
let offered: usize = 0;
let owner: usize = 0;
let queue: usize = 0;
let seen: usize = 0;

export function reserveBest(from: usize, nodes: i32, cores: i32): usize {
  let at = take(BEST_AT, from, nodes);
  at = take(OFFER_AT, at, nodes);
  owner = at;
  queue = owner + ((cores as usize) << 2);
  seen = queue + ((cores as usize) << 2);
  return seen + ((cores as usize) << 2);
}

export function openBest(): void {
  best = section(BEST_AT);
  offered = section(OFFER_AT);
  store<i32>(BEST_COST, NONE);
}

// @ts-ignore: decorator
@inline
export function bestCost(): i32 {
  return load<i32>(BEST_COST);
}

/** Keep a placement if it costs less than the best; its cores hang together where they must. */
export function keep(place: usize, cost: i32): void {
  if (cost >= bestCost()) return;
  memory.copy(best, place, (nodes as usize) << 2);
  store<i32>(BEST_COST, cost);
}

/** Look at what the host has written at OFFER_AT: a core for each node, none twice. False if it is torn and must not be. */
export function takeOffer(): bool {
  for (let core = 0; core < cores; core++) {
    set(owner, core, -1);
    set(seen, core, 0);
  }
  for (let u = 0; u < nodes; u++) set(owner, get(offered, u), u);
  if (load<i32>(NEEDS_CONNECTION) != 0 && flood(get(offered, 0), owner, 0, queue, seen, 1) < nodes) return false;
  keep(offered, costOf(offered, owner));
  return true;
}
