/**
 * The operator table of an imported network: the graph of an ONNX file without its weights. Constants keep their shapes, and their
 * values only where they are few (shapes, axes, scales). A document carries this table, so a link needs no file. Untrusted: what it
 * says is checked when the operators are worked out.
 */
export interface OnnxConstant {
  readonly name: string;
  readonly dims: readonly number[];
  /** Numbers of a small constant, row by row. */
  readonly values?: readonly number[];
}

export interface OnnxValue {
  readonly name: string;
  /** A text names a size that the file leaves open. */
  readonly dims: readonly (number | string)[];
}

export type OnnxAttribute = number | string | readonly number[] | OnnxConstant;

export interface OnnxNode {
  readonly op: string;
  /** Empty where the file gives none. */
  readonly name: string;
  /** Names of tensors; empty where an optional input or output is absent. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxGraph {
  readonly name: string;
  /** Version of the operator set. */
  readonly opset: number;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly string[];
  readonly constants: readonly OnnxConstant[];
  readonly nodes: readonly OnnxNode[];
  /** Shapes that the file states for tensors of operators that the import does not know. */
  readonly stated: readonly OnnxValue[];
}

/** Sizes for the names that a file leaves open. */
export type OpenSizes = Readonly<Record<string, number>>;
