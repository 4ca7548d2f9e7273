/**
 * What a stage between two cuts will cost, before any program is written: array and vector work, messages in and out, parameters that
 * do not stay, activations that do not fit. Sums over units make a stage of one core a matter of a few additions; factors learnt from
 * programs that were written correct them.
 */
import type { Chip } from '../model/chip.ts';
import { coreBandwidth, linkCycles, vectorCycles } from './cost.ts';
import { before, crossing, madeBetween, type Axis, type Cut } from './cuts.ts';
import { channelPieces, isHeavy, liveBytes, rowPieces, type Graph } from './graph.ts';
import { type Rect } from './rect.ts';
import { sizeOf, type SliceCosts } from './slice-costs.ts';
import { mostParts, type Split } from './split.ts';

export interface EstimateRequest {
  readonly graph: Graph;
  readonly chip: Chip;
  readonly vcores: number;
  readonly weights: 'auto' | 'stream';
  readonly memoryBytesPerCycle: number;
  /** Shared by all estimates of one network and chip. */
  readonly costs: SliceCosts;
}

/** Cycles of the slowest core of a stage, and parameter and spilled bytes that the stage moves per iteration. */
export interface Estimate {
  readonly cycles: number;
  readonly loadBytes: number;
}

/** Part of an even share of the work at which units are cut, and the most parts of one. */
const FINENESS = 0.08;
const MOST_PARTS = 16;
/** A unit of more even shares than this is only split over whole cores. */
const LARGE = 6;
/** Most cuts inside units, over the whole network. */
const MOST_INNER_CUTS = 700;
/** Rows are cut so coarse that an output-stationary array stays full, where there are enough. */
const ROW_GRAIN = 16;

/** Bytes of a ring that is large enough, when nothing is known of its tiles. */
const RING_GUESS = 768 * 1024;
/** Part of the messages' cycles that work does not hide although there are second buffers. */
const EXPOSED = 0.05;

interface Side {
  /** Work and streamed bytes of the cut unit before and behind the cut. */
  readonly beforeCycles: number;
  readonly behindCycles: number;
  readonly beforeBytes: number;
  readonly behindBytes: number;
}

export class Estimates {
  readonly cuts: readonly Cut[];
  /** Least cycles of all work, were it spread evenly. */
  readonly total: number;
  private readonly request: EstimateRequest;
  private readonly rate: number;
  /** Sums before each unit: work, streamed bytes, activation bytes beyond the scratchpad. */
  private readonly work: Float64Array;
  private readonly bytes: Float64Array;
  private readonly over: Float64Array;
  private readonly live: Float64Array;
  private readonly crossings: readonly ReadonlyMap<number, Rect>[];
  private readonly crossingBytes: readonly number[];
  /** Estimates of stages of one core, by first and last cut. */
  private readonly wholes: (Estimate | undefined)[][];
  private readonly splits = new Map<number, Estimate>();
  private readonly most = new Map<number, number>();
  private readonly sides: readonly Side[];
  private readonly factors: Float64Array;

  constructor(request: EstimateRequest, factors?: Float64Array) {
    this.request = request;
    const { graph, chip, memoryBytesPerCycle } = request;
    const units = graph.units.length;
    this.rate = coreBandwidth(chip, memoryBytesPerCycle);
    this.factors = factors ?? new Float64Array(units).fill(1);
    this.work = sums(units, (unit) => this.unitCycles(unit, before(unit), before(unit + 1)));
    this.bytes = sums(units, (unit) => this.unitBytes(unit, before(unit), before(unit + 1)));
    this.live = liveBytes(graph);
    const room = chip.scratchpadBytes / 2;
    this.over = sums(units, (unit) => 2 * Math.max(0, this.live[unit] - Math.max(room, this.live[unit - 1] ?? 0)));
    this.total = this.work[units];
    this.cuts = this.places();
    this.wholes = this.cuts.map(() => []);
    this.crossings = this.cuts.map((cut) => crossing(graph, cut));
    this.crossingBytes = this.crossings.map((slices) => sizeOf(graph, slices));
    this.sides = this.cuts.map((cut) => this.sideOf(cut));
  }

  /** A stage of one core between two cuts, by their numbers. */
  whole(from: number, to: number): Estimate {
    return (this.wholes[from][to - from - 1] ??= this.wholeAnew(from, to));
  }

  private wholeAnew(from: number, to: number): Estimate {
    const { chip, weights } = this.request;
    const [a, b] = [this.cuts[from], this.cuts[to]];
    const isWithin = a.unit === b.unit && a.at > 0;
    const cycles = isWithin
      ? this.unitCycles(a.unit, a, b)
      : this.work[b.unit] -
        this.work[a.unit] +
        this.sides[to].beforeCycles -
        this.sides[from].beforeCycles +
        this.penalty(from);
    const bytes = isWithin
      ? this.unitBytes(a.unit, a, b)
      : this.bytes[b.unit] -
        this.bytes[a.unit] +
        this.sides[to].beforeBytes +
        (a.at > 0 ? this.sides[from].behindBytes - this.unitTotal(a.unit) : 0);
    const lastUnit = b.at > 0 ? b.unit : b.unit - 1;
    const spilled = this.over[lastUnit + 1] - this.over[a.unit];
    const stays =
      weights === 'auto' && spilled === 0 && bytes + this.liveWithin(a.unit, lastUnit) < 0.9 * chip.scratchpadBytes;
    const loadBytes = (stays ? 0 : bytes) + spilled;
    const [arriving, leaving] = [this.crossingBytes[from], this.crossingBytes[to]];
    const room = this.liveWithin(a.unit, lastUnit) + arriving + leaving + Math.min(bytes, RING_GUESS);
    return { cycles: this.withMessages(cycles, arriving, leaving, loadBytes, room), loadBytes };
  }

  /** A stage of several cores between two units, by its first and a middle core. */
  split(from: number, to: number, cores: number, split: Split): Estimate {
    const key = ((from * this.cuts.length + to) * 512 + cores) * 2 + (split === 'rows' ? 0 : 1);
    let known = this.splits.get(key);
    if (known === undefined) this.splits.set(key, (known = this.splitAnew(from, to, cores, split)));
    return known;
  }

  private splitAnew(from: number, to: number, cores: number, split: Split): Estimate {
    const { graph, chip, weights, costs } = this.request;
    const shape = { from: this.cuts[from], to: this.cuts[to], cores, split };
    const crossings = { arriving: this.crossings[from], leaving: this.crossings[to] };
    let [cycles, loadBytes] = [0, 0];
    for (const core of [0, cores >> 1]) {
      const { byUnit, bytes, arriving } = costs.ofPart(graph, shape, crossings, core);
      const own = byUnit.reduce((sum, part) => sum + this.factors[part.unit] * part.cycles, 0);
      const leaving = this.crossingBytes[to] / cores;
      const streams = weights === 'stream' || bytes > chip.scratchpadBytes / 2 ? bytes : 0;
      loadBytes = Math.max(loadBytes, cores * streams);
      const room = arriving + 2 * leaving + Math.min(bytes, RING_GUESS);
      cycles = Math.max(cycles, this.withMessages(own, arriving, leaving, streams, room));
    }
    return { cycles, loadBytes };
  }

  /** Over how many cores what lies between two units may be split this way; 1 if it cannot be. */
  mostCores(from: number, to: number, split: Split): number {
    const key = (from * this.cuts.length + to) * 2 + (split === 'rows' ? 0 : 1);
    let most = this.most.get(key);
    if (most === undefined) {
      most = mostParts(this.request.graph, { from: this.cuts[from], to: this.cuts[to], split });
      this.most.set(key, most);
    }
    return most;
  }

  /** Work between two cuts, were it all there is. */
  leastCycles(from: number, to: number): number {
    const [a, b] = [this.cuts[from], this.cuts[to]];
    return this.work[b.unit] - this.work[a.unit] + this.sides[to].beforeCycles - this.sides[from].beforeCycles;
  }

  /** Heavy operators in a run of units, up to two. */
  heavies(from: number, to: number): number {
    const { graph } = this.request;
    let count = 0;
    for (let unit = this.cuts[from].unit; unit < this.cuts[to].unit && count < 2; unit++)
      count += isHeavy(graph.layers[graph.units[unit].first]) ? 1 : 0;
    return count;
  }

  /** Messages pass beside the work where there is room for second buffers, else before and after it. */
  private withMessages(cycles: number, arriving: number, leaving: number, loadBytes: number, room: number): number {
    const { chip } = this.request;
    const [arrival, departure] = [linkCycles(chip, arriving), linkCycles(chip, leaving)];
    const copy = vectorCycles(chip, 'copy', arriving);
    const busy =
      room < chip.scratchpadBytes
        ? Math.max(cycles + EXPOSED * (arrival + departure), arrival, departure)
        : cycles + arrival + copy + departure;
    return Math.max(busy, loadBytes / this.rate);
  }

  private penalty(from: number): number {
    const { unit, at } = this.cuts[from];
    const { beforeCycles, behindCycles } = this.sides[from];
    return at === 0 ? 0 : behindCycles + beforeCycles - (this.work[unit + 1] - this.work[unit]);
  }

  private unitTotal = (unit: number): number => this.bytes[unit + 1] - this.bytes[unit];

  private unitCycles(unit: number, from: Cut, to: Cut): number {
    const { graph, costs } = this.request;
    const { first, last } = graph.units[unit];
    let cycles = 0;
    for (let l = first; l <= last; l++) cycles += costs.of(l, madeBetween(graph, l, from, to)).cycles;
    return this.factors[unit] * cycles;
  }

  private unitBytes(unit: number, from: Cut, to: Cut): number {
    const { graph, costs } = this.request;
    const { first } = graph.units[unit];
    return costs.of(first, madeBetween(graph, first, from, to)).bytes;
  }

  private sideOf(cut: Cut): Side {
    if (cut.at === 0) return { beforeCycles: 0, behindCycles: 0, beforeBytes: 0, behindBytes: 0 };
    const [from, to] = [before(cut.unit), before(cut.unit + 1)];
    return {
      beforeCycles: this.unitCycles(cut.unit, from, cut),
      behindCycles: this.unitCycles(cut.unit, cut, to),
      beforeBytes: this.unitBytes(cut.unit, from, cut),
      behindBytes: this.unitBytes(cut.unit, cut, to),
    };
  }

  private liveWithin(first: number, last: number): number {
    let most = 0;
    for (let unit = first; unit <= last; unit++) most = Math.max(most, this.live[unit]);
    return most;
  }

  /** Cuts between all units, and inside those that take a good part of an even share. */
  private places(): Cut[] {
    const { graph, vcores } = this.request;
    const fineness = Math.max(FINENESS, vcores / MOST_INNER_CUTS) * (this.total / vcores);
    return graph.units
      .flatMap((_, unit): Cut[] => {
        const parts = Math.min(MOST_PARTS, Math.floor((this.work[unit + 1] - this.work[unit]) / fineness));
        const isLarge = this.work[unit + 1] - this.work[unit] > (LARGE * this.total) / vcores;
        return vcores === 1 || parts < 2 || isLarge ? [before(unit)] : [before(unit), ...this.innerCuts(unit, parts)];
      })
      .concat(before(graph.units.length));
  }

  /** Cuts along the axis on which two halves take less. */
  private innerCuts(unit: number, parts: number): Cut[] {
    const { graph, chip } = this.request;
    const layer = graph.layers[graph.units[unit].first];
    const { rows, channels } = layer.output;
    const rowGrain = layer.rowUnit === 1 && rows >= 4 * ROW_GRAIN ? ROW_GRAIN : layer.rowUnit;
    const isWide = channels >= 2 * chip.arrayColumns && isHeavy(layer);
    const channelGrain = Math.ceil((isWide ? chip.arrayColumns : 1) / layer.channelUnit) * layer.channelUnit;
    const options: Cut[][] = [];
    if (rowPieces(layer) > 1) options.push(cutsAlong('rows', unit, rows, rowGrain, parts));
    if (channelPieces(layer) > 1 && this.channelsApart(unit))
      options.push(cutsAlong('channels', unit, channels, channelGrain, parts));
    const cost = (cuts: readonly Cut[]): number => {
      const middle = cuts[cuts.length >> 1];
      if (middle === undefined) return Infinity;
      const { beforeCycles, behindCycles, beforeBytes, behindBytes } = this.sideOf(middle);
      return beforeCycles + behindCycles + (beforeBytes + behindBytes) / this.rate / 4;
    };
    const best = options.reduce<readonly Cut[]>((a, b) => (cost(b) < cost(a) ? b : a), []);
    return [...best];
  }

  /** Do the followers have the same channels at the same places? */
  private channelsApart(unit: number): boolean {
    const { graph } = this.request;
    const { first, last } = graph.units[unit];
    const { channelUnit } = graph.layers[first];
    return graph.layers.slice(first, last + 1).every((layer) => layer.channelUnit <= channelUnit);
  }
}

function cutsAlong(axis: Axis, unit: number, size: number, grain: number, parts: number): Cut[] {
  const places = new Set<number>();
  for (let i = 1; i < parts; i++) {
    const at = Math.round((size * i) / parts / grain) * grain;
    if (at > 0 && at < size) places.add(at);
  }
  return [...places].map((at) => ({ unit, at, axis }));
}

function sums(count: number, value: (index: number) => number): Float64Array {
  const before = new Float64Array(count + 1);
  for (let index = 0; index < count; index++) before[index + 1] = before[index] + value(index);
  return before;
}
