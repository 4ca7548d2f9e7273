/**
 * Buffers of activations on one core, with their lifetimes within an iteration. Time counts phases: 0 while inputs arrive, then one
 * per operator, and a last one while results leave. A pointwise operator works in place where nobody else reads its operand.
 */
import type { Layer } from '../model/workload.ts';
import { isHeavy, isPointwise, tensorOf, type Graph } from './graph.ts';
import { area, rowsOf, sameRect, type Rect } from './rect.ts';
import type { Share, StageShape } from './split.ts';

export interface Value {
  readonly label: string;
  readonly bytes: number;
  /** First and last phase in which it is in use. */
  readonly from: number;
  readonly to: number;
  readonly role: 'input' | 'output' | 'inner';
}

export interface CoreValues {
  readonly values: readonly Value[];
  /** Which value holds a tensor. */
  readonly of: ReadonlyMap<number, number>;
  /** Values of the attention scores of an operator, used in turn by its heads. */
  readonly scores: ReadonlyMap<number, readonly number[]>;
}

/** Score matrices of an attention operator that are alive at once: one is made while the other is used. */
const SCORE_BUFFERS = 2;

type Draft = { -readonly [key in keyof Value]: Value[key] };

/** The values of one core. */
export function valuesOf(graph: Graph, shape: StageShape, share: Share): CoreValues {
  const drafts: Draft[] = [];
  const of = new Map<number, number>();
  const scores = new Map<number, number[]>();
  const sendPhase = shape.last - shape.first + 2;
  const add = (label: string, bytes: number, phase: number, role: Value['role']): number =>
    drafts.push({ label, bytes, from: phase, to: phase, role }) - 1;
  for (const [tensor, slice] of share.holds) of.set(tensor, add(tensorOf(graph, tensor).name, area(slice), 0, 'input'));
  for (let l = shape.first; l <= shape.last; l++) {
    const layer = graph.layers[l];
    const phase = l - shape.first + 1;
    const slice = share.computes.get(l)!;
    const operand = inPlaceOperand(graph, shape, share, l);
    const inherited = operand === undefined ? undefined : of.get(operand);
    of.set(l, inherited ?? add(layer.output.name, area(slice), phase, 'inner'));
    if (layer.kind === 'attention')
      scores.set(
        l,
        scoreValues(layer, slice).map((bytes) => add('scores', bytes, phase, 'inner')),
      );
    for (const tensor of [l, ...layer.inputs]) extend(drafts[of.get(tensor)!], phase);
  }
  for (const tensor of share.passes.keys()) {
    const draft = drafts[of.get(tensor)!];
    extend(draft, sendPhase);
    if (draft.role === 'inner') draft.role = 'output';
  }
  return { values: drafts, of, scores };
}

function extend(draft: Draft, phase: number): void {
  draft.to = Math.max(draft.to, phase);
}

/** The operand that a pointwise operator may overwrite: made on this core, read by nobody else, of the same slice; the latest. */
function inPlaceOperand(graph: Graph, { first }: StageShape, { computes }: Share, l: number): number | undefined {
  const layer = graph.layers[l];
  if (!isPointwise(layer)) return undefined;
  const own = computes.get(l)!;
  const fitting = layer.inputs.filter(
    (tensor) => tensor >= first && graph.readers[tensor + 1].length === 1 && sameRect(computes.get(tensor)!, own),
  );
  return fitting.length === 0 ? undefined : Math.max(...fitting);
}

function scoreValues(layer: Layer, slice: Rect): number[] {
  const [product] = layer.gemms;
  const heads = headsOf(layer, slice);
  return Array.from({ length: Math.min(SCORE_BUFFERS, heads) }, () => rowsOf(slice) * product.N);
}

/** Heads whose output lies in a slice. */
export const headsOf = ({ gemms, output }: Layer, slice: Rect): number =>
  ((slice.channel1 - slice.channel0) * gemms[0].repeat) / output.channels;

/** Operators right behind a heavy one that work on its output in place, so that they can follow tile by tile. */
export function followersOf(graph: Graph, { last }: StageShape, { of }: CoreValues, heavy: number): number[] {
  const followers: number[] = [];
  if (!isHeavy(graph.layers[heavy])) return followers;
  for (let l = heavy + 1; l <= last && isPointwise(graph.layers[l]) && of.get(l) === of.get(heavy); l++)
    followers.push(l);
  return followers;
}
