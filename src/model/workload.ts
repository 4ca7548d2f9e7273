/**
 * A workload: the operators of a network with their true shapes, before anything is known of cores.
 * Elements are int8 (one byte) unless `elementBytes` says otherwise. Shapes are [rows, channels] after flattening space:
 * a feature map of h x w pixels and c channels is h*w rows of c channels; a token sequence is tokens rows of `width` channels.
 */
export interface Tensor {
  readonly name: string;
  readonly rows: number;
  readonly channels: number;
}

export type LayerKind = 'conv' | 'matmul' | 'attention' | 'pool' | 'add' | 'layernorm' | 'activation';

/** Spatial geometry of convolution and pooling, for halos and im2col. */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

/** One general matrix product [M,K] x [K,N], executed `repeat` times (attention heads). */
export interface Gemm {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly repeat: number;
}

/** Vector work after (or instead of) the products. */
export interface VectorWork {
  readonly fn: 'add' | 'relu' | 'gelu' | 'pool' | 'softmax' | 'layernorm';
  readonly elements: number;
}

export interface Layer {
  readonly name: string;
  readonly kind: LayerKind;
  /** ONNX operator name, for `vnpu model --json`. */
  readonly onnxType: string;
  /** Indices of producing layers; -1 is the network's input. */
  readonly inputs: readonly number[];
  readonly output: Tensor;
  readonly gemms: readonly Gemm[];
  readonly vector: readonly VectorWork[];
  /** Parameter bytes held in memory (weights and biases); 0 for layers without. */
  readonly weightElements: number;
  readonly biasElements: number;
  readonly weightShape: readonly number[];
  readonly outShape: readonly number[];
  readonly group: number;
  readonly window?: Window;
}

export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly input: Tensor;
  readonly inputShape: readonly number[];
  readonly layers: readonly Layer[];
}

export const layerMacs = (layer: Layer): number => layer.gemms.reduce((sum, g) => sum + g.M * g.N * g.K * g.repeat, 0);

export const workloadMacs = (workload: Workload): number =>
  workload.layers.reduce((sum, layer) => sum + layerMacs(layer), 0);

/** Weights without biases, in elements. */
export const workloadWeights = (workload: Workload): number =>
  workload.layers.reduce((sum, layer) => sum + layer.weightElements, 0);

export const workloadParameters = (workload: Workload): number =>
  workload.layers.reduce((sum, layer) => sum + layer.weightElements + layer.biasElements, 0);
