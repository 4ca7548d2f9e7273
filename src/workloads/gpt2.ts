/**
 * The blocks of GPT-2 small, medium and large over sequences of tokens: pre-norm, MLP of four times the width. Leaves out the
 * embedding, the final layer norm and the output head. Prefill counts attention over all pairs of tokens (no causal mask) and keeps no
 * cache; decoding adds one token to each sequence and reads the keys and values of those before it.
 * Source: Radford et al., "Language Models are Unsupervised Multitask Learners", table 2; openai/gpt-2 src/model.py.
 */
import type { WorkloadRequest } from '../model/experiment.ts';
import { ZOO } from '../model/models.ts';
import type { Workload } from '../model/workload.ts';
import { LayerList } from './layers.ts';
import { NETWORK_INPUT } from './operator-list.ts';

export type Gpt2 = 'gpt2-small' | 'gpt2-medium' | 'gpt2-large';

interface Size {
  readonly blocks: number;
  readonly width: number;
  readonly heads: number;
}

const SIZES: Readonly<Record<Gpt2, Size>> = {
  'gpt2-small': { blocks: 12, width: 768, heads: 12 },
  'gpt2-medium': { blocks: 24, width: 1024, heads: 16 },
  'gpt2-large': { blocks: 36, width: 1280, heads: 20 },
};
const MLP_FACTOR = 4;

type Request = Pick<WorkloadRequest, 'tokens'> & Partial<Pick<WorkloadRequest, 'batch' | 'phase' | 'blocks'>>;

/** The blocks as operators; `blocks` of 0 takes all of them. */
export function gpt2(name: Gpt2, { tokens, batch = 1, phase = 'prefill', blocks = 0 }: Request): Workload {
  const size = SIZES[name];
  const rows = phase === 'prefill' ? batch * tokens : batch;
  const past = phase === 'prefill' ? 0 : tokens;
  const net = new LayerList({ height: rows, width: 1, channels: size.width }, 'sequence');
  const count = blocks === 0 ? size.blocks : Math.min(blocks, size.blocks);
  let last = NETWORK_INPUT;
  for (let block = 0; block < count; block++) {
    last = transformerBlock(net, `block${block}`, last, size, batch, past);
  }
  const { title, source } = ZOO[name];
  const many = batch > 1 ? `, ${batch} at once` : '';
  return {
    name,
    title: `${title}, ${past === 0 ? `${tokens} tokens` : `one token behind ${tokens}`}${many}`,
    source,
    input: { name: 'embeddings', rows, channels: size.width },
    inputShape: [batch, rows / batch, size.width],
    layers: net.layers,
  };
}

function transformerBlock(
  net: LayerList,
  name: string,
  input: number,
  { width, heads }: Size,
  sequences: number,
  past: number,
): number {
  const qkv = net.linear(`${name}.qkv`, net.layerNorm(`${name}.ln1`, input), 3 * width);
  const projected = net.linear(`${name}.proj`, net.attention(`${name}.attn`, qkv, heads, { sequences, past }), width);
  const middle = net.add(`${name}.add1`, projected, input);
  const hidden = net.linear(`${name}.fc1`, net.layerNorm(`${name}.ln2`, middle), MLP_FACTOR * width);
  const back = net.linear(`${name}.fc2`, net.activation(`${name}.gelu`, hidden, 'gelu'), width);
  return net.add(`${name}.add2`, back, middle);
}
