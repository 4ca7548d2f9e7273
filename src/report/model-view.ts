/**
 * The network of a tenant as a view shows it: operators with their work and where they run, stages with their estimated cycles, and what
 * bounds each operator (a roofline). Plain data, so that it can be sent from one thread to another.
 */
import type { Chip } from '../model/chip.ts';
import type { StageFigures, TenantShape } from '../model/plan.ts';
import {
  layerMacs,
  layerParameters,
  layerVectorOperations,
  tensorBytes,
  type Layer,
  type Workload,
} from '../model/workload.ts';

export interface OperatorView {
  readonly name: string;
  /** As ONNX names it. */
  readonly type: string;
  /** Operators that it reads; negative ones are the network's inputs. */
  readonly inputs: readonly number[];
  readonly outShape: readonly number[];
  readonly macs: number;
  readonly vectorOperations: number;
  readonly parameterBytes: number;
  readonly activationBytes: number;
  /** State that it keeps between iterations. */
  readonly cacheBytes: number;
  /** On one core: array and vector unit one after the other. */
  readonly cycles: number;
  /** Multiply-accumulates per byte of parameters, kept state, inputs and output. */
  readonly intensity: number;
  /** A stage may begin with it. */
  readonly mayBegin: boolean;
  /** First and last stage that have a part of it. */
  readonly stages: readonly [number, number];
}

export interface ModelView {
  /** Name of the network in the document. */
  readonly model: string;
  readonly title: string;
  readonly macs: number;
  readonly parameters: number;
  readonly operators: readonly OperatorView[];
  readonly stages: readonly StageFigures[];
  /** Operators that were not known, and what was assumed for them. */
  readonly assumptions: readonly string[];
  /** Multiply-accumulates per cycle of one core's array, and bytes per cycle that the core can draw from memory. */
  readonly peak: number;
  readonly bytesPerCycle: number;
}

export function modelView(tenant: TenantShape, { arrayRows, arrayColumns }: Chip): ModelView {
  const { workload, balance, operators, coreBytesPerCycle, macs } = tenant;
  const views = workload.layers.map((layer, l): OperatorView => {
    const own = layerMacs(layer);
    return {
      name: layer.name,
      type: layer.onnxType,
      inputs: layer.inputs,
      outShape: layer.outShape,
      macs: own,
      vectorOperations: layerVectorOperations(layer),
      parameterBytes: layerParameters(layer),
      activationBytes: tensorBytes(layer.output),
      cacheBytes: layer.cache?.heldBytes ?? 0,
      intensity: own / movedBytes(workload, layer),
      ...operators[l],
      stages: stagesOf(balance, l),
    };
  });
  return {
    model: workload.name,
    title: workload.title,
    macs,
    parameters: views.reduce((sum, { parameterBytes }) => sum + parameterBytes, 0),
    operators: views,
    stages: balance,
    assumptions: workload.assumptions ?? [],
    peak: arrayRows * arrayColumns,
    bytesPerCycle: coreBytesPerCycle,
  };
}

/** What an operator reads and writes in an iteration, were nothing kept on the core. */
function movedBytes({ layers, input, sideInputs = [] }: Workload, layer: Layer): number {
  const { weightElements, biasElements, usedElements, cache, output, inputs } = layer;
  const made = (index: number) => (index >= 0 ? layers[index].output : (sideInputs[-2 - index]?.tensor ?? input));
  const read = [...new Set(inputs)].reduce((sum, index) => sum + tensorBytes(made(index)), 0);
  const kept = (cache?.readBytes ?? 0) + (cache?.writtenBytes ?? 0);
  return (usedElements ?? weightElements + biasElements) + kept + read + tensorBytes(output);
}

/** Stages are in the order of the operators. */
function stagesOf(balance: readonly StageFigures[], operator: number): readonly [number, number] {
  const first = balance.findIndex(({ last }) => operator <= last);
  let last = first;
  while (last + 1 < balance.length && balance[last + 1].first <= operator) last++;
  return [first, last];
}

/** Slowest stage against the mean over the cores of all stages. */
export function imbalance(stages: readonly Pick<StageFigures, 'cycles' | 'vcores'>[], cores: number): number {
  const sum = stages.reduce((cycles, stage) => cycles + stage.cycles * stage.vcores.length, 0);
  return (Math.max(...stages.map(({ cycles }) => cycles)) * cores) / sum;
}
