/**
 * The last half second of a run as rates, or, once it is over, all of it: per tile the share of every group, per lane flits and blocked cycles per cycle.
 * Counters of a frame are cumulative modulo 2^32, so differences are taken with `>>> 0`; those of a tile
 * without a core mean nothing, because buffers are used again. Allocates only on a new run.
 */
import { CAUSES, CAUSE_GROUPS } from '../model/causes.ts';
import { NO_CORE, type Frame } from '../engine/frame.ts';
import { groupIndex } from '../report/shares.ts';
import { activeShares } from './figures.ts';

interface Sample {
  time: number;
  cycle: number;
  readonly causes: Uint32Array;
  readonly flits: Uint32Array;
  readonly blocked: Uint32Array;
}

const GROUPS = CAUSE_GROUPS.length;
const SPAN_MS = 500;
const SLOTS = 10;

export class RateWindow {
  private readonly ring: Sample[];
  private next = 0;
  private filled = 0;
  private settledAt = -1;
  /** Cycle of the last frame: while a run is paused, the window keeps to what it was. */
  private seen = -1;
  /** [tile * groups + group], 0..1; all zero for a tile without a core. */
  readonly groups: Float32Array;
  /** Flits per cycle, all planes together, [tile * 4 + port]. */
  readonly flits: Float32Array;
  /** Share of the cycles in which the lane was blocked, 0..1. */
  readonly blocked: Float32Array;

  constructor(readonly tiles: number) {
    this.groups = new Float32Array(tiles * GROUPS);
    this.flits = new Float32Array(tiles * 4);
    this.blocked = new Float32Array(tiles * 4);
    this.ring = Array.from({ length: SLOTS }, () => ({
      time: -Infinity,
      cycle: 0,
      causes: new Uint32Array(tiles * CAUSES.length),
      flits: new Uint32Array(tiles * 4),
      blocked: new Uint32Array(tiles * 4),
    }));
  }

  /** Take a frame in and renew the rates; frames in which no cycle passed leave them as they are. */
  push(frame: Frame, time: number): void {
    if (frame.cycle === this.seen) return;
    this.seen = frame.cycle;
    const oldest = this.oldest(time);
    if (oldest && frame.cycle > oldest.cycle) this.renew(frame, oldest);
    const newest = this.ring[(this.next + SLOTS - 1) % SLOTS];
    if (this.filled > 0 && time - newest.time < SPAN_MS / SLOTS) return;
    const slot = this.ring[this.next];
    slot.time = time;
    slot.cycle = frame.cycle;
    slot.causes.set(frame.tileCauses);
    slot.flits.set(frame.linkFlits);
    slot.blocked.set(frame.linkBlocked);
    this.next = (this.next + 1) % SLOTS;
    this.filled = Math.min(SLOTS, this.filled + 1);
  }

  /** What the whole run came to: shares of each core's active time, lanes per cycle since cycle 0. */
  settle(frame: Frame): void {
    if (frame.cycle === this.settledAt) return;
    this.settledAt = frame.cycle;
    this.groups.fill(0);
    for (let tile = 0; tile < this.tiles; tile++) {
      if (frame.tileCause[tile] === NO_CORE) continue;
      const causes = frame.tileCauses.subarray(tile * CAUSES.length, (tile + 1) * CAUSES.length);
      this.groups.set(activeShares(causes), tile * GROUPS);
    }
    const cycles = Math.max(1, frame.cycle);
    for (let lane = 0; lane < this.flits.length; lane++) {
      this.flits[lane] = frame.linkFlits[lane] / cycles;
      this.blocked[lane] = Math.min(1, frame.linkBlocked[lane] / cycles);
    }
  }

  /** The oldest sample within the span, else the newest there is. */
  private oldest(time: number): Sample | null {
    for (let i = this.filled; i >= 1; i--) {
      const sample = this.ring[(this.next + SLOTS - i) % SLOTS];
      if (time - sample.time <= SPAN_MS || i === 1) return sample;
    }
    return null;
  }

  private renew(frame: Frame, since: Sample): void {
    const cycles = frame.cycle - since.cycle;
    this.groups.fill(0);
    for (let i = 0; i < since.causes.length; i++) {
      const delta = (frame.tileCauses[i] - since.causes[i]) >>> 0;
      if (delta > 0 && frame.tileCause[Math.floor(i / CAUSES.length)] !== NO_CORE)
        this.groups[Math.floor(i / CAUSES.length) * GROUPS + groupIndex(i % CAUSES.length)] += delta / cycles;
    }
    for (let i = 0; i < since.flits.length; i++) {
      this.flits[i] = ((frame.linkFlits[i] - since.flits[i]) >>> 0) / cycles;
      this.blocked[i] = Math.min(1, ((frame.linkBlocked[i] - since.blocked[i]) >>> 0) / cycles);
    }
  }
}
