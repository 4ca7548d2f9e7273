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

/** Written out, as all slices that are made often: the engine has one shape for them, and spreading costs several times as much. */
const rect = (row0: number, row1: number, channel0: number, channel1: number): Rect => ({
  row0,
  row1,
  channel0,
  channel1,
});

export const EMPTY: Rect = rect(0, 0, 0, 0);
export const whole = ({ rows, channels }: Tensor): Rect => rect(0, rows, 0, channels);
export const withRows = ({ channel0, channel1 }: Rect, row0: number, row1: number): Rect =>
  rect(row0, row1, channel0, channel1);
export const withChannels = ({ row0, row1 }: Rect, channel0: number, channel1: number): Rect =>
  rect(row0, row1, channel0, channel1);
export const rowsOf = ({ row0, row1 }: Rect): number => Math.max(0, row1 - row0);
export const channelsOf = ({ channel0, channel1 }: Rect): number => Math.max(0, channel1 - channel0);
export const area = (rect: Rect): number => rowsOf(rect) * channelsOf(rect);
export const bytesOf = (rect: Rect, { type = 'int8' }: Tensor): number => area(rect) * ELEMENT_BYTES[type];

export const sameRect = (a: Rect, b: Rect): boolean =>
  a.row0 === b.row0 && a.row1 === b.row1 && a.channel0 === b.channel0 && a.channel1 === b.channel1;

export function intersect(a: Rect, b: Rect): Rect {
  return rect(
    Math.max(a.row0, b.row0),
    Math.min(a.row1, b.row1),
    Math.max(a.channel0, b.channel0),
    Math.min(a.channel1, b.channel1),
  );
}

export const contains = (outer: Rect, inner: Rect): boolean => area(intersect(outer, inner)) === area(inner);

/** Smallest slice that holds both; an empty or absent one adds nothing. */
export function hull(a: Rect | undefined, b: Rect): Rect {
  if (a === undefined || area(a) === 0) return b;
  if (area(b) === 0) return a;
  return rect(
    Math.min(a.row0, b.row0),
    Math.max(a.row1, b.row1),
    Math.min(a.channel0, b.channel0),
    Math.max(a.channel1, b.channel1),
  );
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
  const { rows, channels } = input;
  switch (read.kind) {
    case 'element': {
      // one row or channel that all share (a broadcast operand) is needed by every slice
      const shared = rows === 1 ? withRows(out, 0, 1) : out;
      return channels === 1 ? withChannels(shared, 0, 1) : shared;
    }
    case 'rows':
      return rect(out.row0, out.row1, 0, channels);
    case 'window': {
      const [row0, row1] = windowRows(layer.window!, out);
      const own = read.channels === 'all' ? whole(input) : inProportion(out, layer.output.channels, channels);
      return withRows(own, row0, row1);
    }
    case 'channels':
      return withRows(inProportion(out, layer.output.channels, channels), 0, rows);
    case 'part': {
      const shift = read.of === 'output' ? -read.from : read.from;
      return withChannels(out, Math.max(0, out.channel0 + shift), Math.max(0, out.channel1 + shift));
    }
    case 'whole':
      return whole(input);
  }
}

const inProportion = (out: Rect, of: number, channels: number): Rect =>
  withChannels(out, Math.floor((out.channel0 * channels) / of), Math.ceil((out.channel1 * channels) / of));

function windowRows({ kernel, stride, padding, ...size }: Window, { row0, row1 }: Rect): [number, number] {
  const top = Math.floor(Math.floor(row0 / size.outWidth) * stride) - padding;
  const bottom = Math.ceil((Math.ceil(row1 / size.outWidth) - 1) * stride) - padding + kernel;
  return [Math.max(0, top) * size.inWidth, Math.min(size.inHeight, bottom) * size.inWidth];
}
