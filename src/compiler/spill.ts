/**
 * What of a core's activations stays in the scratchpad, and what is spilled to memory and worked on in blocks. While too much is alive
 * in some phase, the largest thing alive there gives way: a tensor goes to memory, blocks and score matrices are cut finer.
 */
import type { Chip } from '../model/chip.ts';
import { placeValues, type Placement, type Value } from './arena.ts';
import { tensorOf, type Graph } from './graph.ts';
import { bytesOf, rowsOf } from './rect.ts';
import { blockAxis, blocksOf, readForBlock, type CoreWork, type Run } from './runs.ts';
import { productsOf } from './work.ts';
import { isStreamed } from './work.ts';

export interface CoreSpills {
  /** Buffers that live in memory. */
  readonly spilled: ReadonlySet<number>;
  /** Blocks in which each run is worked off. */
  readonly blocks: readonly number[];
  /** Parts of rows in which each run makes its scores. */
  readonly scoreParts: readonly number[];
  readonly values: readonly Value[];
  readonly placement: Placement;
  /** Values of each buffer that stays. */
  readonly ofBuffer: ReadonlyMap<number, number>;
  /** Values of the blocks of spilled buffers, by run and buffer: one, or two used in turn. */
  readonly ofBlock: ReadonlyMap<string, readonly number[]>;
  /** Values of score matrices, by run, used in turn. */
  readonly ofScores: ReadonlyMap<number, readonly number[]>;
  /** Values through which messages pass to and from memory, used in turn. */
  readonly staging: { readonly arriving: readonly number[]; readonly leaving: readonly number[] };
}

/** The phase that holds too much when nothing can give way, by its run, and what it holds. */
export interface Overflow {
  readonly operator: number;
  readonly bytes: number;
}

export const blockKey = (run: number, buffer: number): string => `${run}.${buffer}`;

/** Blocks that a run begins with when it first works on something in memory: fewer where parameters are loaded again for each. */
const FIRST_BLOCKS = 4;
const FIRST_BLOCKS_OF_STREAMED = 2;

type Owner = { buffer: number } | { blocksOf: number } | { scoresOf: number } | undefined;

interface Draft {
  values: Value[];
  owners: Owner[];
  result: Omit<CoreSpills, 'placement'>;
}

/** Keep, spill and cut until everything fits into `room` bytes. */
export function spill(graph: Graph, chip: Chip, work: CoreWork, room: number): CoreSpills | Overflow {
  const state = {
    spilled: new Set<number>(),
    blocks: work.runs.map(() => 1),
    scoreParts: work.runs.map(() => 1),
  };
  for (;;) {
    const draft = drafted(graph, chip, work, state);
    const placement = placeValues(draft.values);
    if (placement.bytes <= room) return { ...draft.result, placement };
    const phases = phasesByBytes(draft.values, work.leaving);
    const tight = phases.filter(({ bytes }, i) => i === 0 || bytes > room);
    const gave = tight.filter(({ phase }) => giveWay(graph, work, state, draft, phase)).length > 0;
    if (!gave) return overflow(work, phases[0]);
  }
}

interface State {
  spilled: Set<number>;
  blocks: number[];
  scoreParts: number[];
}

/** Phases by the bytes alive in them, most first. */
function phasesByBytes(values: readonly Value[], last: number): { phase: number; bytes: number }[] {
  const phases = Array.from({ length: last + 1 }, (_, phase) => ({ phase, bytes: 0 }));
  for (const { from, to, bytes } of values) for (let phase = from; phase <= to; phase++) phases[phase].bytes += bytes;
  return phases.sort((a, b) => b.bytes - a.bytes);
}

function overflow({ runs }: CoreWork, { phase, bytes }: { phase: number; bytes: number }): Overflow {
  const run = runs[Math.min(runs.length, Math.max(1, phase)) - 1];
  return { operator: run?.main ?? 0, bytes };
}

/** Make the largest thing alive in a phase smaller; false if nothing can be. */
function giveWay(graph: Graph, work: CoreWork, state: State, { values, owners }: Draft, phase: number): boolean {
  const alive = values
    .map((_, index) => index)
    .filter((index) => owners[index] !== undefined && values[index].from <= phase && phase <= values[index].to)
    .sort((a, b) => values[b].bytes - values[a].bytes);
  return alive.some((index) => values[index].bytes > 0 && shrink(graph, work, state, owners[index]!));
}

function shrink(graph: Graph, work: CoreWork, state: State, owner: NonNullable<Owner>): boolean {
  if ('buffer' in owner) {
    if (state.spilled.has(owner.buffer)) return true;
    state.spilled.add(owner.buffer);
    work.runs.forEach((run, index) => {
      const touches = [run.main, ...run.followers, ...run.operands].some((t) => work.of.get(t) === owner.buffer);
      if (touches && state.blocks[index] === 1) state.blocks[index] = firstBlocks(graph, run);
    });
    return true;
  }
  const [list, index, most] =
    'blocksOf' in owner
      ? [state.blocks, owner.blocksOf, blockAxis(graph, work.runs[owner.blocksOf]).pieces]
      : [state.scoreParts, owner.scoresOf, scoreRows(graph, work.runs[owner.scoresOf])];
  if (list[index] >= most) return false;
  list[index] = Math.min(most, 2 * list[index]);
  return true;
}

function firstBlocks(graph: Graph, run: Run): number {
  const wanted = isStreamed(graph.layers[run.main]) ? FIRST_BLOCKS_OF_STREAMED : FIRST_BLOCKS;
  return Math.min(wanted, blockAxis(graph, run).pieces);
}

function drafted(graph: Graph, chip: Chip, work: CoreWork, state: State): Draft {
  const values: Value[] = [];
  const owners: Owner[] = [];
  const add = (bytes: number, from: number, to: number, owner: Owner): number => {
    owners.push(owner);
    return values.push({ bytes, from, to }) - 1;
  };
  const ofBuffer = new Map<number, number>();
  work.buffers.forEach(({ bytes, from, to }, buffer) => {
    if (!state.spilled.has(buffer)) ofBuffer.set(buffer, add(bytes, from, to, { buffer }));
  });
  const ofBlock = new Map<string, number[]>();
  const ofScores = new Map<number, number[]>();
  work.runs.forEach((run, index) => {
    const { phase } = run;
    for (const [buffer, bytes] of blockBytes(graph, work, state, index)) {
      const count = state.blocks[index] > 1 ? 2 : 1;
      const twins = Array.from({ length: count }, () => add(bytes, phase, phase, { blocksOf: index }));
      ofBlock.set(blockKey(index, buffer), twins);
    }
    const scores = scoreBytes(graph, run) / state.scoreParts[index];
    if (scores === 0) return;
    ofScores.set(
      index,
      [0, 1].map(() => add(Math.ceil(scores), phase, phase, { scoresOf: index })),
    );
  });
  return {
    values,
    owners,
    result: { ...state, values, ofBuffer, ofBlock, ofScores, staging: stagingOf(chip, work, state, add) },
  };
}

/** Bytes of the largest block of each spilled buffer that a run touches. */
function blockBytes(graph: Graph, work: CoreWork, state: State, index: number): Map<number, number> {
  const run = work.runs[index];
  const bytes = new Map<number, number>();
  const grow = (buffer: number, block: number): unknown => bytes.set(buffer, Math.max(bytes.get(buffer) ?? 0, block));
  const own = work.of.get(run.main)!;
  const inputs = run.operands.filter((tensor) => state.spilled.has(work.of.get(tensor)!));
  if (run.isAlias || (inputs.length === 0 && !state.spilled.has(own))) return bytes;
  for (const block of blocksOf(graph, run, state.blocks[index])) {
    if (state.spilled.has(own)) grow(own, bytesOf(block, tensorOf(graph, run.main)));
    for (const tensor of inputs) {
      const slice = readForBlock(graph, run, block, tensor);
      if (slice !== undefined) grow(work.of.get(tensor)!, bytesOf(slice, tensorOf(graph, tensor)));
    }
  }
  return bytes;
}

/** Two messages on their way from or to memory, where spilled buffers arrive or leave. */
function stagingOf(
  { messageBytes }: Chip,
  { buffers, leaving }: CoreWork,
  { spilled }: State,
  add: (bytes: number, from: number, to: number, owner: Owner) => number,
): CoreSpills['staging'] {
  const passing = buffers.filter((_, buffer) => spilled.has(buffer));
  const twins = (phase: number): number[] => [0, 1].map(() => add(messageBytes, phase, phase, undefined));
  return {
    arriving: passing.some(({ role, from }) => role === 'input' && from === 0) ? twins(0) : [],
    leaving: passing.some(({ to }) => to === leaving) ? twins(leaving) : [],
  };
}

/** Bytes of what a run's first product makes for its second (scores of a head), for one of its pieces. */
function scoreBytes(graph: Graph, { main, slice }: Run): number {
  const layer = graph.layers[main];
  if (layer.gemms.length < 2 || layer.gemms.some(({ along }) => along === 'rows')) return 0;
  const piece = { ...slice, channel1: Math.min(slice.channel1, slice.channel0 + layer.channelUnit) };
  return Math.max(...productsOf(layer, piece).map(({ M, N }) => M * N));
}

const scoreRows = (graph: Graph, { main, slice }: Run): number =>
  Math.max(1, ...productsOf(graph.layers[main], slice).map(({ M }) => M), Math.min(1, rowsOf(slice)));
