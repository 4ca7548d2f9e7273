// Cycles of the systolic array and of the vector unit. The array's formulas are those of SCALE-Sim v2 with ideal memory; its
// folds do not overlap, and shifting results out of an output-stationary array is not counted (as in that program).
import { DATAFLOW_OS, DATAFLOW_WS } from './codes';

// @ts-ignore: decorator
@inline
function folds(length: u64, size: u64): u64 {
  return (length + size - 1) / size;
}

/** Cycles of [M,K] x [K,N] on rows x columns: weights, outputs or inputs (ws, os, is) stay in the array. All at least 1. */
export function systolicCycles(rows: u64, columns: u64, dataflow: u32, m: u64, n: u64, k: u64): u64 {
  if (dataflow == DATAFLOW_WS) return folds(k, rows) * folds(n, columns) * (m + 2 * rows + columns - 2);
  if (dataflow == DATAFLOW_OS) return folds(m, rows) * folds(n, columns) * (k + rows + columns - 2);
  return folds(k, rows) * folds(m, columns) * (n + 2 * rows + columns - 2);
}

/** Cycles of a vector operation over `elements`, `cost` cycles per group of lanes; at least 1. */
export function vectorCycles(elements: u64, lanes: u64, cost: u64): u64 {
  const cycles = folds(elements, lanes) * cost;
  return cycles != 0 ? cycles : 1;
}
