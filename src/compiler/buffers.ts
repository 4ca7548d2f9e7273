/** Bytes of the scratchpad as the operations of one core name them: activations by tensor, and the two weight tiles used in turn. */
import type { Fit } from './fit.ts';
import type { Span } from './operation.ts';
import { channelsOf, type Rect } from './rect.ts';
import type { Share } from './split.ts';

export class Buffers {
  private readonly share: Share;
  private readonly fit: Fit;
  private readonly tilesPerIteration: number;
  private readonly activationsAt: number;

  constructor(share: Share, fit: Fit, tilesPerIteration: number) {
    this.share = share;
    this.fit = fit;
    this.tilesPerIteration = tilesPerIteration;
    this.activationsAt = fit.resident ? 0 : 2 * fit.tileBytes;
  }

  /** The slice of a tensor that this core has. */
  sliceOf(tensor: number): Rect {
    return (this.share.computes.get(tensor) ?? this.share.holds.get(tensor))!;
  }

  /** All of a tensor's slice, or some of its channels, counted from the slice's first: values lie channel by channel. */
  activation(tensor: number, write: boolean, channels?: readonly [number, number]): Span {
    const value = this.fit.values.of.get(tensor)!;
    const { bytes } = this.fit.values.values[value];
    const perChannel = bytes / Math.max(1, channelsOf(this.sliceOf(tensor)));
    const [from, to] = channels === undefined ? [0, bytes] : [channels[0] * perChannel, channels[1] * perChannel];
    return { ...this.value(value), from, to, write };
  }

  /** The score matrix of a head; heads take turns. */
  scores(layer: number, head: number, write: boolean): Span {
    const values = this.fit.values.scores.get(layer)!;
    const value = values[head % values.length];
    return { ...this.value(value), from: 0, to: this.fit.values.values[value].bytes, write };
  }

  /** The buffer of the `index`-th weight tile of an iteration; tiles take turns over iterations too. */
  tile(index: number, write: boolean): Span {
    const { tileBytes } = this.fit;
    return { bases: [0, tileBytes], step: this.tilesPerIteration, phase: index, from: 0, to: tileBytes, write };
  }

  private value(value: number): Pick<Span, 'bases' | 'step' | 'phase'> {
    const second = this.fit.seconds.get(value);
    const first = this.activationsAt + this.fit.placement.offsets[value];
    return { bases: second === undefined ? [first] : [first, this.activationsAt + second], step: 1, phase: 0 };
  }
}
