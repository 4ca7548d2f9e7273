// Looks one step further than the assignment: if a node took a core, what would each of its partners pay at least, on a core beside it or
// with the edge between them stretched? Pairs of node and core that would cost too much are struck out, which raises the bound of
// the assignment. Of an edge's doubled cost either end's look-ahead may have counted one half already: that half is taken off here.
import { columnCount, matrix, reduced, rowCount } from './assignment';
import { around, columnAt, columnCore, place, rowAt, rowLeft, rowNode } from './bound';
import { NONE } from './layout';
import { arcNode, arcStart, arcWeight, get, links, set, stretched } from './problem';

let atEase: usize = 0; // of each row: least reduced cost on a core with room for all its partners that are left
let cramped: usize = 0; // and on any other core

export function reservePairs(at: usize, nodes: i32): usize {
  atEase = at;
  cramped = atEase + ((nodes as usize) << 2);
  return cramped + ((nodes as usize) << 2);
}

/** Strike out every pair that would raise the bound by more than `slack`; returns the least such rise, NONE if nothing was struck. */
export function strike(slack: i32): i32 {
  for (let row = 0; row < rowCount; row++) leastOf(row);
  let least = NONE;
  for (let row = 0; row < rowCount; row++) {
    for (let c = 0; c < columnCount; c++) {
      const own = reduced(row, c);
      if (own >= NONE >> 2) continue;
      const rise = own > slack ? own : own + partners(row, c, slack - own);
      if (rise <= slack) continue;
      set(matrix, row * columnCount + c, NONE);
      least = min(least, rise);
    }
  }
  return least;
}

function leastOf(row: i32): void {
  let ease = NONE;
  let tight = NONE;
  const left = get(rowLeft, row);
  for (let c = 0; c < columnCount; c++) {
    const cost = reduced(row, c);
    if (left > get(around, c)) tight = min(tight, cost);
    else ease = min(ease, cost);
  }
  set(atEase, row, ease);
  set(cramped, row, tight);
}

/** What the partners that are left would add if a row took a column; may stop above `limit`. */
function partners(row: i32, column: i32, limit: i32): i32 {
  const u = get(rowNode, row);
  const core = get(columnCore, column) * 4;
  const short = get(rowLeft, row) > get(around, column);
  let sum = 0;
  for (let arc = get(arcStart, u), end = get(arcStart, u + 1); arc < end && sum <= limit; arc++) {
    const v = get(arcNode, arc);
    if (get(place, v) >= 0) continue;
    const other = get(rowAt, v);
    const half = get(arcWeight, arc) * stretched(2);
    const whole = short ? half : 2 * half;
    let least = min(get(atEase, other) + whole, get(cramped, other) + whole - half);
    for (let k = 0; k < 4 && least > 0; k++) {
      const next = get(links, core + k);
      if (next < 0) continue;
      const c = get(columnAt, next);
      if (c >= 0) least = min(least, reduced(other, c));
    }
    sum += least;
  }
  return sum;
}
