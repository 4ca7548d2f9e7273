/**
 * Stages that are cut by hand: from what a document asks for to their shapes, or why the network cannot be cut so; and back, so that
 * what the compiler found can be changed by hand.
 */
import type { StageRequest } from '../model/experiment.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import { before, end, type Cut } from './cuts.ts';
import { channelPieces, rowPieces, type Graph } from './graph.ts';
import { mostParts, type StageShape } from './split.ts';

/** The shapes of stages. Errors carry the path of the stage, from `stages` on. */
export function shapesOf(graph: Graph, vcores: number, stages: readonly StageRequest[]): Result<StageShape[]> {
  const cuts: Cut[] = [];
  for (const [index, stage] of stages.entries()) {
    const cut = cutOf(graph, stage, cuts.at(-1));
    if (typeof cut === 'string') return fail(`stages.${index}.first`, cut);
    cuts.push(cut);
  }
  if (cuts.length === 0) return fail('stages', 'has no stage; leave it out and the compiler cuts the network');
  const cores = stages.reduce((sum, stage) => sum + (stage.cores ?? 1), 0);
  if (cores > vcores) return fail('stages', `take ${cores} cores; the tenant has ${vcores}`);
  const shapes = stages.map((stage, index): StageShape => {
    const split = (stage.cores ?? 1) === 1 ? 'whole' : (stage.split ?? 'rows');
    return { from: cuts[index], to: cuts[index + 1] ?? end(graph), cores: stage.cores ?? 1, split };
  });
  const wrong = shapes.findIndex((shape) => shape.cores > 1 && mostParts(graph, shape) < shape.cores);
  return wrong < 0 ? ok(shapes) : fail(`stages.${wrong}.cores`, cannotShare(graph, shapes[wrong]));
}

/** Where a stage begins, or a sentence that says why it cannot. */
function cutOf(graph: Graph, { first, at = 0, axis = 'rows' }: StageRequest, last?: Cut): Cut | string {
  const { layers, units, unitOf } = graph;
  const operator = layers.findIndex(({ name }) => name === first);
  if (operator < 0) return `there is no operator "${first}"; "vnpu model" lists them`;
  const unit = unitOf[operator];
  const begins = layers[units[unit].first];
  if (begins !== layers[operator])
    return `"${first}" works on the output of "${begins.name}" in place; begin with that`;
  if (last === undefined && (unit > 0 || at > 0)) return `the first stage begins with "${layers[0].name}"`;
  const isBehind = last === undefined || unit > last.unit || (unit === last.unit && at > last.at && axis === last.axis);
  if (!isBehind && last.unit === unit && last.at > 0 && axis !== last.axis)
    return `"${first}" is cut into ${last.axis} by the stage before; one operator is cut along one axis`;
  if (!isBehind) return `"${first}" does not stand behind the first operator of the stage before`;
  return at === 0 ? before(unit) : innerCut(graph, unit, at, axis);
}

function innerCut(graph: Graph, unit: number, at: number, axis: Cut['axis']): Cut | string {
  const { first, last } = graph.units[unit];
  const layer = graph.layers[first];
  const [size, grain, pieces] =
    axis === 'rows'
      ? [layer.output.rows, layer.rowUnit, rowPieces(layer)]
      : [layer.output.channels, layer.channelUnit, channelPieces(layer)];
  const followers = graph.layers.slice(first + 1, last + 1);
  const isWhole = axis === 'channels' && followers.some(({ channelUnit }) => channelUnit > layer.channelUnit);
  if (pieces < 2 || isWhole) return `"${layer.name}" cannot be cut into ${axis}`;
  if (at % grain !== 0 || at >= size)
    return `"${layer.name}" cannot be cut at ${at}; multiples of ${grain} below ${size} (${axis}) are right`;
  return { unit, at, axis };
}

function cannotShare(graph: Graph, { from, to, cores, split }: StageShape): string {
  if (from.at > 0 || to.at > 0) return `${cores} cores cannot share a stage that begins or ends inside an operator`;
  const most = mostParts(graph, { from, to, split: split as 'rows' });
  const [first, last] = [graph.units[from.unit].first, graph.units[to.unit - 1].last];
  const run = `"${graph.layers[first].name}" to "${graph.layers[last].name}"`;
  return most > 1
    ? `${run} can be split by ${split} over ${most} cores at most, not ${cores}`
    : `${run} cannot be split by ${split}: stages of several cores hold one operator with products, and what follows it slice by slice`;
}

/** A stage as a document asks for it. */
export function requestOf({ layers, units }: Graph, { from, cores, split }: StageShape): StageRequest {
  return {
    first: layers[units[from.unit].first].name,
    ...(from.at > 0 && { at: from.at, ...(from.axis === 'channels' && { axis: from.axis }) }),
    ...(cores > 1 && { cores, ...(split === 'channels' && { split }) }),
  };
}
