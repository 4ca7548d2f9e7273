/**
 * Placement by the mapping search, which the caller brings: `similar` looks for the least cost among connected cores, `disconnected` takes
 * torn ones where there is no connected set, and a region picked by shape alone gets its virtual cores in the best order.
 * Cost: the topology edit distance, or, weighted by traffic, bytes times the hops that they travel beyond a neighbour; and, where it
 * is asked for, how much farther from memory or nearer to it cores are than they should be. Or, from the least edit distance on,
 * the time that messages and loads take on the busiest links of their ways.
 */
import type { Chip } from '../model/chip.ts';
import type { Edge, Found, Mapper, MappingAnswer, MappingProblem, Transfers } from '../model/mapping.ts';
import type { Mesh } from '../model/mesh.ts';
import type { EdgeWeights } from '../model/vnpu.ts';
import { bottleneckCost } from './bottleneck.ts';
import { downhill } from './downhill.ts';
import type { IsFree } from './policies.ts';

/** Weight of the heaviest edge when edges weigh their traffic. */
export const HEAVIEST = 1000;

/** What the search needs besides the chip: itself, the document's seed, and the bytes that programs move. */
export interface Searching {
  readonly mapper: Mapper;
  readonly seed: number;
  /** Of a tenant of that number. */
  readonly transfers: (tenant: number) => Transfers;
}

export interface Wanted {
  readonly nodes: number;
  /** Requested edges, each of weight 1. */
  readonly edges: readonly Edge[];
  readonly edgeWeights: EdgeWeights;
  /** Cost of a pair of neighbours that was not asked for; without it 1, or 0 where edges weigh traffic. */
  readonly insertionCost?: number;
  /** What a virtual core costs on a tile besides. */
  readonly tileCost?: (vcore: number, tile: number) => number;
  readonly transfers: Transfers;
  /** Interfaces that its loads cross the mesh from. */
  readonly memoryTiles: readonly number[];
  /** Placements by simpler policies, to begin with. */
  readonly offers: readonly (readonly number[])[];
  readonly seed: number;
}

/** The best connected placement that the search finds, or undefined if no connected set of free tiles is large enough. */
export const similar = (chip: Chip, isFree: IsFree, wanted: Wanted, mapper: Mapper) =>
  answered(mapperFor(chip, wanted, mapper)(problemFor(chip, isFree, wanted, true)), wanted, true);

/** The search by what edges weigh: where that is the bottleneck, it goes on downhill from the connected tiles that it finds. */
export function mapperFor(chip: Chip, { edgeWeights, memoryTiles, transfers }: Wanted, mapper: Mapper): Mapper {
  if (edgeWeights !== 'bottleneck') return mapper;
  const { of, least } = bottleneckCost(chip, memoryTiles, transfers);
  return (problem) => {
    const answer = mapper(problem);
    if (answer.placement.length === 0) return answer;
    const placement = downhill(chip, problem.free, answer.placement, of);
    const [cost, lowerBound] = [of(placement), least(problem.free)];
    return { feasible: true, placement, cost, lowerBound, proven: cost === lowerBound };
  };
}

/**
 * The same, and torn tiles as a last resort: then a stretched edge costs its weight for every hop, so that pieces stay close. The
 * bottleneck is sought on connected tiles only: torn ones have equal weights.
 */
export function disconnected(chip: Chip, isFree: IsFree, wanted: Wanted, mapper: Mapper) {
  const whole = similar(chip, isFree, wanted, mapper);
  if (whole !== undefined) return whole;
  const torn: Wanted = wanted.edgeWeights === 'bottleneck' ? { ...wanted, edgeWeights: 'equal' } : wanted;
  return answered(mapper({ ...problemFor(chip, isFree, torn, false), stretch: 'hops' }), torn, false);
}

function answered({ placement, cost, lowerBound, proven }: MappingAnswer, { edgeWeights }: Wanted, connected: boolean) {
  if (placement.length === 0) return undefined;
  return { tiles: placement, search: { weights: edgeWeights, cost, lowerBound, proven, connected } satisfies Found };
}

/** The request on the tiles that are free, as the search takes it. */
export function problemFor(mesh: Mesh, isFree: IsFree, wanted: Wanted, connected: boolean): MappingProblem {
  const free = Array.from({ length: mesh.width * mesh.height }, (_, tile) => tile).filter(isFree);
  const { nodes, edges, edgeWeights, insertionCost, tileCost, transfers, offers, seed } = wanted;
  const nodeCosts = tileCost && Array.from({ length: nodes }, (_, v) => free.map((tile) => tileCost(v, tile)));
  const given = {
    ...{ mesh: { width: mesh.width, height: mesh.height }, free, nodes, connected, seed, offers },
    ...(nodeCosts && { nodeCosts }),
  };
  if (edgeWeights !== 'traffic') return { ...given, edges, insertionCost: insertionCost ?? 1, stretch: 'once' };
  const between = pairsOf(transfers.messages, nodes);
  const most = Math.max(1, ...between.map(([, , bytes = 0]) => bytes));
  const weighed = between.map(([u, v, bytes = 0]): Edge => [u, v, Math.max(1, Math.round((bytes * HEAVIEST) / most))]);
  return { ...given, edges: weighed, insertionCost: insertionCost ?? 0, stretch: 'hops' };
}

/** Bytes of both directions of each pair, the lower number first. */
function pairsOf(flows: readonly Edge[], nodes: number): Edge[] {
  const bytes = new Map<number, number>();
  for (const [from, to, sum = 0] of flows) {
    const pair = Math.min(from, to) * nodes + Math.max(from, to);
    bytes.set(pair, (bytes.get(pair) ?? 0) + sum);
  }
  return [...bytes].map(([pair, sum]): Edge => [Math.floor(pair / nodes), pair % nodes, sum]);
}
