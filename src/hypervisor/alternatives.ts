/**
 * Where else a tenant could lie: a few placements that differ in what they spare. Asked for while a hand carries one of its virtual
 * cores or all of it, so that the best place near the hand, and what keeping the held core there would cost, are known before the
 * drop. Costs are those of the mapping search, and of placements that cost the same the one nearest to the hand counts; by the
 * bottleneck, the one that is reached from there, and around a held core the edit distance counts.
 */
import type { Chip } from '../model/chip.ts';
import type { Edge, MappingAnswer, MappingProblem, Mapper } from '../model/mapping.ts';
import { tileX, tileY, type Mesh } from '../model/mesh.ts';
import type { Grip } from './move.ts';
import { mapperFor, problemFor, type Wanted } from './similar.ts';

/**
 * `near`: of the cheapest, the nearest to the hand. `here`: the held core under the hand, the others around it. `few`: the same, but
 * another core that leaves its tile costs half an edge. `elsewhere`: the cheapest on other tiles than those of `near`.
 */
export const ALTERNATIVES = ['near', 'here', 'few', 'elsewhere'] as const;
export type AlternativeKind = (typeof ALTERNATIVES)[number];

export interface Alternative {
  readonly kind: AlternativeKind;
  readonly tiles: readonly number[];
  /** No placement on these cores costs less. */
  readonly proven: boolean;
}

/** A tenant where it lies, and the hand that carries it. */
export interface Carried {
  readonly tiles: readonly number[];
  readonly vcore: Grip['vcore'];
  /** Tile where it was taken, and the tile under the hand. */
  readonly from: number;
  readonly over: number;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Costs in the search stay below this. */
const LARGEST_COST = 2 ** 24;

/** The alternatives that there are, each once; none if no connected set of free tiles is large enough. */
export function alternatives(
  chip: Chip,
  isFree: (tile: number) => boolean,
  wanted: Wanted,
  carried: Carried,
  mapper: Mapper,
): Alternative[] {
  const problem = problemFor(chip, isFree, wanted, true);
  const weighing = mapperFor(chip, wanted, mapper);
  const cheapest = answer('near', nearest(problem, targetsOf(chip, carried)), weighing);
  if (cheapest === undefined) return [];
  const others = new Set(cheapest.tiles);
  const elsewhere = problemFor(chip, (tile) => isFree(tile) && !others.has(tile), wanted, true);
  const found = [
    cheapest,
    here('here', problem, carried, mapper),
    here('few', problem, carried, mapper),
    answer('elsewhere', nearest(elsewhere, targetsOf(chip, carried)), weighing),
  ].filter((alternative) => alternative !== undefined);
  return found.filter(({ tiles }, i) => found.findIndex((other) => other.tiles.join() === tiles.join()) === i);
}

/** With the held core under the hand; nothing where that tile is taken or too lonely. */
function here(
  kind: 'here' | 'few',
  problem: MappingProblem,
  carried: Carried,
  mapper: Mapper,
): Alternative | undefined {
  const { vcore, over } = carried;
  if (vcore === 'all' || !problem.free.includes(over)) return undefined;
  const costly =
    kind === 'here'
      ? nearest(
          problem,
          carried.tiles.map((tile) => placeOf(problem.mesh, tile)),
        )
      : staying(problem, carried.tiles);
  const found = answer(kind, pinned(costly, vcore, over), mapper);
  return found?.tiles[vcore] === over ? found : undefined;
}

function answer(kind: AlternativeKind, problem: MappingProblem, mapper: Mapper): Alternative | undefined {
  if (problem.free.length < problem.nodes) return undefined;
  const { placement, proven }: MappingAnswer = mapper(problem);
  return placement.length === 0 ? undefined : { kind, tiles: placement, proven };
}

/** Where each virtual core would come to lie if all of them moved as the hand does; may be outside the mesh. */
function targetsOf(chip: Chip, { tiles, from, over }: Carried): Place[] {
  const [dx, dy] = [tileX(chip, over) - tileX(chip, from), tileY(chip, over) - tileY(chip, from)];
  return tiles.map((tile) => ({ x: tileX(chip, tile) + dx, y: tileY(chip, tile) + dy }));
}

const placeOf = (mesh: Mesh, tile: number): Place => ({ x: tileX(mesh, tile), y: tileY(mesh, tile) });

/** Cost first, then hops from where the hand would put each core. */
function nearest(problem: MappingProblem, targets: readonly Place[]): MappingProblem {
  const { mesh, free } = problem;
  const distances = targets.map(({ x, y }) =>
    free.map((tile) => Math.abs(tileX(mesh, tile) - x) + Math.abs(tileY(mesh, tile) - y)),
  );
  return withNodeCosts(problem, distances);
}

/** A core that leaves its tile costs as much as half an edge. */
function staying(problem: MappingProblem, tiles: readonly number[]): MappingProblem {
  const moving = tiles.map((own) => problem.free.map((tile) => (tile === own ? 0 : 1)));
  return weighed(problem, 2, moving);
}

/** One core on one tile: anywhere else it costs more than all there is to save. */
function pinned(problem: MappingProblem, pin: number, tile: number): MappingProblem {
  const { free, nodes, edges, insertionCost } = problem;
  const farthest = problem.stretch === 'once' ? 1 : problem.mesh.width + problem.mesh.height;
  const all =
    farthest * edges.reduce((sum, [, , weight = 1]) => sum + weight, 0) +
    2 * nodes * insertionCost +
    problem.nodeCosts!.reduce((sum, row) => sum + Math.max(...row), 0);
  const nodeCosts = problem.nodeCosts!.map((row, v) =>
    row.map((cost, core) => (v !== pin ? cost : free[core] === tile ? 0 : cost + all)),
  );
  const offer = Array.from({ length: nodes }, (_, v) => (v === pin ? tile : -1));
  return { ...problem, nodeCosts, offers: [offer] };
}

/** Node costs that count only among placements of equal cost, as far as numbers reach. */
function withNodeCosts(problem: MappingProblem, nodeCosts: readonly (readonly number[])[]): MappingProblem {
  const most = nodeCosts.reduce((sum, row) => sum + Math.max(...row), 0);
  const weight = problem.edges.reduce((sum, [, , w = 1]) => sum + w, 0);
  const largest =
    weight * (problem.stretch === 'once' ? 1 : problem.mesh.width + problem.mesh.height) + 2 * problem.nodes;
  const room = Math.floor(LARGEST_COST / (4 * largest));
  return weighed(problem, Math.max(1, Math.min(most + 1, room)), nodeCosts);
}

/** Everything that the problem counts, so many times, and costs of nodes on top. */
const weighed = (
  problem: MappingProblem,
  factor: number,
  nodeCosts: readonly (readonly number[])[],
): MappingProblem => ({
  ...problem,
  edges: problem.edges.map(([u, v, weight = 1]): Edge => [u, v, weight * factor]),
  insertionCost: problem.insertionCost * factor,
  nodeCosts: nodeCosts.map((row, v) => row.map((cost, core) => cost + factor * (problem.nodeCosts?.[v][core] ?? 0))),
});
