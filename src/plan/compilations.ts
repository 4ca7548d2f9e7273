/**
 * Compilations remembered by what they were made from. Programs depend neither on placement nor on translation, so dragging a core
 * or switching a TLB compiles nothing, and twins are compiled once. Pure: the same request gives the same programs, remembered or not.
 */
import { compileWorkload, type CompileOptions } from '../compiler/compile.ts';
import type { WorkloadRequest } from '../model/experiment.ts';
import { CHIP_PARAMETERS } from '../model/parameters.ts';
import type { Compilation } from '../model/plan.ts';
import type { Problem, Result } from '../model/problem.ts';
import { workloadFor } from '../workloads/zoo.ts';

/** Most compilations kept; the one used longest ago goes first. */
const MOST_KEPT = 12;
const kept = new Map<string, Result<Compilation>>();

export type CompileRequest = Pick<
  CompileOptions,
  'vcores' | 'topologyWidth' | 'chip' | 'memoryBytesPerCycle' | 'dispatch'
>;

/** Compile, or remember. Problems of the network come with the path `workload`, of the compiler with its own. */
export function compiled(workload: WorkloadRequest, request: CompileRequest): Result<Compilation> {
  const key = keyOf(workload, request);
  const result = kept.get(key) ?? compile(workload, request);
  kept.delete(key);
  kept.set(key, result);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
  return result;
}

/** Everything a compilation depends on: of the chip its parameters, not which tile is what. */
function keyOf(workload: WorkloadRequest, { chip, ...request }: CompileRequest): string {
  return JSON.stringify([workload, request, CHIP_PARAMETERS.map(({ key }) => chip[key])]);
}

function compile(request: WorkloadRequest, options: CompileRequest): Result<Compilation> {
  const workload = workloadFor(request);
  if (!workload.ok) return { ok: false, problems: workload.problems.map(underWorkload) };
  const { iterations, weights, stages } = request;
  return compileWorkload(workload.value, { ...options, iterations, weights, stages });
}

const underWorkload = ({ path, message }: Problem): Problem => ({
  path: path === '' ? 'workload' : `workload.${path}`,
  message,
});
