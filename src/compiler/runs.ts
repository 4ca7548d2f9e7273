/**
 * What one core does, as runs and buffers. A run is an operator with the element-wise ones right behind it that work on its output in
 * place; runs follow one another. A buffer holds a slice of a tensor (or of several, one after the other in place) from the run that
 * makes it to the last that needs it. Time counts phases: 0 while inputs arrive, then one per run, and a last one while results leave.
 */
import type { Layer } from '../model/workload.ts';
import { tensorBytes } from '../model/workload.ts';
import { isOutput, isPointwise, tensorOf, type Graph } from './graph.ts';
import { operatorsBetween, readBy } from './cuts.ts';
import { area, bytesOf, hull, part, rowsOf, channelsOf, sameRect, withChannels, withRows, type Rect } from './rect.ts';
import type { Share, StageShape } from './split.ts';

export interface Run {
  readonly main: number;
  readonly followers: readonly number[];
  /** Tensors that its operators read and did not make themselves. */
  readonly operands: readonly number[];
  readonly phase: number;
  /** What it makes of the main operator's output. */
  readonly slice: Rect;
  /** Nothing is computed: the output is the input under another name. */
  readonly isAlias: boolean;
}

export interface Buffer {
  readonly label: string;
  /** Tensors that it holds. */
  readonly tensors: readonly number[];
  readonly slice: Rect;
  readonly bytes: number;
  /** First and last phase in which it is in use. */
  readonly from: number;
  readonly to: number;
  /** `input` arrives or is loaded, `output` is handed on or stored as a result of the network, `inner` is neither. */
  readonly role: 'input' | 'output' | 'inner';
}

export interface CoreWork {
  readonly runs: readonly Run[];
  readonly buffers: readonly Buffer[];
  /** Which buffer holds a tensor. */
  readonly of: ReadonlyMap<number, number>;
  /** The phase in which results leave. */
  readonly leaving: number;
}

type Draft = { -readonly [key in keyof Buffer]: Buffer[key] } & { tensors: number[] };

/** The runs and buffers of one core. */
export function coreWork(graph: Graph, shape: StageShape, share: Share): CoreWork {
  const drafts: Draft[] = [];
  const of = new Map<number, number>();
  const runs: (Omit<Run, 'followers' | 'operands'> & { followers: number[]; operands: number[] })[] = [];
  const add = (tensor: number, slice: Rect, from: number, role: Buffer['role']): void => {
    const { name } = tensorOf(graph, tensor);
    const bytes = bytesOf(slice, tensorOf(graph, tensor));
    of.set(tensor, drafts.push({ label: name, tensors: [tensor], slice, bytes, from, to: from, role }) - 1);
  };
  for (const [tensor, slice] of [...share.loads, ...share.holds]) {
    add(tensor, hull(share.computes.get(tensor), slice), 0, 'input');
  }
  const { first, last } = operatorsBetween(graph, shape.from, shape.to);
  for (let l = first; l <= last; l++) {
    const slice = share.computes.get(l)!;
    if (area(slice) === 0) continue;
    const operand = inPlaceOperand(graph, share, l);
    const run = runs.at(-1);
    const joins = operand !== undefined && run !== undefined && !run.isAlias && isPointwise(graph.layers[l]);
    const follows = joins && of.get(operand) === of.get(run.main) && (run.followers.at(-1) ?? run.main) === l - 1;
    if (follows) run.followers.push(l);
    else
      runs.push({
        main: l,
        followers: [],
        operands: [],
        phase: runs.length + 1,
        slice,
        isAlias: operand !== undefined && isAlias(graph.layers[l]),
      });
    const { phase, main, operands } = runs.at(-1)!;
    for (const tensor of graph.layers[l].inputs) if (tensor < main && !operands.includes(tensor)) operands.push(tensor);
    if (operand !== undefined) inherit(drafts, of, operand, l);
    else if (!of.has(l)) add(l, slice, phase, 'inner');
    for (const tensor of [l, ...graph.layers[l].inputs]) {
      const buffer = of.get(tensor);
      if (buffer !== undefined) drafts[buffer].to = Math.max(drafts[buffer].to, phase);
    }
  }
  for (const draft of drafts)
    if (draft.role === 'inner' && draft.tensors.some((tensor) => isOutput(graph, tensor))) draft.role = 'output';
  const leaving = runs.length + 1;
  for (const tensor of share.passes.keys()) {
    const draft = drafts[of.get(tensor)!];
    draft.to = leaving;
    if (draft.role === 'inner') draft.role = 'output';
  }
  return { runs, buffers: drafts, of, leaving };
}

/** The operand that an operator may overwrite: made on this core, read by nobody else, of the same slice and size; the latest. */
function inPlaceOperand(graph: Graph, { computes }: Share, l: number): number | undefined {
  const layer = graph.layers[l];
  const own = computes.get(l)!;
  const fitting = layer.inputs.filter((tensor) => {
    const made = computes.get(tensor);
    if (made === undefined || area(made) === 0 || graph.readers[tensor].length !== 1) return false;
    if (isAlias(layer))
      return area(made) === area(own) && tensorBytes(graph.layers[tensor].output) === tensorBytes(layer.output);
    return isPointwise(layer) && sameRect(made, own) && graph.layers[tensor].output.type === layer.output.type;
  });
  return fitting.length === 0 ? undefined : Math.max(...fitting);
}

/** Bytes that only get another shape. */
const isAlias = ({ kind, inputs, gemms, vector, weightElements, output, reads }: Layer): boolean =>
  kind === 'move' &&
  inputs.length === 1 &&
  gemms.length + vector.length + weightElements === 0 &&
  output.rows > 0 &&
  reads[0].kind !== 'part';

/**
 * A tensor takes over the buffer of its operand; where part of the tensor has arrived from the stage before, the operand is made
 * behind that part instead.
 */
function inherit(drafts: Draft[], of: Map<number, number>, operand: number, l: number): void {
  const own = of.get(operand)!;
  const arrived = of.get(l) ?? own;
  of.set(l, arrived);
  if (arrived === own) {
    drafts[own].tensors.push(l);
    return;
  }
  for (const tensor of drafts[own].tensors) of.set(tensor, arrived);
  drafts[arrived].tensors.push(...drafts[own].tensors);
  drafts[own] = { ...drafts[own], tensors: [], bytes: 0, to: drafts[own].from };
}

/** The axis along which a run may be worked off in blocks, and the smallest block. */
export function blockAxis(
  { layers }: Graph,
  { main, slice }: Run,
): { axis: 'rows' | 'channels'; unit: number; pieces: number } {
  const { rowUnit, channelUnit } = layers[main];
  const rows = Math.ceil(rowsOf(slice) / rowUnit);
  const channels = Math.ceil(channelsOf(slice) / channelUnit);
  return rows > 1 || channels <= 1
    ? { axis: 'rows', unit: rowUnit, pieces: rows }
    : { axis: 'channels', unit: channelUnit, pieces: channels };
}

/** The blocks of a run, in order. */
export function blocksOf(graph: Graph, run: Run, count: number): Rect[] {
  const { slice } = run;
  if (count === 1) return area(slice) > 0 ? [slice] : [];
  const { axis, unit } = blockAxis(graph, run);
  return Array.from({ length: count }, (_, index): Rect => {
    if (axis === 'rows') {
      const [from, to] = part(rowsOf(slice), count, index, unit);
      return withRows(slice, slice.row0 + from, slice.row0 + to);
    }
    const [from, to] = part(channelsOf(slice), count, index, unit);
    return withChannels(slice, slice.channel0 + from, slice.channel0 + to);
  }).filter((block) => area(block) > 0);
}

/** What a run reads of a tensor to make a block. */
export function readForBlock(graph: Graph, { main, followers }: Run, block: Rect, tensor: number): Rect | undefined {
  let slice = readBy(graph, main, block, tensor);
  for (const l of followers) slice = readBy(graph, l, block, tensor, slice);
  return slice;
}

/** Does a run make an output of the network? */
export const outputsOf = (graph: Graph, { main, followers }: Run): number[] =>
  [main, ...followers].filter((l) => isOutput(graph, l));
