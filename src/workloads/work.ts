/**
 * What operators do, as products, vector work and bytes: one function per operator whose count is more than elements times a cost.
 * The networks of the zoo and imported ones share these, so a convolution costs the same wherever it comes from.
 */
import type { Cache, Gemm, Layer, VectorWork } from '../model/workload.ts';

/** What an operator adds to the bare description of a layer. */
export type Work = Partial<Layer>;

export interface Convolution {
  /** Output pixels. */
  readonly rows: number;
  readonly channels: number;
  readonly inChannels: number;
  readonly groups: number;
  /** Inputs of one output in one channel: kernel height x width (x depth). */
  readonly taps: number;
}

/**
 * A convolution after im2col, a product per group. Groups of one input channel (depth-wise) leave a product with next to nothing to
 * share: those run on the vector unit, one multiply-accumulate per tap.
 */
export function convolution({ rows, channels, inChannels, groups, taps }: Convolution): Work {
  const [N, K] = [channels / groups, (taps * inChannels) / groups];
  const isDepthWise = groups > 1 && inChannels === groups;
  const products: Gemm[] = [{ M: rows, N, K, repeat: groups }];
  return {
    gemms: isDepthWise ? [] : products,
    vector: isDepthWise ? [{ fn: 'mac', elements: rows * channels * taps }] : [],
    weightElements: channels * K,
    group: groups,
    channelUnit: groups > 1 ? N : 1,
  };
}

/** Transposed convolution: every input pixel gives taps x channels products, which are then added where they overlap. */
export function transposedConvolution(inRows: number, { channels, inChannels, groups, taps }: Convolution): Work {
  const perGroup = channels / groups;
  return {
    gemms: [{ M: inRows, N: taps * perGroup, K: inChannels / groups, repeat: groups }],
    vector: [{ fn: 'add', elements: inRows * taps * channels }],
    weightElements: (inChannels / groups) * channels * taps,
    group: groups,
    channelUnit: groups > 1 ? perGroup : 1,
  };
}

export interface Attention {
  readonly sequences: number;
  /** New tokens of each sequence, and those that came before them and are in the cache. */
  readonly tokens: number;
  readonly past: number;
  readonly heads: number;
  /** Heads of keys and values, each shared by heads / kvHeads queries. */
  readonly kvHeads: number;
  readonly headWidth: number;
  /** A token sees those before it and itself: later keys are left out, to the block. */
  readonly isCausal: boolean;
}

/** Queries of causal attention that are worked on together; keys beyond the last of them are skipped. */
const CAUSAL_BLOCK = 128;

/** Per key-value head and sequence: scores QK^T, softmax, weighted values. Heads cannot be cut, nor can sequences. */
export function attention(shape: Attention): Work {
  const { sequences, tokens, past, heads, kvHeads, headWidth, isCausal } = shape;
  const [sharing, repeat] = [heads / kvHeads, kvHeads * sequences];
  const gemms: Gemm[] = [];
  let scores = 0;
  for (let first = 0; first < tokens; first += isCausal ? CAUSAL_BLOCK : tokens) {
    const last = isCausal ? Math.min(tokens, first + CAUSAL_BLOCK) : tokens;
    const [M, keys] = [(last - first) * sharing, past + last];
    gemms.push({ M, N: keys, K: headWidth, repeat, along: 'pieces' });
    gemms.push({ M, N: headWidth, K: keys, repeat, along: 'pieces' });
    scores += M * keys * repeat;
  }
  const vector: VectorWork[] = [{ fn: 'softmax', elements: scores }];
  return { gemms, vector, rowUnit: tokens, channelUnit: sharing * headWidth };
}

/** Keys and values of all sequences, one byte per element. `isOwner`: other layers may read the same cache. */
export function keyValueCache({ sequences, tokens, past, kvHeads, headWidth }: Attention, isOwner: boolean): Cache {
  const perToken = 2 * sequences * kvHeads * headWidth;
  return {
    heldBytes: isOwner ? perToken * (past + tokens) : 0,
    readBytes: perToken * past,
    writtenBytes: isOwner ? perToken * tokens : 0,
  };
}

export interface Scan {
  readonly sequences: number;
  /** New tokens of each sequence: 1 updates the state, more are scanned in chunks. */
  readonly tokens: number;
  readonly chunk: number;
  readonly heads: number;
  readonly headWidth: number;
  /** Groups of heads that share B and C. */
  readonly groups: number;
  /** Elements of the state per channel. */
  readonly state: number;
}

const STATE_BYTES = 4;

/**
 * Mamba-2's selective state space. In chunks: C B^T per group, masked by the decay, times x within the chunk; the chunk's own state
 * B^T x; the state carried from chunk to chunk; and C times the state that came in. For one token: decay and update of the state, then C.
 * The state is kept in fp32. Source: Dao and Gu, "Transformers are SSMs", section 6 and its listing of SSD.
 */
export function scan(shape: Scan): Work {
  const { sequences, tokens, heads, headWidth, groups, state } = shape;
  const stateElements = sequences * heads * headWidth * state;
  const stateBytes = STATE_BYTES * stateElements;
  const cache = { heldBytes: stateBytes, readBytes: stateBytes, writtenBytes: stateBytes };
  const units = { rowUnit: tokens, channelUnit: (heads / groups) * headWidth, cache };
  if (tokens === 1) return { ...units, vector: [{ fn: 'mac', elements: 3 * stateElements }] };
  const L = Math.min(shape.chunk, tokens);
  const chunks = sequences * Math.ceil(tokens / L);
  const perHead = { repeat: heads * chunks, along: 'pieces' } as const;
  return {
    ...units,
    gemms: [
      { M: L, N: L, K: state, repeat: groups * chunks, along: 'pieces' },
      { M: L, N: headWidth, K: L, ...perHead },
      { M: state, N: headWidth, K: L, ...perHead },
      { M: L, N: headWidth, K: state, ...perHead },
    ],
    vector: [
      { fn: 'map', elements: heads * chunks * L * L },
      { fn: 'mac', elements: heads * chunks * headWidth * state },
    ],
  };
}

/** A matrix product per expert, one below the other; `loads` are the tokens of each expert. Experts without tokens are not loaded. */
export function expertProducts(loads: readonly number[], inChannels: number, channels: number): Work {
  const byLoad = new Map<number, number>();
  for (const load of loads) if (load > 0) byLoad.set(load, (byLoad.get(load) ?? 0) + 1);
  const weights = inChannels * channels;
  const used = loads.filter((load) => load > 0).length;
  return {
    gemms: [...byLoad].map(([M, repeat]) => ({ M, N: channels, K: inChannels, repeat, along: 'rows' })),
    weightElements: loads.length * weights,
    weightShape: [loads.length, inChannels, channels],
    usedElements: used * weights,
    group: loads.length,
    rowUnit: Math.max(...loads),
  };
}

/** A long short-term memory cell, step after step: four gates from input and state, then element by element. */
export function recurrent(steps: number, rows: number, inChannels: number, hidden: number): Work {
  return {
    gemms: [{ M: rows, N: 4 * hidden, K: inChannels + hidden, repeat: steps, along: 'steps' }],
    vector: [{ fn: 'map', elements: steps * rows * 8 * hidden }],
    weightElements: 4 * hidden * (inChannels + hidden),
    biasElements: 4 * hidden,
    weightShape: [4 * hidden, inChannels + hidden],
    channelUnit: hidden,
  };
}
