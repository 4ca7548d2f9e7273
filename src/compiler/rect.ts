/**
 * Slices of tensors: a range of rows times a range of channels, and which slice of an input a slice of an output needs. Rows of
 * an image are pixels, so windows turn rows of pixels into image lines, reach over the halo, and back.
 */
import { ELEMENT_BYTES, type Layer, type Read, type Tensor, type Window } from '../model/workload.ts';

/** Half-open ranges. */
export interface Rect {
  readonly row0: number;
  readonly row1: number;
  readonly channel0: number;
  readonly channel1: number;
}

export const EMPTY: Rect = { row0: 0, row1: 0, channel0: 0, channel1: 0 };
export const whole = ({ rows, channels }: Tensor): Rect => ({ row0: 0, row1: rows, channel0: 0, channel1: channels });
export const rowsOf = ({ row0, row1 }: Rect): number => Math.max(0, row1 - row0);
export const channelsOf = ({ channel0, channel1 }: Rect): number => Math.max(0, channel1 - channel0);
export const area = (rect: Rect): number => rowsOf(rect) * channelsOf(rect);
export const bytesOf = (rect: Rect, { type = 'int8' }: Tensor): number => area(rect) * ELEMENT_BYTES[type];

export const sameRect = (a: Rect, b: Rect): boolean =>
  a.row0 === b.row0 && a.row1 === b.row1 && a.channel0 === b.channel0 && a.channel1 === b.channel1;

export function intersect(a: Rect, b: Rect): Rect {
  return {
    row0: Math.max(a.row0, b.row0),
    row1: Math.min(a.row1, b.row1),
    channel0: Math.max(a.channel0, b.channel0),
    channel1: Math.min(a.channel1, b.channel1),
  };
}

export const contains = (outer: Rect, inner: Rect): boolean => area(intersect(outer, inner)) === area(inner);

/** Smallest slice that holds both; an empty or absent one adds nothing. */
export function hull(a: Rect | undefined, b: Rect): Rect {
  if (a === undefined || area(a) === 0) return b;
  if (area(b) === 0) return a;
  return {
    row0: Math.min(a.row0, b.row0),
    row1: Math.max(a.row1, b.row1),
    channel0: Math.min(a.channel0, b.channel0),
    channel1: Math.max(a.channel1, b.channel1),
  };
}

/** The `index`-th of `count` nearly equal parts of 0..`size`, cut at multiples of `unit`. */
export function part(size: number, count: number, index: number, unit = 1): readonly [number, number] {
  const units = Math.ceil(size / unit);
  const cut = (i: number): number => Math.min(size, Math.floor((units * i) / count) * unit);
  return [cut(index), cut(index + 1)];
}

/** The slice of a layer's input (the `which`-th) that it reads to make the slice `out` of its output. */
export function needed(layer: Layer, which: number, out: Rect, input: Tensor): Rect {
  if (area(out) === 0) return EMPTY;
  return intersect(whole(input), reached(layer, layer.reads[which], out, input));
}

function reached(layer: Layer, read: Read, out: Rect, input: Tensor): Rect {
  const all = whole(input);
  switch (read.kind) {
    case 'element':
      return { ...out, ...fitting('row', input.rows), ...fitting('channel', input.channels) };
    case 'rows':
      return { ...all, row0: out.row0, row1: out.row1 };
    case 'window': {
      const [row0, row1] = windowRows(layer.window!, out);
      const channels = read.channels === 'all' ? all : inProportion(out, layer.output.channels, input.channels);
      return { ...channels, row0, row1 };
    }
    case 'channels':
      return { ...all, ...inProportion(out, layer.output.channels, input.channels), row0: 0, row1: input.rows };
    case 'part': {
      const shift = read.of === 'output' ? -read.from : read.from;
      return { ...out, channel0: Math.max(0, out.channel0 + shift), channel1: Math.max(0, out.channel1 + shift) };
    }
    case 'whole':
      return all;
  }
}

/** One row or channel that all share (a broadcast operand) is needed by every slice. */
function fitting(side: 'row' | 'channel', size: number): Partial<Rect> {
  if (size !== 1) return {};
  return side === 'row' ? { row0: 0, row1: 1 } : { channel0: 0, channel1: 1 };
}

function inProportion(out: Rect, of: number, channels: number): Rect {
  return {
    ...out,
    channel0: Math.floor((out.channel0 * channels) / of),
    channel1: Math.ceil((out.channel1 * channels) / of),
  };
}

function windowRows({ kernel, stride, padding, ...size }: Window, { row0, row1 }: Rect): [number, number] {
  const top = Math.floor(Math.floor(row0 / size.outWidth) * stride) - padding;
  const bottom = Math.ceil((Math.ceil(row1 / size.outWidth) - 1) * stride) - padding + kernel;
  return [Math.max(0, top) * size.inWidth, Math.min(size.inHeight, bottom) * size.inWidth];
}
