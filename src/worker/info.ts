/** What the page is told of a plan: names, places, labels and tables, as plain data. Programs are asked for one by one. */
import type { Plan, TenantPlan } from '../model/plan.ts';
import { planCores } from '../report/cores.ts';
import type { RunInfo, TenantInfo } from './protocol.ts';

export function runInfo(runId: number, plan: Plan): RunInfo {
  return {
    runId,
    chip: plan.chip,
    tenants: plan.tenants.map((tenant) => ({ ...tenantInfo(tenant), ...memoryOf(plan, tenant.name) })),
    cores: planCores(plan),
  };
}

function tenantInfo(tenant: TenantPlan): TenantInfo {
  const { name, tiles, stages, macs, iterations, editDistance, programs, ranges, tables } = tenant;
  const byCore = tiles.map((_, vcore) => programs.find((program) => program.vcore === vcore));
  return {
    name,
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

function memoryOf({ memory = [] }: Plan, name: string): Pick<TenantInfo, 'memory'> {
  const state = memory.find(({ tenant }) => tenant === name);
  if (state === undefined) return {};
  const { pieces, freeBytes, largestFreeBytes } = state;
  return { memory: { pieces: pieces.length, freeBytes, largestFreeBytes } };
}
