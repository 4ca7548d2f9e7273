/**
 * The 12 encoder blocks of BERT-base over sequences of tokens: post-norm, 12 heads, MLP of four times the width. Leaves out the
 * embeddings and the pooler. Source: Devlin et al., "BERT", section 3; google-research/bert modeling.py.
 */
import type { WorkloadRequest } from '../model/experiment.ts';
import { ZOO } from '../model/models.ts';
import type { Workload } from '../model/workload.ts';
import { LayerList } from './layers.ts';
import { NETWORK_INPUT } from './operator-list.ts';

const BLOCKS = 12;
const WIDTH = 768;
const HEADS = 12;
const HIDDEN = 3072;

export function bertBase({ tokens, batch, blocks }: Pick<WorkloadRequest, 'tokens' | 'batch' | 'blocks'>): Workload {
  const net = new LayerList({ height: batch * tokens, width: 1, channels: WIDTH }, 'sequence');
  let last = NETWORK_INPUT;
  for (let block = 0; block < (blocks === 0 ? BLOCKS : Math.min(blocks, BLOCKS)); block++) {
    const name = `block${block}`;
    const qkv = net.linear(`${name}.qkv`, last, 3 * WIDTH);
    const mixed = net.linear(`${name}.proj`, net.attention(`${name}.attn`, qkv, HEADS, { sequences: batch }), WIDTH);
    const middle = net.layerNorm(`${name}.ln1`, net.add(`${name}.add1`, mixed, last));
    const hidden = net.activation(`${name}.gelu`, net.linear(`${name}.fc1`, middle, HIDDEN), 'gelu');
    last = net.layerNorm(`${name}.ln2`, net.add(`${name}.add2`, net.linear(`${name}.fc2`, hidden, WIDTH), middle));
  }
  const { title, source } = ZOO['bert-base'];
  return {
    name: 'bert-base',
    title: `${title}, ${tokens} tokens${batch > 1 ? `, ${batch} at once` : ''}`,
    source,
    input: { name: 'embeddings', rows: batch * tokens, channels: WIDTH },
    inputShape: [batch, tokens, WIDTH],
    layers: net.layers,
  };
}
