/** A resolved experiment: the document with every default filled in. The plan is made from this and from nothing else. */
import type { Chip } from './chip.ts';
import type { HandRoute } from './hand-routes.ts';
import type { MappingCosts } from './mapping.ts';
import type { OnnxGraph, OpenSizes } from './onnx.ts';
import type { Traffic } from './traffic.ts';
import type {
  Bandwidth,
  Circles,
  Dispatch,
  EdgeWeights,
  Mapping,
  Mode,
  PlacementOrder,
  Routing,
  Topology,
  Translation,
} from './vnpu.ts';

/** One stage of a pipeline that is cut by hand; the stage before ends where it begins. */
export interface StageRequest {
  /** Name of its first operator. */
  readonly first: string;
  /** Of that operator so many rows or channels belong to the stage before; none if absent. */
  readonly at?: number;
  /** What `at` counts; rows if absent. */
  readonly axis?: 'rows' | 'channels';
  /** 1 if absent. */
  readonly cores?: number;
  /** How several cores share its operators; rows if absent. */
  readonly split?: 'rows' | 'channels';
}

export interface WorkloadRequest {
  /** Name of a model of the zoo, or `onnx:` and any name for an imported one. */
  readonly model: string;
  /** The operator table of an imported model, and the sizes that its file leaves open. */
  readonly imported?: { readonly graph: OnnxGraph; readonly sizes: OpenSizes };
  readonly iterations: number;
  /** `auto` keeps weights resident where they fit, `stream` loads them again every iteration. */
  readonly weights: 'auto' | 'stream';
  /** Tokens of each sequence (prefill), or those before the one that is added (decode); points of an implicit function. */
  readonly tokens: number;
  /** Sequences of a language model that are worked on together. */
  readonly batch: number;
  readonly phase: 'prefill' | 'decode';
  /** Blocks of a language model, from the first on; 0 for all. */
  readonly blocks: number;
  /** Absent: the compiler cuts and balances by itself. */
  readonly stages?: readonly StageRequest[];
}

export interface TenantRequest {
  readonly name: string;
  readonly mode: Mode;
  readonly topology: Topology;
  readonly mapping: Mapping;
  readonly edgeWeights: EdgeWeights;
  readonly mappingCosts: MappingCosts;
  /** Tile of each virtual core when set by hand. */
  readonly placement?: readonly number[];
  readonly routing: Routing;
  /** Ways made by hand beside those of its routing. */
  readonly routes?: readonly HandRoute[];
  /** Memory channels, in the order in which its addresses interleave; absent: all. */
  readonly channels?: readonly number[];
  readonly dispatch: Dispatch;
  readonly translation: Translation;
  /** Absent: no cap. */
  readonly bandwidth?: Bandwidth;
  /** Cycle in which the hypervisor is asked for it. */
  readonly arrivalCycle: number;
  /** Last cycle in which it does anything; absent: until its iterations are done. */
  readonly departureCycle?: number;
  /** In the order of their cycles. */
  readonly moves?: readonly MoveRequest[];
  readonly workload: WorkloadRequest;
}

/** A tenant is asked onto other tiles while it runs, or is given another size; a document says one of both at least. */
export interface MoveRequest {
  /** Number of the event in the document. */
  readonly event: number;
  readonly cycle: number;
  /** Tile of each virtual core from then on; absent: the mapping policy chooses for the new size. */
  readonly placement?: readonly number[];
  /** Of a change of size. */
  readonly topology?: Topology;
}

export interface Experiment {
  readonly title: string;
  readonly note: string;
  readonly seed: number;
  readonly chip: Chip;
  readonly tenants: readonly TenantRequest[];
  /** Tenants take their tiles in the document's order, or in the one that costs least in total. */
  readonly placementOrder: PlacementOrder;
  /** Routes by which packets could wait for each other in a circle are refused, or run to see it. */
  readonly circles: Circles;
  /** Synthetic traffic instead of tenants. */
  readonly traffic?: Traffic;
  /** Cycle to stop at, or `done`. */
  readonly stop: { readonly cycles: number } | 'done';
}

export type Life = Pick<TenantRequest, 'arrivalCycle' | 'departureCycle'>;

/** Are both there at some time, so that they cannot have the same tile? */
export const meet = (a: Life, b: Life): boolean =>
  a.arrivalCycle <= (b.departureCycle ?? Infinity) && b.arrivalCycle <= (a.departureCycle ?? Infinity);
