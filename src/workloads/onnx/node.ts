/** One node of an imported graph with what is known of its operands: the view that shape rules and cost rules work on. */
import type { OnnxAttribute, OnnxNode } from '../../model/onnx.ts';

/** What is known of a tensor. */
export interface Known {
  readonly shape: readonly number[];
  /** Numbers of a small constant, or of a shape that follows from others. */
  readonly values?: readonly number[];
  /** Follows from constants alone: a weight, not an activation. */
  readonly isConstant: boolean;
  /** Axis of the channels: 1 behind convolutions, the last behind matrix products. */
  readonly channelAxis: number;
  /** The layer that makes it, or -1 - i for input i. Of no meaning for constants. */
  readonly layer: number;
}

export const elementsIn = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
export const channelsIn = ({ shape, channelAxis }: Pick<Known, 'shape' | 'channelAxis'>): number =>
  shape[channelAxis] ?? 1;
export const rowsIn = (known: Pick<Known, 'shape' | 'channelAxis'>): number =>
  channelsIn(known) === 0 ? 0 : elementsIn(known.shape) / channelsIn(known);

export class NodeView {
  readonly node: OnnxNode;
  readonly opset: number;
  /** Undefined where an optional input is absent. */
  readonly inputs: readonly (Known | undefined)[];

  constructor(node: OnnxNode, opset: number, inputs: readonly (Known | undefined)[]) {
    this.node = node;
    this.opset = opset;
    this.inputs = inputs;
  }

  get op(): string {
    return this.node.op;
  }

  int(name: string, otherwise: number): number {
    const value = this.attribute(name);
    return typeof value === 'number' ? value : otherwise;
  }

  ints(name: string): readonly number[] | undefined {
    const value = this.attribute(name);
    return Array.isArray(value) ? (value as readonly number[]) : undefined;
  }

  text(name: string): string {
    const value = this.attribute(name);
    return typeof value === 'string' ? value : '';
  }

  attribute(name: string): OnnxAttribute | undefined {
    return Object.hasOwn(this.node.attributes, name) ? this.node.attributes[name] : undefined;
  }

  /** Shape of an input; empty if it is absent. */
  shape(index: number): readonly number[] {
    return this.inputs[index]?.shape ?? [];
  }

  values(index: number): readonly number[] | undefined {
    return this.inputs[index]?.values;
  }

  /** A list that older operator sets give as an attribute and newer ones as an input. */
  list(attribute: string, input: number): readonly number[] | undefined {
    return this.ints(attribute) ?? this.values(input);
  }

  /** An axis of the first input, counted from its end if negative. */
  axis(name: string, otherwise: number, rank = this.shape(0).length): number {
    const axis = this.int(name, otherwise);
    return axis < 0 ? axis + rank : axis;
  }
}
