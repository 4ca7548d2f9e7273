/**
 * What the machine has counted, copied out of its memory: plain data that reports and views read. All counts are from cycle 0
 * and exact (below 2^53). Causes are indexed as in model/causes.ts, planes as PLANES, ports as in model/mesh.ts.
 */
import type { MoveSnapshot, ShapeSnapshot } from './changes.ts';

export type Outcome = 'running' | 'done' | 'deadlock';
export type TenantStatus = 'running' | 'done' | 'fault' | 'deadlock' | 'departed';
/** Has a tenant its tiles? Before its cycle it is awaited; then it waits for its tables, and until its tiles are given up; at last it is gone. */
export type Presence = 'awaited' | 'waiting' | 'there' | 'gone';

export interface Waiting {
  /** e.g. "A3 recv" */
  readonly who: string;
  /** e.g. "message 5 from A2" */
  readonly for: string;
}

/** A channel of a link whose flits wait for the next of a circle: the virtual channel of the link that leaves `from` at `port`. */
export interface WaitingChannel {
  readonly plane: number;
  readonly from: number;
  readonly to: number;
  readonly port: number;
  readonly channel: number;
  /** How many wait in it, and where the first of them goes. */
  readonly flits: number;
  readonly target: number;
}

/** Packets that will never arrive, as of this cycle. */
export interface Deadlock {
  readonly cycle: number;
  /** Nothing at all can change any more, since this cycle; else what does not need their channels still moves. */
  readonly isTotal: boolean;
  readonly waiting: readonly Waiting[];
  /** Channels that wait for each other, each for the next and the last for the first; empty where only programs do. */
  readonly circle: readonly WaitingChannel[];
}

export interface CoreSnapshot {
  readonly tile: number;
  readonly tenant: number;
  /** Number of the tenant's size that it belongs to. */
  readonly shape: number;
  readonly vcore: number;
  /** Cause of the last cycle, index into CAUSES; 255: another virtual core has its tile, or the tenant has another size. */
  readonly cause: number;
  /** Cycles per cause; those of a tile (one core, unless several share it) add up to the snapshot's cycle. */
  readonly causes: readonly number[];
  readonly hits: number;
  readonly misses: number;
  readonly walkReads: number;
  /** Reads that the same walks would have made without last_v. */
  readonly plainReads: number;
  /** Cycles in which the DMA engine waited for a translation, hidden or not. */
  readonly translationStall: number;
  readonly retired: number;
}

export interface Fault {
  readonly vcore: number;
  /** Index of the instruction in the flattened program of that core. */
  readonly instruction: number;
  readonly address: number;
  readonly cycle: number;
}

export interface TenantSnapshot {
  readonly status: TenantStatus;
  /** Iterations that every core of the tenant has finished. */
  readonly iterationsDone: number;
  /** Cycle of the first instruction and of the end of the last one, per finished iteration. */
  readonly iterationStart: Float64Array;
  readonly iterationEnd: Float64Array;
  /** End of the last instruction outside the iteration loop that loads resident weights; 0 if there is none. */
  readonly warmupCycles: number;
  readonly arrivalCycle: number;
  /** First cycle after its tables were written; Infinity before that is known. */
  readonly readyCycle: number;
  readonly interferenceCycles: number;
  /** Times that a shared tile went from one of its virtual cores to another. */
  readonly switches: number;
  /** First cycle in which it did nothing more, if it is over. */
  readonly stopCycle?: number;
  /** Bytes of all bursts that its DMA engines have issued. */
  readonly transferredBytes: number;
  readonly fault?: Fault;
  /** Moves and changes of size that have begun, in order. */
  readonly moves: readonly MoveSnapshot[];
  /** Its sizes so far, one after the other. */
  readonly shapes: readonly ShapeSnapshot[];
}

/** The input channels of one router, by port and virtual channel. */
export interface RouterDetail {
  readonly tile: number;
  /** Flits that a channel holds at most. */
  readonly depth: number;
  readonly channels: readonly {
    readonly port: number;
    readonly vc: number;
    readonly flits: number;
    /** `waiting` for an output channel, or `active`: it has one and its flits compete for the switch. */
    readonly phase: 'idle' | 'waiting' | 'active';
    /** Output port of the packet at the front; null when idle. */
    readonly wants: number | null;
  }[];
}

/** What the head of a packet does in a cycle: VA gives it a channel of its output, SA sends a flit through the switch. */
export type PacketStage = 'source' | 'buffer' | 'va' | 'sa' | 'crossbar' | 'link' | 'eject' | 'arrived';

/** One router on the way of a packet: cycles in which things happened to its head, null while they have not. */
export interface PacketHop {
  readonly tile: number;
  /** Input port and virtual channel. */
  readonly port: number;
  readonly channel: number;
  readonly came: number;
  /** First cycle in which it stands at the front of its buffer and asks for a channel. */
  readonly front: number | null;
  readonly granted: number | null;
  readonly left: number | null;
  /** Output port. */
  readonly out: number | null;
}

/** A packet that is followed. */
export interface PacketDetail {
  /** The last cycle that was run. */
  readonly cycle: number;
  readonly tenant: number;
  readonly source: number;
  readonly target: number;
  readonly flits: number;
  /** Null where it is not kept. */
  readonly created: number | null;
  /** Cycle in which its head left the source. */
  readonly injected: number | null;
  readonly hops: readonly PacketHop[];
  readonly stage: PacketStage;
  /** Cycles since the head won the last switch, while it is between two routers. */
  readonly age: number;
  /** Flits of other packets before it in its buffer. */
  readonly ahead: number;
  /** In SA: there is no room behind its channel. */
  readonly isFull: boolean;
  /** Cycle in which its tail was consumed. */
  readonly arrived: number | null;
}

/** Sums over synthetic traffic (noc-model.md section 18); latencies in cycles from the creation of a packet. */
export interface TrafficCounters {
  /** As of this cycle. */
  readonly cycle: number;
  /** Measured packets that have arrived, and those still on their way. */
  readonly measured: number;
  readonly open: number;
  /** Sums over the measured packets that have arrived. */
  readonly latency: number;
  readonly networkLatency: number;
  readonly links: number;
  readonly longest: number;
  /** Flits of all packets that arrived in the window. */
  readonly accepted: number;
  /** Flits times links, of all packets from cycle 0 on. */
  readonly flitHops: number;
  /** Sum of latencies and number of the packets that arrived in each third of the window. */
  readonly periods: readonly { readonly latency: number; readonly packets: number }[];
  /** Measured packets by latency, in bins of `binCycles`. */
  readonly binCycles: number;
  readonly bins: readonly number[];
}

export interface LinkCounters {
  /** Flits at [((plane * tiles + tile) * 4 + port) * tenants + tenant]. */
  readonly flits: Float64Array;
  /** Cycles in which a ready flit wanted the link and none moved, at [(plane * tiles + tile) * 4 + port]. */
  readonly blocked: Float64Array;
  /** The same by tenant, whose flit it was, as `flits`; where two wanted the link in one cycle both have it. */
  readonly blockedTenants: Float64Array;
}

/** One link of one plane. */
export interface LinkCounts {
  readonly blocked: number;
  readonly perTenant: readonly number[];
  readonly blockedPerTenant: readonly number[];
}

export interface ChannelSnapshot {
  readonly tile: number;
  readonly bytes: number;
  readonly busyCycles: number;
}

export interface Snapshot {
  readonly cycle: number;
  readonly outcome: Outcome;
  readonly deadlock?: Deadlock;
  /** 16 hexadecimal digits. */
  readonly digest: string;
  readonly cores: readonly CoreSnapshot[];
  readonly tenants: readonly TenantSnapshot[];
  readonly links: LinkCounters;
  readonly traffic?: TrafficCounters;
  readonly channels: readonly ChannelSnapshot[];
}

/** The last cycles one by one: the cause of cycle `from + i` at `causes[core * cycles + i]`, cores in snapshot order. */
export interface RecentData {
  readonly from: number;
  readonly cycles: number;
  readonly causes: Uint8Array;
}

/** Cycles by cause over time, none while another virtual core has the tile: `causes[(core * buckets + bucket) * CAUSES.length + cause]`, cores in snapshot order. */
export interface TimelineData {
  readonly bucketCycles: number;
  readonly buckets: number;
  /** Cycles that it covers. */
  readonly cycles: number;
  /** Buckets that hold anything yet. */
  readonly used: number;
  readonly causes: Uint32Array;
}

/** One transfer that the DMA engine of a core is serving. */
export interface StreamDetail {
  readonly kind: 'load' | 'store';
  readonly address: number;
  readonly remainingBytes: number;
  readonly outstanding: number;
}

/** One burst as its translation was looked up. */
export interface BurstDetail {
  /** The first burst of a core is 0; programs, and so bursts, are the same under every translation. */
  readonly number: number;
  readonly cycle: number;
  readonly address: number;
  readonly bytes: number;
  /** Index of the range that it lies in. */
  readonly range: number;
  readonly miss: boolean;
  /** Length of its walk; 0 for a hit. */
  readonly walkCycles: number;
  /** vChunk: entries of the range table that its walk reads, in order, the right one last. */
  readonly reads: readonly number[];
}

/** One core as the inspector shows it. */
export interface CoreDetail {
  readonly tile: number;
  readonly tenant: number;
  readonly shape: number;
  readonly vcore: number;
  readonly cycle: number;
  /** Iteration that is computed in the pass of the loop that the controller is issuing, from 0; -1 before the first. */
  readonly iteration: number;
  /** Indices into the flattened program: running, then queued, per engine in ENGINES order. */
  readonly engines: readonly { readonly running: readonly number[]; readonly queued: readonly number[] }[];
  readonly streams: readonly StreamDetail[];
  /** TLB contents, most recently used first: page numbers, or indices into the tenant's range table. */
  readonly tlb: readonly number[];
  /** vChunk: index of the entry of the last translated burst, or -1. */
  readonly rttCurrent: number;
  /** vChunk: successor noted for each range, or -1. */
  readonly lastV: readonly number[];
  /** A walk in progress: the virtual address it is for and the cycle in which it ends. */
  readonly walk?: { readonly address: number; readonly until: number };
  readonly inFlightBursts: number;
  readonly hits: number;
  readonly misses: number;
  /** Cycles in which the DMA engine waited for a translation so far, hidden or not. */
  readonly stallCycles: number;
  /** The last bursts that were looked up, oldest first; none where addresses are physical. */
  readonly bursts: readonly BurstDetail[];
}

/** A flit on a link right now, for drawing packets at slow speed. `age` 0..2 counts cycles since it won the switch. */
export interface FlitInMotion {
  readonly plane: number;
  readonly tile: number;
  readonly port: number;
  readonly tenant: number;
  readonly age: number;
}
