/** Plans of documents with synthetic traffic. */
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Problem } from '../../src/model/problem.ts';
import type { Traffic } from '../../src/model/traffic.ts';
import { buildPlan } from '../../src/plan/build.ts';

export interface TrafficRequest {
  readonly preset: string;
  readonly chip?: object;
  readonly traffic: Partial<Traffic>;
  readonly more?: object;
}

/** What a document with this traffic is refused for, or its plan. */
export function trafficPlanOr({ preset, chip, traffic, more }: TrafficRequest): Plan | readonly Problem[] {
  const parsed = parseDocument({ version: 1, chip: { preset, ...chip }, traffic, ...more });
  if (!parsed.ok) return parsed.problems;
  const plan = buildPlan(resolve(parsed.value));
  return plan.ok ? plan.value : plan.problems;
}

export function trafficPlan(request: TrafficRequest): Plan {
  const plan = trafficPlanOr(request);
  if ('chip' in plan) return plan;
  throw new Error(plan[0].message);
}
