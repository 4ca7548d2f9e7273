/**
 * From a network to one program per virtual core: cut into pipeline stages, share each stage among its cores, fit every core's work
 * into its scratchpad, order it, see how long it takes, cut again with what was learnt, and write the programs. Knows neither placement
 * nor translation. Micro-batches are iterations: each core works on the next one as soon as it has handed on the last.
 */
import type { Chip } from '../model/chip.ts';
import type { StageRequest } from '../model/experiment.ts';
import type { Compilation } from '../model/plan.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import { issueCycles, type Dispatch } from '../model/vnpu.ts';
import {
  instructionsPerIteration,
  RESERVED_ZONE,
  RESIDENT_WEIGHTS,
  type Program,
  type ScratchpadArea,
} from '../model/program.ts';
import { workloadMacs, workloadUsedParameters, type Workload } from '../model/workload.ts';
import { planPipeline, type CorePlan, type KnownBodies, type Pipeline, type PlanRequest } from './core-plan.ts';
import { coreBandwidth } from './cost.ts';
import { operatorsBetween } from './cuts.ts';
import { emit } from './emit.ts';
import type { Misfit } from './fit.ts';
import { requestOf, shapesOf } from './given.ts';
import { graphOf, type Graph } from './graph.ts';
import { stageLabels } from './label.ts';
import { partition, type PlannedStage } from './partition.ts';
import { whole as wholeOf } from './rect.ts';
import { SliceCosts } from './slice-costs.ts';
import { trafficOf } from './traffic.ts';

/** Most virtual cores of one tenant. */
export const MOST_VCORES = 256;
/** Most operators: larger networks would keep the search for a partition busy for long. */
const MOST_LAYERS = 1000;
/** Times the network is cut: the first by estimates, the others with what the programs before took. */
const ROUNDS = 3;
/** No further round if the slowest core takes at most so much longer than the mean. */
const EVEN_ENOUGH = 1.04;
/** Nor if the next cut is expected to come below so much of the best so far. */
const WORTHWHILE = 0.9975;
/** Nor if memory takes nearly as long for the parameters that cannot stay in all scratchpads together. */
const BOUND_ENOUGH = 1.2;

export interface CompileOptions {
  /** Virtual cores, 1..256. */
  readonly vcores: number;
  /** Width of their mesh, if they form one: pipeline neighbours then get neighbouring numbers in snake order. */
  readonly topologyWidth?: number;
  readonly iterations: number;
  /** `auto` keeps weights resident on cores whose weights all fit, `stream` loads them again every iteration. */
  readonly weights: 'auto' | 'stream';
  readonly chip: Chip;
  /** This tenant's fair share of the memory bandwidth. */
  readonly memoryBytesPerCycle: number;
  /** How the controller issues instructions to it; absent: over the bus. */
  readonly dispatch?: Dispatch;
  /** Stages cut by hand; absent: cut and balanced here. */
  readonly stages?: readonly StageRequest[];
}

/**
 * Compile a workload. Errors: a number of cores out of range; an operator that does not fit the scratchpad however it is cut, with
 * its name, the bytes it needs and those there are.
 */
export function compileWorkload(workload: Workload, options: CompileOptions): Result<Compilation> {
  const { vcores } = options;
  if (!Number.isInteger(vcores) || vcores < 1 || vcores > MOST_VCORES) {
    return fail('vcores', `${vcores} is not a number of virtual cores from 1 to ${MOST_VCORES}`);
  }
  const { length } = workload.layers;
  if (length < 1 || length > MOST_LAYERS)
    return fail(
      'workload',
      `it has ${whole(length)} operators; 1 to ${whole(MOST_LAYERS)} are compiled. Of a language model "blocks": 1 takes the first block; ` +
        '"vnpu model" prints the totals of the whole',
    );
  const graph = graphOf(workload);
  const request: PlanRequest = { graph, costs: new SliceCosts(options.chip, workload.layers), ...options };
  const given = options.stages && shapesOf(graph, vcores, options.stages);
  if (given?.ok === false) return given;
  const pipeline = given
    ? planPipeline(
        request,
        given.value.map((shape) => ({ shape })),
      )
    : bestPipeline(request);
  if ('neededBytes' in pipeline) return fail('workload', misfitText(graph, options.chip, pipeline));
  return ok(compilation(request, options, pipeline));
}

/** The pipeline whose slowest core is fastest, of a few that learn from one another. */
function bestPipeline(request: PlanRequest): Pipeline | Misfit {
  let best: Pipeline | undefined;
  let factors: Float64Array | undefined;
  const pipelines = new Pipelines(request);
  for (let round = 0; round < ROUNDS; round++) {
    const planned = partition(request, factors);
    if (best !== undefined && expected(request, planned) > WORTHWHILE * best.cycles) break;
    const pipeline = pipelines.of(planned);
    if ('neededBytes' in pipeline) return best ?? pipeline;
    if (best === undefined || pipeline.cycles < best.cycles) best = pipeline;
    if (isGoodEnough(request, pipeline)) break;
    factors = learnt(request.graph, planned, pipeline, factors);
  }
  return best!;
}

/** The pipelines of partitions; a partition that comes back is not planned again. */
class Pipelines {
  private readonly request: PlanRequest;
  private readonly known = new Map<string, Pipeline | Misfit>();
  private readonly bodies: KnownBodies = [];

  constructor(request: PlanRequest) {
    this.request = request;
  }

  of(planned: readonly PlannedStage[]): Pipeline | Misfit {
    const key = JSON.stringify(planned.map(({ shape }) => shape));
    let pipeline = this.known.get(key);
    if (pipeline === undefined) this.known.set(key, (pipeline = planPipeline(this.request, planned, this.bodies)));
    return pipeline;
  }
}

/** Are its cores even, or is it bound by parameters that must come from memory in every iteration, which no cut changes? */
function isGoodEnough({ graph, chip, vcores, memoryBytesPerCycle }: PlanRequest, pipeline: Pipeline): boolean {
  const mean = pipeline.cores.reduce((sum, { timing }) => sum + timing.cycles, 0) / vcores;
  const streamed = workloadUsedParameters(graph.workload) - vcores * chip.scratchpadBytes;
  return pipeline.slowest <= EVEN_ENOUGH * mean || pipeline.cycles <= (BOUND_ENOUGH * streamed) / memoryBytesPerCycle;
}

/** Cycles between two iterations of a partition by its estimates: those of its slowest stage, or of memory. */
const expected = ({ memoryBytesPerCycle }: PlanRequest, planned: readonly PlannedStage[]): number =>
  Math.max(
    ...planned.map(({ estimate }) => estimate.cycles),
    planned.reduce((sum, { estimate }) => sum + estimate.loadBytes, 0) / memoryBytesPerCycle,
  );

/** How much longer the units of each stage took than was estimated. */
function learnt(
  graph: Graph,
  planned: readonly PlannedStage[],
  pipeline: Pipeline,
  known?: Float64Array,
): Float64Array {
  const factors = Float64Array.from(graph.units, (_, unit) => known?.[unit] ?? 1);
  planned.forEach(({ shape, estimate }, stage) => {
    const cycles = Math.max(
      ...pipeline.cores.filter((core) => core.stage === stage).map(({ timing }) => timing.cycles),
    );
    const { first, last } = operatorsBetween(graph, shape.from, shape.to);
    for (let unit = graph.unitOf[first]; unit <= graph.unitOf[last]; unit++) {
      const isCut = (unit === shape.from.unit && shape.from.at > 0) || (unit === shape.to.unit && shape.to.at > 0);
      factors[unit] *= (cycles / estimate.cycles) ** (isCut ? 0.5 : 1);
    }
  });
  return factors;
}

const whole = (count: number): string => Math.ceil(count).toLocaleString('en-US');
const bytes = (count: number): string => `${whole(count)} bytes`;

function misfitText(graph: Graph, chip: Chip, { operator, neededBytes, tiles }: Misfit): string {
  if (tiles !== undefined)
    return (
      `what a core works off from ${graph.layers[operator].name} on takes ${tiles.toLocaleString('en-US')} tiles of weights; the ` +
      `scratchpad has ${bytes(chip.scratchpadBytes)}; larger scratchpads or more virtual cores would help`
    );
  return (
    `${graph.layers[operator].name} needs ${bytes(neededBytes)} at once, however it is cut; the scratchpad has ` +
    `${bytes(chip.scratchpadBytes)}, of which ${bytes(chip.reservedBytes)} are reserved and more hold landing slots; ` +
    'larger scratchpads, more virtual cores or fewer tokens would help'
  );
}

function compilation(request: PlanRequest, options: CompileOptions, pipeline: Pipeline): Compilation {
  const { graph, chip, costs, memoryBytesPerCycle } = request;
  const { workload } = graph;
  const { stages, cores, transfers, memory, cycles } = pipeline;
  const labels = stageLabels(
    graph,
    stages.map(({ shape }) => shape),
  );
  const programs = programsOf(options, pipeline, labels);
  const instructions = instructionsPerIteration(programs);
  return {
    ...{ workload, programs, instructions },
    tensors: memory.tensors,
    stages: stages.length,
    iterations: options.iterations,
    macs: workloadMacs(workload),
    estimatedCycles: Math.max(cycles, instructions * issueCycles(chip, options.dispatch ?? 'bus')),
    traffic: trafficOf(
      graph,
      memory,
      cores.map(({ share }) => share),
      transfers,
      cores.map(({ schedule }) => schedule),
    ),
    balance: stages.map(({ shape, vcores }, stage) => {
      const { timing } = cores
        .filter((core) => core.stage === stage)
        .reduce((slow, core) => (core.timing.cycles > slow.timing.cycles ? core : slow));
      const { first, last } = operatorsBetween(graph, shape.from, shape.to);
      const { split } = shape;
      return {
        ...{ label: labels[stage], vcores, split, first, last, request: requestOf(graph, shape) },
        ...timing,
      };
    }),
    operators: workload.layers.map(({ output }, l) => ({
      cycles: costs.of(l, wholeOf(output)).cycles,
      mayBegin: graph.units[graph.unitOf[l]].first === l,
    })),
    coreBytesPerCycle: coreBandwidth(chip, memoryBytesPerCycle),
  };
}

/** A program for every virtual core; cores for which there is nothing to do have an empty one. */
function programsOf(
  { chip, vcores, iterations }: CompileOptions,
  { cores }: Pipeline,
  labels: readonly string[],
): Program[] {
  const programs = Array.from({ length: vcores }, (_, vcore): Program => idleProgram(vcore));
  for (const core of cores) {
    const { vcore, stage, schedule, tokens } = core;
    const emitted = emit(chip, schedule.prologue, schedule.body, iterations, tokens);
    programs[vcore] = {
      vcore,
      stage: labels[stage],
      ...emitted,
      scratchpad: scratchpadOf(chip, core),
    };
  }
  return programs;
}

const idleProgram = (vcore: number): Program => ({
  vcore,
  stage: 'idle',
  steps: [],
  initialTokens: [],
  scratchpad: [],
});

function scratchpadOf(chip: Chip, { fit, slots }: CorePlan): ScratchpadArea[] {
  const areas: ScratchpadArea[] = [];
  if (fit.weightBytes > 0)
    areas.push({ label: fit.resident ? RESIDENT_WEIGHTS : 'weight ring', bytes: fit.weightBytes });
  areas.push({ label: 'activations', bytes: fit.activationBytes });
  areas.push({ label: RESERVED_ZONE, bytes: chip.reservedBytes });
  for (const [peer, size] of slots) areas.push({ label: `landing slots of core ${peer}`, bytes: size });
  return areas;
}
