/** Short names of pipeline stages, for views: the operator, the block, or from block to block. */
import { isHeavy, type Graph } from './graph.ts';
import { operatorsBetween } from './cuts.ts';
import type { StageShape } from './split.ts';

/** What a name says before its last dot; where only a number follows, that is the operator's own. */
const blockOf = (name: string): string => /^(.+)\.(?!\d+$)[^.]*$/.exec(name)?.[1] ?? name;

/** The part that all names of a network begin with, as exporters write it. */
function commonPart({ layers }: Graph): string {
  const [prefix] = /^[^.]*\./.exec(layers[0].name) ?? [''];
  return layers.every(({ name }) => name.startsWith(prefix)) ? prefix : '';
}

/** The names of all stages of a network, in order. */
export function stageLabels(graph: Graph, shapes: readonly StageShape[]): string[] {
  const { length } = commonPart(graph);
  return shapes.map(({ from: start, to: end }) => {
    const { first, last } = operatorsBetween(graph, start, end);
    const run = graph.layers.slice(first, last + 1);
    const heavy = run.filter(isHeavy);
    const named = heavy.length > 0 ? heavy : run;
    const [from, to] = [named[0], named[named.length - 1]].map(({ name }) => name.slice(length));
    if (named.length === 1) return from;
    return blockOf(from) === blockOf(to) ? blockOf(from) : `${blockOf(from)}..${blockOf(to)}`;
  });
}
