/**
 * Decoders of today's language models from their parts: embedding, blocks of a mixer (attention with grouped queries, or a selective
 * state space) and a feed-forward part (dense, or a mixture of experts with a shared one), output head for the last token of each
 * sequence. Norms are root-mean-square; attention normalizes queries and keys and rotates them. A decoder reads token numbers.
 */
import type { Layer } from '../model/workload.ts';
import { expertLoads } from './experts.ts';
import { LayerList } from './layers.ts';
import { NETWORK_INPUT } from './operator-list.ts';
import { expertProducts, scan, type Attention } from './work.ts';

export interface Decoder {
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headWidth: number;
  readonly vocabulary: number;
  /** The output head uses the embedding's parameters. */
  readonly isTied: boolean;
  /** Hidden width of one feed-forward part or expert. */
  readonly hidden: number;
  readonly experts?: { readonly routed: number; readonly topK: number; readonly capacityFactor: number };
  readonly stateSpace?: {
    readonly heads: number;
    readonly headWidth: number;
    readonly groups: number;
    readonly state: number;
    readonly chunk: number;
    readonly window: number;
  };
  /** Mixer of each block: A attention, a attention with the keys and values of the block before, M state space. */
  readonly mixers: string;
}

/** What one iteration works on. */
export interface Step {
  readonly sequences: number;
  /** New tokens of each sequence, and those whose keys, values or states are kept. */
  readonly tokens: number;
  readonly past: number;
  /** New tokens follow each other; candidates that continue the same text do not. */
  readonly isCausal: boolean;
}

/** The operators of a decoder for one step. */
export function decoderLayers(decoder: Decoder, step: Step): readonly Layer[] {
  return new Builder(decoder, step).build();
}

class Builder {
  private readonly net: LayerList;
  private readonly decoder: Decoder;
  private readonly step: Step;
  private readonly rows: number;
  private keysAndValues: readonly number[] = [];

  constructor(decoder: Decoder, step: Step) {
    this.decoder = decoder;
    this.step = step;
    this.rows = step.sequences * step.tokens;
    this.net = new LayerList({ height: this.rows, width: 1, channels: 1 }, 'sequence');
  }

  build(): readonly Layer[] {
    const { net, decoder } = this;
    const embedding = this.embedding();
    let last = embedding;
    [...decoder.mixers].forEach((mixer, block) => {
      const name = `block${block}`;
      last = mixer === 'M' ? this.stateSpace(name, last) : this.attention(name, last, mixer === 'A');
      last = this.feedForward(name, last);
    });
    last = net.layerNorm('norm', this.lastTokens(last), { isRms: true });
    const tied = decoder.isTied ? { tiedTo: embedding } : {};
    const logits = net.linear('head', last, decoder.vocabulary, { hasBias: false, ...tied });
    if (!this.step.isCausal) this.draw(logits);
    return net.layers;
  }

  /** Candidates are drawn on the chip: what leaves is a token of each and its log-probability, by which a search ranks them. */
  private draw(logits: number): void {
    const elements = this.rows * this.decoder.vocabulary;
    const shape = { height: this.rows, width: 1, channels: 2 };
    this.net.append(
      { name: 'draw', kind: 'layernorm', onnxType: 'LogSoftmax', inputs: [logits], read: { kind: 'rows' }, shape },
      { vector: [{ fn: 'softmax', elements }], channelUnit: 2 },
    );
  }

  private embedding(): number {
    const { vocabulary, width } = this.decoder;
    return this.net.append(
      {
        name: 'embedding',
        kind: 'move',
        onnxType: 'Gather',
        inputs: [NETWORK_INPUT],
        read: { kind: 'rows' },
        shape: { height: this.rows, width: 1, channels: width },
      },
      {
        weightElements: vocabulary * width,
        weightShape: [vocabulary, width],
        usedElements: Math.min(vocabulary, this.rows) * width,
      },
    );
  }

  /** Only what follows the last token of a sequence is asked for; candidates are asked for each. */
  private lastTokens(from: number): number {
    const { sequences, isCausal } = this.step;
    if (!isCausal || sequences === this.rows) return from;
    const shape = { height: sequences, width: 1, channels: this.decoder.width };
    return this.net.append(
      { name: 'last', kind: 'move', onnxType: 'Slice', inputs: [from], read: { kind: 'whole' }, shape },
      {},
    );
  }

  private attention(name: string, input: number, isOwner: boolean): number {
    const { net, decoder, step } = this;
    const { width, heads, kvHeads, headWidth } = decoder;
    const bare = { hasBias: false };
    const normed = net.layerNorm(`${name}.norm1`, input, { isRms: true });
    const queries = this.rotated(`${name}.q`, net.linear(`${name}.q`, normed, heads * headWidth, bare), heads);
    if (isOwner) {
      const keys = net.linear(`${name}.k`, normed, kvHeads * headWidth, bare);
      const values = net.linear(`${name}.v`, normed, kvHeads * headWidth, bare);
      this.keysAndValues = [this.rotated(`${name}.k`, keys, kvHeads), values];
    }
    const shape: Attention = { ...step, heads, kvHeads, headWidth };
    const mixed = net.cachedAttention(`${name}.attention`, [queries, ...this.keysAndValues], shape, isOwner);
    return net.add(`${name}.add1`, net.linear(`${name}.o`, mixed, width, bare), input);
  }

  private rotated(name: string, from: number, heads: number): number {
    const normed = this.net.layerNorm(`${name}.norm`, from, { isRms: true, heads });
    return this.net.activation(`${name}.rotary`, normed, 'map', 'RotaryEmbedding');
  }

  /** Mamba-2: gate, inputs with B and C, and time step side by side; a short causal convolution; the scan; norm, gate and projection. */
  private stateSpace(name: string, input: number): number {
    const { net, decoder, step } = this;
    const { heads, headWidth, groups, state, chunk, window } = decoder.stateSpace!;
    const inner = heads * headWidth;
    const bare = { hasBias: false };
    const normed = net.layerNorm(`${name}.norm1`, input, { isRms: true });
    const gate = net.linear(`${name}.z`, normed, inner, bare);
    const projected = net.linear(`${name}.xbc`, normed, inner + 2 * groups * state, bare);
    const steps = net.linear(`${name}.dt`, normed, heads, { hasBias: true });
    const channels = inner + 2 * groups * state;
    const size = { kernel: window, stride: 1, padding: window - 1, paddingEnd: 0 };
    const kept = step.sequences * (window - 1) * channels;
    const convolved = net.conv(`${name}.conv`, projected, channels, size, {
      groups: channels,
      hasBias: true,
      cache: { heldBytes: kept, readBytes: kept, writtenBytes: kept },
    });
    const active = net.activation(`${name}.silu`, convolved, 'map', 'Swish');
    const shape = { height: this.rows, width: 1, channels: inner };
    const scanned = net.append(
      {
        name: `${name}.scan`,
        kind: 'scan',
        onnxType: 'SelectiveScan',
        inputs: [active, steps],
        read: { kind: 'channels' },
        shape,
      },
      {
        ...scan({ ...step, heads, headWidth, groups, state, chunk }),
        weightElements: 2 * heads,
        weightShape: [2, heads],
      },
    );
    const gated = net.add(`${name}.gate`, scanned, gate, 'Mul');
    const normal = net.layerNorm(`${name}.norm`, gated, { isRms: true });
    return net.add(`${name}.add1`, net.linear(`${name}.out`, normal, decoder.width, bare), input);
  }

  private feedForward(name: string, input: number): number {
    const { net, decoder } = this;
    const normed = net.layerNorm(`${name}.norm2`, input, { isRms: true });
    const dense = this.gated(`${name}.${decoder.experts ? 'shared' : 'mlp'}`, normed);
    const mixed = decoder.experts === undefined ? dense : net.add(`${name}.mix`, this.experts(name, normed), dense);
    return net.add(`${name}.add2`, mixed, input);
  }

  /** SwiGLU: two products side by side, gate, and back. */
  private gated(name: string, from: number): number {
    const { net, decoder } = this;
    const bare = { hasBias: false };
    const gate = net.activation(`${name}.silu`, net.linear(`${name}.gate`, from, decoder.hidden, bare), 'map', 'Swish');
    const up = net.linear(`${name}.up`, from, decoder.hidden, bare);
    return net.linear(`${name}.down`, net.add(`${name}.mul`, gate, up, 'Mul'), decoder.width, bare);
  }

  /** Router, dispatch of every token to its experts, their products, and the weighted sum back in the tokens' order. */
  private experts(name: string, from: number): number {
    const { net, decoder, rows } = this;
    const { routed, topK, capacityFactor } = decoder.experts!;
    const loads = expertLoads({ tokens: rows, experts: routed, topK, capacityFactor });
    const scores = net.linear(`${name}.router`, from, routed, { hasBias: false });
    const probabilities = net.append(
      {
        name: `${name}.top${topK}`,
        kind: 'layernorm',
        onnxType: 'Softmax',
        inputs: [scores],
        read: { kind: 'rows' },
        shape: net.shapeOf(scores),
      },
      { vector: [{ fn: 'softmax', elements: rows * routed }], channelUnit: routed },
    );
    const shape = { height: rows * topK, width: 1, channels: decoder.width };
    const sent = net.append(
      {
        name: `${name}.dispatch`,
        kind: 'move',
        onnxType: 'GatherND',
        inputs: [from, probabilities],
        read: { kind: 'whole' },
        shape,
      },
      {},
    );
    const gate = this.expertProduct(`${name}.experts.gate`, sent, loads, decoder.hidden);
    const up = this.expertProduct(`${name}.experts.up`, sent, loads, decoder.hidden);
    const active = net.activation(`${name}.experts.silu`, gate, 'map', 'Swish');
    const back = net.add(`${name}.experts.mul`, active, up, 'Mul');
    const made = this.expertProduct(`${name}.experts.down`, back, loads, decoder.width);
    return net.append(
      {
        name: `${name}.combine`,
        kind: 'move',
        onnxType: 'ScatterND',
        inputs: [made, probabilities],
        read: { kind: 'whole' },
        shape: net.shapeOf(from),
      },
      { vector: [{ fn: 'add', elements: rows * topK * decoder.width }] },
    );
  }

  private expertProduct(name: string, from: number, loads: readonly number[], channels: number): number {
    const { height, channels: inChannels } = this.net.shapeOf(from);
    return this.net.append(
      {
        name,
        kind: 'matmul',
        onnxType: 'MatMul',
        inputs: [from],
        read: { kind: 'rows' },
        shape: { height, width: 1, channels },
      },
      expertProducts(loads, inChannels, channels),
    );
  }
}
