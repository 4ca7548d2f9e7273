/**
 * The work behind a slice of an operator's output: its products, its vector work, and the bytes that it needs from memory beside its
 * inputs (parameters, and state kept between iterations). Shares are rounded at the ends of a slice, so the shares of slices that make
 * up a tensor add up to the whole. Experts lie one below the other along rows and have parameters of their own.
 */
import type { Chip } from '../model/chip.ts';
import type { VectorOp } from '../model/program.ts';
import type { Gemm, Layer } from '../model/workload.ts';
import { bestDataflow, vectorCycles, type ArrayShape } from './cost.ts';
import { area, withChannels, withRows, type Rect } from './rect.ts';

/** What of `amount` falls to from..to of `size`. */
const share = (amount: number, from: number, to: number, size: number): number =>
  Math.round((amount * to) / size) - Math.round((amount * from) / size);

const byRows = (amount: number, { row0, row1 }: Rect, { output }: Layer): number =>
  share(amount, row0, row1, output.rows);
const byChannels = (amount: number, { channel0, channel1 }: Rect, { output }: Layer): number =>
  share(amount, channel0, channel1, output.channels);

/** What of `amount` falls to a slice: by channels of what falls to its rows. */
function byArea(amount: number, slice: Rect, layer: Layer): number {
  const { row0, row1 } = slice;
  const upTo = (row: number): number => byChannels(Math.round((amount * row) / layer.output.rows), slice, layer);
  return upTo(row1) - upTo(row0);
}

/** A layer's products for a slice of its output. */
export function productsOf(layer: Layer, slice: Rect): Gemm[] {
  const products: Gemm[] = [];
  const add = (M: number, N: number, K: number, repeat: number): void => {
    if (M * N * repeat > 0) products.push({ M, N, K, repeat });
  };
  let above = 0;
  for (const { M, N, K, repeat, along = 'channels' } of layer.gemms) {
    if (along === 'pieces') add(M, N, K, byArea(repeat, slice, layer));
    else if (along === 'channels' && repeat > 1) add(byRows(M, slice, layer), N, K, byChannels(repeat, slice, layer));
    else if (along !== 'rows') add(byRows(M, slice, layer), byChannels(N, slice, layer), K, repeat);
    else {
      const own = byChannels(N, slice, layer);
      for (const [rows, times] of stacked(layer, M, repeat, above, slice)) add(rows, own, K, times);
      above += M * repeat;
    }
  }
  return products;
}

/**
 * The part of `repeat` products of M rows one below the other, from row `top` of all that are, that lies in a slice: rows and how many of
 * them, of a cut one, of whole ones and of a cut one.
 */
function stacked({ gemms, output }: Layer, M: number, repeat: number, top: number, slice: Rect): [number, number][] {
  const rows = gemms.reduce((sum, gemm) => sum + gemm.M * gemm.repeat, 0);
  const at = (row: number): number => Math.round((row * rows) / output.rows);
  const [from, to] = [Math.max(0, at(slice.row0) - top), Math.min(M * repeat, at(slice.row1) - top)];
  if (from >= to) return [];
  const [first, last] = [Math.ceil(from / M), Math.floor(to / M)];
  if (first > last) return [[to - from, 1]];
  return [
    [first * M - from, 1],
    [M, last - first],
    [to - last * M, 1],
  ];
}

export const arrayCycles = (array: ArrayShape, gemms: readonly Gemm[]): number =>
  gemms.reduce((sum, { M, N, K, repeat }) => sum + repeat * bestDataflow(array, M, N, K).cycles, 0);

export interface VectorShare {
  readonly fn: VectorOp;
  readonly elements: number;
}

/** Vector work for a slice of the output. */
export const vectorsOf = (layer: Layer, slice: Rect): VectorShare[] =>
  layer.vector.map(({ fn, elements }) => ({ fn, elements: byArea(elements, slice, layer) }));

export const vectorCyclesOf = (chip: Pick<Chip, 'vectorLanes'>, layer: Layer, slice: Rect): number =>
  vectorsOf(layer, slice).reduce((sum, { fn, elements }) => sum + vectorCycles(chip, fn, elements), 0);

/** Parameter bytes that a layer reads from memory, its own or those that it shares. */
export const parameterBytes = ({ weightElements, biasElements }: Layer): number => weightElements + biasElements;

const usedBytes = (layer: Layer): number => layer.usedElements ?? parameterBytes(layer);

const knownRows = new WeakMap<Layer, readonly number[]>();

/** First rows of the experts of a layer, and the end; two numbers if there is one set of parameters for all rows. */
export function expertRows(layer: Layer): readonly number[] {
  let rows = knownRows.get(layer);
  if (rows === undefined) knownRows.set(layer, (rows = expertRowsOf(layer)));
  return rows;
}

function expertRowsOf({ gemms, output }: Layer): number[] {
  const rows = [0];
  for (const { M, repeat, along } of gemms) {
    if (along !== 'rows') return [0, output.rows];
    for (let i = 0; i < repeat; i++) rows.push(rows.at(-1)! + M);
  }
  return rows.length === 1 || rows.at(-1) !== output.rows ? [0, output.rows] : rows;
}

/** A slice in pieces of one expert each. */
export function expertSlices(layer: Layer, slice: Rect): Rect[] {
  return expertsOf(layer, slice).map(([row0, row1]) =>
    withRows(slice, Math.max(slice.row0, row0), Math.min(slice.row1, row1)),
  );
}

/** First row and end of every expert that has rows in a slice, and its number. */
function expertsOf(layer: Layer, { row0, row1 }: Rect): (readonly [row0: number, row1: number, expert: number])[] {
  const rows = expertRows(layer);
  const touched: [number, number, number][] = [];
  for (let expert = 0; row0 < row1 && expert + 1 < rows.length && rows[expert] < row1; expert++)
    if (row0 < rows[expert + 1] && rows[expert] < rows[expert + 1])
      touched.push([rows[expert], rows[expert + 1], expert]);
  return touched;
}

/** Bytes of memory from an offset on. */
export interface Piece {
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Where the parameters of a slice lie, from the start of the layer's: output channel by output channel, expert by expert. Of a table
 * only the rows that are looked up are read; they are taken to lie at its start.
 */
export function parametersOf(layer: Layer, slice: Rect): Piece[] {
  const used = usedBytes(layer);
  if (used === 0 || area(slice) === 0) return [];
  if (layer.gemms.length === 0 && layer.usedElements !== undefined) {
    const above = { row0: 0, row1: slice.row0, channel0: 0, channel1: layer.output.channels };
    const beside = withChannels(slice, 0, slice.channel0);
    const offset = byArea(used, above, layer) + byArea(used, beside, layer);
    return [{ offset, bytes: byArea(used, slice, layer) }];
  }
  const perExpert = used / (expertRows(layer).length - 1);
  const offset = byChannels(perExpert, withChannels(slice, 0, slice.channel0), layer);
  const bytes = byChannels(perExpert, slice, layer);
  if (bytes === 0) return [];
  return expertsOf(layer, slice).map(([, , expert]) => ({ offset: expert * perExpert + offset, bytes }));
}

export const parameterBytesOf = (layer: Layer, slice: Rect): number =>
  parametersOf(layer, slice).reduce((sum, { bytes }) => sum + bytes, 0);

/** Where the kept state that a slice reads lies, from the start of the layer's. */
export function stateOf(layer: Layer, slice: Rect): Piece[] {
  if (layer.cache === undefined || area(slice) === 0) return [];
  const { readBytes } = layer.cache;
  const bytes = byArea(readBytes, slice, layer);
  const before = { row0: 0, row1: layer.output.rows, channel0: 0, channel1: slice.channel0 };
  const offset = Math.min(byChannels(readBytes, before, layer), readBytes - bytes);
  return bytes > 0 ? [{ offset, bytes }] : [];
}

/** Bytes of kept state that a slice writes, behind those that it reads. */
export const stateWrittenBy = (layer: Layer, slice: Rect): number =>
  layer.cache === undefined ? 0 : byArea(layer.cache.writtenBytes, slice, layer);

/** Bytes from memory beside inputs that a slice needs. */
export const streamedBytesOf = (layer: Layer, slice: Rect): number =>
  parameterBytesOf(layer, slice) + stateOf(layer, slice).reduce((sum, { bytes }) => sum + bytes, 0);

/** Does the layer read parameters or kept state? */
export const isStreamed = (layer: Layer): boolean => usedBytes(layer) > 0 || (layer.cache?.readBytes ?? 0) > 0;
