/**
 * How a stage of the pipeline shares its operators among its cores. A stage of one core runs a contiguous run of operators. A
 * stage of several runs ONE heavy operator with its light neighbours (or light ones only), split by rows (weights replicated, input in slices with
 * halo) or by output channels (weights in slices, input replicated; attention by heads). Light operators before the heavy one
 * are computed wherever they are needed, so their halo is computed twice; products never are.
 * Tensors that only pass through a stage are held and handed on by it: every core talks to the next stage alone.
 */
import type { Chip } from '../model/chip.ts';
import type { Layer, Tensor } from '../model/workload.ts';
import { isHeavy, isPointwise, lastUse, liveBefore, tensorOf, type Graph } from './graph.ts';
import { area, hull, intersect, needed, part, whole, type Rect } from './rect.ts';

export type Split = 'whole' | 'rows' | 'channels';

/** Operators `first`..`last` on `cores` cores. */
export interface StageShape {
  readonly first: number;
  readonly last: number;
  readonly cores: number;
  readonly split: Split;
}

/** What one core of a stage does, by tensor. */
export interface Share {
  /** Slices it receives (or loads, for the network's input). */
  readonly holds: ReadonlyMap<number, Rect>;
  /** Slices it computes. */
  readonly computes: ReadonlyMap<number, Rect>;
  /** Disjoint slices it hands on to the next stage (or stores, for the network's output). */
  readonly passes: ReadonlyMap<number, Rect>;
}

/** May the operators be split this way over that many cores? */
export function isSplittable(graph: Graph, { first, last, cores, split }: StageShape): boolean {
  const stage = graph.layers.slice(first, last + 1);
  if (stage.filter(isHeavy).length > 1) return false;
  const main = graph.layers[mainOperator(graph, first, last)];
  const followers = stage.slice(stage.indexOf(main) + 1);
  if (split === 'channels') {
    const channelsApart = main.kind !== 'layernorm' && channelUnits(main) >= cores;
    return channelsApart && followers.every((layer) => isPointwise(layer) || layer.kind === 'pool');
  }
  const rowsApart = main.kind !== 'attention' && rowUnits(main) >= cores;
  return rowsApart && followers.every((layer) => isPointwise(layer) || layer.kind === 'layernorm');
}

/** The operator whose output a split stage cuts into parts: its heavy one, or the first of a stage that has none. */
function mainOperator({ layers }: Graph, first: number, last: number): number {
  for (let l = first; l <= last; l++) if (isHeavy(layers[l])) return l;
  return first;
}

const rowUnits = ({ window, output }: Layer): number => window?.outHeight ?? output.rows;
const channelUnits = (layer: Layer): number =>
  layer.kind === 'attention' ? layer.gemms[0].repeat : layer.output.channels;

/** The shares of a stage's cores, in order. */
export function shareOut(graph: Graph, chip: Chip, shape: StageShape): Share[] {
  const computes = Array.from({ length: shape.cores }, (_, core) => computedSlices(graph, chip, shape, core));
  const holds = computes.map((slices, core) => heldSlices(graph, shape, slices, core));
  const shares = computes.map((slices, core) => ({
    computes: slices,
    holds: holds[core],
    passes: new Map<number, Rect>(),
  }));
  for (const tensor of liveBefore(graph, shape.last + 1)) {
    const owners = tensor < shape.first ? holds : computes;
    const slices = disjoint(
      tensorOf(graph, tensor),
      owners.map((owner) => owner.get(tensor)!),
    );
    slices.forEach((slice, core) => area(slice) > 0 && shares[core].passes.set(tensor, slice));
  }
  return shares;
}

function computedSlices(graph: Graph, chip: Chip, shape: StageShape, core: number): Map<number, Rect> {
  const { layers } = graph;
  const { first, last, split } = shape;
  const slices = new Map<number, Rect>();
  if (split === 'whole') {
    for (let l = first; l <= last; l++) slices.set(l, whole(layers[l].output));
    return slices;
  }
  const main = mainOperator(graph, first, last);
  const own = ownSlice(layers[main], chip, shape, core);
  slices.set(main, own);
  for (let l = main + 1; l <= last; l++)
    slices.set(l, split === 'rows' ? own : { ...own, row1: layers[l].output.rows });
  for (let l = main - 1; l >= first; l--) slices.set(l, readSlice(graph, shape, slices, l, core));
  return slices;
}

/** A core's part of the main operator's output. Channels are cut at multiples of the array's columns where there are enough. */
function ownSlice(layer: Layer, chip: Chip, { cores, split }: StageShape, core: number): Rect {
  const all = whole(layer.output);
  if (split === 'rows') {
    const [row0, row1] = part(all.row1, cores, core, layer.window?.outWidth ?? 1);
    return { ...all, row0, row1 };
  }
  const columns = all.channel1 >= cores * chip.arrayColumns ? chip.arrayColumns : 1;
  const unit = layer.kind === 'attention' ? all.channel1 / channelUnits(layer) : columns;
  const [channel0, channel1] = part(all.channel1, cores, core, unit);
  return { ...all, channel0, channel1 };
}

/** The slice of a tensor that a core's operators of this stage read, and its even part if the tensor goes on to the next stage. */
function readSlice(
  graph: Graph,
  shape: StageShape,
  slices: ReadonlyMap<number, Rect>,
  tensor: number,
  core: number,
): Rect {
  const { first, last, cores } = shape;
  const made = tensorOf(graph, tensor);
  let slice: Rect | undefined;
  for (const reader of graph.readers[tensor + 1]) {
    if (reader < first || reader > last) continue;
    slice = hull(slice, needed(graph.layers[reader], slices.get(reader)!, made));
  }
  if (lastUse(graph, tensor) > last && !isSlicedByChannel(slice, made)) {
    const [row0, row1] = part(made.rows, cores, core);
    slice = hull(slice, { ...whole(made), row0, row1 });
  }
  return slice ?? { row0: 0, row1: 0, channel0: 0, channel1: 0 };
}

const isSlicedByChannel = (slice: Rect | undefined, { channels }: Tensor): boolean =>
  slice !== undefined && area(slice) > 0 && slice.channel1 - slice.channel0 < channels;

function heldSlices(
  graph: Graph,
  shape: StageShape,
  computes: ReadonlyMap<number, Rect>,
  core: number,
): Map<number, Rect> {
  const held = new Map<number, Rect>();
  for (const tensor of liveBefore(graph, shape.first))
    held.set(tensor, readSlice(graph, shape, computes, tensor, core));
  return held;
}

/** Who hands on which part of a tensor that several cores hold with overlap: row ranges, as even as the held slices allow. */
function disjoint(tensor: Tensor, slices: readonly Rect[]): readonly Rect[] {
  const overlap = slices.some((a, i) => slices.some((b, j) => j > i && area(intersect(a, b)) > 0));
  if (!overlap) return slices;
  let row0 = 0;
  return slices.map((slice, core) => {
    const even = part(tensor.rows, slices.length, core)[1];
    const row1 = core === slices.length - 1 ? slice.row1 : Math.min(slice.row1, Math.max(even, slices[core + 1].row0));
    const own = { ...slice, row0, row1: Math.max(row0, row1) };
    row0 = own.row1;
    return own;
  });
}
