/** The plan of every core of a pipeline: what it does, how that fits, in which order, and how long an iteration takes. */
import type { Chip } from '../model/chip.ts';
import type { CoreTiming } from '../model/plan.ts';
import { mayWait, tokensOf, type BodyTokens } from './emit.ts';
import { fitCore, type Fit, type Misfit } from './fit.ts';
import { isOutput, type Graph } from './graph.ts';
import { memoryMap, type MemoryMap } from './memory-map.ts';
import { snakeOrder } from './numbering.ts';
import type { Operation, Work } from './operation.ts';
import { bytesOf, channelsOf } from './rect.ts';
import { coreWork, type CoreWork } from './runs.ts';
import { schedule, type CoreJob, type Schedule } from './schedule.ts';
import type { SliceCosts } from './slice-costs.ts';
import { shareOut, type Share, type StageShape } from './split.ts';
import { dependencies } from './sync.ts';
import { Tilings } from './tiles.ts';
import { timingOf } from './timing.ts';
import { landingSlots, transfersBetween, type StageCores, type Transfer } from './transfers.ts';

export interface PlanRequest {
  readonly graph: Graph;
  readonly chip: Chip;
  readonly vcores: number;
  readonly topologyWidth?: number;
  readonly weights: 'auto' | 'stream';
  readonly memoryBytesPerCycle: number;
  readonly costs: SliceCosts;
}

export interface CorePlan {
  readonly vcore: number;
  /** Its stage, by number. */
  readonly stage: number;
  readonly share: Share;
  readonly fit: Fit;
  readonly slots: ReadonlyMap<number, number>;
  readonly schedule: Schedule;
  readonly tokens: BodyTokens;
  readonly timing: CoreTiming;
}

/** A stage of which only the shape is known. */
export interface Shaped {
  readonly shape: StageShape;
}

export interface Pipeline {
  readonly stages: readonly (Shaped & StageCores)[];
  readonly cores: readonly CorePlan[];
  readonly transfers: readonly Transfer[];
  readonly memory: MemoryMap;
  /** Cycles of the slowest core. */
  readonly slowest: number;
  /** Cycles between two iterations: those of the slowest core, or of memory at this tenant's share of bandwidth. */
  readonly cycles: number;
}

interface Fitted {
  readonly vcore: number;
  readonly stage: number;
  readonly share: Share;
  readonly work: CoreWork;
  readonly fit: Fit;
  readonly slots: ReadonlyMap<number, number>;
}

/** Most weight tiles that one core works off in an iteration: its program is as long. */
const MOST_TILES = 1500;

const tilesOf = ({ runs }: CoreWork, { tilings, spills }: Fit): number =>
  [...tilings].reduce(
    (sum, [run, { channels }]) => sum + spills.blocks[run] * Math.ceil(channelsOf(runs[run].slice) / channels),
    0,
  );

/** Plan all cores of a partition, or say which operator does not fit. */
export function planPipeline(
  request: PlanRequest,
  planned: readonly Shaped[],
  known: KnownBodies = [],
): Pipeline | Misfit {
  const { graph, chip, memoryBytesPerCycle } = request;
  const stages = withCores(request, planned);
  const transfers = stages.flatMap((stage, index) =>
    index === 0 ? [] : transfersBetween(graph, stages[index - 1], stage),
  );
  const fitted: Fitted[] = [];
  const tilings = new Tilings(chip);
  for (const [index, stage] of stages.entries()) {
    for (const [core, vcore] of stage.vcores.entries()) {
      const share = stage.shares[core];
      const work = coreWork(graph, stage.shape, share);
      const slots = landingSlots(
        chip,
        transfers.filter(({ to }) => to === vcore),
      );
      const landingBytes = [...slots.values()].reduce((sum, bytes) => sum + bytes, 0);
      const fit = fitCore({ graph, chip, work, landingBytes, weights: request.weights, tilings, memoryBytesPerCycle });
      if ('neededBytes' in fit) return fit;
      const tiles = tilesOf(work, fit);
      if (tiles > MOST_TILES) return { operator: work.runs[0].main, neededBytes: 0, tiles };
      fitted.push({ vcore, stage: index, share, work, fit, slots });
    }
  }
  const memory = memoryMap(graph, spilledBytes(graph, fitted));
  const stored = new Map<number, number>();
  const cores = stages.flatMap((_, stage) => {
    const own = fitted.filter((core) => core.stage === stage);
    const jobs = own.map(({ vcore, share, work, fit }): Unpipelined => {
      const arriving = transfers.filter(({ to }) => to === vcore);
      const leaving = transfers.filter(({ from }) => from === vcore);
      const job = { graph, chip, memory, memoryBytesPerCycle, share, work, fit, vcore, arriving, leaving };
      const before = new Map(stored);
      for (const [l, slice] of share.computes) {
        if (isOutput(graph, l)) stored.set(l, (stored.get(l) ?? 0) + bytesOf(slice, graph.layers[l].output));
      }
      return { ...job, stored: before };
    });
    const planned = ofStage(request, known, jobs);
    return own.map(({ work: _work, ...core }, index): CorePlan => ({ ...core, ...planned[index] }));
  });
  const slowest = Math.max(...cores.map(({ timing }) => timing.cycles));
  const loadBytes = cores.reduce((sum, { timing }) => sum + timing.loadBytes, 0);
  const cycles = Math.ceil(Math.max(slowest, loadBytes / memoryBytesPerCycle));
  return { stages, cores, transfers, memory, slowest, cycles };
}

type Ordered = Pick<CorePlan, 'tokens' | 'timing'>;

/** Bodies with their tokens and rhythm, so the equal blocks of a network are worked out once; undefined: it cannot be ordered. */
export type KnownBodies = { readonly body: readonly Operation[]; readonly order: Ordered | undefined }[];

/** A job before it is known whether its stage is pipelined. */
type Unpipelined = Omit<CoreJob, 'isPipelined'>;

type Scheduled = Ordered & Pick<CorePlan, 'schedule'>;

/**
 * The programs of a stage: pipelined, if all of its cores can be (so that all meet their messages in the same order), else one iteration
 * after the other.
 */
function ofStage(request: PlanRequest, known: KnownBodies, jobs: readonly Unpipelined[]): Scheduled[] {
  if (jobs.every(({ fit }) => fit.fetchesAhead)) {
    const planned = scheduled(request, known, jobs, true);
    if (planned !== undefined) return planned;
  }
  const planned = scheduled(request, known, jobs, false);
  if (planned === undefined) throw new Error('one iteration after the other can always be ordered');
  return planned;
}

function scheduled(
  request: PlanRequest,
  known: KnownBodies,
  jobs: readonly Unpipelined[],
  isPipelined: boolean,
): Scheduled[] | undefined {
  const planned: Scheduled[] = [];
  for (const job of jobs) {
    const own = schedule({ ...job, isPipelined });
    const order = ordered(request, known, own);
    if (order === undefined) return undefined;
    planned.push({ schedule: own, ...order });
  }
  return planned;
}

function ordered(
  { chip, memoryBytesPerCycle }: PlanRequest,
  known: KnownBodies,
  { body }: Schedule,
): Ordered | undefined {
  const equal = known.find(
    (other) => other.body.length === body.length && body.every((own, i) => looksLike(own, other.body[i])),
  );
  if (equal !== undefined) return equal.order;
  const waits = dependencies(body);
  const tokens = waits && tokensOf(chip, body, waits);
  const order =
    tokens !== undefined && mayWait(tokens)
      ? { tokens, timing: timingOf(chip, memoryBytesPerCycle, body, waits!) }
      : undefined;
  known.push({ body, order });
  return order;
}

/** Do two operations agree in everything that order and time depend on? */
function looksLike(a: Operation, b: Operation): boolean {
  if (a.ahead !== b.ahead || a.spans.length !== b.spans.length || !worksLike(a.work, b.work)) return false;
  if (a.resident?.token !== b.resident?.token || a.resident?.count !== b.resident?.count) return false;
  return a.spans.every((span, i) => {
    const { bases, from, to, write } = b.spans[i];
    const isThere = span.bases[0] === bases[0] && span.bases[1] === bases[1];
    return isThere && span.from === from && span.to === to && span.write === write;
  });
}

function worksLike(a: Work, b: Work): boolean {
  if (a.kind === 'matmul')
    return b.kind === 'matmul' && a.M === b.M && a.N === b.N && a.K === b.K && a.repeat === b.repeat;
  if (a.kind === 'vector') return b.kind === 'vector' && a.fn === b.fn && a.elements === b.elements;
  if (a.kind !== b.kind || a.bytes !== b.bytes) return false;
  return !('pieces' in a) || a.pieces === (b as typeof a).pieces;
}

function withCores({ graph, chip, vcores, topologyWidth }: PlanRequest, planned: readonly Shaped[]) {
  const order = snakeOrder(vcores, topologyWidth);
  let next = 0;
  return planned.map((stage) => {
    const own = order.slice(next, next + stage.shape.cores);
    next += stage.shape.cores;
    return { ...stage, vcores: own, shares: shareOut(graph, chip, stage.shape) };
  });
}

function spilledBytes(graph: Graph, cores: readonly Fitted[]): Map<number, number> {
  const spilled = new Map<number, number>();
  for (const { vcore, work, fit } of cores) {
    let bytes = 0;
    for (const buffer of fit.spills.spilled) {
      const { tensors, bytes: own } = work.buffers[buffer];
      if (!tensors.some((tensor) => tensor < 0 || isOutput(graph, tensor))) bytes += own;
    }
    if (bytes > 0) spilled.set(vcore, bytes);
  }
  return spilled;
}
