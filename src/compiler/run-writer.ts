/**
 * Writes one run into a body, block by block: what lies in memory is loaded (the next block's before the work on this one), the work
 * is done tile by tile or piece by piece with its element-wise followers right behind, and the result is stored if it lives in memory.
 */
import type { Gemm } from '../model/workload.ts';
import type { ScratchpadUse } from '../model/program.ts';
import { bestDataflow } from './cost.ts';
import { readBy } from './cuts.ts';
import { tensorOf } from './graph.ts';
import type { Work } from './operation.ts';
import { area, channelsOf, withChannels, type Rect } from './rect.ts';
import type { TileUse } from './ring.ts';
import { blocksOf, outputsOf, readForBlock, type Run } from './runs.ts';
import type { Body } from './schedule.ts';
import { productsOf, stateWrittenBy, vectorsOf } from './work.ts';

/** Pieces (heads) of a run that are written out one by one; more are grouped. */
const MOST_PIECES = 64;

export class RunWriter {
  private readonly body: Body;
  private readonly run: Run;
  private readonly index: number;
  private readonly spilled: readonly number[];
  private readonly isStored: boolean;
  private block: Rect;
  private number = 0;

  constructor(body: Body, run: Run, index: number) {
    this.body = body;
    this.run = run;
    this.index = index;
    this.block = run.slice;
    const { places } = body;
    this.spilled = run.isAlias ? [] : run.operands.filter((tensor) => places.isSpilled(tensor));
    this.isStored = places.isSpilled(run.main);
  }

  write(): void {
    const { graph, fit } = this.body.job;
    if (!this.run.isAlias) {
      const blocks = blocksOf(graph, this.run, fit.spills.blocks[this.index]);
      blocks.forEach((block, number) => {
        if (number === 0) this.loadBlock(block, 0);
        if (number + 1 < blocks.length) this.loadBlock(blocks[number + 1], number + 1);
        [this.block, this.number] = [block, number];
        this.work(this.body.ring.uses.get(this.index)?.[number]);
        if (this.isStored) this.store(block);
      });
    }
    if (!this.isStored) this.storeOutputs();
    this.storeState();
  }

  private get layer() {
    return this.body.job.graph.layers[this.run.main];
  }

  /** Blocks with a single buffer load when their turn comes; those with two a block ahead. */
  private loadBlock(block: Rect, number: number): void {
    const { places, job } = this.body;
    for (const tensor of this.spilled) {
      const slice = readForBlock(job.graph, this.run, block, tensor);
      if (slice === undefined || area(slice) === 0) continue;
      const span = places.block(this.index, number, tensor, slice, true);
      for (const piece of places.read(tensor, slice)) this.body.add(this.body.transfer('load', piece), tensor, [span]);
    }
  }

  private store(block: Rect): void {
    const { places } = this.body;
    const last = this.run.followers.at(-1) ?? this.run.main;
    const span = places.block(this.index, this.number, last, block, false);
    this.body.add(this.body.transfer('store', places.write(last, block)), last, [span]);
  }

  private storeOutputs(): void {
    const { graph, share } = this.body.job;
    for (const output of outputsOf(graph, this.run)) this.body.storeOutput(output, share.computes.get(output)!);
  }

  /** New state goes to memory from where it was made: the operands (keys and values) or the result. */
  private storeState(): void {
    const { job } = this.body;
    const bytes = stateWrittenBy(this.layer, this.run.slice);
    if (bytes === 0) return;
    const address = job.memory.state.get(this.run.main);
    if (address === undefined) return;
    const behind = Math.max(0, (this.layer.cache?.heldBytes ?? 0) - (this.layer.cache?.writtenBytes ?? 0));
    const share = Math.round(
      (behind * channelsOf({ ...this.run.slice, channel1: this.run.slice.channel0 })) / this.layer.output.channels,
    );
    this.body.add(
      this.body.transfer('store', { address: address + behind + share, bytes }),
      this.run.main,
      this.reads(this.run.main, this.block),
    );
  }

  /** What an operator reads to make a slice of the block: kept tensors and blocks. */
  private reads(operator: number, made: Rect): ScratchpadUse[] {
    const { places, job } = this.body;
    const { inputs } = job.graph.layers[operator];
    const uses: ScratchpadUse[] = [];
    for (let which = 0; which < inputs.length; which++) {
      const tensor = inputs[which];
      // its own tensors are those from the run's first operator on
      if (tensor >= this.run.main || inputs.indexOf(tensor) < which) continue;
      const slice = readBy(job.graph, operator, made, tensor);
      if (slice === undefined || area(slice) === 0) continue;
      if (!places.isSpilled(tensor)) uses.push(places.kept(tensor, false, this.span(tensor, slice)));
      else {
        const all = readForBlock(job.graph, this.run, this.block, tensor)!;
        uses.push(places.block(this.index, this.number, tensor, all, false, slice));
      }
    }
    return uses;
  }

  /** The channels of a slice as far as this core has them. */
  private span(tensor: number, slice: Rect): Rect | undefined {
    const { channels } = tensorOf(this.body.job.graph, tensor);
    return channelsOf(slice) === channels ? undefined : slice;
  }

  private writes(operator: number, made: Rect): ScratchpadUse {
    const { places } = this.body;
    if (!this.isStored) return places.kept(operator, true, made);
    return places.block(this.index, this.number, operator, this.block, true, made);
  }

  private work(uses: readonly TileUse[] | undefined): void {
    if (this.layer.gemms.length > 1 && this.layer.gemms.every(({ along }) => along !== 'rows')) this.chained(uses);
    else if (uses !== undefined && uses.length > 0) uses.forEach((use) => this.tile(use.slice, use));
    else this.tile(this.block, undefined);
  }

  private emit(work: Work, operator: number, spans: readonly ScratchpadUse[], use: TileUse | undefined): void {
    if (use === undefined) this.body.add(work, operator, spans);
    else this.body.addWithTile(work, operator, spans, use.load);
  }

  /** Products and vector work of a slice with its followers. */
  private tile(slice: Rect, use: TileUse | undefined): void {
    const { main, followers } = this.run;
    const spans = this.touches(main, slice);
    const products = productsOf(this.layer, slice);
    const vectors = vectorsOf(this.layer, slice).filter(({ elements }) => elements > 0);
    for (const gemm of products) this.emit(this.product(gemm), main, spans, use);
    for (const { fn, elements } of vectors)
      this.emit({ kind: 'vector', fn, elements }, main, spans, products.length === 0 ? use : undefined);
    if (products.length + vectors.length === 0)
      this.emit({ kind: 'vector', fn: 'copy', elements: area(slice) }, main, spans, use);
    if (use !== undefined) this.body.useEnds();
    for (const follower of followers) this.follower(follower, slice);
  }

  private follower(operator: number, slice: Rect): void {
    const layer = this.body.job.graph.layers[operator];
    const spans = this.touches(operator, slice);
    for (const { fn, elements } of vectorsOf(layer, slice))
      this.body.add({ kind: 'vector', fn, elements }, operator, spans);
  }

  private touches(operator: number, slice: Rect): ScratchpadUse[] {
    const uses = this.reads(operator, slice);
    uses.push(this.writes(operator, slice));
    return uses;
  }

  private product({ M, N, K, repeat }: Gemm): Work {
    return { kind: 'matmul', M, N, K, repeat, dataflow: bestDataflow(this.body.job.chip, M, N, K).dataflow };
  }

  /**
   * Products that follow from one another, piece by piece (per head: scores, softmax, values): the first product of a piece is made while
   * the vector unit works on the piece before.
   */
  private chained(uses: readonly TileUse[] | undefined): void {
    const slices: readonly (TileUse | { slice: Rect; load: undefined })[] =
      uses ?? this.pieces().map((slice) => ({ slice, load: undefined }));
    const steps = slices.flatMap((use) => this.links(use.slice, use.load === undefined ? undefined : use));
    steps.forEach(({ first }, i) => {
      if (i === 0) first();
      steps[i + 1]?.first();
      steps[i].rest();
    });
    for (const follower of this.run.followers) this.follower(follower, this.block);
  }

  private pieces(): Rect[] {
    const count = Math.ceil(channelsOf(this.block) / this.layer.channelUnit);
    const each = Math.ceil(count / MOST_PIECES) * this.layer.channelUnit;
    const pieces: Rect[] = [];
    for (let from = this.block.channel0; from < this.block.channel1; from += each)
      pieces.push(withChannels(this.block, from, Math.min(this.block.channel1, from + each)));
    return pieces;
  }

  private step = 0;

  /** The links of one piece: a product into the scores, and what follows from it. */
  private links(slice: Rect, use: TileUse | undefined): { first: () => void; rest: () => void }[] {
    const { main } = this.run;
    const products = productsOf(this.layer, slice);
    const vectors = vectorsOf(this.layer, slice);
    const [operands, result] = [this.reads(main, slice), this.writes(main, slice)];
    const isPaired = this.layer.kind === 'attention';
    const groups = isPaired ? pairs(products) : [products];
    const made = groups.reduce((sum, [{ M, N, repeat }]) => sum + M * N * repeat, 0);
    let given = 0;
    let rounded = 0;
    return groups.flatMap(([head, ...others], group) => {
      const parts = this.rowParts(head);
      return parts.map((M, part) => {
        const isLast = group === groups.length - 1 && part === parts.length - 1;
        const step = this.step++;
        const share = M / head.M;
        given += (head.M * share * head.N * head.repeat) / made;
        const softmax = vectors.map(({ fn, elements }) => ({
          fn,
          elements: Math.round(elements * given) - Math.round(elements * rounded),
        }));
        rounded = given;
        const scores = (write: boolean) =>
          this.body.places.scores(this.index, step, Math.min(M * head.N, this.scoreRoom()), write);
        return {
          first: () => this.emit(this.product({ ...head, M }), main, [...operands, scores(true)], use),
          rest: () => {
            for (const { fn, elements } of softmax)
              if (elements > 0) this.body.add({ kind: 'vector', fn, elements }, main, [scores(true)]);
            for (const gemm of others) {
              const rows = isPaired ? M : Math.round(gemm.M * share);
              this.emit(this.product({ ...gemm, M: rows }), main, [...operands, scores(false), result], use);
            }
            if (isLast && use !== undefined) this.body.useEnds();
          },
        };
      });
    });
  }

  private scoreRoom(): number {
    const { spills } = this.body.job.fit;
    return spills.values[spills.ofScores.get(this.index)![0]].bytes;
  }

  /** Rows of the scores in parts that fit. */
  private rowParts({ M }: Gemm): number[] {
    const isPaired = this.layer.kind === 'attention';
    const count = isPaired ? Math.min(M, this.body.job.fit.spills.scoreParts[this.index]) : 1;
    return Array.from(
      { length: count },
      (_, i) => Math.round((M * (i + 1)) / count) - Math.round((M * i) / count),
    ).filter((rows) => rows > 0);
  }
}

/** Neighbours two by two. */
function pairs(gemms: readonly Gemm[]): Gemm[][] {
  return Array.from({ length: Math.ceil(gemms.length / 2) }, (_, i) => gemms.slice(2 * i, 2 * i + 2));
}
