/**
 * How a stage of the pipeline shares its operators among its cores. A stage of one core runs everything between two cuts, which may
 * lie inside operators. A stage of several runs ONE heavy operator with its light neighbours (or light ones only), split by rows (weights
 * replicated, input in slices with halo) or by output channels (weights in slices, input replicated; attention by heads, experts by
 * rows). Light operators before the heavy one are computed wherever they are needed, so their halo is computed twice; products never
 * are. Tensors that only pass through a stage are held and handed on by it: every core talks to the next stage alone. The network's
 * inputs come from memory wherever they are read.
 */
import type { Chip } from '../model/chip.ts';
import type { Layer, Tensor } from '../model/workload.ts';
import { crossing, madeBetween, operatorsBetween, readBy, type Cut } from './cuts.ts';
import { channelPieces, isHeavy, rowPieces, tensorOf, type Graph } from './graph.ts';
import { EMPTY, area, contains, hull, intersect, needed, part, whole, type Rect } from './rect.ts';

export type Split = 'whole' | 'rows' | 'channels';

/** What lies between two cuts on `cores` cores. Cuts inside an operator are for stages of one core. */
export interface StageShape {
  readonly from: Cut;
  readonly to: Cut;
  readonly cores: number;
  readonly split: Split;
}

/** What one core of a stage does, by tensor. */
export interface Share {
  /** Slices of the network's inputs that it reads from memory. */
  readonly loads: ReadonlyMap<number, Rect>;
  /** Slices it receives. */
  readonly holds: ReadonlyMap<number, Rect>;
  /** Slices it computes. */
  readonly computes: ReadonlyMap<number, Rect>;
  /** Disjoint slices it hands on to the next stage. */
  readonly passes: ReadonlyMap<number, Rect>;
}

type Slices = Map<number, Rect>;
type Crossing = ReadonlyMap<number, Rect>;

/** Over how many cores what lies between two cuts may be split this way; 1 if it cannot be. */
export function mostParts(graph: Graph, { from, to, split }: Pick<StageShape, 'from' | 'to' | 'split'>): number {
  if (from.at > 0 || to.at > 0) return 1;
  const { first, last } = operatorsBetween(graph, from, to);
  if (graph.layers.slice(first, last + 1).filter(isHeavy).length > 1) return 1;
  const main = mainOperator(graph, first, last);
  if (!keepsApart(graph, main, last, split)) return 1;
  return split === 'rows' ? rowPieces(graph.layers[main]) : channelPieces(graph.layers[main]);
}

/** Do the operators behind the main one read, of what is made from it on, only the slice that the same core has? */
function keepsApart({ layers }: Graph, main: number, last: number, split: Split): boolean {
  const cut = (layer: Layer): Rect => {
    const all = whole(layer.output);
    return split === 'rows' ? { ...all, row1: layer.rowUnit } : { ...all, channel1: layers[main].channelUnit };
  };
  const side = split === 'rows' ? 'rows' : 'channels';
  for (let l = main + 1; l <= last; l++) {
    const layer = layers[l];
    if (layer.output[side] !== layers[main].output[side] || layer.rowUnit > layers[main].rowUnit) return false;
    if (split === 'channels' && layer.channelUnit > layers[main].channelUnit) return false;
    const apart = layer.inputs.every((input, which) => {
      if (input < main) return true;
      const made = layers[input].output;
      const own = split === 'rows' ? { ...cut(layer), channel1: made.channels } : { ...cut(layer), row1: made.rows };
      return contains(own, needed(layer, which, cut(layer), made));
    });
    if (!apart) return false;
  }
  return true;
}

/** The operator whose output a split stage cuts into parts: its heavy one, or the first of a stage that has none. */
function mainOperator({ layers }: Graph, first: number, last: number): number {
  for (let l = first; l <= last; l++) if (isHeavy(layers[l])) return l;
  return first;
}

/** What crosses the two cuts of a stage. */
export interface Crossings {
  readonly arriving: ReadonlyMap<number, Rect>;
  readonly leaving: ReadonlyMap<number, Rect>;
}

/** What one core of a split stage computes and holds. */
export function partOf(
  graph: Graph,
  chip: Chip,
  shape: StageShape,
  { arriving, leaving }: Crossings,
  core: number,
): { computes: Slices; holds: Slices } {
  const computes = computedByOneOf(graph, chip, shape, leaving, core);
  return { computes, holds: heldBy(graph, shape, arriving, leaving, computes, core) };
}

/** The shares of a stage's cores, in order. */
export function shareOut(graph: Graph, chip: Chip, shape: StageShape): Share[] {
  const [arriving, leaving] = [crossing(graph, shape.from), crossing(graph, shape.to)];
  if (shape.split === 'whole') {
    const computes = computedByOne(graph, shape);
    return [{ computes, holds: arriving, passes: leaving, loads: loadedBy(graph, computes) }];
  }
  const parts = Array.from({ length: shape.cores }, (_, core) =>
    partOf(graph, chip, shape, { arriving, leaving }, core),
  );
  const computes = parts.map((part) => part.computes);
  const holds = parts.map((part) => part.holds);
  const passes = computes.map((): Slices => new Map());
  for (const [tensor, slice] of leaving) {
    const owned = computes.map((own, core) => intersect(slice, own.get(tensor) ?? holds[core].get(tensor) ?? EMPTY));
    disjoint(tensorOf(graph, tensor), owned).forEach((rect, core) => area(rect) > 0 && passes[core].set(tensor, rect));
  }
  return computes.map((slices, core) => ({
    computes: slices,
    holds: holds[core],
    passes: passes[core],
    loads: loadedBy(graph, slices),
  }));
}

function computedByOne(graph: Graph, { from, to }: StageShape): Slices {
  const { first, last } = operatorsBetween(graph, from, to);
  const slices: Slices = new Map();
  for (let l = first; l <= last; l++) slices.set(l, madeBetween(graph, l, from, to));
  return slices;
}

function computedByOneOf(graph: Graph, chip: Chip, shape: StageShape, leaving: Crossing, core: number): Slices {
  const { layers } = graph;
  const { first, last } = operatorsBetween(graph, shape.from, shape.to);
  const slices: Slices = new Map();
  const main = mainOperator(graph, first, last);
  const own = ownSlice(layers[main], chip, shape, core);
  slices.set(main, own);
  for (let l = main + 1; l <= last; l++) {
    const all = whole(layers[l].output);
    const rows = { ...all, row0: own.row0, row1: own.row1 };
    slices.set(l, shape.split === 'rows' ? rows : { ...own, row0: all.row0, row1: all.row1 });
  }
  for (let l = main - 1; l >= first; l--) slices.set(l, readSlice(graph, shape, leaving, slices, l, core));
  return slices;
}

/** A core's part of the main operator's output. Channels are cut at multiples of the array's columns where there are enough. */
function ownSlice(layer: Layer, chip: Chip, { cores, split }: StageShape, core: number): Rect {
  const all = whole(layer.output);
  if (split === 'rows') {
    const [row0, row1] = part(all.row1, cores, core, layer.rowUnit);
    return { ...all, row0, row1 };
  }
  const columns = all.channel1 >= cores * chip.arrayColumns ? chip.arrayColumns : 1;
  const unit = layer.channelUnit > 1 ? layer.channelUnit : columns;
  const [channel0, channel1] = part(all.channel1, cores, core, unit);
  return { ...all, channel0, channel1 };
}

/** The slice of a tensor that a core's operators of this stage read, and its even part if the tensor goes on to the next stage. */
function readSlice(
  graph: Graph,
  shape: StageShape,
  leaving: Crossing,
  slices: Slices,
  tensor: number,
  core: number,
): Rect {
  const made = tensorOf(graph, tensor);
  const slice = readHere(graph, slices, tensor);
  const goesOn = leaving.get(tensor);
  const isSliced = slice !== undefined && area(slice) > 0 && slice.channel1 - slice.channel0 < made.channels;
  if (goesOn === undefined || isSliced) return slice ?? EMPTY;
  const [row0, row1] = part(made.rows, shape.cores, core);
  return hull(slice, intersect(goesOn, { ...whole(made), row0, row1 }));
}

function readHere(graph: Graph, slices: Slices, tensor: number): Rect | undefined {
  let slice: Rect | undefined;
  for (const reader of graph.readers[tensor]) {
    const made = slices.get(reader);
    if (made !== undefined) slice = readBy(graph, reader, made, tensor, slice);
  }
  return slice;
}

function heldBy(
  graph: Graph,
  shape: StageShape,
  arriving: Crossing,
  leaving: Crossing,
  computes: Slices,
  core: number,
): Slices {
  const held: Slices = new Map();
  for (const tensor of arriving.keys()) {
    const slice = readSlice(graph, shape, leaving, computes, tensor, core);
    if (area(slice) > 0) held.set(tensor, slice);
  }
  return held;
}

function loadedBy(graph: Graph, computes: Slices): Slices {
  const loads: Slices = new Map();
  for (const [operator, made] of computes) {
    if (area(made) === 0) continue;
    for (const input of graph.layers[operator].inputs) {
      if (input >= 0) continue;
      const slice = readBy(graph, operator, made, input, loads.get(input));
      if (slice !== undefined) loads.set(input, slice);
    }
  }
  return loads;
}

/** Who hands on which part of a tensor that several cores hold with overlap: row ranges, as even as the held slices allow. */
function disjoint(tensor: Tensor, slices: readonly Rect[]): readonly Rect[] {
  const overlap = slices.some((a, i) => slices.some((b, j) => j > i && area(intersect(a, b)) > 0));
  if (!overlap) return slices;
  let row0 = Math.min(...slices.map((slice) => slice.row0));
  return slices.map((slice, core) => {
    const even = part(tensor.rows, slices.length, core)[1];
    const row1 = core === slices.length - 1 ? slice.row1 : Math.min(slice.row1, Math.max(even, slices[core + 1].row0));
    const own = { ...slice, row0, row1: Math.max(row0, row1) };
    row0 = own.row1;
    return own;
  });
}
