/**
 * A plan: everything the machine needs, with every virtual name bound. The image is built from it and from nothing else.
 */
import type { Chip } from './chip.ts';
import type { StageRequest } from './experiment.ts';
import type { HandRoute } from './hand-routes.ts';
import type { Found, StretchedEdge } from './mapping.ts';
import type { Program } from './program.ts';
import type { Traffic } from './traffic.ts';
import type {
  Bandwidth,
  Dispatch,
  HypervisorTables,
  MessageBuffer,
  Mode,
  Range,
  Routes,
  Routing,
  Topology,
  Translation,
} from './vnpu.ts';
import type { Workload } from './workload.ts';

/** A tensor that a program keeps in memory: what the compiler asks the hypervisor to map. */
export interface MemoryTensor {
  readonly name: string;
  readonly virtualBase: number;
  readonly bytes: number;
  readonly permission: number;
}

/** A tile that several virtual cores of a tenant share in turns (mode mig). */
export interface SharedTile {
  readonly tile: number;
  readonly vcores: readonly number[];
  /** The weights of all of them do not fit at once: those of the one that leaves are evicted. */
  readonly evicts: boolean;
}

/** How long a core takes per iteration, as estimated. */
export interface CoreTiming {
  /** Cycles between the ends of two iterations once the rhythm is steady. */
  readonly cycles: number;
  /** Of which each engine is busy. */
  readonly matmul: number;
  readonly vector: number;
  /** Arrival of inputs and departure of results. */
  readonly transfer: number;
  /** Loads and stores, at the rate that one core can draw. */
  readonly load: number;
  readonly loadBytes: number;
}

/** One stage of the pipeline; its cycles are those of its slowest core. */
export interface StageFigures extends CoreTiming {
  readonly label: string;
  readonly vcores: readonly number[];
  readonly split: 'whole' | 'rows' | 'channels';
  /** Its operators, by number; the first and the last may be shared with the neighbouring stages. */
  readonly first: number;
  readonly last: number;
  /** The stage as a document asks for it. */
  readonly request: StageRequest;
}

export interface OperatorFigures {
  /** On one core: array and vector unit one after the other. */
  readonly cycles: number;
  /** A stage may begin with it: it does not work on the output of the one before where that lies. */
  readonly mayBegin: boolean;
}

/** What the compiler made of a workload for n virtual cores. */
export interface Compilation {
  readonly workload: Workload;
  readonly programs: readonly Program[];
  readonly tensors: readonly MemoryTensor[];
  /** Pipeline depth: iterations that are in flight when the pipeline is full. */
  readonly stages: number;
  readonly iterations: number;
  /** Multiply-accumulates of one iteration over all cores. */
  readonly macs: number;
  /** The pipeline, stage by stage. */
  readonly balance: readonly StageFigures[];
  /** By operator of the network. */
  readonly operators: readonly OperatorFigures[];
  /** Bytes per cycle that one core can draw from memory. */
  readonly coreBytesPerCycle: number;
  /** Instructions that the controller issues for one iteration of all cores. */
  readonly instructions: number;
  /** Estimated cycles between two iterations: those of the slowest core, of memory at a fair share, or of the controller. */
  readonly estimatedCycles: number;
  /** Bytes per iteration, unique and replicated ones apart, for conservation tests and `vnpu plan`. */
  readonly traffic: {
    readonly uniqueWeightBytes: number;
    readonly replicatedWeightBytes: number;
    readonly uniqueActivationBytes: number;
    readonly replicatedActivationBytes: number;
    /** Activations that did not fit and went to memory and back. */
    readonly spilledBytes: number;
    /** State kept between iterations (keys and values), read and written. */
    readonly stateBytes: number;
  };
}

/** Physical memory after a tenant has got its part, or given it back. */
export interface MemoryState {
  readonly cycle: number;
  readonly tenant: string;
  /** A size is given its part; it departs; or another size replaces it, which keeps it until it has drained: when, only the run knows. */
  readonly change: 'taken' | 'returned' | 'drained';
  /** Of a part that others still hold when it is given: whose size must have drained first. */
  readonly after?: readonly string[];
  /** What this is about, in the order of its virtual addresses. */
  readonly pieces: readonly { readonly address: number; readonly bytes: number }[];
  readonly freeBytes: number;
  /** What the next tenant could get in one piece. */
  readonly largestFreeBytes: number;
  readonly freeBlocks: number;
}

/** A tenant's cores come to other tiles while it runs, or it gets other cores. */
export interface TenantMove {
  /** Cycle in which the hypervisor is asked for it. */
  readonly cycle: number;
  readonly tiles: readonly number[];
  readonly editDistance: number;
  readonly stretched: readonly StretchedEdge[];
  readonly routes?: Routes;
  /** As they are after it. */
  readonly tables: HypervisorTables;
  /** Cycles to write what changes of them. */
  readonly tableCycles: number;
  /** Bytes that each virtual core takes along; 0 where it stays. */
  readonly stateBytes: readonly number[];
  /** Of a change of size: what it is from then on. */
  readonly shape?: TenantShape;
}

/** What of a tenant follows from its size. */
export interface TenantShape extends Compilation {
  readonly topology: Topology;
  /** Tile of each virtual core. */
  readonly tiles: readonly number[];
  /** Topology edit distance of the placement: 0 for an exact mesh. */
  readonly editDistance: number;
  /** Requested edges whose ends are not neighbours. */
  readonly stretched: readonly StretchedEdge[];
  /** Of a placement by the mapping search. */
  readonly search?: Found;
  /** Of a tenant whose routing is confined. */
  readonly routes?: Routes;
  readonly ranges: readonly Range[];
  /** Of a tenant that moves: where its cores' state waits; in no table of its own. */
  readonly savedState?: readonly Range[];
  readonly tables: HypervisorTables;
  /** Whose sizes, 0 as they arrive, must have drained before this one's memory is free; absent: nobody's. */
  readonly memoryAfter?: readonly { readonly tenant: number; readonly shape: number }[];
  /** Of a tenant in mode uvm. */
  readonly buffers?: readonly MessageBuffer[];
}

export interface TenantPlan extends TenantShape {
  readonly name: string;
  readonly mode: Mode;
  /** Of a tenant in mode mig: all core tiles that it holds. */
  readonly partition?: readonly number[];
  /** Tiles of several of its virtual cores; absent: each has its own. */
  readonly shared?: readonly SharedTile[];
  readonly routing: Routing;
  /** Ways made by hand beside those of its routing. */
  readonly handRoutes?: readonly HandRoute[];
  readonly dispatch: Dispatch;
  readonly translation: Translation;
  /** Absent: no cap. */
  readonly bandwidth?: Bandwidth;
  /** Cycle in which the hypervisor is asked for it. */
  readonly arrivalCycle: number;
  /** Last cycle in which it does anything; absent: until its iterations are done. */
  readonly departureCycle?: number;
  /** In the order of their cycles. */
  readonly moves?: readonly TenantMove[];
  /** Memory channels its ranges interleave over. */
  readonly channels: readonly number[];
}

export interface Plan {
  readonly chip: Chip;
  readonly tenants: readonly TenantPlan[];
  /** After each change. */
  readonly memory?: readonly MemoryState[];
  /** Synthetic traffic instead of tenants. */
  readonly traffic?: Traffic & { readonly seed: number };
  /** Cycle to stop at, or undefined: run until done. */
  readonly stopCycles?: number;
}

/** What a tenant is one after the other: as it arrives, and after each change of its size. */
export const shapesOf = (tenant: TenantPlan): TenantShape[] => [
  tenant,
  ...(tenant.moves ?? []).flatMap(({ shape }) => shape ?? []),
];

/** Whose flits links tell apart: the tenants', or those of synthetic traffic. */
export const flitOwners = ({ tenants, traffic }: Plan): number => (traffic === undefined ? tenants.length : 1);
