/**
 * From a network to one program per virtual core: cut into pipeline stages, share each stage among its cores, fit every core's work
 * into its scratchpad, and write the programs. Knows neither placement nor translation. Leaves out spilling of activations to memory.
 */
import type { Chip } from '../model/chip.ts';
import type { Compilation } from '../model/plan.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Program, ScratchpadArea } from '../model/program.ts';
import { workloadMacs, type Workload } from '../model/workload.ts';
import { emit } from './emit.ts';
import { fitCore, withSecondBuffers, type Fit, type FitRequest, type Misfit } from './fit.ts';
import { graphOf, type Graph } from './graph.ts';
import { stageLabel } from './label.ts';
import { memoryMap, type MemoryMap } from './memory-map.ts';
import { explainMisfit } from './misfit.ts';
import { snakeOrder } from './numbering.ts';
import { partition, type PlannedStage } from './partition.ts';
import { area } from './rect.ts';
import { schedule } from './schedule.ts';
import { shareOut, type Share } from './split.ts';
import { unsupported } from './supported.ts';
import { Tilings } from './tiles.ts';
import { landingSlots, transfersBetween, type StageCores, type Transfer } from './transfers.ts';
import { trafficOf } from './traffic.ts';

/** Most virtual cores of one tenant. */
export const MOST_VCORES = 64;
/** Senders per core that the balance sets landing slots aside for, tried in turn until the real ones fit. */
const PEERS = [2, 4, 8, 16];

export interface CompileOptions {
  /** Virtual cores, 1..64. */
  readonly vcores: number;
  /** Width of their mesh, if they form one: pipeline neighbours then get neighbouring numbers in snake order. */
  readonly topologyWidth?: number;
  readonly iterations: number;
  /** `auto` keeps weights resident on cores whose weights all fit, `stream` loads them again every iteration. */
  readonly weights: 'auto' | 'stream';
  readonly chip: Chip;
  /** This tenant's fair share of the memory bandwidth. */
  readonly memoryBytesPerCycle: number;
}

/** One stage of the pipeline as the balance sees it; cycles are per iteration and on the stage's slowest core. */
export interface StageFigures {
  readonly label: string;
  readonly vcores: readonly number[];
  readonly split: 'whole' | 'rows' | 'channels';
  readonly cycles: number;
  readonly matmul: number;
  readonly vector: number;
  readonly transfer: number;
  readonly load: number;
  readonly loadBytes: number;
}

/** What the compiler adds to a compilation: the balance behind it. */
export interface BalancedCompilation extends Compilation {
  readonly balance: readonly StageFigures[];
}

/** A stage with its cores, what they do, and what arrives from the stage before. */
interface Stage extends StageCores, PlannedStage {
  readonly arriving: readonly Transfer[];
}

/**
 * Compile a workload. Errors: a number of cores out of range; operators it cannot place yet; an operator that does not fit the scratchpad however it is split, with
 * its name, the bytes it needs and those there are.
 */
export function compileWorkload(workload: Workload, options: CompileOptions): Result<BalancedCompilation> {
  const { vcores } = options;
  if (!Number.isInteger(vcores) || vcores < 1 || vcores > MOST_VCORES) {
    return fail('vcores', `${vcores} is not a number of virtual cores from 1 to ${MOST_VCORES}`);
  }
  const problem = unsupported(workload);
  if (problem !== undefined) return fail('workload', problem);
  const graph = graphOf(workload);
  for (const peers of PEERS) {
    const planned = partition({ graph, peers, ...options });
    if (planned === undefined) return fail('workload', explainMisfit({ graph, peers, ...options }, MOST_VCORES));
    const stages = withTransfers(graph, options, planned);
    const programs = programsOf(graph, options, stages);
    if (programs !== undefined) return ok(compilation(graph, options, stages, programs));
  }
  return fail('workload', explainMisfit({ graph, peers: PEERS[0], ...options }, MOST_VCORES));
}

function withTransfers(
  graph: Graph,
  { vcores, topologyWidth, chip }: CompileOptions,
  planned: readonly PlannedStage[],
): Stage[] {
  const order = snakeOrder(vcores, topologyWidth);
  const stages: Stage[] = [];
  let next = 0;
  for (const { shape, cost } of planned) {
    const cores = { vcores: order.slice(next, next + shape.cores), shares: shareOut(graph, chip, shape) };
    const before = stages.at(-1);
    stages.push({ shape, cost, ...cores, arriving: before === undefined ? [] : transfersBetween(before, cores) });
    next += shape.cores;
  }
  return stages;
}

/** A program for every virtual core, or undefined if some core's landing slots leave too little room. */
function programsOf(graph: Graph, options: CompileOptions, stages: readonly Stage[]): Program[] | undefined {
  const programs = Array.from({ length: options.vcores }, (_, vcore): Program => idleProgram(vcore));
  const memory = memoryMap(graph);
  const tilings = new Tilings(options.chip);
  for (const [index, stage] of stages.entries()) {
    let outputOffset = 0;
    for (const [core, vcore] of stage.vcores.entries()) {
      const leaving = (stages[index + 1]?.arriving ?? []).filter(({ from }) => from === vcore);
      const program = coreProgram({ graph, options, memory, tilings, stage, core, leaving, outputOffset });
      if ('neededBytes' in program) return undefined;
      programs[vcore] = program;
      const output = stage.shares[core].passes.get(graph.layers.length - 1);
      outputOffset += output === undefined ? 0 : area(output);
    }
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

interface CoreRequest {
  readonly graph: Graph;
  readonly options: CompileOptions;
  readonly memory: MemoryMap;
  readonly tilings: Tilings;
  readonly stage: Stage;
  readonly core: number;
  readonly leaving: readonly Transfer[];
  readonly outputOffset: number;
}

function coreProgram({
  graph,
  options,
  memory,
  tilings,
  stage,
  core,
  leaving,
  outputOffset,
}: CoreRequest): Program | Misfit {
  const { chip, weights, iterations } = options;
  const { shape } = stage;
  const vcore = stage.vcores[core];
  const share: Share = stage.shares[core];
  const arriving = stage.arriving.filter(({ to }) => to === vcore);
  const slots = landingSlots(chip, arriving);
  const landingBytes = [...slots.values()].reduce((sum, bytes) => sum + bytes, 0);
  const request: FitRequest = { graph, chip, shape, share, landingBytes, weights, tilings };
  const plain = fitCore(request);
  if ('layer' in plain) return plain;
  const fit = withSecondBuffers(request, plain);
  const { prologue, body } = schedule({ graph, chip, memory, shape, share, fit, arriving, leaving, outputOffset });
  const emitted = emit(chip, prologue, body, iterations);
  return { vcore, stage: stageLabel(graph, shape), ...emitted, scratchpad: scratchpadOf(chip, fit, slots) };
}

function scratchpadOf({ reservedBytes }: Chip, fit: Fit, slots: ReadonlyMap<number, number>): ScratchpadArea[] {
  const areas: ScratchpadArea[] = [{ label: 'reserved for the hypervisor', bytes: reservedBytes }];
  if (fit.weightBytes > 0 && fit.resident) areas.push({ label: 'weights', bytes: fit.weightBytes });
  if (fit.weightBytes > 0 && !fit.resident) areas.push({ label: '2 weight tiles', bytes: 2 * fit.tileBytes });
  areas.push({ label: 'activations', bytes: fit.activationBytes });
  for (const [peer, bytes] of slots) areas.push({ label: `landing slots of core ${peer}`, bytes });
  return areas;
}

function compilation(
  graph: Graph,
  options: CompileOptions,
  stages: readonly Stage[],
  programs: readonly Program[],
): BalancedCompilation {
  const { workload } = graph;
  const loadBytes = stages.reduce((sum, { cost }) => sum + cost.loadBytes, 0);
  const slowest = Math.max(...stages.map(({ cost }) => cost.cycles));
  return {
    workload,
    programs,
    tensors: memoryMap(graph).tensors,
    stages: stages.length,
    iterations: options.iterations,
    macs: workloadMacs(workload),
    estimatedCycles: Math.ceil(Math.max(slowest, loadBytes / options.memoryBytesPerCycle)),
    traffic: trafficOf(
      graph,
      stages.map(({ shares }) => shares),
      stages.flatMap(({ arriving }) => arriving),
    ),
    balance: stages.map(({ shape, cost, vcores }) => ({
      label: stageLabel(graph, shape),
      vcores,
      split: shape.split,
      ...cost,
    })),
  };
}
