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
  /** Keys of a document's workload that mean something to it, besides those of every model. */
  readonly options: readonly ModelOption[];
}

export type ModelOption = 'tokens' | 'batch' | 'phase' | 'blocks';

const HE = 'He et al., Deep Residual Learning for Image Recognition, table 1';
const GPT2 = 'Radford et al., Language Models are Unsupervised Multitask Learners; openai/gpt-2';
const SKETCH = 'Luo et al., SketchMetaFace, arXiv 2307.00804; zhongjinluo/SketchMetaFace';

const image = (title: string, source: string): ModelEntry => ({
  title,
  family: 'images',
  source,
  certainty: 'published',
  options: [],
});
const language = (
  title: string,
  source: string,
  certainty: Certainty,
  note: string,
  options: readonly ModelOption[] = ['tokens', 'batch', 'phase', 'blocks'],
): ModelEntry => ({ title, family: 'language', source, certainty, note, options });
const gpt2 = (size: string): ModelEntry =>
  language(
    `GPT-2 ${size}`,
    GPT2,
    'published',
    'the blocks alone: no embedding, final norm or output head; attention over all pairs of tokens',
  );
const shapes = (title: string, source: string, certainty: Certainty, note: string): ModelEntry => ({
  ...{ title, family: 'shapes', source, certainty, note },
  options: title.includes('implicit') || certainty === 'stand-in' ? ['tokens'] : [],
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
  'bert-base': language(
    'BERT-base',
    'Devlin et al., BERT; google-research/bert',
    'published',
    'the encoder blocks alone: no embeddings or pooler',
    ['tokens', 'batch', 'blocks'],
  ),
  'hunyuan-large': language(
    'Hunyuan-Large',
    'Sun et al., Hunyuan-Large, arXiv 2411.02265',
    'derived',
    'head width 80 and an output head of its own follow from the totals; load of the experts and capacity factor 1.5 are assumed',
  ),
  'hunyuan-turbos': language(
    'Hunyuan-TurboS',
    'Tencent Hunyuan team, Hunyuan-TurboS, arXiv 2505.15431',
    'derived',
    'head widths 64 and 80 follow from the totals; the order of the mixers and the load of the experts are assumed',
  ),
  'hunyuan-7b': language(
    'Hunyuan-7B',
    'public configuration of hunyuan_v1_dense',
    'published',
    'attention with cached keys and values; output head shares the embedding',
  ),
  'hunyuan-7b-prover': language(
    'Hunyuan-7B, tree search',
    'Li et al., HunyuanProver, arXiv 2412.20735',
    'derived',
    'decoding: an iteration draws a token for 8 candidates of each of the `batch` best nodes, which share the text so far, and its log-probability, by which the search ranks them; iterations under way at once are of different searches. That its base has the shapes of the released 7B is assumed',
  ),
  'dlrm-small': {
    title: 'DLRM, Criteo Kaggle',
    family: 'recommendation',
    source: 'Naumov et al., Deep Learning Recommendation Model; facebookresearch/dlrm',
    certainty: 'published',
    options: ['batch'],
  },
  'sketch-depth': shapes('SketchMetaFace, image to depth', SKETCH, 'published', 'pix2pixHD generator, six channels in'),
  'sketch-implicit': shapes(
    'SketchMetaFace, implicit function',
    SKETCH,
    'published',
    'one picture, asked at `tokens` points in space; group norms are left out',
  ),
  'sdf-keypoints': shapes(
    'Implicit keypoints (stand-in)',
    'stand-in for arXiv 2306.11529, with the shapes of PIFu',
    'stand-in',
    "not the paper's network, whose shapes are not public; asked at `tokens` points in space",
  ),
} as const satisfies Readonly<Record<string, ModelEntry>>;

export type ModelName = keyof typeof ZOO;
export const MODELS = Object.keys(ZOO) as ModelName[];

/** What the name of an imported model begins with, in a document and on the command line. */
export const ONNX_PREFIX = 'onnx:';
