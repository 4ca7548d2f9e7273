/**
 * The mapping search against trying everything: every request of up to 7 nodes on a 4 x 4 chip with tiles taken at random, and up to 6 on
 * an empty one. Without node costs all that counts of a set of cores is its shape, so each pair of request and shape is tried once.
 */
import { expect, it } from 'vitest';
import { editDistance, edgesOf, everyGraph, everyPiece, type Graph } from '../support/graphs.ts';
import { problemOf, solve } from '../support/mapping.ts';

const SIDE = 4;
const MOST_NODES = 7;
const graphs = everyGraph(MOST_NODES);

it('all graphs are there: as many as the encyclopedia of integer sequences has (A000088)', () => {
  expect(graphs.map(({ length }) => length)).toEqual([1, 2, 4, 11, 34, 156, 1044]);
});

const pieces = Array.from({ length: MOST_NODES }, (_, i) => everyPiece(SIDE, i + 1));

/** Least edit distance on the free cells: of pieces of one shape one is enough. */
function bestOn(graph: Graph, nodes: number, taken: readonly number[]): number {
  const free = pieces[nodes - 1].filter(({ cells }) => !cells.some((cell) => taken.includes(cell)));
  const byShape = new Map(free.map(({ shape, cells }) => [shape, cells]));
  return [...byShape.values()].reduce((least, cells) => editDistance(graph, SIDE, cells, least), Infinity);
}

/** About a quarter of the cells, another set for every number. */
const takenBy = (number: number): number[] =>
  Array.from({ length: SIDE * SIDE }, (_, cell) => cell).filter(
    (cell) => Math.imul(number * 16 + cell + 1, 0x9e3779b1) >>> 30 === 0,
  );

it.each(graphs.map((list, i) => [i + 1, list] as const))(
  'every request of %i nodes: the least edit distance of all placements, proven',
  (nodes, list) => {
    const wrong = list.flatMap((graph, number) => {
      const chips = nodes < MOST_NODES ? [[], takenBy(2 * number), takenBy(2 * number + 1)] : [takenBy(number)];
      return chips.flatMap((taken) => {
        const { placement, cost, proven } = solve(problemOf([SIDE, SIDE], taken, nodes, edgesOf(graph, nodes)));
        const least = bestOn(graph, nodes, taken);
        const answer = placement.length > 0 ? cost : Infinity;
        return answer === least && proven ? [] : [{ edges: edgesOf(graph, nodes), taken, answer, least, proven }];
      });
    });
    expect(wrong).toEqual([]);
  },
  240_000,
);
