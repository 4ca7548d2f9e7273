/** What the page is told of a plan: names, places, labels and tables, as plain data. Programs are asked for one by one. */
import type { Plan, TenantPlan } from '../model/plan.ts';
import { planCores } from '../report/cores.ts';
import type { RunInfo, TenantInfo } from './protocol.ts';

export function runInfo(runId: number, plan: Plan): RunInfo {
  return { runId, chip: plan.chip, tenants: plan.tenants.map(tenantInfo), cores: planCores(plan) };
}

function tenantInfo({ name, tiles, stages, macs, iterations, editDistance, programs, ranges }: TenantPlan): TenantInfo {
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
    scratchpad: byCore.map((program) => program?.scratchpad ?? []),
  };
}
