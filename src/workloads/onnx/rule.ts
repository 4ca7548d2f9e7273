/** What a shape rule is: its own file, since rules of windows and all others stand apart. */
import type { NodeView } from './node.ts';

export type Shape = readonly number[];
/** Shapes of all outputs, in order; undefined if they cannot be known. */
export type ShapeRule = (node: NodeView) => readonly Shape[] | undefined;

/** A rule for the only output. */
export const one = (rule: (node: NodeView) => Shape | undefined): ShapeRule => {
  return (node) => {
    const shape = rule(node);
    return shape === undefined ? undefined : [shape];
  };
};
