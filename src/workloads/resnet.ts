/**
 * ResNet-18, -34 and -50 for 224 x 224 images from their true layer tables: stem, four groups of residual blocks, average pool,
 * classifier. Batch norm and softmax are left out. The projection of a block's shortcut stands before the block's convolutions, so
 * that what waits for the residual add is the smaller, projected map. ResNet-50 strides in its 3 x 3 convolutions (version 1.5).
 * Source: He et al., "Deep Residual Learning for Image Recognition", table 1; torchvision's resnet.py for version 1.5.
 */
import type { Workload } from '../model/workload.ts';
import { LayerList } from './layers.ts';
import { NETWORK_INPUT, type WindowShape } from './operator-list.ts';
import { imageNetwork, square } from './images.ts';

const SIDE = 224;
const CLASSES = 1000;
const GROUP_CHANNELS = [64, 128, 256, 512];

export type ResNet = 18 | 34 | 50;
const BLOCKS: Readonly<Record<ResNet, readonly number[]>> = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
};
/** Output channels of a bottleneck block for each channel of its 3 x 3 convolution. */
const EXPANSION = 4;

/** The network as operators; batch 1. */
export function resnet(depth: ResNet): Workload {
  const net = new LayerList(square(SIDE, 3), 'image');
  let last = net.activation('relu', net.conv('conv1', NETWORK_INPUT, 64, window(7, 2, 3)), 'relu');
  last = net.pool('maxpool', last, 'MaxPool', window(3, 2, 1));
  const block = depth === 50 ? bottleneck : basicBlock;
  GROUP_CHANNELS.forEach((channels, group) => {
    for (let index = 0; index < BLOCKS[depth][group]; index++) {
      const stride = group > 0 && index === 0 ? 2 : 1;
      last = block(net, `layer${group + 1}.${index}`, last, channels, stride);
    }
  });
  last = net.pool('avgpool', last, 'GlobalAveragePool', window(7, 7, 0));
  net.linear('fc', last, CLASSES);
  return imageNetwork(`resnet${depth}`, net);
}

const window = (kernel: number, stride: number, padding: number): WindowShape => ({ kernel, stride, padding });

/** Two 3 x 3 convolutions and the shortcut around them, projected by 1 x 1 where the shape changes. */
function basicBlock(net: LayerList, name: string, input: number, channels: number, stride: number): number {
  const shortcut = project(net, name, input, channels, stride);
  const first = net.conv(`${name}.conv1`, input, channels, window(3, stride, 1));
  const relu = net.activation(`${name}.relu1`, first, 'relu');
  const second = net.conv(`${name}.conv2`, relu, channels, window(3, 1, 1));
  return net.activation(`${name}.relu2`, net.add(`${name}.add`, second, shortcut), 'relu');
}

/** 1 x 1, 3 x 3 and 1 x 1 convolutions, the last one to four times the channels. */
function bottleneck(net: LayerList, name: string, input: number, channels: number, stride: number): number {
  const shortcut = project(net, name, input, channels * EXPANSION, stride);
  const narrow = net.activation(`${name}.relu1`, net.conv(`${name}.conv1`, input, channels, window(1, 1, 0)), 'relu');
  const middle = net.conv(`${name}.conv2`, narrow, channels, window(3, stride, 1));
  const relu = net.activation(`${name}.relu2`, middle, 'relu');
  const wide = net.conv(`${name}.conv3`, relu, channels * EXPANSION, window(1, 1, 0));
  return net.activation(`${name}.relu3`, net.add(`${name}.add`, wide, shortcut), 'relu');
}

function project(net: LayerList, name: string, input: number, channels: number, stride: number): number {
  const changes = stride !== 1 || net.shapeOf(input).channels !== channels;
  return changes ? net.conv(`${name}.downsample`, input, channels, window(1, stride, 0)) : input;
}
