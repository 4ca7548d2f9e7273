/**
 * Where the tensors of one core lie: which bytes of the scratchpad an operation touches, and at which addresses of memory spilled
 * tensors, inputs and outputs lie. In the scratchpad values lie channel by channel. In memory a tensor is a row of blocks, each as it was
 * written; within a block its readers decide whether rows or channels are contiguous.
 */
import { ELEMENT_BYTES } from '../model/workload.ts';
import type { ScratchpadUse } from '../model/program.ts';
import { isOutput, tensorOf, type Graph } from './graph.ts';
import type { Fit } from './fit.ts';
import type { MemoryMap } from './memory-map.ts';
import { area, bytesOf, channelsOf, intersect, rowsOf, sameRect, whole, type Rect } from './rect.ts';
import type { Transferred } from './ring.ts';
import type { CoreWork } from './runs.ts';
import type { Share } from './split.ts';
import { blockKey } from './spill.ts';

interface Written {
  readonly slice: Rect;
  readonly address: number;
}

export interface PlacesRequest {
  readonly graph: Graph;
  readonly memory: MemoryMap;
  readonly work: CoreWork;
  readonly share: Share;
  readonly fit: Fit;
  readonly vcore: number;
  /** Bytes of each output that cores before this one store. */
  readonly stored: ReadonlyMap<number, number>;
}

export class Places {
  private readonly request: PlacesRequest;
  private readonly activationsAt: number;
  /** Addresses of the buffers that stay, as far as they were asked for. */
  private readonly bases: number[][] = [];
  /** Blocks of each buffer in memory, in the order in which they were written, and where the next one goes. */
  private readonly written = new Map<number, Written[]>();
  private readonly next = new Map<number, number>();

  constructor(request: PlacesRequest) {
    this.request = request;
    this.activationsAt = request.fit.weightBytes;
    const { graph, memory, work, vcore, stored, fit } = request;
    let spillAt = memory.spills.get(vcore) ?? 0;
    work.buffers.forEach(({ tensors, bytes }, buffer) => {
      const [first] = tensors;
      const output = tensors.find((tensor) => isOutput(graph, tensor));
      if (first !== undefined && first < 0) {
        this.written.set(buffer, [{ slice: whole(tensorOf(graph, first)), address: memory.inputs.get(first)! }]);
      } else if (output !== undefined) {
        this.next.set(buffer, memory.outputs.get(output)! + (stored.get(output) ?? 0));
      } else if (fit.spills.spilled.has(buffer)) {
        this.next.set(buffer, spillAt);
        spillAt += bytes;
      }
    });
  }

  isSpilled(tensor: number): boolean {
    return this.request.fit.spills.spilled.has(this.bufferOf(tensor));
  }

  /** Does it lie in two buffers in turn? */
  isDoubled(tensor: number): boolean {
    const { seconds, spills } = this.request.fit;
    const value = spills.ofBuffer.get(this.bufferOf(tensor));
    return value !== undefined && seconds.has(value);
  }

  bufferOf(tensor: number): number {
    return this.request.work.of.get(tensor)!;
  }

  /** The slice of a tensor that this core has. */
  sliceOf(tensor: number): Rect {
    const { share } = this.request;
    return (share.computes.get(tensor) ?? share.holds.get(tensor) ?? share.loads.get(tensor))!;
  }

  /** All of a tensor that stays in the scratchpad, or the channels of a slice of it. */
  kept(tensor: number, write: boolean, slice?: Rect): ScratchpadUse {
    const buffer = this.bufferOf(tensor);
    const { bytes, label } = this.request.work.buffers[buffer];
    const { from, to } = slice === undefined ? { from: 0, to: bytes } : channelRange(this.held(tensor), bytes, slice);
    return { bases: (this.bases[buffer] ??= this.basesOf(buffer)), step: 1, phase: 0, from, to, write, holds: label };
  }

  private basesOf(buffer: number): number[] {
    const { spills, placement, seconds } = this.request.fit;
    const value = spills.ofBuffer.get(buffer)!;
    const first = this.activationsAt + placement.offsets[value];
    const second = seconds.get(value);
    return second === undefined ? [first] : [first, this.activationsAt + second];
  }

  /** The block of a spilled tensor that a run works on, or some channels of it. */
  block(run: number, index: number, tensor: number, all: Rect, write: boolean, slice?: Rect): ScratchpadUse {
    const { fit, work } = this.request;
    const buffer = this.bufferOf(tensor);
    const values = fit.spills.ofBlock.get(blockKey(run, buffer))!;
    const base = this.activationsAt + fit.placement.offsets[values[index % values.length]];
    const bytes = bytesOf(all, tensorOf(this.request.graph, tensor));
    const { from, to } = slice === undefined ? { from: 0, to: bytes } : channelRange(all, bytes, slice);
    const holds = `${work.buffers[buffer].label}[${index}]`;
    return { bases: [base], step: 1, phase: 0, from, to, write, holds };
  }

  /** The score matrix of a piece; pieces take turns. */
  scores(run: number, piece: number, bytes: number, write: boolean): ScratchpadUse {
    const { fit } = this.request;
    const values = fit.spills.ofScores.get(run)!;
    const base = this.activationsAt + fit.placement.offsets[values[piece % values.length]];
    return { bases: [base], step: 1, phase: 0, from: 0, to: bytes, write, holds: `scores of piece ${piece}` };
  }

  /** Where a message passes to or from memory; messages take turns. */
  staging(side: 'arriving' | 'leaving', index: number, bytes: number, write: boolean): ScratchpadUse {
    const { fit } = this.request;
    const values = fit.spills.staging[side];
    const base = this.activationsAt + fit.placement.offsets[values[index % values.length]];
    return { bases: [base], step: 1, phase: 0, from: 0, to: bytes, write, holds: `message ${index}` };
  }

  /** Bytes of the ring or of the resident weights. */
  weights(offset: number, bytes: number, write: boolean, load: number): ScratchpadUse {
    return { bases: [offset], step: 1, phase: 0, from: 0, to: bytes, write, holds: `weights ${load}` };
  }

  /** Where a block of a tensor is written in memory: behind the one before. */
  write(tensor: number, slice: Rect): Transferred {
    const buffer = this.bufferOf(tensor);
    const address = this.next.get(buffer)!;
    const bytes = bytesOf(slice, tensorOf(this.request.graph, tensor));
    this.next.set(buffer, address + bytes);
    this.written.set(buffer, [...(this.written.get(buffer) ?? []), { slice, address }]);
    return { address, bytes };
  }

  /** Where a slice of a tensor lies in memory: a piece of every block that it touches. */
  read(tensor: number, slice: Rect): Transferred[] {
    const { graph } = this.request;
    const { type = 'int8', channels } = tensorOf(graph, tensor);
    const element = ELEMENT_BYTES[type];
    const byChannels = this.isReadByChannels(tensor);
    return (this.written.get(this.bufferOf(tensor)) ?? []).flatMap(({ slice: block, address }) => {
      const common = intersect(block, slice);
      if (area(common) === 0) return [];
      const [row, channel] = [common.row0 - block.row0, common.channel0 - block.channel0];
      const start = byChannels && channelsOf(common) < channels ? channel * rowsOf(block) : row * channelsOf(block);
      const bytes = area(common) * element;
      const last = area(block) * element - bytes;
      return [{ address: address + Math.min(start * element, last), bytes }];
    });
  }

  private held(tensor: number): Rect {
    const { slice, tensors } = this.request.work.buffers[this.bufferOf(tensor)];
    const own = tensorOf(this.request.graph, tensor);
    const first = tensorOf(this.request.graph, tensors[0]);
    return own.channels === first.channels ? slice : this.sliceOf(tensor);
  }

  private isReadByChannels(tensor: number): boolean {
    const { graph, work } = this.request;
    return work.runs.some(({ main }) => {
      const { inputs, reads } = graph.layers[main];
      return inputs.some((input, which) => input === tensor && reads[which].kind === 'channels');
    });
  }
}

/** The bytes that some channels of a value take. */
function channelRange(all: Rect, bytes: number, slice: Rect): { from: number; to: number } {
  if (sameRect(all, slice)) return { from: 0, to: bytes };
  const at = (channel: number): number =>
    Math.max(0, Math.min(bytes, ((channel - all.channel0) * bytes) / Math.max(1, channelsOf(all))));
  return { from: at(slice.channel0), to: at(slice.channel1) };
}
