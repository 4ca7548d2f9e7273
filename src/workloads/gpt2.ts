/**
 * The blocks of GPT-2 small, medium and large over a sequence of tokens: pre-norm, MLP of four times the width. Leaves out the
 * embedding, the final layer norm and the output head, and counts attention over all pairs of tokens (no causal mask, no key-value
 * cache).
 * Source: Radford et al., "Language Models are Unsupervised Multitask Learners", table 2; openai/gpt-2 src/model.py.
 */
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

/** The blocks as operators for one sequence of `tokens` tokens. */
export function gpt2(name: Gpt2, tokens: number): Workload {
  const size = SIZES[name];
  const net = new LayerList({ height: tokens, width: 1, channels: size.width }, 'sequence');
  let last = NETWORK_INPUT;
  for (let block = 0; block < size.blocks; block++) last = transformerBlock(net, `block${block}`, last, size);
  const { title, source } = ZOO[name];
  return {
    name,
    title: `${title}, ${tokens} tokens`,
    source,
    input: { name: 'embeddings', rows: tokens, channels: size.width },
    inputShape: [1, tokens, size.width],
    layers: net.layers,
  };
}

function transformerBlock(net: LayerList, name: string, input: number, { width, heads }: Size): number {
  const qkv = net.linear(`${name}.qkv`, net.layerNorm(`${name}.ln1`, input), 3 * width);
  const projected = net.linear(`${name}.proj`, net.attention(`${name}.attn`, qkv, heads), width);
  const middle = net.add(`${name}.add1`, projected, input);
  const hidden = net.linear(`${name}.fc1`, net.layerNorm(`${name}.ln2`, middle), MLP_FACTOR * width);
  const back = net.linear(`${name}.fc2`, net.activation(`${name}.gelu`, hidden, 'gelu'), width);
  return net.add(`${name}.add2`, back, middle);
}
