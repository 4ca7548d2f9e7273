/** The mapping search against the reference, against trying everything, and against a second way to count. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as layout from '../../assembly/mapping/layout.ts';
import { MappingSearch } from '../../src/engine/mapping.ts';
import type { Edge, MappingProblem } from '../../src/model/mapping.ts';
import { bruteForce, gridEdges, inOnePiece, mappingModule, problemOf, recount, solve } from '../support/mapping.ts';

it('the layout means the same to both compilers', () => {
  const exports = new WebAssembly.Instance(mappingModule).exports as Record<string, { value?: number }>;
  const constants = Object.entries(layout);
  expect(constants.map(([name]) => [name, exports[name]?.value])).toEqual(constants);
});

interface Instance {
  readonly id: string;
  readonly request: string;
  readonly W: number;
  readonly H: number;
  readonly occupied: readonly number[];
  readonly n: number;
  readonly edges: readonly Edge[];
  readonly mem_alpha?: number;
  readonly req_mem_dist?: readonly number[];
  readonly phys_mem_dist?: readonly number[];
  readonly feasible: boolean;
  readonly optimum: number | null;
}
const { instances } = JSON.parse(readFileSync('tests/reference/mapping_public.json', 'utf8')) as {
  instances: readonly Instance[];
};

function problemFor({ W, H, occupied, n, edges, mem_alpha, req_mem_dist, phys_mem_dist }: Instance): MappingProblem {
  const problem = problemOf([W, H], occupied, n, edges);
  const nodeCosts = req_mem_dist?.map((asked) =>
    problem.free.map((core) => mem_alpha! * Math.abs(asked - phys_mem_dist![core])),
  );
  return { ...problem, nodeCosts };
}

describe('the reference', () => {
  it.each(instances.map((instance) => [instance.id, instance.request, instance] as const))(
    '%s, %s: the optimum, proven, or infeasible',
    (_, __, instance) => {
      const problem = problemFor(instance);
      const { feasible, cost, placement, proven } = solve(problem);
      expect(feasible).toBe(instance.feasible);
      if (!feasible) return expect(placement).toEqual([]);
      expect({ cost, proven }).toEqual({ cost: instance.optimum, proven: true });
      expect(recount(problem, placement)).toBe(cost);
      expect(inOnePiece(problem, placement)).toBe(true);
    },
  );
});

const graph = (nodes: number, heaviest: number): fc.Arbitrary<Edge[]> => {
  const pairs = Array.from({ length: nodes }, (_, v) => Array.from({ length: v }, (_, u) => [u, v] as const)).flat();
  return fc
    .array(fc.option(fc.integer({ min: 1, max: heaviest }), { freq: 1 }), {
      minLength: pairs.length,
      maxLength: pairs.length,
    })
    .map((weights) => pairs.flatMap(([u, v], i): Edge[] => (weights[i] === null ? [] : [[u, v, weights[i]]])));
};

const problems = (side: number, mostNodes: number): fc.Arbitrary<MappingProblem> =>
  fc
    .record({
      nodes: fc.integer({ min: 1, max: mostNodes }),
      taken: fc.uniqueArray(fc.integer({ min: 0, max: side * side - 1 }), { maxLength: (side * side) >> 1 }),
      heaviest: fc.constantFrom(1, 3, 1000),
      insertionCost: fc.integer({ min: 0, max: 2 }),
      connected: fc.boolean(),
      stretch: fc.constantFrom('once' as const, 'hops' as const),
      nodeCost: fc.constantFrom(0, 4),
    })
    .chain(({ nodes, taken, heaviest, nodeCost, ...more }) =>
      fc
        .record({
          edges: graph(nodes, heaviest),
          costs: fc.array(fc.integer({ min: 0, max: nodeCost }), { minLength: 8, maxLength: 8 }),
        })
        .map(({ edges, costs }) => {
          const problem = problemOf([side, side], taken, nodes, edges, more);
          const row = (u: number): number[] => problem.free.map((tile) => costs[(tile + 3 * u) % costs.length]);
          return nodeCost === 0 ? problem : { ...problem, nodeCosts: Array.from({ length: nodes }, (_, u) => row(u)) };
        }),
    );

describe('against trying everything', () => {
  it('any request of up to 7 nodes on a 4 x 4 chip, weighted, with node costs, in one piece or not', () => {
    fc.assert(
      fc.property(problems(4, 7), (problem) => {
        const answer = solve(problem);
        const least = bruteForce(problem);
        expect(answer.placement.length > 0 ? answer.cost : Infinity).toBe(least);
        expect(answer.proven).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('every request of up to 4 nodes on every 3 x 2 chip', () => {
    const pairs = [[0, 1], [0, 2], [1, 2], [0, 3], [1, 3], [2, 3]] as const; // prettier-ignore
    for (let nodes = 1; nodes <= 4; nodes++) {
      const possible = pairs.filter(([, v]) => v < nodes);
      for (let chosen = 0; chosen < 2 ** possible.length; chosen++) {
        const edges = possible.filter((_, i) => chosen & (1 << i));
        for (let taken = 0; taken < 64; taken++) {
          const problem = problemOf(
            [3, 2],
            [0, 1, 2, 3, 4, 5].filter((tile) => taken & (1 << tile)),
            nodes,
            edges,
          );
          const { cost, placement } = solve(problem);
          expect(placement.length > 0 ? cost : Infinity).toBe(bruteForce(problem));
        }
      }
    }
  });
});

describe('a placement', () => {
  it('costs what it is said to cost, hangs together, and never less than the bound; more work never makes it worse', () => {
    fc.assert(
      fc.property(problems(9, 30), (problem) => {
        const search = new MappingSearch(mappingModule, problem);
        let before = Infinity;
        // ten turns: growth, search, and annealings with pushes and windows
        for (let i = 0; i < 10; i++) {
          const { cost, placement, lowerBound } = search.answer;
          expect(cost).toBeLessThanOrEqual(before);
          before = cost;
          if (placement.length > 0) {
            expect(recount(problem, placement)).toBe(cost);
            expect(lowerBound).toBeLessThanOrEqual(cost);
            expect(new Set(placement).size).toBe(problem.nodes);
            expect(placement.every((tile) => problem.free.includes(tile))).toBe(true);
            if (problem.connected) expect(inOnePiece(problem, placement)).toBe(true);
          }
          search.advance();
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is there at once, wherever the piece lies that is large enough', () => {
    fc.assert(
      fc.property(problems(12, 20), (problem) => {
        const { feasible, cost, placement } = new MappingSearch(mappingModule, problem).answer;
        expect(placement.length).toBe(feasible ? problem.nodes : 0);
        if (feasible) expect(recount(problem, placement)).toBe(cost);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same whenever the same problem is searched with the same work', () => {
    const problem = problemOf([8, 8], [3, 9, 20, 33, 34, 35, 51, 60], 36, gridEdges(6, 6));
    expect(solve(problem, 5e6)).toEqual(solve(problem, 5e6));
  });

  it('keeps what the host offers if nothing better is found, and refuses an offer that is torn', () => {
    // a line of three in a corner of an empty chip costs nothing; three tiles apart from each other are no offer
    const line = problemOf([3, 3], [], 3, gridEdges(3, 1));
    expect(new MappingSearch(mappingModule, { ...line, offers: [[6, 7, 8]] }).answer.placement).toEqual([6, 7, 8]);
    expect(new MappingSearch(mappingModule, { ...line, offers: [[0, 2, 8]] }).answer.cost).toBe(0);
  });

  it('of 128 nodes on 32 x 32 cores is found, whole and at once where there is room', () => {
    // a 16 x 8 request fits an empty chip as it is: cost 0 is a proof
    expect(solve(problemOf([32, 32], [], 128, gridEdges(16, 8)))).toMatchObject({ cost: 0, proven: true });
  });
});

describe('no memory grows while searching', () => {
  it('the size after the search is the size before it', () => {
    const problem = problemOf([6, 6], [0, 7, 14, 21], 28, gridEdges(7, 4));
    const search = new MappingSearch(mappingModule, problem);
    const bytes = search.memoryBytes;
    for (let i = 0; i < 8; i++) search.advance();
    expect(search.memoryBytes).toBe(bytes);
  });
});
