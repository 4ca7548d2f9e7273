/**
 * A workload: the operators of a network with their true shapes, before anything is known of cores. Whatever an operator is called,
 * its work comes down to three primitive kinds: products (M, N, K, so often), vector work (elements) and bytes moved (inputs, output,
 * parameters, cache). How it may be cut follows from what it reads and from the smallest pieces of its output, not from its name.
 * Shapes are [rows, channels] after flattening: a feature map of h x w pixels and c channels is h*w rows of c channels (a volume d*h*w
 * rows, batches one after the other); a token sequence is tokens rows of `width` channels. Elements are int8 unless `type` says otherwise.
 */
export const ELEMENT_BYTES = { int8: 1, fp16: 2, int32: 4, fp32: 4, int64: 8 } as const;
export type ElementType = keyof typeof ELEMENT_BYTES;

export interface Tensor {
  readonly name: string;
  readonly rows: number;
  readonly channels: number;
  /** int8 if absent. */
  readonly type?: ElementType;
}

/**
 * - conv, matmul: products with weights.
 * - attention: per head scores, softmax, weighted values. scan: a selective state space in chunks. recurrent: one step after the other.
 * - pool, add, layernorm, activation: vector work (`activation` is any function of one element, `add` of two or more, `layernorm`
 *   anything that needs whole rows: norms, softmax).
 * - move: bytes change place only (concatenation, reshaping, look-up in a table, up-sampling, dispatch to experts).
 */
export type LayerKind =
  'conv' | 'matmul' | 'attention' | 'scan' | 'recurrent' | 'pool' | 'add' | 'layernorm' | 'activation' | 'move';

/**
 * Geometry of convolution and pooling along the outermost axis, for halos: lines of a map ("Height"), with "Width" rows in each (1 for
 * sequences, height x width for the slices of a volume). `kernel` is the reach, dilation included. A stride below 1 up-samples.
 */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

/**
 * `repeat` general matrix products [M,K] x [K,N] of equal shape. They lie side by side along the output's channels (attention heads,
 * groups of a convolution), one below the other along its rows (experts), evenly over the pieces of `rowUnit` x `channelUnit` (heads
 * of several sequences), or follow each other in time (steps of a recurrent cell, which share their weights). A slice of the output
 * has its share of M by rows and of N by channels.
 */
export interface Gemm {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly repeat: number;
  /** channels if absent. */
  readonly along?: 'channels' | 'rows' | 'pieces' | 'steps';
}

/** Vector work after (or instead of) the products; `mac` elements are multiply-accumulates, `map` is any other function of an element. */
export interface VectorWork {
  readonly fn: 'add' | 'relu' | 'gelu' | 'pool' | 'softmax' | 'layernorm' | 'mac' | 'map';
  readonly elements: number;
}

/** What a slice of the output needs of one input. */
export type Read =
  /** The same rows and the same channels. */
  | { readonly kind: 'element' }
  /** The same rows, all channels. */
  | { readonly kind: 'rows' }
  /** The rows under the layer's window; all channels, or in proportion (pooling, groups). */
  | { readonly kind: 'window'; readonly channels: 'all' | 'own' }
  /** All rows; channels in proportion (heads). */
  | { readonly kind: 'channels' }
  /** The same rows; the input lies in the output from this channel on (concatenation), or the other way round (a slice). */
  | { readonly kind: 'part'; readonly from: number; readonly of: 'output' | 'input' }
  /** Everything. */
  | { readonly kind: 'whole' };

/** State that stays between iterations in memory (keys and values, recurrent or state-space state), in bytes. */
export interface Cache {
  readonly heldBytes: number;
  /** Moved per iteration. */
  readonly readBytes: number;
  readonly writtenBytes: number;
}

export interface Layer {
  readonly name: string;
  readonly kind: LayerKind;
  /** ONNX operator name, for `vnpu model --json`. */
  readonly onnxType: string;
  /** Indices of producing layers; -1 is the network's input, -2, -3, ... its side inputs. */
  readonly inputs: readonly number[];
  /** What it needs of each input, in their order. */
  readonly reads: readonly Read[];
  readonly output: Tensor;
  /** Smallest pieces of the output: cuts lie at multiples of these (lines of a map, heads, groups; all rows or channels if it cannot be cut). */
  readonly rowUnit: number;
  readonly channelUnit: number;
  readonly gemms: readonly Gemm[];
  readonly vector: readonly VectorWork[];
  /** Parameter bytes held in memory (weights and biases); 0 for layers without. */
  readonly weightElements: number;
  readonly biasElements: number;
  /** Parameters that one iteration uses, where that is not all: rows of a table, experts that tokens were sent to. */
  readonly usedElements?: number;
  /** The layer whose parameters it shares: counted and kept once. */
  readonly tiedTo?: number;
  readonly cache?: Cache;
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
  /** Further inputs (masks, indices), at -2, -3, ... among `Layer.inputs`. */
  readonly sideInputs?: readonly { readonly tensor: Tensor; readonly shape: readonly number[] }[];
  readonly layers: readonly Layer[];
  /** Of an imported network: what it calls its outputs; else those are the layers that nobody reads. */
  readonly outputs?: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Of an imported network: operators that were not known, and what was assumed for their cost. */
  readonly assumptions?: readonly string[];
}

export const tensorBytes = ({ rows, channels, type = 'int8' }: Tensor): number => rows * channels * ELEMENT_BYTES[type];

const sum = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((total, item) => total + value(item), 0);

/** Multiply-accumulates on the array and on the vector unit. */
export const layerMacs = ({ gemms, vector }: Layer): number =>
  sum(gemms, (g) => g.M * g.N * g.K * g.repeat) + sum(vector, ({ fn, elements }) => (fn === 'mac' ? elements : 0));

/** Element operations of the vector unit, weighed by nothing: `VECTOR_COST` says what each takes. */
export const layerVectorOperations = ({ vector }: Layer): number => sum(vector, ({ elements }) => elements);

/** Weights and biases that the layer brings; none if it shares another's. */
export const layerParameters = ({ weightElements, biasElements, tiedTo }: Layer): number =>
  tiedTo === undefined ? weightElements + biasElements : 0;

export const workloadMacs = ({ layers }: Workload): number => sum(layers, layerMacs);

/** Weights without biases, in elements. */
export const workloadWeights = ({ layers }: Workload): number =>
  sum(layers, ({ weightElements, tiedTo }) => (tiedTo === undefined ? weightElements : 0));

export const workloadParameters = ({ layers }: Workload): number => sum(layers, layerParameters);

/** Parameters that one iteration uses; of those that several layers share, what the one that uses most does. */
export function workloadUsedParameters({ layers }: Workload): number {
  const used = new Map<number, number>();
  layers.forEach(({ usedElements, weightElements, biasElements, tiedTo }, l) => {
    const owner = tiedTo ?? l;
    used.set(owner, Math.max(used.get(owner) ?? 0, usedElements ?? weightElements + biasElements));
  });
  return sum([...used.values()], (elements) => elements);
}

/** Bytes of all tensors that layers make in one iteration. */
export const workloadActivationBytes = ({ layers }: Workload): number =>
  sum(layers, ({ output }) => tensorBytes(output));

/** Bytes of state that stay between iterations. */
export const workloadCacheBytes = ({ layers }: Workload): number => sum(layers, ({ cache }) => cache?.heldBytes ?? 0);
