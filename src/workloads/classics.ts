/**
 * Networks for images that are one chain: AlexNet, VGG-19 and MobileNet-v1. Softmax is left out, dropout does nothing.
 * Sources: Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural Networks" (two groups as on two GPUs, 227 x 227
 * as its layer sizes need); Simonyan and Zisserman, "Very Deep Convolutional Networks", table 1 column E; Howard et al., "MobileNets",
 * table 1.
 */
import type { Workload } from '../model/workload.ts';
import { imageNetwork, square } from './images.ts';
import { LayerList, type ConvolutionOptions } from './layers.ts';
import { NETWORK_INPUT, type WindowShape } from './operator-list.ts';

const CLASSES = 1000;

/** A convolution with bias and the ReLU behind it. */
function convRelu(
  net: LayerList,
  name: string,
  from: number,
  channels: number,
  size: WindowShape,
  options: ConvolutionOptions = { hasBias: true },
): number {
  return net.activation(`${name}.relu`, net.conv(name, from, channels, size, options), 'relu');
}

const SAME = { kernel: 3, stride: 1, padding: 1 };
const OVERLAPPING = { kernel: 3, stride: 2, padding: 0 };

export function alexnet(): Workload {
  const net = new LayerList(square(227, 3), 'image');
  const halves = { groups: 2, hasBias: true };
  let last = convRelu(net, 'conv1', NETWORK_INPUT, 96, { kernel: 11, stride: 4, padding: 0 });
  last = net.pool('pool1', net.lrn('norm1', last), 'MaxPool', OVERLAPPING);
  last = convRelu(net, 'conv2', last, 256, { kernel: 5, stride: 1, padding: 2 }, halves);
  last = net.pool('pool2', net.lrn('norm2', last), 'MaxPool', OVERLAPPING);
  last = convRelu(net, 'conv3', last, 384, SAME);
  last = convRelu(net, 'conv4', last, 384, SAME, halves);
  last = convRelu(net, 'conv5', last, 256, SAME, halves);
  classifier(net, net.pool('pool5', last, 'MaxPool', OVERLAPPING));
  return imageNetwork('alexnet', net);
}

export function vgg19(): Workload {
  const net = new LayerList(square(224, 3), 'image');
  let last = NETWORK_INPUT;
  [
    [64, 2],
    [128, 2],
    [256, 4],
    [512, 4],
    [512, 4],
  ].forEach(([channels, count], group) => {
    for (let i = 0; i < count; i++) last = convRelu(net, `conv${group + 1}_${i + 1}`, last, channels, SAME);
    last = net.pool(`pool${group + 1}`, last, 'MaxPool', { kernel: 2, stride: 2, padding: 0 });
  });
  classifier(net, last);
  return imageNetwork('vgg19', net);
}

/** Three fully connected layers, as AlexNet and VGG end. */
function classifier(net: LayerList, from: number): void {
  const first = net.activation('fc6.relu', net.linear('fc6', from, 4096), 'relu');
  const second = net.activation('fc7.relu', net.linear('fc7', first, 4096), 'relu');
  net.linear('fc8', second, CLASSES);
}

/** Output channels and strides of MobileNet's 13 separable convolutions. */
const SEPARABLE = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  ...Array.from({ length: 5 }, () => [512, 1]),
  [1024, 2],
  [1024, 1],
];

export function mobilenet(): Workload {
  const net = new LayerList(square(224, 3), 'image');
  const noBias = {};
  let last = convRelu(net, 'conv1', NETWORK_INPUT, 32, { ...SAME, stride: 2 }, noBias);
  SEPARABLE.forEach(([channels, stride], index) => {
    const groups = net.shapeOf(last).channels;
    last = convRelu(net, `block${index + 1}.depthwise`, last, groups, { ...SAME, stride }, { groups });
    last = convRelu(net, `block${index + 1}.pointwise`, last, channels, { kernel: 1, stride: 1, padding: 0 }, noBias);
  });
  last = net.pool('avgpool', last, 'GlobalAveragePool', { kernel: 7, stride: 7, padding: 0 });
  net.linear('fc', last, CLASSES);
  return imageNetwork('mobilenet-v1', net);
}
