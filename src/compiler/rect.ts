/**
 * Slices of tensors: a range of rows times a range of channels, and which slice of an input a slice of an output needs. Rows of
 * an image are pixels, so windows turn rows of pixels into image lines, reach over the halo, and back.
 */
import type { Layer, Tensor, Window } from '../model/workload.ts';

/** Half-open ranges. */
export interface Rect {
  readonly row0: number;
  readonly row1: number;
  readonly channel0: number;
  readonly channel1: number;
}

export const whole = ({ rows, channels }: Tensor): Rect => ({ row0: 0, row1: rows, channel0: 0, channel1: channels });
export const rowsOf = ({ row0, row1 }: Rect): number => Math.max(0, row1 - row0);
export const channelsOf = ({ channel0, channel1 }: Rect): number => Math.max(0, channel1 - channel0);
export const area = (rect: Rect): number => rowsOf(rect) * channelsOf(rect);

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

/** The slice of `input` that `layer` reads to make the slice `out` of its output. */
export function needed(layer: Layer, out: Rect, input: Tensor): Rect {
  if (area(out) === 0) return { row0: 0, row1: 0, channel0: 0, channel1: 0 };
  const all = whole(input);
  const [row0, row1] = layer.window === undefined ? [out.row0, out.row1] : windowRows(layer.window, out);
  if (layer.kind === 'conv' || layer.kind === 'matmul' || layer.kind === 'layernorm') return { ...all, row0, row1 };
  if (layer.kind !== 'attention') return { ...out, row0, row1 };
  const perChannel = input.channels / layer.output.channels;
  return { ...all, channel0: out.channel0 * perChannel, channel1: out.channel1 * perChannel };
}

function windowRows({ kernel, stride, padding, ...size }: Window, { row0, row1 }: Rect): [number, number] {
  const top = Math.floor(row0 / size.outWidth) * stride - padding;
  const bottom = (Math.ceil(row1 / size.outWidth) - 1) * stride - padding + kernel;
  return [Math.max(0, top) * size.inWidth, Math.min(size.inHeight, bottom) * size.inWidth];
}
