/**
 * The work of one core for one iteration, in the order in which it is issued: inputs arrive, operators run one after the other, results
 * leave. Order matters: an instruction whose engine's queue is full holds up all behind it. So loads stand early (a tile's load right
 * behind the product that comes two tiles before it), and results leave last, when the next stage takes them.
 */
import type { Chip } from '../model/chip.ts';
import type { Layer } from '../model/workload.ts';
import { Buffers } from './buffers.ts';
import { bestDataflow } from './cost.ts';
import type { Fit } from './fit.ts';
import { NETWORK_INPUT, type Graph } from './graph.ts';
import type { MemoryMap } from './memory-map.ts';
import type { Operation, Span, Work } from './operation.ts';
import { area, channelsOf, rowsOf } from './rect.ts';
import type { Share, StageShape } from './split.ts';
import { vectorElements } from './stage-cost.ts';
import type { Transfer } from './transfers.ts';
import { followersOf, headsOf } from './values.ts';
import { piecesOf, sumBytes, tilesOf, type WeightTile } from './weight-tiles.ts';

export interface CoreJob {
  readonly graph: Graph;
  readonly chip: Chip;
  readonly memory: MemoryMap;
  readonly shape: StageShape;
  readonly share: Share;
  readonly fit: Fit;
  readonly arriving: readonly Transfer[];
  readonly leaving: readonly Transfer[];
  /** Where this core's part of the network's output begins, in bytes from the start of the output. */
  readonly outputOffset: number;
}

export interface Schedule {
  /** Loads of resident weights, before the first iteration. */
  readonly prologue: readonly Operation[];
  readonly body: readonly Operation[];
}

/** Tokens of resident weights, one per operator; those below belong to pairs of engines. */
const FIRST_RESIDENT_TOKEN = 64;

/** The operations of one core. */
export function schedule(job: CoreJob): Schedule {
  return new Scheduler(job).run();
}

class Scheduler {
  private readonly job: CoreJob;
  private readonly tiles: readonly WeightTile[];
  private readonly buffers: Buffers;
  private readonly body: Operation[] = [];
  private readonly prologue: Operation[] = [];
  /** Tiles whose load stands in the body so far, and tiles that are used up. */
  private loaded = 0;
  private used = 0;
  /**
   * May the load of a tile stand before the product of the tile before it? Not if it has more transfers than a queue holds: it would hold
   * up that product until the buffer is free.
   */
  private readonly loadsAhead: boolean;

  constructor(job: CoreJob) {
    this.job = job;
    this.tiles = tilesOf(job);
    this.buffers = new Buffers(job.share, job.fit, this.tiles.length);
    this.loadsAhead = this.tiles.every(({ bytes }) => piecesOf(job.chip, bytes) <= job.chip.engineQueue / 2);
  }

  run(): Schedule {
    const { shape, fit, share, arriving, leaving } = this.job;
    if (fit.resident) this.loadResident();
    if (shape.first === 0) this.loadInput();
    this.loadTilesBelow(this.loadsAhead ? 2 : 1);
    for (const { tensor, from, bytes } of arriving) {
      this.add({ kind: 'receive', peer: from, bytes }, tensor, [this.buffers.activation(tensor, true)]);
    }
    for (let l = shape.first; l <= shape.last;) l = this.operator(l);
    for (const { tensor, to, bytes } of leaving) {
      this.add({ kind: 'send', peer: to, bytes }, tensor, [this.buffers.activation(tensor, false)]);
    }
    const output = this.job.graph.layers.length - 1;
    if (shape.last === output && share.passes.has(output)) this.store(output);
    return { prologue: this.prologue, body: this.body };
  }

  private add(work: Work, layer: number, spans: readonly Span[], resident?: Operation['resident']): void {
    this.body.push({ work, layer, spans, resident });
  }

  private transfer(kind: 'load' | 'store', address: number, bytes: number): Work {
    return { kind, address, bytes, pieces: piecesOf(this.job.chip, bytes) };
  }

  private loadInput(): void {
    const { memory, graph, share } = this.job;
    const slice = share.holds.get(NETWORK_INPUT);
    if (slice === undefined || area(slice) === 0) return;
    const address = memory.input + slice.row0 * graph.workload.input.channels;
    this.add(this.transfer('load', address, area(slice)), 0, [this.buffers.activation(NETWORK_INPUT, true)]);
  }

  private store(output: number): void {
    const { memory, share, outputOffset } = this.job;
    const work = this.transfer('store', memory.output + outputOffset, area(share.passes.get(output)!));
    this.add(work, output, [this.buffers.activation(output, false)]);
  }

  /** All weights of an operator at once: a slice is contiguous in memory. */
  private loadResident(): void {
    for (const [layer, tiles] of this.tilesByLayer()) {
      const work = this.transfer('load', tiles[0].address, sumBytes(tiles));
      this.prologue.push({ work, layer, spans: [], resident: this.residentToken(layer) });
    }
  }

  private tilesByLayer(): Map<number, WeightTile[]> {
    const byLayer = new Map<number, WeightTile[]>();
    for (const tile of this.tiles) byLayer.set(tile.layer, [...(byLayer.get(tile.layer) ?? []), tile]);
    return byLayer;
  }

  private residentToken(layer: number): Operation['resident'] {
    const byLayer = this.tilesByLayer();
    const count = piecesOf(this.job.chip, sumBytes(byLayer.get(layer)!));
    return { token: FIRST_RESIDENT_TOKEN + [...byLayer.keys()].indexOf(layer), count };
  }

  private loadTilesBelow(end: number): void {
    if (this.job.fit.resident) return;
    for (; this.loaded < Math.min(end, this.tiles.length); this.loaded++) {
      const { layer, address, bytes } = this.tiles[this.loaded];
      this.add(this.transfer('load', address, bytes), layer, [this.buffers.tile(this.loaded, true)]);
    }
  }

  /** An operation that uses the next weight tile; behind it stands the load of a tile to come. */
  private addWithTile(work: Work, layer: number, spans: readonly Span[]): void {
    const index = this.used++;
    if (this.job.fit.resident) return this.add(work, layer, spans, this.residentToken(layer));
    this.loadTilesBelow(index + 1);
    this.add(work, layer, [...spans, this.buffers.tile(index, false)]);
    this.loadTilesBelow(index + (this.loadsAhead ? 3 : 2));
  }

  /** Emit one operator with those that follow it tile by tile; returns the next operator. */
  private operator(l: number): number {
    const { graph, shape, share, fit } = this.job;
    const layer = graph.layers[l];
    if (area(share.computes.get(l)!) === 0) return l + 1;
    if (layer.kind === 'attention') this.attention(l);
    else if (layer.gemms.length > 0) return this.product(l, followersOf(graph, shape, fit.values, l));
    else this.vectorOperator(l, undefined);
    return l + 1;
  }

  private product(l: number, followers: readonly number[]): number {
    const { graph, chip } = this.job;
    const slice = this.buffers.sliceOf(l);
    const { K } = graph.layers[l].gemms[0];
    const input = this.buffers.activation(graph.layers[l].inputs[0], false);
    for (const { channels } of this.tiles.filter((tile) => tile.layer === l)) {
      const [M, N] = [rowsOf(slice), channels[1] - channels[0]];
      const { dataflow } = bestDataflow(chip, M, N, K);
      this.addWithTile({ kind: 'matmul', M, N, K, dataflow }, l, [input, this.buffers.activation(l, true, channels)]);
      for (const follower of followers) this.vectorOperator(follower, channels);
    }
    return l + 1 + followers.length;
  }

  /** Vector work on the core's whole slice, or on some of its channels. */
  private vectorOperator(l: number, channels: readonly [number, number] | undefined): void {
    const { graph } = this.job;
    const layer = graph.layers[l];
    const slice = this.buffers.sliceOf(l);
    const part = channels === undefined ? slice : { ...slice, channel0: channels[0], channel1: channels[1] };
    const spans = [
      ...layer.inputs.map((input) => this.buffers.activation(input, false, this.sameChannels(input, l, channels))),
      this.buffers.activation(l, true, channels),
    ];
    for (const { fn, elements } of layer.vector) {
      const work: Work = { kind: 'vector', fn, elements: vectorElements(layer, { elements }, part) };
      if (layer.weightElements > 0) this.addWithTile(work, l, spans);
      else this.add(work, l, spans);
    }
  }

  /** A range of channels within an input's slice, where that slice has the same channels; else all of it. */
  private sameChannels(input: number, l: number, channels: readonly [number, number] | undefined) {
    const [a, b] = [this.buffers.sliceOf(input), this.buffers.sliceOf(l)];
    return a.channel0 === b.channel0 && channelsOf(a) === channelsOf(b) ? channels : undefined;
  }

  /** Per head: QK^T, softmax, AV. The scores of a head are made while those of the head before are used. */
  private attention(l: number): void {
    const layer = this.job.graph.layers[l];
    const slice = this.buffers.sliceOf(l);
    const heads = headsOf(layer, slice);
    for (let head = 0; head <= heads; head++) {
      if (head < heads) this.headProduct(l, layer, 0, head, heads);
      if (head === 0) continue;
      const scores = rowsOf(slice) * layer.gemms[0].N;
      const span = this.buffers.scores(l, head - 1, true);
      this.add({ kind: 'vector', fn: 'softmax', elements: scores }, l, [span]);
      this.headProduct(l, layer, 1, head - 1, heads);
    }
  }

  private headProduct(l: number, layer: Layer, which: 0 | 1, head: number, heads: number): void {
    const [input] = layer.inputs;
    const perHead = (tensor: number): readonly [number, number] => {
      const width = channelsOf(this.buffers.sliceOf(tensor)) / heads;
      return [head * width, (head + 1) * width];
    };
    const { M, N, K } = layer.gemms[which];
    const { dataflow } = bestDataflow(this.job.chip, M, N, K);
    const operands = this.buffers.activation(input, false, perHead(input));
    const spans =
      which === 0
        ? [operands, this.buffers.scores(l, head, true)]
        : [operands, this.buffers.scores(l, head, false), this.buffers.activation(l, true, perHead(l))];
    this.add({ kind: 'matmul', M, N, K, dataflow }, l, spans);
  }
}
