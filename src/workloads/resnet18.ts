/**
 * ResNet-18 for 224 x 224 images from its true layer table: stem, four groups of two basic blocks, average pool, classifier.
 * Batch norm and softmax are left out. The projection of a block's shortcut stands before the block's convolutions, so that what
 * waits for the residual add is the smaller, projected map.
 * Source: He et al., "Deep Residual Learning for Image Recognition", table 1; 1.814 GMAC, 11.68 M parameters without batch norm.
 */
import type { Workload } from '../model/workload.ts';
import { LayerList, NETWORK_INPUT, type WindowShape } from './layers.ts';

const IMAGE = { height: 224, width: 224, channels: 3 };
const CLASSES = 1000;
const BLOCKS_PER_GROUP = 2;
const GROUP_CHANNELS = [64, 128, 256, 512];

const window = (kernel: number, stride: number, padding: number): WindowShape => ({ kernel, stride, padding });

/** The network as operators; batch 1. */
export function resnet18(): Workload {
  const net = new LayerList(IMAGE, 'image');
  let last = net.activation('relu', net.conv('conv1', NETWORK_INPUT, 64, window(7, 2, 3)), 'relu');
  last = net.pool('maxpool', last, 'MaxPool', window(3, 2, 1));
  GROUP_CHANNELS.forEach((channels, group) => {
    for (let block = 0; block < BLOCKS_PER_GROUP; block++) {
      const stride = group > 0 && block === 0 ? 2 : 1;
      last = basicBlock(net, `layer${group + 1}.${block}`, last, channels, stride);
    }
  });
  last = net.pool('avgpool', last, 'GlobalAveragePool', window(7, 7, 0));
  net.linear('fc', last, CLASSES);
  return {
    name: 'resnet18',
    title: 'ResNet-18',
    source: 'He et al., Deep Residual Learning for Image Recognition, table 1',
    input: { name: 'image', rows: IMAGE.height * IMAGE.width, channels: IMAGE.channels },
    inputShape: [1, IMAGE.channels, IMAGE.height, IMAGE.width],
    layers: net.layers,
  };
}

/** Two 3 x 3 convolutions and the shortcut around them, projected by 1 x 1 where the shape changes. */
function basicBlock(net: LayerList, name: string, input: number, channels: number, stride: number): number {
  const changes = stride !== 1 || net.shapeOf(input).channels !== channels;
  const shortcut = changes ? net.conv(`${name}.downsample`, input, channels, window(1, stride, 0)) : input;
  const first = net.conv(`${name}.conv1`, input, channels, window(3, stride, 1));
  const relu = net.activation(`${name}.relu1`, first, 'relu');
  const second = net.conv(`${name}.conv2`, relu, channels, window(3, 1, 1));
  return net.activation(`${name}.relu2`, net.add(`${name}.add`, second, shortcut), 'relu');
}
