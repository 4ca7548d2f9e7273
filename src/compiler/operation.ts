/**
 * One step of a core's work before it becomes instructions: what is done, on which engine, and which bytes of the scratchpad it reads
 * and writes. The order between engines follows from these bytes alone.
 */
import type { Ahead, Dataflow, Engine, ScratchpadUse, VectorOp } from '../model/program.ts';

export type Work =
  /** Contiguous bytes of memory, moved in `pieces` transfers. */
  | { readonly kind: 'load' | 'store'; readonly address: number; readonly bytes: number; readonly pieces: number }
  /** A tensor slice from or to a neighbour, as messages. */
  | { readonly kind: 'receive' | 'send'; readonly peer: number; readonly bytes: number }
  /** The same product `repeat` times. */
  | {
      readonly kind: 'matmul';
      readonly M: number;
      readonly N: number;
      readonly K: number;
      readonly repeat: number;
      readonly dataflow: Dataflow;
    }
  | { readonly kind: 'vector'; readonly fn: VectorOp; readonly elements: number };

export interface Operation {
  readonly work: Work;
  /** Index of the operator it serves. */
  readonly layer: number;
  readonly spans: readonly ScratchpadUse[];
  /** Iterations by which it is ahead of the pass in which it stands; 0 if absent. */
  readonly ahead?: Ahead;
  /** Its weights stay in the scratchpad: it waits for this token, given by the loads before the first iteration, and gives it back. */
  readonly resident?: { readonly token: number; readonly count: number };
}

/** The engine that reads and writes the spans. A receive lands in its own slots; the vector unit copies from there. */
export const ENGINE_OF_WORK: Readonly<Record<Work['kind'], Engine>> = {
  load: 'dma',
  store: 'dma',
  receive: 'vector',
  send: 'send',
  matmul: 'matmul',
  vector: 'vector',
};
