/** Short names of pipeline stages, for views: the operator, the block, or from block to block. */
import { isHeavy, type Graph } from './graph.ts';
import { operatorsBetween } from './cuts.ts';
import type { StageShape } from './split.ts';

const blockOf = (name: string): string => (name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : name);

export function stageLabel(graph: Graph, { from: start, to: end }: StageShape): string {
  const { first, last } = operatorsBetween(graph, start, end);
  const run = graph.layers.slice(first, last + 1);
  const heavy = run.filter(isHeavy);
  const named = heavy.length > 0 ? heavy : run;
  const [from, to] = [named[0].name, named[named.length - 1].name];
  if (named.length === 1) return from;
  return blockOf(from) === blockOf(to) ? blockOf(from) : `${blockOf(from)}..${blockOf(to)}`;
}
