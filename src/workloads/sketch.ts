/**
 * Networks that make shapes from drawings. Of SketchMetaFace: the image-to-depth network (pix2pixHD's global generator) and the implicit
 * function (PIFu: four stacked hourglasses for the picture, then a small network at every point in space). And a stand-in for the
 * keypoint network of "3D Keypoint Estimation Using Implicit Representation Learning", whose own shapes are not public: the same kind
 * with two hourglasses. Group norms are left out, as batch norms are elsewhere.
 * Sources: arXiv 2307.00804 and zhongjinluo/SketchMetaFace; NVIDIA/pix2pixHD networks.py; shunsukesaito/PIFu HGFilters.py.
 */
import { ZOO } from '../model/models.ts';
import type { Workload } from '../model/workload.ts';
import { imageNetwork, square } from './images.ts';
import { LayerList } from './layers.ts';
import { NETWORK_INPUT, type WindowShape } from './operator-list.ts';

const SIDE = 512;
const SAME3: WindowShape = { kernel: 3, stride: 1, padding: 1 };
const SAME7: WindowShape = { kernel: 7, stride: 1, padding: 3 };
const ONE: WindowShape = { kernel: 1, stride: 1, padding: 0 };
const HALVE: WindowShape = { kernel: 2, stride: 2, padding: 0 };

/** Six channels (sketch and coarse rendering) to three at 512 x 512: four times down, nine residual blocks, four times up. */
export function sketchDepth(): Workload {
  const net = new LayerList(square(SIDE, 6), 'image');
  const biased = { hasBias: true };
  const relu = (name: string, from: number): number => net.activation(`${name}.relu`, from, 'relu');
  let last = relu('first', net.conv('first', NETWORK_INPUT, 64, SAME7, biased));
  for (const channels of [128, 256, 512, 1024]) {
    const name = `down${channels}`;
    last = relu(name, net.conv(name, last, channels, { kernel: 3, stride: 2, padding: 1 }, biased));
  }
  for (let block = 0; block < 9; block++) {
    const name = `block${block}`;
    const middle = relu(name, net.conv(`${name}.conv1`, last, 1024, SAME3, biased));
    last = net.add(`${name}.add`, net.conv(`${name}.conv2`, middle, 1024, SAME3, biased), last);
  }
  for (const channels of [512, 256, 128, 64]) {
    const name = `up${channels}`;
    last = relu(name, net.convTranspose(name, last, channels, 3, true));
  }
  net.activation('tanh', net.conv('last', last, 3, SAME7, biased), 'map', 'Tanh');
  return imageNetwork('sketch-depth', net);
}

/** Channels of the network at a point: features and depth first, which each further layer sees again. */
const POINT_CHANNELS = [1024, 512, 256, 128, 1];
const FEATURES = 256;

/** Signed distance (or occupancy) at so many points behind one picture. */
export const sketchImplicit = (points: number): Workload => implicit('sketch-implicit', 4, points);
export const keypoints = (points: number): Workload => implicit('sdf-keypoints', 2, points);

function implicit(name: 'sketch-implicit' | 'sdf-keypoints', stacks: number, points: number): Workload {
  const net = new LayerList(square(SIDE, 3), 'image');
  const features = stackedHourglasses(net, stacks);
  const point = net.append(
    {
      name: 'sample',
      kind: 'move',
      onnxType: 'GridSample',
      inputs: [features],
      read: { kind: 'whole' },
      shape: { height: points, width: 1, channels: FEATURES + 1 },
    },
    { vector: [{ fn: 'mac', elements: 4 * points * FEATURES }] },
  );
  let last = point;
  POINT_CHANNELS.forEach((channels, index) => {
    const from = index === 0 ? point : net.concat(`point${index}.input`, [last, point]);
    last = net.conv(`point${index}`, from, channels, ONE, { hasBias: true });
    if (channels > 1) last = net.activation(`point${index}.relu`, last, 'map', 'LeakyRelu');
  });
  const workload = imageNetwork(name, net);
  return { ...workload, title: `${ZOO[name].title}, ${points} points` };
}

function stackedHourglasses(net: LayerList, stacks: number): number {
  const biased = { hasBias: true };
  let last = net.activation(
    'stem.relu',
    net.conv('stem', NETWORK_INPUT, 64, { kernel: 7, stride: 2, padding: 3 }, biased),
    'relu',
  );
  last = net.pool('stem.pool', block(net, 'stem.1', last, 128), 'AveragePool', HALVE);
  last = block(net, 'stem.3', block(net, 'stem.2', last, 128), FEATURES);
  for (let stack = 0; ; stack++) {
    const name = `stack${stack}`;
    const top = block(net, `${name}.top`, hourglass(net, name, last, 2), FEATURES);
    const end = net.activation(`${name}.relu`, net.conv(`${name}.last`, top, FEATURES, ONE, biased), 'relu');
    const out = net.conv(`${name}.out`, end, FEATURES, ONE, biased);
    if (stack === stacks - 1) return out;
    const [back, again] = [`${name}.back`, `${name}.again`];
    const sum = net.add(
      `${name}.sum`,
      net.conv(back, end, FEATURES, ONE, biased),
      net.conv(again, out, FEATURES, ONE, biased),
    );
    last = net.add(`${name}.next`, last, sum);
  }
}

/** Half the size and back, `depth` times over, with a block around each. */
function hourglass(net: LayerList, name: string, from: number, depth: number): number {
  const at = `${name}.${depth}`;
  const around = block(net, `${at}.around`, from, FEATURES);
  const inner = block(net, `${at}.down`, net.pool(`${at}.pool`, from, 'AveragePool', HALVE), FEATURES);
  const deepest = depth > 1 ? hourglass(net, name, inner, depth - 1) : block(net, `${at}.plus`, inner, FEATURES);
  const up = net.upsample(`${at}.up`, block(net, `${at}.back`, deepest, FEATURES));
  return net.add(`${at}.add`, around, up);
}

/** Three 3 x 3 convolutions, half, a quarter and a quarter of the channels, side by side, around a shortcut. */
function block(net: LayerList, name: string, from: number, channels: number): number {
  const conv = (part: string, input: number, size: number): number =>
    net.conv(`${name}.${part}`, net.activation(`${name}.${part}.relu`, input, 'relu'), size, SAME3);
  const first = conv('conv1', from, channels / 2);
  const second = conv('conv2', first, channels / 4);
  const third = conv('conv3', second, channels / 4);
  const isWider = net.shapeOf(from).channels !== channels;
  const shortcut = isWider
    ? net.conv(`${name}.shortcut`, net.activation(`${name}.shortcut.relu`, from, 'relu'), channels, ONE)
    : from;
  return net.add(`${name}.add`, net.concat(`${name}.join`, [first, second, third]), shortcut);
}
