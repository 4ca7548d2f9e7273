/**
 * Networks for images whose modules branch and join by concatenation: GoogLeNet (without its two training classifiers) and SqueezeNet
 * 1.0. Softmax is left out, dropout does nothing.
 * Sources: Szegedy et al., "Going Deeper with Convolutions", table 1; Iandola et al., "SqueezeNet", table 1 (stem without padding, so
 * that maps are 109, 54, 27 and 13 pixels wide, as its authors' released model has them).
 */
import type { Workload } from '../model/workload.ts';
import { imageNetwork, square } from './images.ts';
import { LayerList } from './layers.ts';
import { NETWORK_INPUT, type WindowShape } from './operator-list.ts';

const POOL: WindowShape = { kernel: 3, stride: 2, padding: 0, roundsUp: true };
const ONE = { kernel: 1, stride: 1, padding: 0 };
const SAME3 = { kernel: 3, stride: 1, padding: 1 };
const SAME5 = { kernel: 5, stride: 1, padding: 2 };
const CLASSES = 1000;

function convRelu(net: LayerList, name: string, from: number, channels: number, size: WindowShape): number {
  return net.activation(`${name}.relu`, net.conv(name, from, channels, size, { hasBias: true }), 'relu');
}

/** Channels of an inception module: 1x1, 3x3 reduced, 3x3, 5x5 reduced, 5x5, behind the pool. `null` is a pool between modules. */
const INCEPTIONS = [
  ['3a', [64, 96, 128, 16, 32, 32]],
  ['3b', [128, 128, 192, 32, 96, 64]],
  ['pool3', null],
  ['4a', [192, 96, 208, 16, 48, 64]],
  ['4b', [160, 112, 224, 24, 64, 64]],
  ['4c', [128, 128, 256, 24, 64, 64]],
  ['4d', [112, 144, 288, 32, 64, 64]],
  ['4e', [256, 160, 320, 32, 128, 128]],
  ['pool4', null],
  ['5a', [256, 160, 320, 32, 128, 128]],
  ['5b', [384, 192, 384, 48, 128, 128]],
] as const;

export function googlenet(): Workload {
  const net = new LayerList(square(224, 3), 'image');
  let last = convRelu(net, 'conv1', NETWORK_INPUT, 64, { kernel: 7, stride: 2, padding: 3 });
  last = net.lrn('norm1', net.pool('pool1', last, 'MaxPool', POOL));
  last = convRelu(net, 'conv2', convRelu(net, 'conv2.reduce', last, 64, ONE), 192, SAME3);
  last = net.pool('pool2', net.lrn('norm2', last), 'MaxPool', POOL);
  for (const [name, channels] of INCEPTIONS) {
    if (channels === null) last = net.pool(name, last, 'MaxPool', POOL);
    else last = inception(net, `inception${name}`, last, channels);
  }
  last = net.pool('avgpool', last, 'GlobalAveragePool', { kernel: 7, stride: 7, padding: 0 });
  net.linear('fc', last, CLASSES);
  return imageNetwork('googlenet', net);
}

function inception(net: LayerList, name: string, from: number, channels: readonly number[]): number {
  const [one, reduce3, three, reduce5, five, behindPool] = channels;
  const pooled = net.pool(`${name}.pool`, from, 'MaxPool', SAME3);
  return net.concat(name, [
    convRelu(net, `${name}.1x1`, from, one, ONE),
    convRelu(net, `${name}.3x3`, convRelu(net, `${name}.3x3.reduce`, from, reduce3, ONE), three, SAME3),
    convRelu(net, `${name}.5x5`, convRelu(net, `${name}.5x5.reduce`, from, reduce5, ONE), five, SAME5),
    convRelu(net, `${name}.pool.1x1`, pooled, behindPool, ONE),
  ]);
}

/** Squeezed channels of fire modules 2 to 9; each expands to four times as many by 1 x 1 and by 3 x 3. */
const SQUEEZED = [16, 16, 32, 32, 48, 48, 64, 64];
const EXPANSION = 4;
const POOLED_AFTER = [4, 8];

export function squeezenet(): Workload {
  const net = new LayerList(square(224, 3), 'image');
  let last = convRelu(net, 'conv1', NETWORK_INPUT, 96, { kernel: 7, stride: 2, padding: 0 });
  last = net.pool('pool1', last, 'MaxPool', POOL);
  SQUEEZED.forEach((channels, index) => {
    const name = `fire${index + 2}`;
    const squeezed = convRelu(net, `${name}.squeeze`, last, channels, ONE);
    last = net.concat(name, [
      convRelu(net, `${name}.1x1`, squeezed, EXPANSION * channels, ONE),
      convRelu(net, `${name}.3x3`, squeezed, EXPANSION * channels, SAME3),
    ]);
    if (POOLED_AFTER.includes(index + 2)) last = net.pool(`pool${index + 2}`, last, 'MaxPool', POOL);
  });
  last = convRelu(net, 'conv10', last, CLASSES, ONE);
  const { height: kernel } = net.shapeOf(last);
  net.pool('avgpool', last, 'GlobalAveragePool', { kernel, stride: kernel, padding: 0 });
  return imageNetwork('squeezenet', net);
}
