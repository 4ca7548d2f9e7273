/**
 * THE table of the zoo: what a document may ask for, how sure its shapes are, and which options mean something to it. Views, the
 * command line and the document's schema read it; the workloads room builds the networks themselves.
 */

/**
 * How sure the shapes of a model are.
 * - published: from the paper or its authors' code, and the totals agree with published ones.
 * - derived: some shape follows only from published totals, or its order is assumed.
 * - stand-in: the network itself is not public; another one of the same kind stands for it.
 */
export type Certainty = 'published' | 'derived' | 'stand-in';

export interface ModelEntry {
  readonly title: string;
  readonly family: 'images' | 'language' | 'recommendation' | 'shapes';
  readonly source: string;
  readonly certainty: Certainty;
  /** What is assumed or left out, in a sentence, where that matters. */
  readonly note?: string;
  /** Takes `tokens`. */
  readonly isSequence: boolean;
}

const HE = 'He et al., Deep Residual Learning for Image Recognition, table 1';
const GPT2 = 'Radford et al., Language Models are Unsupervised Multitask Learners; openai/gpt-2';
const GPT2_NOTE = 'the blocks alone: no embedding, final norm or output head; attention over all pairs of tokens';

const image = (title: string, source: string): ModelEntry => ({
  title,
  family: 'images',
  source,
  certainty: 'published',
  isSequence: false,
});
const gpt2 = (size: string): ModelEntry => ({
  title: `GPT-2 ${size}`,
  family: 'language',
  source: GPT2,
  certainty: 'published',
  note: GPT2_NOTE,
  isSequence: true,
});

export const ZOO = {
  resnet18: image('ResNet-18', HE),
  resnet34: image('ResNet-34', HE),
  resnet50: image('ResNet-50', HE),
  alexnet: image('AlexNet', 'Krizhevsky et al., ImageNet Classification with Deep Convolutional Neural Networks'),
  vgg19: image('VGG-19', 'Simonyan and Zisserman, Very Deep Convolutional Networks, table 1'),
  googlenet: image('GoogLeNet', 'Szegedy et al., Going Deeper with Convolutions, table 1'),
  'mobilenet-v1': image('MobileNet-v1', 'Howard et al., MobileNets, table 1'),
  squeezenet: image('SqueezeNet', 'Iandola et al., SqueezeNet, table 1'),
  'gpt2-small': gpt2('small'),
  'gpt2-medium': gpt2('medium'),
  'gpt2-large': gpt2('large'),
} as const satisfies Readonly<Record<string, ModelEntry>>;

export type ModelName = keyof typeof ZOO;
export const MODELS = Object.keys(ZOO) as ModelName[];
