/**
 * The 12 blocks of GPT-2 small over a sequence of tokens: width 768, 12 heads, MLP 3072, pre-norm. Leaves out the embedding, the
 * final layer norm and the output head, and counts attention over all pairs of tokens (no causal mask, no key-value cache).
 * Source: Radford et al., "Language Models are Unsupervised Multitask Learners"; openai/gpt-2 src/model.py.
 */
import type { Workload } from '../model/workload.ts';
import { LayerList, NETWORK_INPUT } from './layers.ts';

const BLOCKS = 12;
const WIDTH = 768;
const HEADS = 12;
const MLP_WIDTH = 3072;

/** The blocks as operators for one sequence of `tokens` tokens. */
export function gpt2Small(tokens: number): Workload {
  const net = new LayerList({ height: tokens, width: 1, channels: WIDTH }, 'sequence');
  let last = NETWORK_INPUT;
  for (let block = 0; block < BLOCKS; block++) last = transformerBlock(net, `block${block}`, last);
  return {
    name: 'gpt2-small',
    title: `GPT-2 small, ${tokens} tokens`,
    source: 'Radford et al., Language Models are Unsupervised Multitask Learners; openai/gpt-2',
    input: { name: 'embeddings', rows: tokens, channels: WIDTH },
    inputShape: [1, tokens, WIDTH],
    layers: net.layers,
  };
}

function transformerBlock(net: LayerList, name: string, input: number): number {
  const qkv = net.linear(`${name}.qkv`, net.layerNorm(`${name}.ln1`, input), 3 * WIDTH);
  const projected = net.linear(`${name}.proj`, net.attention(`${name}.attn`, qkv, HEADS), WIDTH);
  const middle = net.add(`${name}.add1`, projected, input);
  const hidden = net.linear(`${name}.fc1`, net.layerNorm(`${name}.ln2`, middle), MLP_WIDTH);
  const back = net.linear(`${name}.fc2`, net.activation(`${name}.gelu`, hidden, 'gelu'), WIDTH);
  return net.add(`${name}.add2`, back, middle);
}
