/**
 * The work of one core in one pass, in the order in which it is issued: runs follow one another, and where there are second buffers the
 * next iteration's inputs arrive and the last one's results leave meanwhile; else inputs arrive before, results leave behind.
 * Order matters: an instruction whose engine's queue is full holds up all behind it. So a tile's load stands right behind the use that
 * makes room for it, a few at a time, and the next block's input before the work on this one.
 */
import type { Chip } from '../model/chip.ts';
import type { Ahead, ScratchpadUse } from '../model/program.ts';
import { coreBandwidth } from './cost.ts';
import type { Fit } from './fit.ts';
import type { Graph } from './graph.ts';
import type { MemoryMap } from './memory-map.ts';
import type { Operation, Work } from './operation.ts';
import { chunksOf, interleaved } from './overlap.ts';
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
  /** Inputs arrive an iteration ahead, and results leave an iteration behind if the fit has room for it. */
  readonly isPipelined: boolean;
  readonly memoryBytesPerCycle: number;
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
  private readonly fetches: Operation[] = [];
  private readonly leaves: Operation[] = [];
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
    const { prologue, body, fetches, leaves } = this;
    const rate = coreBandwidth(chip, this.job.memoryBytesPerCycle);
    return { prologue, body: interleaved(chip, rate, { body, fetches, leaves }) };
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
    for (const { address, bytes } of this.places.read(tensor, slice))
      this.move(this.transfersAhead ? 1 : 0, this.transferChunks('load', { address, bytes }), 0, [
        this.places.kept(tensor, true),
      ]);
  }

  /** A result of the network goes to memory from where it lies. */
  storeOutput(tensor: number, slice: Rect): void {
    const behind = this.transfersAhead && this.places.isDoubled(tensor);
    const chunks = this.transferChunks('store', this.places.write(tensor, slice));
    this.move(behind ? -1 : 0, chunks, tensor, [this.places.kept(tensor, false)]);
  }

  /** Transfers of a DMA engine that has several streams stay in their pass: what keeps them apart counts all of a pass. */
  private get transfersAhead(): boolean {
    return this.job.isPipelined && this.job.chip.dmaStreams === 1;
  }

  private transferChunks(kind: 'load' | 'store', { address, bytes }: Transferred): Work[] {
    if (!this.transfersAhead) return [this.transfer(kind, { address, bytes })];
    let at = address;
    return chunksOf(this.job.chip, bytes, bytes).map((chunk) => {
      at += chunk;
      return this.transfer(kind, { address: at - chunk, bytes: chunk });
    });
  }

  /** Add operations where they belong: to the body, or to what moves beside it. */
  private move(ahead: Ahead, works: readonly Work[], layer: number, spans: readonly ScratchpadUse[]): void {
    const list = ahead > 0 ? this.fetches : ahead < 0 ? this.leaves : this.body;
    for (const work of works) list.push(ahead === 0 ? { work, layer, spans } : { work, layer, spans, ahead });
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
    const { arriving, chip, isPipelined } = this.job;
    const total = arriving.reduce((sum, { bytes }) => sum + bytes, 0);
    let message = 0;
    for (const { tensor, from, slice, bytes } of arriving) {
      if (!this.places.isSpilled(tensor)) {
        const chunks = isPipelined ? chunksOf(chip, bytes, total) : [bytes];
        const works = chunks.map((chunk): Work => ({ kind: 'receive', peer: from, bytes: chunk }));
        this.move(isPipelined ? 1 : 0, works, tensor, [this.places.kept(tensor, true)]);
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
    const { leaving, chip, isPipelined, fit } = this.job;
    const behind = isPipelined && fit.leavesBehind;
    const total = leaving.reduce((sum, { bytes }) => sum + bytes, 0);
    let message = 0;
    for (const [index, { tensor, to, slice, bytes }] of leaving.entries()) {
      if (!this.places.isSpilled(tensor)) {
        // as many messages as the engine's queue takes hold up nothing that stands behind them
        const first = index === 0 ? chip.engineQueue * chip.messageBytes : Infinity;
        const chunks = behind ? chunksOf(chip, bytes, total, first) : [bytes];
        const works = chunks.map((chunk): Work => ({ kind: 'send', peer: to, bytes: chunk }));
        this.move(behind ? -1 : 0, works, tensor, [this.places.kept(tensor, false)]);
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
