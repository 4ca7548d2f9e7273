/**
 * Tencent's Hunyuan models: Hunyuan-Large (mixture of experts, keys and values shared by two layers), Hunyuan-TurboS (Mamba-2, attention
 * and experts) and Hunyuan-7B, alone and as it serves the tree search of HunyuanProver. Sources: arXiv 2411.02265, 2505.15431 and
 * 2412.20735, and the public configuration files. Their words leave some shapes open; what is worked out from totals or assumed:
 * - Large: head width 80 and an output head of its own, from 389 B total and 52 B active; capacity factor as in TurboS.
 * - TurboS: head width of state spaces 64 from 560 B and 56 B, of attention 80; an expert layer behind each of the 57 + 7 mixers, the
 *   attentions evenly spread (the abstract's AMF and MF blocks alone do not give 64 expert layers).
 * - Prover: whether its base has exactly the shapes of the released 7B model. Candidates of a node share the text so far and its cache;
 *   what they added themselves is taken as short beside it. Its search goes on where the policy is most confident, so each step yields
 *   the log-probability of every token drawn; the paper's other critics are models of their own and left out. A search waits for its
 *   candidates before it chooses the next nodes, so iterations that a pipeline has under way at once are steps of different searches.
 */
import type { WorkloadRequest } from '../model/experiment.ts';
import { ZOO } from '../model/models.ts';
import type { Workload } from '../model/workload.ts';
import { decoderLayers, type Decoder, type Step } from './decoder.ts';

export type Hunyuan = 'hunyuan-large' | 'hunyuan-turbos' | 'hunyuan-7b' | 'hunyuan-7b-prover';

const CAPACITY_FACTOR = 1.5;

const LARGE: Decoder = {
  width: 6400,
  heads: 80,
  kvHeads: 8,
  headWidth: 80,
  vocabulary: 129_024,
  isTied: false,
  hidden: 18_304,
  experts: { routed: 16, topK: 1, capacityFactor: CAPACITY_FACTOR },
  mixers: 'Aa'.repeat(32),
};

const TURBOS: Decoder = {
  width: 5120,
  heads: 64,
  kvHeads: 8,
  headWidth: 80,
  vocabulary: 129_024,
  isTied: true,
  hidden: 17_024,
  experts: { routed: 32, topK: 2, capacityFactor: CAPACITY_FACTOR },
  stateSpace: { heads: 64, headWidth: 64, groups: 16, state: 128, chunk: 128, window: 4 },
  mixers: 'MMMMAMMMM'.repeat(7) + 'M',
};

const SEVEN: Decoder = {
  width: 4096,
  heads: 32,
  kvHeads: 8,
  headWidth: 128,
  vocabulary: 128_167,
  isTied: true,
  hidden: 14_336,
  mixers: 'A'.repeat(32),
};

const DECODERS: Readonly<Record<Hunyuan, Decoder>> = {
  'hunyuan-large': LARGE,
  'hunyuan-turbos': TURBOS,
  'hunyuan-7b': SEVEN,
  'hunyuan-7b-prover': SEVEN,
};

/** Tactics that HunyuanProver draws for a node: two at each of four temperatures. */
const CANDIDATES = 8;

type Request = Pick<WorkloadRequest, 'tokens' | 'batch' | 'phase' | 'blocks'>;

/** The operators for one step; `blocks` of 0 takes all of them. */
export function hunyuan(name: Hunyuan, request: Request): Workload {
  const { tokens, batch, phase, blocks } = request;
  const whole = DECODERS[name];
  const decoder = blocks === 0 ? whole : { ...whole, mixers: whole.mixers.slice(0, blocks) };
  const step = stepOf(name, request);
  const rows = step.sequences * step.tokens;
  const { title, source } = ZOO[name];
  const size = phase === 'prefill' ? `${tokens} tokens` : `one token behind ${step.past}`;
  return {
    name,
    title: `${title}, ${size}${batch > 1 ? `, ${batch} at once` : ''}`,
    source,
    input: { name: 'tokens', rows, channels: 1, type: 'int32' },
    inputShape: [step.sequences, step.tokens],
    layers: decoderLayers(decoder, step),
  };
}

/** Prefill reads all tokens; decoding adds one to each sequence, and for the prover one to each candidate of each node. */
function stepOf(name: Hunyuan, { tokens, batch, phase }: Request): Step {
  if (phase === 'prefill') return { sequences: batch, tokens, past: 0, isCausal: true };
  const isSearch = name === 'hunyuan-7b-prover';
  return { sequences: batch, tokens: isSearch ? CANDIDATES : 1, past: tokens, isCausal: !isSearch };
}
