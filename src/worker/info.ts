/** What the page is told of a plan: names, places, labels and tables, as plain data. Programs are asked for one by one. */
import type { Plan, TenantPlan, TenantShape } from '../model/plan.ts';
import { planCores } from '../report/cores.ts';
import type { RunInfo, SizeInfo, TenantInfo } from './protocol.ts';

export function runInfo(runId: number, plan: Plan): RunInfo {
  return {
    runId,
    chip: plan.chip,
    tenants: plan.tenants.map((tenant) => tenantInfo(plan, tenant)),
    cores: planCores(plan),
  };
}

function tenantInfo(plan: Plan, tenant: TenantPlan): TenantInfo {
  const { name, moves = [] } = tenant;
  const later = moves.flatMap(({ shape }, i) => (shape ? [{ ...sizeInfo(shape), moves: i + 1 }] : []));
  return {
    name,
    ...sizeInfo(tenant),
    ...memoryOf(plan, name, 0),
    ...(later.length > 0 && { later: later.map((size, i) => ({ ...size, ...memoryOf(plan, name, i + 1) })) }),
  };
}

function sizeInfo(shape: TenantShape): SizeInfo {
  const { tiles, stages, macs, iterations, editDistance, programs, ranges, tables } = shape;
  const byCore = tiles.map((_, vcore) => programs.find((program) => program.vcore === vcore));
  return {
    tiles,
    stages,
    macs,
    iterations,
    editDistance,
    stageLabels: byCore.map((program) => program?.stage ?? ''),
    ranges,
    tables,
    scratchpad: byCore.map((program) => program?.scratchpad ?? []),
  };
}

/** A tenant gets memory once for every size, in their order. */
function memoryOf({ memory = [] }: Plan, name: string, size: number): Pick<SizeInfo, 'memory'> {
  const state = memory.filter(({ tenant, change }) => tenant === name && change === 'taken')[size];
  if (state === undefined) return {};
  const { pieces, freeBytes, largestFreeBytes } = state;
  return { memory: { pieces: pieces.length, freeBytes, largestFreeBytes } };
}
