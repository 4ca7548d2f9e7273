/**
 * The work of one core for one iteration, in the order in which it is issued: inputs arrive, runs follow one another, results leave.
 * Order matters: an instruction whose engine's queue is full holds up all behind it. So a tile's load stands right behind the use that
 * makes room for it, a few at a time, the next block's input before the work on this one, and results leave last.
 */
import type { Chip } from '../model/chip.ts';
import type { ScratchpadUse } from '../model/program.ts';
import type { Fit } from './fit.ts';
import type { Graph } from './graph.ts';
import type { MemoryMap } from './memory-map.ts';
import type { Operation, Work } from './operation.ts';
import { Places } from './places.ts';
import { bytesOf, type Rect } from './rect.ts';
import { tensorOf } from './graph.ts';
import { planRing, type RingPlan, type Transferred } from './ring.ts';
import { RunWriter } from './run-writer.ts';
import type { CoreWork } from './runs.ts';
import type { Share } from './split.ts';
import type { Transfer } from './transfers.ts';

export interface CoreJob {
  readonly graph: Graph;
  readonly chip: Chip;
  readonly memory: MemoryMap;
  readonly share: Share;
  readonly work: CoreWork;
  readonly fit: Fit;
  readonly vcore: number;
  readonly arriving: readonly Transfer[];
  readonly leaving: readonly Transfer[];
  /** Bytes of each output that cores before this one store. */
  readonly stored: ReadonlyMap<number, number>;
}

export interface Schedule {
  /** Loads of resident weights, before the first iteration. */
  readonly prologue: readonly Operation[];
  readonly body: readonly Operation[];
}

/** Smallest transfer that a load is cut into, and the most of them, when the DMA engine serves several at a time. */
const PIECE_BYTES = 8192;
const MOST_PIECES = 8;
/** Tokens of resident weights, one per operator as far as they go; those below belong to pairs of engines. */
const FIRST_RESIDENT_TOKEN = 64;
const RESIDENT_TOKENS = 192;
/** A resident operator's loads give so many tokens at most. */
const MOST_GIVES = 255;
/** Loads that one use of a tile lets stand behind it, so that the ring fills up step by step. */
const LOADS_PER_USE = 2;

/** The operations of one core. */
export function schedule(job: CoreJob): Schedule {
  const writer = new Body(job);
  return writer.write();
}

/** The body under construction. */
export class Body {
  readonly job: CoreJob;
  readonly places: Places;
  readonly ring: RingPlan;
  private readonly body: Operation[] = [];
  private readonly prologue: Operation[] = [];
  private readonly tokens = new Map<number, { token: number; count: number }>();
  /** Tiles whose load stands in the body so far, and uses so far. */
  private loaded = 0;
  private used = 0;

  constructor(job: CoreJob) {
    this.job = job;
    this.places = new Places(job);
    this.ring = planRing(job.graph, job.memory, job.work, job.fit);
  }

  write(): Schedule {
    const { share, work, fit, chip } = this.job;
    if (fit.resident) this.loadResident();
    else this.loadDue(Math.max(1, chip.engineQueue >> 1), 0);
    for (const [tensor, slice] of share.loads) if (!this.places.isSpilled(tensor)) this.loadInput(tensor, slice);
    this.receive();
    work.runs.forEach((run, index) => new RunWriter(this, run, index).write());
    this.send();
    return { prologue: this.prologue, body: this.body };
  }

  add(work: Work, layer: number, spans: readonly ScratchpadUse[], resident?: Operation['resident']): void {
    this.body.push({ work, layer, spans, resident });
  }

  /** An operation that uses a tile; behind the last operation of a use stand the loads that it makes room for. */
  addWithTile(work: Work, layer: number, spans: readonly ScratchpadUse[], load: number): void {
    const { offset, bytes, operator } = this.ring.loads[load];
    const tile = this.places.weights(offset, bytes, false, load);
    if (this.job.fit.resident) return this.add(work, layer, [...spans, tile], this.tokens.get(operator));
    while (this.loaded <= load) this.loadNext();
    this.add(work, layer, [...spans, tile]);
  }

  /** A use of a tile is over. */
  useEnds(): void {
    this.used++;
    if (!this.job.fit.resident) this.loadDue(LOADS_PER_USE, this.used);
  }

  transfer(kind: 'load' | 'store', { address, bytes }: Transferred): Work {
    return { kind, address, bytes, pieces: piecesOf(this.job.chip, bytes) };
  }

  private loadDue(most: number, uses: number): void {
    const { loads } = this.ring;
    for (let i = 0; i < most && this.loaded < loads.length && loads[this.loaded].due <= uses; i++) this.loadNext();
  }

  private loadNext(): void {
    const index = this.loaded++;
    const { from, offset, operator } = this.ring.loads[index];
    let at = offset;
    for (const piece of from) {
      this.add(this.transfer('load', piece), operator, [this.places.weights(at, piece.bytes, true, index)]);
      at += piece.bytes;
    }
  }

  private loadInput(tensor: number, slice: Rect): void {
    for (const piece of this.places.read(tensor, slice))
      this.add(this.transfer('load', piece), 0, [this.places.kept(tensor, true)]);
  }

  /** All weights of an operator, tile by tile where they do not lie side by side. */
  private loadResident(): void {
    const { chip } = this.job;
    const merged: { operator: number; offset: number; address: number; bytes: number; load: number }[] = [];
    this.ring.loads.forEach(({ operator, from, offset }, load) => {
      let at = offset;
      for (const { address, bytes } of from) {
        const last = merged.at(-1);
        const isNext = last?.operator === operator && last.address + last.bytes === address;
        if (isNext) last.bytes += bytes;
        else merged.push({ operator, offset: at, address, bytes, load });
        at += bytes;
      }
    });
    for (const { operator, bytes } of merged) {
      const known = this.tokens.get(operator) ?? { token: this.freeToken(), count: 0 };
      const count = Math.min(MOST_GIVES, known.count + piecesOf(chip, bytes));
      this.tokens.set(operator, { ...known, count });
    }
    for (const { operator, offset, address, bytes } of merged) {
      const spans = this.ring.loads.flatMap((load, index) =>
        load.offset >= offset && load.offset < offset + bytes
          ? [this.places.weights(load.offset, load.bytes, true, index)]
          : [],
      );
      const resident = this.tokens.get(operator);
      this.prologue.push({ work: this.transfer('load', { address, bytes }), layer: operator, spans, resident });
    }
  }

  private freeToken(): number {
    return FIRST_RESIDENT_TOKEN + Math.min(this.tokens.size, RESIDENT_TOKENS - 1);
  }

  private receive(): void {
    let message = 0;
    for (const { tensor, from, slice, bytes } of this.job.arriving) {
      if (!this.places.isSpilled(tensor)) {
        this.add({ kind: 'receive', peer: from, bytes }, tensor, [this.places.kept(tensor, true)]);
        continue;
      }
      const { address } = this.places.write(tensor, slice);
      for (const [start, length] of this.messages(bytes)) {
        const use = (write: boolean) => this.places.staging('arriving', message, length, write);
        this.add({ kind: 'receive', peer: from, bytes: length }, tensor, [use(true)]);
        this.add(this.transfer('store', { address: address + start, bytes: length }), tensor, [use(false)]);
        message++;
      }
    }
  }

  private send(): void {
    let message = 0;
    for (const { tensor, to, slice, bytes } of this.job.leaving) {
      if (!this.places.isSpilled(tensor)) {
        this.add({ kind: 'send', peer: to, bytes }, tensor, [this.places.kept(tensor, false)]);
        continue;
      }
      const pieces = this.places.read(tensor, slice);
      for (const [start, length] of this.messages(bytes)) {
        const use = (write: boolean) => this.places.staging('leaving', message, length, write);
        for (const piece of cutOut(pieces, start, length)) this.add(this.transfer('load', piece), tensor, [use(true)]);
        this.add({ kind: 'send', peer: to, bytes: length }, tensor, [use(false)]);
        message++;
      }
    }
  }

  /** Starts and lengths of the messages that so many bytes travel as. */
  private messages(bytes: number): [number, number][] {
    const { messageBytes } = this.job.chip;
    return Array.from({ length: Math.ceil(bytes / messageBytes) }, (_, i) => [
      i * messageBytes,
      Math.min(messageBytes, bytes - i * messageBytes),
    ]);
  }

  bytesOf(tensor: number, slice: Rect): number {
    return bytesOf(slice, tensorOf(this.job.graph, tensor));
  }
}

/** Transfers that a load or store of so many bytes is cut into. */
export function piecesOf({ dmaStreams }: Pick<Chip, 'dmaStreams'>, bytes: number): number {
  return Math.max(1, Math.min(MOST_PIECES, dmaStreams, Math.floor(bytes / PIECE_BYTES)));
}

/** Bytes `start`..`start + length` of pieces that follow one another. */
function cutOut(pieces: readonly Transferred[], start: number, length: number): Transferred[] {
  let at = 0;
  return pieces.flatMap(({ address, bytes }) => {
    const from = Math.max(0, start - at);
    const to = Math.min(bytes, start + length - at);
    at += bytes;
    return from < to ? [{ address: address + from, bytes: to - from }] : [];
  });
}
