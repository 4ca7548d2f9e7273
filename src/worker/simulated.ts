/** What the run loop needs of a machine and of the other rooms, so that it can be driven without a worker and without a kernel. */
import type { Experiment } from '../model/experiment.ts';
import type { Plan } from '../model/plan.ts';
import type { Result } from '../model/problem.ts';
import type { Program } from '../model/program.ts';
import type { FrameStatus } from '../engine/machine.ts';
import type { Frame } from '../engine/frame.ts';
import type {
  CoreDetail,
  Deadlock,
  LinkCounts,
  Outcome,
  PacketDetail,
  RecentData,
  RouterDetail,
  Snapshot,
  TimelineData,
  TrafficCounters,
} from '../engine/snapshot.ts';
import type { ProgramLine } from './protocol.ts';

/** The part of the engine's machine that is used here. */
export interface Simulated {
  readonly cycle: number;
  readonly outcome: Outcome;
  /** Advance at most that many cycles; returns how many. */
  run(cycles: number): number;
  /** Advance at most `limit` cycles; true right after a translation miss of the core at this tile. */
  runToMiss(tile: number, limit: number): boolean;
  /** Advance at most `limit` cycles, until a packet begins its way at this tile, and follow it; true if one did. */
  follow(tile: number, limit: number): boolean;
  /** The packet that is followed, or was last. */
  packet(): PacketDetail | null;
  digest(): string;
  snapshot(): Snapshot;
  core(tile: number): CoreDetail | null;
  /** Number of the size that a tenant has now: 0 as it arrived. */
  shape(tenant: number): number;
  /** Queues of the router at this tile. */
  router(tile: number): RouterDetail;
  /** Sums over synthetic traffic; null where tenants run. */
  traffic(): TrafficCounters | null;
  /** Who waits for whom, if packets will never arrive. */
  deadlock(): Deadlock | null;
  timeline(): TimelineData;
  recent(cycles: number): RecentData;
  link(tile: number, port: number): readonly LinkCounts[];
  writeFrame(frame: Frame, status: FrameStatus): void;
}

/** The way from a document to a machine. Bad documents are problems; a machine that cannot be made throws. */
export interface Rooms {
  open(document: unknown): Result<Experiment>;
  plan(experiment: Experiment): Result<Plan>;
  machine(plan: Plan): Simulated;
  list(program: Program): readonly ProgramLine[];
}

/** A machine beside the main one, or undefined where the browser's memory does not hold another. */
export function machineOrNone(rooms: Rooms, plan: Plan): Simulated | undefined {
  try {
    return rooms.machine(plan);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Time and turns, so that tests can bring their own. */
export interface Host {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Run a task after the messages that are waiting. */
  soon(task: () => void): void;
  /** Run a task in so many milliseconds. */
  later(task: () => void, milliseconds: number): void;
}
