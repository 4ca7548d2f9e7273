/**
 * The topology mapping problem and its answer: put the nodes of a request graph on free cores of a mesh at least cost. Cost: weight of
 * every edge whose ends are not neighbours, `insertionCost` for every pair of chosen neighbours without an edge, and node costs.
 */
import type { Mesh } from './mesh.ts';
import type { EdgeWeights } from './vnpu.ts';

/** What a tenant's placement costs besides its edges. */
export interface MappingCosts {
  /** A pair of neighbours that nobody asked to be neighbours; without it 1, or 0 where edges weigh traffic. */
  readonly insertion?: number;
  /** A hop by which a core is farther from memory, or nearer to it, than asked. */
  readonly memory: number;
  /** Hops to the nearest interface that each virtual core asks for; without them 1: beside it. */
  readonly memoryHops?: readonly number[];
}

/** Two virtual cores between which data will flow, and what it costs to part them (default 1). */
export type Edge = readonly [u: number, v: number, weight?: number];

/** Bytes that a tenant moves per iteration. */
export interface Transfers {
  /** From one virtual core to another, each ordered pair once. */
  readonly messages: readonly Edge[];
  /** From memory to each virtual core. */
  readonly loads: readonly number[];
}

export const NO_TRANSFERS: Transfers = { messages: [], loads: [] };

export interface MappingProblem {
  readonly mesh: Mesh;
  /** Tiles that may be used, ascending. */
  readonly free: readonly number[];
  /** Nodes of the request, numbered from 0. */
  readonly nodes: number;
  readonly edges: readonly Edge[];
  readonly insertionCost: number;
  /** Cost of each node (row) on each free core (column, in the order of `free`). */
  readonly nodeCosts?: readonly (readonly number[])[];
  /** Must the chosen cores hang together? */
  readonly connected: boolean;
  /** What a stretched edge costs: its weight, or its weight for every hop beyond the first. */
  readonly stretch: 'once' | 'hops';
  readonly seed: number;
  /** Placements to begin with: tile of each node, or -1 for one that may go anywhere. */
  readonly offers?: readonly (readonly number[])[];
}

export interface MappingAnswer {
  /** False: no connected set of free cores is large enough. */
  readonly feasible: boolean;
  /** Tile of each node; empty if none was found. */
  readonly placement: readonly number[];
  readonly cost: number;
  /** No placement costs less than this. */
  readonly lowerBound: number;
  readonly proven: boolean;
}

/** What the search says of a tenant's placement. */
export interface Found {
  /** What requested edges weighed. */
  readonly weights: EdgeWeights;
  readonly cost: number;
  readonly lowerBound: number;
  readonly proven: boolean;
  /** Its tiles are connected. */
  readonly connected: boolean;
}

/** A requested edge between two virtual cores that are not neighbours. */
export interface StretchedEdge {
  readonly from: number;
  readonly to: number;
  readonly hops: number;
}

/** Answers a problem within a fixed amount of work, so that the same problem has the same answer everywhere. */
export type Mapper = (problem: MappingProblem) => MappingAnswer;
