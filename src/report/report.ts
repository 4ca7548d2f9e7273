/** The report of a run: the stable format of `vnpu run --json`, shared by the page and the command line. */
import type { Cause } from '../model/causes.ts';
import type { TrafficFigures } from './traffic.ts';

export interface TenantReport {
  name: string;
  status: 'done' | 'stopped' | 'fault' | 'deadlock';
  /** Tile of each virtual core, as it arrived. */
  tiles: number[];
  /** Mode mig: all core tiles that it holds. */
  partition?: number[];
  /** Where virtual cores share tiles: how often one of them gave its tile to another. */
  switches?: number;
  editDistance: number;
  /** Requested edges whose virtual cores are not neighbours. */
  stretched: { from: number; to: number; hops: number }[];
  /** What the mapping search says of its placement, if it made it. */
  search?: { weights: string; cost: number; lowerBound: number; proven: boolean; connected: boolean };
  iterations: number;
  cyclesPerIteration: number | null;
  /** The same without the end of the run, where the pipeline runs empty; null of runs too short for it. */
  steadyCyclesPerIteration: number | null;
  latencyCycles: number[];
  /** From arrival until the hypervisor has written its tables. */
  setupCycles: number;
  /** From then until its resident weights are loaded. */
  warmupCycles: number;
  /** In which it stood still, because it moved to other tiles or changed its size; iterations that end meanwhile are not in it. */
  migrationCycles: number;
  /** Its moves and changes of size that have begun; absent where none was asked for. */
  moves?: MoveReport[];
  /** Its sizes one after the other, where it was to change; figures of the tenant are those of the last, unless they say otherwise. */
  sizes?: SizeReport[];
  /** Multiply-accumulates of one iteration. */
  macs: number;
  utilization: number | null;
  /**
   * Cycles per cause over all tiles of the tenant; they add up to cycles x tiles, a tile of several virtual cores counted once, and
   * where the tenant changes its size over the tiles that it has at the time.
   */
  stalls: Record<Cause, number>;
  translation: {
    hits: number;
    misses: number;
    walkReads: number;
    /** Reads that the same walks would have made without last_v. */
    plainReads: number;
    stallCycles: number;
  };
  memoryBytes: number;
  /** Bits of the routing table in each of its cores; 0 for one that names tiles. */
  routingBits: number;
  /** Bytes of the hypervisor's tables in each of its cores. */
  tableBytes: number;
  /** Bytes that its DMA engines moved between memory and scratchpads. */
  transferredBytes: number;
  /** Data-plane flits of this tenant that crossed a link from or to another tenant's tile. */
  foreignLinkFlits: number;
  interferenceCycles: number;
  faults: { vcore: number; instruction: number; address: number; cycle: number }[];
}

/** One move to other tiles; parts that are not over are counted up to the end of the run. */
export interface MoveReport {
  cycle: number;
  tiles: number[];
  editDistance: number;
  /** Waiting for what was under way. */
  drainCycles: number;
  /** State of the cores to memory. */
  saveCycles: number;
  /** Tables, and waiting for the hypervisor and for tiles. */
  tableCycles: number;
  /** State from memory to the new tiles. */
  restoreCycles: number;
  /** Bytes that went to memory and came back. */
  stateBytes: number;
  /** Of a change of size: what it is then. Draining is the end of iterations that have begun. */
  topology?: { width: number; height: number };
}

/** What a tenant did on one of its sizes. */
export interface SizeReport {
  width: number;
  height: number;
  tiles: number[];
  iterations: number;
  cyclesPerIteration: number | null;
  steadyCyclesPerIteration: number | null;
  utilization: number | null;
  /** From the tables on until its resident weights were loaded. */
  warmupCycles: number;
  memoryBytes: number;
}

export interface LinkReport {
  plane: string;
  from: number;
  to: number;
  flits: number;
  blockedCycles: number;
  perTenant: number[];
  /** Cycles in which a flit of the tenant wanted the link and none moved; two tenants can share a cycle. */
  blockedPerTenant: number[];
}

export interface Report {
  engine: string;
  outcome: 'done' | 'cycles' | 'deadlock';
  deadlock?: {
    cycle: number;
    waiting: { who: string; for: string }[];
    /** Channels of links of one plane that wait for each other, each for the next; empty where no flits do. */
    circle: { plane: string; from: number; to: number; channel: number }[];
  };
  digest: string;
  cycles: number;
  /** Time inside the kernel; the only field that may differ between two runs. */
  seconds: number;
  tenants: TenantReport[];
  /** Figures of synthetic traffic, which runs instead of tenants. */
  traffic?: TrafficFigures & { flitHops: number };
  /** Physical memory after each change, as planned: who got or gave back which pieces, and what was free then. */
  memory?: {
    cycle: number;
    tenant: string;
    /** What a size gives back that another replaces is free once it has drained: see the tenant's moves. */
    change: 'taken' | 'returned' | 'drained';
    /** Tenants whose size must have drained first. */
    after?: string[];
    pieces: { address: number; bytes: number }[];
    freeBytes: number;
    largestFreeBytes: number;
    freeBlocks: number;
  }[];
  links: LinkReport[];
  channels: { tile: number; bytes: number; busyCycles: number; bytesPerCycle: number }[];
}
