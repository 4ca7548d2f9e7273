/**
 * A readable program of one VIRTUAL core: what the compiler writes, the plan view prints and the image encodes.
 * Programs name virtual cores and virtual addresses only; they depend neither on placement nor on translation.
 *
 * Order between engines is kept by counting tokens. A token is a small number local to the core. An instruction starts when it
 * heads its engine's queue, the engine is free and every wait is covered; it takes its waits at the start and gives at its end.
 */
export const ENGINES = ['dma', 'send', 'recv', 'matmul', 'vector', 'barrier'] as const;
export type Engine = (typeof ENGINES)[number];

/** How the systolic array holds operands: weight, output or input stationary. */
export type Dataflow = 'ws' | 'os' | 'is';

/**
 * Vector operations and their cost in cycles per element and lane.
 * Source: npu-sim (add, ReLU, GELU 1; softmax 5; layer norm 8). A copy moves a landed message to its tensor at lane rate;
 * pooling costs one per input element of the window: the compiler multiplies the elements. `mac` is a multiply-accumulate per lane
 * (depth-wise convolutions, state updates), `map` any other function of an element: both taken to be as fast as an addition.
 */
export const VECTOR_COST = {
  add: 1,
  relu: 1,
  gelu: 1,
  pool: 1,
  copy: 1,
  mac: 1,
  map: 1,
  softmax: 5,
  layernorm: 8,
} as const;
export type VectorOp = keyof typeof VECTOR_COST;

/** `count` of token `token` (0..255, counts 1..255). */
export interface TokenUse {
  readonly token: number;
  readonly count: number;
}

/**
 * Bytes of the scratchpad that an instruction reads or writes: a range behind a base. A buffer may have several bases, used in turn: in
 * iteration i at base (i x step + phase) modulo their number. The machine keeps no data, so it does not look at them.
 */
export interface ScratchpadUse {
  readonly bases: readonly number[];
  readonly step: number;
  readonly phase: number;
  /** Half-open range of bytes behind the base. */
  readonly from: number;
  readonly to: number;
  readonly write: boolean;
  /** What lies there: a tensor, a weight tile, a block. */
  readonly holds: string;
}

export type Ahead = 1 | 0 | -1;

/** Most kinds of tokens that an instruction waits for, and that it gives. */
export const MOST_TOKEN_USES = 4;

interface Common {
  /** At most `MOST_TOKEN_USES` of each. */
  readonly waits: readonly TokenUse[];
  readonly gives: readonly TokenUse[];
  /** Index into `Workload.layers`, or -1: which operator this instruction serves. */
  readonly layer: number;
  /**
   * In the loop over iterations: 1 works for the iteration after the pass in which it stands (its input is fetched while this one is
   * computed), -1 for the one before (its result leaves meanwhile). The loop then makes a pass more at its beginning or end, and in a
   * pass where its iteration does not exist the controller leaves an instruction out, for free: the stage predicates of a loop that is
   * software-pipelined into one kernel (Rau; Itanium). Tokens of an instruction that is left out are neither taken nor given.
   */
  readonly ahead?: Ahead;
  /** This instruction is the last reader of the oldest unreleased message from this virtual core: its end frees the slot. */
  readonly releases?: number;
  readonly uses?: readonly ScratchpadUse[];
}

export type Operation =
  /** Transfer between memory at a virtual address (below 2^48) and the scratchpad. */
  | { readonly op: 'load' | 'store'; readonly address: number; readonly bytes: number }
  /** [M,K] x [K,N] on the array. */
  | { readonly op: 'matmul'; readonly M: number; readonly N: number; readonly K: number; readonly dataflow: Dataflow }
  | { readonly op: 'vector'; readonly fn: VectorOp; readonly elements: number }
  /** `peer` is a virtual core; sends and receives of a directed pair match in program order; a message is at most `messageBytes`. */
  | { readonly op: 'send' | 'recv'; readonly peer: number; readonly bytes: number; readonly tag: number }
  /** All cores of the tenant whose programs name this group (0..255) meet here. */
  | { readonly op: 'barrier'; readonly group: number };

export type Instruction = Operation & Common;

/** The controller repeats the body `count` times; loops nest at most 4 deep. `iteration` marks the loop over iterations. */
export interface Loop {
  readonly op: 'loop';
  readonly count: number;
  readonly iteration?: true;
  readonly body: readonly Step[];
}

export type Step = Instruction | Loop;

/** Label of the zone that no program sees. */
export const RESERVED_ZONE = 'reserved for the hypervisor';
/** Label of the area of weights that stay from iteration to iteration. */
export const RESIDENT_WEIGHTS = 'weights';

/** A piece of the scratchpad that the program holds for its whole life. */
export interface ScratchpadArea {
  readonly label: string;
  readonly bytes: number;
}

export interface Program {
  readonly vcore: number;
  /** Short label of what this core does, e.g. "conv2_1" or "block 3". */
  readonly stage: string;
  readonly steps: readonly Step[];
  /** Tokens that are there at the start, e.g. free halves of a double buffer. */
  readonly initialTokens: readonly TokenUse[];
  readonly scratchpad: readonly ScratchpadArea[];
}

const ENGINE_OF: Readonly<Record<Instruction['op'], Engine>> = {
  load: 'dma',
  store: 'dma',
  matmul: 'matmul',
  vector: 'vector',
  send: 'send',
  recv: 'recv',
  barrier: 'barrier',
};

export const engineOf = (instruction: Instruction): Engine => ENGINE_OF[instruction.op];

/** First and last pass of the loop over iterations: one more before or behind them where instructions work ahead or behind. */
export function passesOf({ count, body }: Pick<Loop, 'count' | 'body'>): { first: number; last: number } {
  let [first, last] = [0, count - 1];
  forEachInstruction(body, ({ ahead = 0 }) => {
    if (ahead > 0) first = -1;
    if (ahead < 0) last = count;
  });
  return { first, last };
}

/** Instructions that the controller issues to all of these cores in one iteration. */
export function instructionsPerIteration(programs: readonly Program[]): number {
  let count = 0;
  for (const { steps } of programs)
    for (const step of steps)
      if (step.op === 'loop' && step.iteration) forEachInstruction(step.body, (_, times) => (count += times));
  return count;
}

/** Visit every instruction with the number of times it runs. */
export function forEachInstruction(
  steps: readonly Step[],
  visit: (instruction: Instruction, times: number) => void,
  times = 1,
): void {
  for (const step of steps) {
    if (step.op === 'loop') forEachInstruction(step.body, visit, times * step.count);
    else visit(step, times);
  }
}
