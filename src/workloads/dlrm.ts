/**
 * A small recommendation model: DLRM as its authors run it on the Criteo Kaggle data. Dense features pass a small network, 26 sparse ones
 * are looked up in tables, all pairs of the 27 vectors are multiplied, and another small network scores the result.
 * Source: Naumov et al., "Deep Learning Recommendation Model", facebookresearch/dlrm bench/dlrm_s_criteo_kaggle.sh (sizes of the networks)
 * and its preprocessed data (rows of the tables).
 */
import { ZOO } from '../model/models.ts';
import type { Workload } from '../model/workload.ts';
import { LayerList } from './layers.ts';
import { NETWORK_INPUT } from './operator-list.ts';

const DENSE_FEATURES = 13;
const WIDTH = 16;
const BOTTOM = [512, 256, 64, WIDTH];
const TOP = [512, 256, 1];
/** Rows of the embedding tables. */
const TABLES = [
  1460, 583, 10_131_227, 2_202_608, 305, 24, 12_517, 633, 3, 93_145, 5683, 8_351_593, 3194, 27, 14_992, 5_461_306, 10,
  5652, 2173, 4, 7_046_547, 18, 15, 286_181, 105, 142_572,
];
const SPARSE_INPUT = NETWORK_INPUT - 1;

/** Scores of `batch` users. */
export function dlrmSmall(batch: number): Workload {
  const net = new LayerList({ height: batch, width: 1, channels: DENSE_FEATURES }, 'sequence');
  let dense = NETWORK_INPUT;
  BOTTOM.forEach((channels, index) => {
    dense = net.activation(`bottom${index}.relu`, net.linear(`bottom${index}`, dense, channels), 'relu');
  });
  const tables = TABLES.map((rows, index) =>
    net.append(
      {
        name: `table${index}`,
        kind: 'move',
        onnxType: 'Gather',
        inputs: [SPARSE_INPUT],
        read: { kind: 'rows' },
        shape: { height: batch, width: 1, channels: WIDTH },
      },
      { weightElements: rows * WIDTH, weightShape: [rows, WIDTH], usedElements: Math.min(rows, batch) * WIDTH },
    ),
  );
  let last = net.concat('features', [dense, interaction(net, net.concat('vectors', [dense, ...tables]), batch)]);
  TOP.forEach((channels, index) => {
    last = net.linear(`top${index}`, last, channels);
    last =
      index < TOP.length - 1
        ? net.activation(`top${index}.relu`, last, 'relu')
        : net.activation('score', last, 'map', 'Sigmoid');
  });
  const { title, source } = ZOO['dlrm-small'];
  return {
    name: 'dlrm-small',
    title,
    source,
    input: { name: 'dense', rows: batch, channels: DENSE_FEATURES },
    inputShape: [batch, DENSE_FEATURES],
    sideInputs: [
      { tensor: { name: 'sparse', rows: batch, channels: TABLES.length, type: 'int32' }, shape: [batch, 26] },
    ],
    layers: net.layers,
  };
}

/** Products of every vector with every other: the whole square is worked out, one triangle is kept. */
function interaction(net: LayerList, from: number, batch: number): number {
  const vectors = TABLES.length + 1;
  return net.append(
    {
      name: 'interaction',
      kind: 'matmul',
      onnxType: 'MatMul',
      inputs: [from],
      read: { kind: 'rows' },
      shape: { height: batch, width: 1, channels: (vectors * (vectors - 1)) / 2 },
    },
    {
      gemms: [{ M: vectors, N: vectors, K: WIDTH, repeat: batch, along: 'rows' }],
      channelUnit: (vectors * (vectors - 1)) / 2,
    },
  );
}
