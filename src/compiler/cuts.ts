/**
 * Where a network may be cut into stages: between units, and inside a unit after so many of its rows or channels. What is on one side
 * of a cut and needed on the other crosses it.
 */
import { tensorOf, type Graph } from './graph.ts';
import { hull, needed, whole, withChannels, withRows, type Rect } from './rect.ts';

export type Axis = 'rows' | 'channels';

/** Before unit `unit`, or after the first `at` rows or channels of it. */
export interface Cut {
  readonly unit: number;
  readonly at: number;
  readonly axis: Axis;
}

export const before = (unit: number): Cut => ({ unit, at: 0, axis: 'rows' });
export const start: Cut = before(0);
export const end = ({ units }: Graph): Cut => before(units.length);

/** Operators between two cuts, those that are cut included. */
export function operatorsBetween({ units }: Graph, from: Cut, to: Cut): { first: number; last: number } {
  return { first: units[from.unit].first, last: units[to.at > 0 ? to.unit : to.unit - 1].last };
}

/** The slice of an operator's output that is made between two cuts. */
export function madeBetween({ layers, unitOf }: Graph, operator: number, from: Cut, to: Cut): Rect {
  let rect = whole(layers[operator].output);
  const unit = unitOf[operator];
  if (unit === from.unit && from.at > 0) rect = after(rect, from);
  if (unit === to.unit && to.at > 0) rect = upTo(rect, to);
  return rect;
}

const after = (rect: Rect, { axis, at }: Cut): Rect =>
  axis === 'rows' ? withRows(rect, at, rect.row1) : withChannels(rect, at, rect.channel1);
const upTo = (rect: Rect, { axis, at }: Cut): Rect =>
  axis === 'rows' ? withRows(rect, rect.row0, at) : withChannels(rect, rect.channel0, at);

/** What crosses a cut: of every tensor made before it the slice that operators behind it read. */
export function crossing(graph: Graph, cut: Cut, candidates?: Iterable<number>): Map<number, Rect> {
  const slices = new Map<number, Rect>();
  const first = graph.units[cut.unit]?.first ?? graph.layers.length;
  const finish = end(graph);
  for (const tensor of candidates ?? liveBefore(graph, first)) {
    let slice: Rect | undefined;
    for (const reader of graph.readers[tensor]) {
      if (reader < first) continue;
      slice = readBy(graph, reader, madeBetween(graph, reader, cut, finish), tensor, slice);
    }
    if (slice !== undefined) slices.set(tensor, slice);
  }
  if (cut.at === 0) return slices;
  const { last } = graph.units[cut.unit];
  for (let l = first; l <= last; l++) {
    const { readers, layers } = graph;
    if (readers[l].some((reader) => reader > last)) slices.set(l, upTo(whole(layers[l].output), cut));
  }
  return slices;
}

/** What an operator reads of a tensor to make a slice, added to a slice. */
export function readBy(graph: Graph, reader: number, made: Rect, tensor: number, slice?: Rect): Rect | undefined {
  const layer = graph.layers[reader];
  const { inputs } = layer;
  for (let which = 0; which < inputs.length; which++)
    if (inputs[which] === tensor) slice = hull(slice, needed(layer, which, made, tensorOf(graph, tensor)));
  return slice;
}

/** Tensors made before operator `first` that it or a later one reads, in the order they are made. */
export function liveBefore({ readers }: Graph, first: number): number[] {
  const live: number[] = [];
  for (let tensor = 0; tensor < first; tensor++) if ((readers[tensor].at(-1) ?? -1) >= first) live.push(tensor);
  return live;
}
