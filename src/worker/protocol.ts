/**
 * What page and worker say to each other. Calls go through Comlink on the worker itself; frames go over one plain MessagePort,
 * one in flight: the page posts a FrameRequest that hands over a buffer, the worker fills it and posts it back.
 */
import type { Result } from '../model/problem.ts';
import type { Chip } from '../model/chip.ts';
import type { Variant } from '../experiment/comparison.ts';
import type {
  CoreDetail,
  Deadlock,
  PacketDetail,
  RecentData,
  RouterDetail,
  TimelineData,
  TrafficCounters,
} from '../engine/snapshot.ts';
import type { TrafficShape } from '../model/traffic.ts';
import type { Compared } from '../report/comparison.ts';
import type { HypervisorTables } from '../model/vnpu.ts';
import type { CoreId } from '../report/cores.ts';
import type { ForeignLink } from '../report/network.ts';
import type { TrafficFigures } from '../report/traffic.ts';
import type { ModelView } from '../report/model-view.ts';
import type { Report } from '../report/report.ts';
import type { Alternative, Hand, Move, Placements } from '../plan/alternatives.ts';

export interface LoadRequest {
  /** Every answer and frame carries it back; superseded work is dropped on both sides by it. */
  readonly runId: number;
  /** The experiment document: plain JSON. */
  readonly document: unknown;
  /**
   * Where the run begins to be shown, reached flat out, within 10 s: `filled`, a first look, with an iteration of every tenant measured;
   * the cycle of the run before, of which one that plays does what 300 ms allow beyond a first look; 0, at once.
   */
  readonly catchUpTo: number | 'filled';
  /** Cycles per second, or Infinity for flat out, or 'auto': the fastest tenant's iteration takes about 3 s. */
  readonly pace: number | 'auto';
  readonly playing: boolean;
}

/** What of a tenant follows from its size. */
export interface SizeInfo {
  readonly tiles: readonly number[];
  readonly stages: number;
  readonly macs: number;
  readonly iterations: number;
  readonly editDistance: number;
  /** Label of each virtual core's stage. */
  readonly stageLabels: readonly string[];
  readonly ranges: readonly {
    readonly name: string;
    readonly virtualBase: number;
    readonly physicalBase: number;
    readonly bytes: number;
    readonly permission: number;
  }[];
  /** Pieces of physical memory that it got, and what was free then; absent where nobody knows. */
  readonly memory?: { readonly pieces: number; readonly freeBytes: number; readonly largestFreeBytes: number };
  /** What the hypervisor writes into each of its cores. */
  readonly tables: HypervisorTables;
  readonly scratchpad: readonly (readonly { readonly label: string; readonly bytes: number }[])[];
}

export interface TenantInfo extends SizeInfo {
  readonly name: string;
  /** The sizes that it changes to, each after so many of its moves. */
  readonly later?: readonly (SizeInfo & { readonly moves: number })[];
}

/** What the page needs to know of a plan that it never sees. */
export interface RunInfo {
  readonly runId: number;
  readonly chip: Chip;
  readonly tenants: readonly TenantInfo[];
  /** Which core is which in `TimelineData`; the worker always sends it. */
  readonly cores?: readonly CoreId[];
}

/** One line of a flattened program: `index` is the number that CoreDetail's engines use; loops carry index -1. */
export interface ProgramLine {
  readonly index: number;
  readonly depth: number;
  readonly text: string;
}

export interface LinkDetail {
  readonly from: number;
  readonly to: number;
  /** Per plane: blocked cycles, flits per tenant, blocked cycles per tenant. */
  readonly planes: readonly {
    readonly plane: string;
    readonly blockedCycles: number;
    readonly perTenant: readonly number[];
    readonly blockedPerTenant: readonly number[];
  }[];
}

/** Cycles per iteration of every tenant in the same document without translation; null while unknown. */
export type Ideal = readonly (number | null)[];

/** The calls of the worker, as the page sees them (every method returns a promise there). */
export interface SimulationApi {
  load(request: LoadRequest): Promise<Result<RunInfo>>;
  setPace(pace: number | 'auto'): void;
  setPlaying(playing: boolean): void;
  step(cycles: number): void;
  /** Run flat out to the next translation miss of the core at this tile, then go on at one cycle per frame. */
  showMiss(tile: number): void;
  /** Run flat out until a packet begins its way at this tile, then follow it at one cycle per frame. */
  follow(tile: number): void;
  /** The packet that is followed, or was last. */
  packet(): PacketDetail | null;
  /** Who waits for whom, if packets will never arrive. */
  deadlock(): Deadlock | null;
  core(tile: number): CoreDetail | null;
  program(tile: number): readonly ProgramLine[];
  link(tile: number, port: number): LinkDetail;
  /** The network of a tenant with its stages; null if there is no such tenant. */
  model(tenant: number): ModelView | null;
  router(tile: number): RouterDetail | null;
  /** Links on which a tenant's data flits are foreign, since cycle 0. */
  foreign(): readonly ForeignLink[];
  traffic(): TrafficCounters | null;
  timeline(): TimelineData | null;
  /** The last cycles one by one, at most so many. */
  recent(cycles: number): RecentData | null;
  report(): Report | null;
  ideal(): Ideal;
  /** Where a sharer stands: goes into the link. */
  position(): { cycle: number; digest: string } | null;
  /** Digest at a given cycle, for "reproduced": computed in a second run of the same document. Empty: superseded by another run. */
  verify(cycle: number): Promise<string>;
}

/** A network read from a file: its operators as a document carries them, the names of sizes that it leaves open, and the inputs that have them. */
export interface ImportedFile {
  readonly operators: string;
  readonly open: readonly string[];
  readonly openInputs: readonly string[];
}

/** What the worker itself exposes: the calls, the port for frames, handed over once, reading of files, and measuring of documents. */
export interface WorkerApi extends SimulationApi {
  connect(frames: MessagePort): void;
  /** Run a document flat out, its report at this cycle or at its end; nothing else is answered meanwhile. */
  measure(document: unknown, cycle: number): Result<Report>;
  /** Run a document flat out until the core at a tile has looked so many bursts up; nothing else is answered meanwhile. */
  bursts(document: unknown, tile: number, bursts: number): Result<CoreDetail>;
  importOnnx(file: Blob): Promise<Result<ImportedFile>>;
}

export interface FrameRequest {
  readonly runId: number;
  readonly buffer: ArrayBuffer;
  /** Whether the page draws packets (slow pace): adds the list of flits in motion. */
  readonly flits: boolean;
}

export interface FrameReply {
  /** The request's; -1 when the request was for another run and the buffer comes back as it was. */
  readonly runId: number;
  readonly buffer: ArrayBuffer;
}

/** One load of a curve: what is offered, and the figures of that run. */
export interface CurvePoint extends TrafficFigures {
  readonly rate: number;
}

/** The calls of a worker of the pool that computes a curve. */
export interface CurveApi {
  point(shape: TrafficShape): CurvePoint;
}

/** How far the run of one variant is. */
export interface VariantProgress {
  readonly cycle: number;
  readonly iterations: number;
}

/** The calls of a worker of the pool that compares modes. */
export interface ComparisonApi {
  run(variant: Variant, tenant: number, onProgress: (progress: VariantProgress) => void): Compared;
}

/** An experiment document, and where its tenants lie. */
export interface PlacementRequest {
  /** Plain JSON that has been read without an error. */
  readonly document: unknown;
  readonly placements: Placements;
}

export interface AlternativesRequest extends PlacementRequest {
  readonly hand: Hand;
  /** Some 16 ms of work, or some hundred. */
  readonly effort: 'quick' | 'thorough';
}

/** The calls of the worker that looks for placements while a hand is on the chip. */
export interface PreviewApi {
  alternatives(request: AlternativesRequest): readonly Alternative[];
  /** Moves that gather the free cores. */
  moves(request: PlacementRequest): readonly Move[];
}
