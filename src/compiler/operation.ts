/**
 * One step of a core's work before it becomes instructions: what is done, on which engine, and which bytes of the scratchpad it reads
 * and writes. The order between engines follows from these bytes alone.
 */
import type { Dataflow, Engine, VectorOp } from '../model/program.ts';

/**
 * Bytes of the scratchpad. A buffer may have several bases, used in turn: in iteration i at base (i x step + phase) modulo their number.
 */
export interface Span {
  readonly bases: readonly number[];
  readonly step: number;
  readonly phase: number;
  /** Half-open range of bytes behind the base. */
  readonly from: number;
  readonly to: number;
  readonly write: boolean;
}

export type Work =
  /** Contiguous bytes of memory, moved in `pieces` transfers. */
  | { readonly kind: 'load' | 'store'; readonly address: number; readonly bytes: number; readonly pieces: number }
  /** A tensor slice from or to a neighbour, as messages. */
  | { readonly kind: 'receive' | 'send'; readonly peer: number; readonly bytes: number }
  | { readonly kind: 'matmul'; readonly M: number; readonly N: number; readonly K: number; readonly dataflow: Dataflow }
  | { readonly kind: 'vector'; readonly fn: VectorOp; readonly elements: number };

export interface Operation {
  readonly work: Work;
  /** Index of the operator it serves. */
  readonly layer: number;
  readonly spans: readonly Span[];
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
