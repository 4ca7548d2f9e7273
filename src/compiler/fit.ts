/**
 * Fits the work of one core into its scratchpad: a reserved zone, landing slots, activations, and weights that are either resident or
 * stream through a ring. What is left over goes to second buffers for inputs and results, so that a message may arrive while the last
 * one is still in use, and to the ring, so that weights are loaded ahead.
 */
import type { Chip } from '../model/chip.ts';
import { placeValues, type Placement } from './arena.ts';
import { coreBandwidth } from './cost.ts';
import type { Graph } from './graph.ts';
import { blocksOf, type Buffer, type CoreWork } from './runs.ts';
import { spill, type CoreSpills, type Overflow } from './spill.ts';
import { pickTiling, smallestTiling, type Tiling, type Tilings } from './tiles.ts';
import { isStreamed, streamedBytesOf } from './work.ts';

/** A tiling that takes at most so much longer than the best is good enough if it needs less room. */
const GOOD_ENOUGH = 1.03;
/**
 * Tiles below this size, or this part of all that a core streams, are used only where larger ones do not fit or take longer: each costs
 * instructions and a round trip to memory.
 */
const WORTHWHILE_BYTES = 32 * 1024;
const WORTHWHILE_PART = 1 / 192;
/** Parts of the room that are tried as ring. */
const PARTS_OF_ROOM = [0.15, 0.3, 0.42, 0.55, 0.7, 0.85];
/** What a spilled buffer costs beside its bytes: round trips that nothing hides (our estimate). */
const SPILLED_CYCLES = 500;
/** Value of a buffer that is spilled. */
const NONE = -1;
/** The ring grows to so many of the largest tile before buffers are doubled. */
const RING_TILES = 3;

export interface Fit {
  readonly spills: CoreSpills;
  readonly placement: Placement;
  /** Offsets of the second buffers from the start of the activations, by value. */
  readonly seconds: ReadonlyMap<number, number>;
  readonly activationBytes: number;
  /** All weights of the core stay; otherwise they pass through a ring. */
  readonly resident: boolean;
  /** Bytes of the ring, or of all weights. */
  readonly weightBytes: number;
  /** Everything that arrives has a second buffer, so the next iteration's may arrive while one is worked on. */
  readonly fetchesAhead: boolean;
  /** Everything that is sent has a second buffer, so it may leave while the next iteration is worked on. */
  readonly leavesBehind: boolean;
  /** How the weights of each run are cut, by run. */
  readonly tilings: ReadonlyMap<number, Tiling>;
}

/** Why a core's work does not fit: bytes it needs at least at once, for one operator. */
export interface Misfit {
  readonly operator: number;
  readonly neededBytes: number;
  /** It fits, but in so many tiles of weights that the program would be too long. */
  readonly tiles?: number;
}

export interface FitRequest {
  readonly graph: Graph;
  readonly chip: Chip;
  readonly work: CoreWork;
  readonly landingBytes: number;
  readonly weights: 'auto' | 'stream';
  readonly tilings: Tilings;
  /** This tenant's share of the memory bandwidth. */
  readonly memoryBytesPerCycle: number;
}

type Layout = Pick<Fit, 'placement' | 'seconds' | 'activationBytes'>;

interface Streamed {
  readonly run: number;
  readonly operator: number;
  readonly bytes: number;
  readonly options: readonly Tiling[];
  /** The smallest tiling that is nearly as fast as the fastest. */
  readonly good: Tiling;
}

export function fitCore(request: FitRequest): Fit | Misfit {
  const { graph, chip, work, landingBytes, weights } = request;
  const room = chip.scratchpadBytes - chip.reservedBytes - landingBytes;
  const streamed = streamedRuns(request);
  const allBytes = streamed.reduce((sum, { bytes }) => sum + bytes, 0);
  const keepsState = streamed.some(({ operator }) => graph.layers[operator].cache !== undefined);
  if (weights === 'auto' && !keepsState && allBytes <= room) {
    const spills = spill(graph, chip, work, room - allBytes);
    if ('placement' in spills && spills.spilled.size === 0)
      return finished(request, spills, layoutsOf(work, spills), room, streamed, allBytes, true);
  }
  const single = streamed.reduce((sum, { options }) => Math.max(sum, options[0].bytes), 0);
  const least = ringFor(streamed, ({ options }) => options[0]);
  const most = ringFor(streamed, ({ good }) => good);
  let best: { fit: Fit; cycles: number } | undefined;
  let misfitted: Overflow | undefined;
  let spills: CoreSpills | Overflow | undefined;
  let layouts: readonly Layout[] = [];
  for (const ring of ringSizes(least, most, room)) {
    // what fitted beside the smaller ring may still fit
    const stillFits = spills !== undefined && 'placement' in spills && spills.placement.bytes <= room - ring;
    if (!stillFits) spills = spill(graph, chip, work, room - ring);
    if (!('placement' in spills!)) {
      misfitted ??= spills;
      break;
    }
    if (!stillFits) layouts = layoutsOf(work, spills);
    const fit = finished(request, spills, layouts, room, streamed, ring, false);
    const cycles = cyclesOf(request, fit, streamed);
    if (best === undefined || cycles < best.cycles) best = { fit, cycles };
  }
  if (best === undefined && single < least) {
    const spills = spill(graph, chip, work, room - single);
    if ('placement' in spills) return finished(request, spills, layoutsOf(work, spills), room, streamed, single, false);
  }
  return best?.fit ?? misfit(misfitted!, streamed, least);
}

/** Sizes of the ring that are tried, from the least that works to the largest that is of use. */
function ringSizes(least: number, most: number, room: number): number[] {
  const sizes = [least];
  for (const part of PARTS_OF_ROOM) {
    const size = Math.floor(part * room);
    if (size > least && size < most) sizes.push(size);
  }
  if (most > least && most <= room) sizes.push(most);
  return sizes;
}

/** What the streamed runs and the spills of a core take: array cycles, or the time to move their bytes. */
function cyclesOf(
  { graph, chip, work, tilings, memoryBytesPerCycle }: FitRequest,
  fit: Fit,
  streamed: readonly Streamed[],
): number {
  let [cycles, bytes] = [0, 0];
  for (const { run, operator, bytes: all } of streamed) {
    const count = fit.spills.blocks[run];
    const pick = fit.tilings.get(run)!;
    bytes += count > 1 && all + pick.bytes > fit.weightBytes ? count * all : all;
    cycles += count * pick.cycles;
    if (count === 1) continue;
    const [block] = blocksOf(graph, work.runs[run], count);
    const same = tilings.of(graph.layers[operator], block).find(({ channels }) => channels === pick.channels);
    if (same !== undefined) cycles += count * (same.cycles - pick.cycles);
  }
  for (const buffer of fit.spills.spilled) bytes += 2 * work.buffers[buffer].bytes;
  return Math.max(cycles, bytes / coreBandwidth(chip, memoryBytesPerCycle)) + SPILLED_CYCLES * fit.spills.spilled.size;
}

function streamedRuns({ graph, work, tilings }: FitRequest): Streamed[] {
  const streamed = work.runs.flatMap(({ main, slice }, run) => {
    const layer = graph.layers[main];
    if (!isStreamed(layer)) return [];
    return [{ run, operator: main, bytes: streamedBytesOf(layer, slice), options: tilings.of(layer, slice) }];
  });
  const least = leastTile(streamed);
  return streamed.map((run) => ({ ...run, good: smallestTiling(run.options, least, GOOD_ENOUGH) }));
}

/** Bytes of the smallest tile that is worth its instructions. */
const leastTile = (streamed: readonly Pick<Streamed, 'bytes'>[]): number =>
  Math.max(WORTHWHILE_BYTES, WORTHWHILE_PART * streamed.reduce((sum, { bytes }) => sum + bytes, 0));

/** A ring for two tiles of every run, or for all of a run's. */
const ringFor = (streamed: readonly Streamed[], pick: (run: Streamed) => Tiling): number =>
  streamed.reduce(
    (most, run) => Math.max(most, Math.min(2 * pick(run).bytes, Math.max(run.bytes, pick(run).bytes))),
    0,
  );

function misfit({ operator, bytes }: Overflow, streamed: readonly Streamed[], ring: number): Misfit {
  const hungriest = streamed.find(({ options }) => 2 * options[0].bytes === ring);
  return {
    operator: hungriest !== undefined && ring > bytes ? hungriest.operator : operator,
    neededBytes: bytes + ring,
  };
}

function finished(
  request: FitRequest,
  spills: CoreSpills,
  layouts: readonly Layout[],
  room: number,
  streamed: readonly Streamed[],
  weightBytes: number,
  resident: boolean,
): Fit {
  const most = streamed.reduce((sum, { bytes }) => Math.max(sum, bytes), 0);
  const largest = ringFor(streamed, ({ good }) => good) / 2;
  const comfortable = Math.min(
    RING_TILES * largest,
    streamed.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  const forBuffers = room - (resident ? weightBytes : Math.max(weightBytes, comfortable));
  const doubled = layouts.findLast(({ activationBytes }) => activationBytes <= forBuffers) ?? layouts[0];
  const ring = resident
    ? weightBytes
    : Math.min(room - doubled.activationBytes, 2 * most + streamed.reduce((sum, { bytes }) => sum + bytes, 0));
  const isDoubled = (isMeant: (buffer: Buffer) => boolean): boolean =>
    request.work.buffers.every(
      (buffer, index) =>
        buffer.bytes === 0 || !isMeant(buffer) || doubled.seconds.has(spills.ofBuffer.get(index) ?? NONE),
    );
  const { leaving } = request.work;
  const tilings = new Map(
    streamed.map(({ run, options, good }) => {
      const fits = resident || 2 * good.bytes <= ring;
      return [run, fits ? good : (pickTiling(options, ring / 2, leastTile(streamed)) ?? options[0])];
    }),
  );
  return {
    ...{ spills, ...doubled, resident, weightBytes: ring, tilings },
    fetchesAhead: isDoubled(({ role }) => role === 'input'),
    leavesBehind: isDoubled(({ to }) => to === leaving),
  };
}

/**
 * Ways to lay out what stays: each value once, with a second buffer for every input, and for every result too. Both buffers then keep
 * their addresses for the whole iteration.
 */
function layoutsOf(work: CoreWork, { placement, values, ofBuffer }: CoreSpills): Layout[] {
  const layouts: Layout[] = [{ placement, seconds: new Map(), activationBytes: placement.bytes }];
  for (const roles of [['input'], ['input', 'output']]) {
    const doubled: number[] = [];
    for (const [buffer, value] of ofBuffer) if (roles.includes(work.buffers[buffer].role)) doubled.push(value);
    const whole = values.slice();
    for (const value of doubled) whole[value] = { bytes: values[value].bytes, from: 0, to: work.leaving };
    const placed = placeValues(whole);
    const seconds = new Map<number, number>();
    let activationBytes = placed.bytes;
    for (const value of doubled) {
      seconds.set(value, activationBytes);
      activationBytes += values[value].bytes;
    }
    layouts.push({ placement: placed, seconds, activationBytes });
  }
  return layouts;
}
