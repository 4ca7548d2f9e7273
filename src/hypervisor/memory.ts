/**
 * Physical memory over the lives of all sizes of all tenants: who gets which pieces, and when they come back. Memory is planned before the
 * run: what a size that is replaced gives back is given on only where the rest is not enough, with a note that it may still drain.
 * Leaves out tenants that end by themselves: when they do, only the run knows, so they keep what they have until they depart.
 */
import type { Life } from '../model/experiment.ts';
import type { MemoryState } from '../model/plan.ts';
import { BuddyAllocator, type Piece } from './buddy.ts';

/** Memory is given in multiples of the largest page. */
export const UNIT_BYTES = 2 * 1024 * 1024;

/** Whoever may hold memory: a size of a tenant, while it is there. */
export interface Holder extends Life {
  readonly name: string;
}

export class PhysicalMemory {
  /** After each change, in the order in which they happen. */
  readonly states: MemoryState[] = [];
  private readonly blocks: BuddyAllocator;
  private readonly held = new Map<number, readonly Piece[]>();
  private readonly draining = new Map<number, readonly Piece[]>();

  /** @param bytes all of it; the first unit is nobody's, so that address 0 is not */
  constructor(
    private readonly holders: readonly Holder[],
    bytes: number,
  ) {
    this.blocks = new BuddyAllocator(Math.floor(bytes / UNIT_BYTES), 1);
  }

  /** So many units for a holder, or in words why not; `after` are the others that may still drain there. */
  take(holder: number, units: number): { pieces: readonly Piece[]; after: number[] } | string {
    const pieces = this.blocks.take(units, [...this.draining.values()].flat());
    if (pieces === undefined) return this.tooLarge(units);
    const { name, arrivalCycle } = this.holders[holder];
    const after = [...this.draining].flatMap(([other, left]) =>
      this.holders[other].name !== name && left.some((one) => pieces.some((piece) => overlap(one, piece))) ? other : [],
    );
    this.held.set(holder, pieces);
    this.note(holder, 'taken', arrivalCycle, pieces, after);
    return { pieces, after };
  }

  /** Another size has replaced this one, which gives its memory back once it has drained. */
  replace(holder: number, cycle: number): void {
    this.draining.set(holder, this.held.get(holder) ?? []);
    this.give(holder, 'drained', cycle);
  }

  /** Those that are gone give theirs back, the first to go first. */
  depart(isGone: (holder: Holder) => boolean): void {
    const last = (holder: number): number => this.holders[holder].departureCycle ?? Infinity;
    const gone = [...this.held.keys()].filter((holder) => isGone(this.holders[holder]));
    for (const holder of gone.sort((a, b) => last(a) - last(b))) this.give(holder, 'returned', last(holder));
    for (const holder of this.draining.keys()) if (isGone(this.holders[holder])) this.draining.delete(holder);
  }

  private give(holder: number, change: MemoryState['change'], cycle: number): void {
    const pieces = this.held.get(holder) ?? [];
    this.held.delete(holder);
    this.blocks.give(pieces);
    this.note(holder, change, cycle, pieces, []);
  }

  private note(
    holder: number,
    change: MemoryState['change'],
    cycle: number,
    pieces: readonly Piece[],
    after: readonly number[],
  ): void {
    const { free, largestRun, freeBlocks } = this.blocks;
    this.states.push({
      ...{ cycle, tenant: this.holders[holder].name, change },
      ...(after.length > 0 && { after: [...new Set(after.map((other) => this.holders[other].name))] }),
      pieces: pieces.map(({ from, units }) => ({ address: from * UNIT_BYTES, bytes: units * UNIT_BYTES })),
      freeBytes: free * UNIT_BYTES,
      largestFreeBytes: largestRun * UNIT_BYTES,
      freeBlocks: freeBlocks.length,
    });
  }

  private tooLarge(units: number): string {
    const { free, units: all } = this.blocks;
    return (
      `needs ${mebibytes(units)} of memory, but ${mebibytes(free)} of ${mebibytes(all)} are free while it is there; ` +
      'a larger chip.memoryMiB, a smaller model or fewer tenants at once would be right'
    );
  }
}

const mebibytes = (units: number): string => `${(units * UNIT_BYTES) / 1024 / 1024} MiB`;

const overlap = (a: Piece, b: Piece): boolean => a.from < b.from + b.units && b.from < a.from + a.units;
