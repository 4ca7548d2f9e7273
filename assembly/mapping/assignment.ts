// Linear assignment by shortest augmenting paths (Jonker and Volgenant 1987): each row gets a column of its own at least total cost.
// Row and column prices are kept, so that the next problem, which differs little, starts from them; a price structure is a bound at
// any time, so a solve stops as soon as the bound is too high.
import { NONE } from './layout';
import { get, set } from './problem';

/** Rows and columns of the present problem. */
export let rowCount: i32 = 0;
export let columnCount: i32 = 0;
export let matrix: usize = 0; // row-major, columnCount wide
export let rowPrice: usize = 0;
export let columnPrice: usize = 0; // at most 0; 0 where no row has the column
export let columnOf: usize = 0; // column of each row, or -1
export let rowOf: usize = 0; // row of each column, or -1
let distance: usize = 0;
let previous: usize = 0; // row from which a column was reached
let done: usize = 0;
let order: usize = 0; // columns in the order in which they were done

/** Room for problems up to this size; returns its end. */
export function reserveAssignment(at: usize, nodes: i32, cores: i32): usize {
  const ofNodes = (nodes as usize) << 2;
  const ofCores = (cores as usize) << 2;
  matrix = at;
  rowPrice = matrix + ofNodes * (cores as usize);
  columnOf = rowPrice + ofNodes;
  columnPrice = columnOf + ofNodes;
  rowOf = columnPrice + ofCores;
  distance = rowOf + ofCores;
  previous = distance + ofCores;
  done = previous + ofCores;
  order = done + ofCores;
  return order + ofCores;
}

export function setSize(rows: i32, columns: i32): void {
  rowCount = rows;
  columnCount = columns;
}

/**
 * Solve, starting from the column prices and the pairs that are there. Returns the least total, or the first bound above `limit`.
 * Costs of NONE or more are never used.
 */
export function solve(limit: i32): i32 {
  let total = priceRows();
  if (total > limit) return total;
  total = freeLooseColumns();
  if (total > limit) return total;
  for (let row = 0; row < rowCount; row++) if (get(columnOf, row) < 0) takeFreeColumn(row);
  for (let row = 0; row < rowCount; row++) {
    if (get(columnOf, row) >= 0) continue;
    total += augment(row, limit - total);
    if (total > limit) return total;
  }
  return total;
}

/** The highest price of each row that its costs allow; sum of all prices. */
function priceRows(): i32 {
  const columns = columnCount;
  const prices = columnPrice;
  let total = 0;
  for (let row = 0; row < rowCount; row++) {
    const costs = matrix + (((row * columns) as usize) << 2);
    let least = NONE;
    for (let c = 0; c < columns; c++) least = min(least, get(costs, c) - get(prices, c));
    set(rowPrice, row, least);
    if (least >= NONE >> 1) return NONE;
    total += least;
  }
  for (let c = 0; c < columns; c++) total += get(prices, c);
  return total;
}

/** Part pairs that no longer fit; a column that nobody has costs nothing, which lowers rows and may part others. New sum of prices. */
function freeLooseColumns(): i32 {
  let again = true;
  while (again) {
    again = false;
    for (let c = 0; c < columnCount; c++) {
      const row = get(rowOf, c);
      if (row >= 0) {
        if (reduced(row, c) == 0) continue;
        set(rowOf, c, -1);
        set(columnOf, row, -1);
      }
      if (get(columnPrice, c) == 0) continue;
      set(columnPrice, c, 0);
      again = true;
      for (let r = 0; r < rowCount; r++) {
        set(rowPrice, r, min(get(rowPrice, r), get(matrix, r * columnCount + c)));
      }
    }
  }
  let total = 0;
  for (let row = 0; row < rowCount; row++) total += get(rowPrice, row);
  for (let c = 0; c < columnCount; c++) total += get(columnPrice, c);
  return total;
}

/** Reduced cost of a pair: what using it adds to the bound at least. */
// @ts-ignore: decorator
@inline
export function reduced(row: i32, column: i32): i32 {
  return get(matrix, row * columnCount + column) - get(rowPrice, row) - get(columnPrice, column);
}

function takeFreeColumn(row: i32): void {
  for (let c = 0; c < columnCount; c++) {
    if (get(rowOf, c) >= 0 || reduced(row, c) != 0) continue;
    set(rowOf, c, row);
    set(columnOf, row, c);
    return;
  }
}

/** Give a row a column by the cheapest chain of exchanges; returns what that adds, or more than `limit` if it is too much. */
function augment(start: i32, limit: i32): i32 {
  const columns = columnCount;
  for (let c = 0; c < columns; c++) {
    set(distance, c, reduced(start, c));
    set(previous, c, start);
    set(done, c, 0);
  }
  let count = 0;
  while (true) {
    const column = nearest();
    if (column < 0) return NONE;
    const length = get(distance, column);
    if (length > limit) return length;
    const row = get(rowOf, column);
    if (row < 0) {
      shiftPrices(start, count, length);
      exchange(start, column);
      return length;
    }
    set(done, column, 1);
    set(order, count++, column);
    reachFrom(row, length);
  }
}

/** The column at the least distance that is not done, or -1. */
function nearest(): i32 {
  let best = -1;
  let least = NONE >> 1;
  for (let c = 0; c < columnCount; c++) {
    const length = get(distance, c);
    if (length >= least || get(done, c) != 0) continue;
    least = length;
    best = c;
  }
  return best;
}

function reachFrom(row: i32, length: i32): void {
  const costs = matrix + (((row * columnCount) as usize) << 2);
  const base = length - get(rowPrice, row);
  for (let c = 0; c < columnCount; c++) {
    const through = base + get(costs, c) - get(columnPrice, c);
    if (through >= get(distance, c) || get(done, c) != 0) continue;
    set(distance, c, through);
    set(previous, c, row);
  }
}

function shiftPrices(start: i32, count: i32, length: i32): void {
  set(rowPrice, start, get(rowPrice, start) + length);
  for (let i = 0; i < count; i++) {
    const column = get(order, i);
    const gain = length - get(distance, column);
    const row = get(rowOf, column);
    set(columnPrice, column, get(columnPrice, column) - gain);
    set(rowPrice, row, get(rowPrice, row) + gain);
  }
}

function exchange(start: i32, free: i32): void {
  let column = free;
  while (true) {
    const row = get(previous, column);
    const next = get(columnOf, row);
    set(rowOf, column, row);
    set(columnOf, row, column);
    if (row == start) return;
    column = next;
  }
}
