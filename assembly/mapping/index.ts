// The door of the mapping search, a module of its own beside the machine: reserve, write the problem, open, then search, grow and
// anneal in slices until it is proven or time is up. Sections of the problem stand in the header that layout.ts describes.
import { reserveAssignment } from './assignment';
import { annealFor, openAnneal, reserveAnneal } from './anneal';
import { openBest, reserveBest, takeOffer } from './best';
import { openBound, reserveBound } from './bound';
import { reserveCosts } from './costs';
import { growAround, growFrom, openGrowth, reserveGrowth } from './grow';
import { CANON_AT, END, INFEASIBLE, NONE, ORBIT_AT, ORDER_AT, SEARCHING, THRESHOLDS, THRESHOLD_AT, LOWER_BOUND } from './layout';
import { reservePairs } from './pairs';
import { readProblem, reserveProblem, take } from './problem';
import { advance, openSearch, reserveSearch } from './search';
import { openStanding, reserveStanding, standingCost } from './standing';
import { openWindow, refitWindows, reserveWindow } from './window';

export * from './layout';

/** Lay out memory for a problem of this size, with room for so many pairs; returns the bytes that it takes from address 0. */
export function reserve(nodes: i32, cores: i32, arcs: i32, pairs: i32): usize {
  let at = reserveProblem(END, nodes, cores, arcs);
  at = take(CANON_AT, at, cores);
  at = take(ORBIT_AT, at, nodes);
  at = take(ORDER_AT, at, pairs * 2);
  at = take(THRESHOLD_AT, at, THRESHOLDS);
  at = reserveBest(at, nodes, cores);
  at = reserveAssignment(at, nodes, cores);
  at = reserveBound(at, nodes, cores);
  at = reservePairs(at, nodes);
  at = reserveStanding(at, nodes, cores);
  at = reserveGrowth(at, nodes);
  at = reserveAnneal(at, nodes);
  at = reserveCosts(at, nodes, cores);
  at = reserveWindow(at, cores);
  return reserveSearch(at, nodes, cores);
}

/** Begin with the problem that the host has written. Returns SEARCHING or INFEASIBLE. */
export function open(): i32 {
  readProblem();
  openBest();
  openSearch();
  openStanding();
  openGrowth();
  openAnneal();
  openWindow();
  if (openBound()) return SEARCHING;
  store<i32>(LOWER_BOUND, NONE);
  return INFEASIBLE;
}

/** Take the placement at OFFER_AT into account. */
export function offer(): bool {
  return takeOffer();
}

/** Stand on a placement grown from a core, or from any if it is -1. Returns its cost, NONE if there is none. */
export function grow(core: i32): i32 {
  return growFrom(core);
}

/** Stand on a placement grown around the nodes whose core at OFFER_AT is not -1. Returns its cost, NONE if there is none. */
export function complete(): i32 {
  return growAround();
}

/** Anneal what stands; temperatures in per cent of what one stretched edge costs. Returns what it costs in the end. */
export function anneal(moves: i32, hot: i32, cold: i32): i32 {
  annealFor(moves, hot, cold);
  return standingCost();
}

/** Solve windows of what stands anew, each with a budget of search nodes, if it costs at most so much more than the best. */
export function refit(windows: i32, size: i32, budget: i32, within: i32): void {
  refitWindows(windows, size, budget, within);
}

/** Open at most so many search nodes. Returns SEARCHING, PROVEN or INFEASIBLE. */
export function search(budget: i32): i32 {
  return advance(budget);
}
