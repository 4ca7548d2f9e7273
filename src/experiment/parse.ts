/**
 * The door of the document: anything from outside becomes a document or a list of problems with paths, and a document becomes an
 * experiment with every default filled in. Nothing that comes in here is trusted; nothing that leaves needs another look.
 */
import * as v from 'valibot';
import { resolveChip } from '../model/chip.ts';
import type { Experiment, TenantRequest, WorkloadRequest } from '../model/experiment.ts';
import { parameter } from '../model/parameters.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import { DEFAULT_TRAFFIC } from '../model/traffic.ts';
import { canonicalStage, withoutUndefined } from './canonical.ts';
import {
  DEFAULT_CIRCLES,
  DEFAULT_NOTE,
  DEFAULT_PLACEMENT_ORDER,
  DEFAULT_SEED,
  DEFAULT_STOP,
  DEFAULT_TENANT,
  DEFAULT_TITLE,
  defaultName,
} from './defaults.ts';
import { showKey } from './messages.ts';
import { movesOf } from './events.ts';
import { modeDefaults } from './modes.ts';
import { unpackOperators } from './operators.ts';
import { brokenRules } from './rules.ts';
import { documentSchema, type ExperimentDocument, type TenantDocument } from './schema.ts';
import { parseJson } from './syntax.ts';

/** Largest text of a document, in characters, and what a link may inflate to, in bytes. */
export const MAX_DOCUMENT = 1024 * 1024;
const MAX_PROBLEMS = 20;

/** Check parsed JSON (or any value): a sparse document, or what is wrong with it and where. Never throws. */
export function parseDocument(input: unknown): Result<ExperimentDocument> {
  const checked = v.safeParse(documentSchema, input, { abortPipeEarly: true });
  if (!checked.success) return problems(checked.issues.map(problemOf));
  const { tenants, ...rest } = withoutUndefined(checked.output);
  const document: ExperimentDocument =
    tenants === undefined
      ? rest
      : { ...rest, tenants: tenants.map((tenant, index) => ({ ...tenant, name: tenant.name ?? defaultName(index) })) };
  const broken = brokenRules(document);
  return broken.length > 0 ? problems(broken) : ok(document);
}

/** The same for the text of a file or an editor. */
export function parseText(text: string): Result<ExperimentDocument> {
  const json = jsonOf(text);
  return json.ok ? parseDocument(json.value) : json;
}

/** The JSON of a text of up to 1 MB, unchecked; text that is not JSON is refused with line and column. */
export function jsonOf(text: string): Result<unknown> {
  if (text.length > MAX_DOCUMENT) {
    return fail('', `The text has ${text.length} characters; a document has at most ${MAX_DOCUMENT}.`);
  }
  return parseJson(text.replace(/^\ufeff/, ''));
}

/** Every default filled in. The document has passed `parseDocument`. */
export function resolve(document: ExperimentDocument): Experiment {
  const chip = resolveChip(document.chip ?? {});
  return {
    title: document.title ?? DEFAULT_TITLE,
    note: document.note ?? DEFAULT_NOTE,
    seed: document.seed ?? DEFAULT_SEED,
    chip,
    tenants: (document.tenants ?? []).map((tenant) => ({
      ...resolveTenant(tenant, chip.windowCycles),
      ...movesOf(document, tenant),
    })),
    ...(document.traffic && { traffic: { ...DEFAULT_TRAFFIC, ...document.traffic } }),
    placementOrder: document.placementOrder ?? DEFAULT_PLACEMENT_ORDER,
    circles: document.circles ?? DEFAULT_CIRCLES,
    stop: document.stop ?? DEFAULT_STOP,
  };
}

/**
 * One tenant with every default filled in.
 * @param windowCycles the chip's window of access counters
 */
export function resolveTenant(
  tenant: TenantDocument,
  windowCycles: number = parameter('windowCycles').default,
): TenantRequest {
  const { topology, translation } = DEFAULT_TENANT;
  const mode = tenant.mode ?? DEFAULT_TENANT.mode;
  const { mapping, translationKind } = modeDefaults(mode);
  return {
    name: tenant.name,
    mode,
    topology: { ...topology, ...tenant.topology },
    mapping: tenant.mapping ?? mapping,
    edgeWeights: tenant.edgeWeights ?? DEFAULT_TENANT.edgeWeights,
    mappingCosts: { ...DEFAULT_TENANT.mappingCosts, ...tenant.mappingCosts },
    ...(tenant.placement === undefined ? {} : { placement: tenant.placement }),
    routing: tenant.routing ?? DEFAULT_TENANT.routing,
    ...(tenant.routes?.length && { routes: tenant.routes }),
    dispatch: tenant.dispatch ?? DEFAULT_TENANT.dispatch,
    translation: { ...translation, kind: translationKind, ...tenant.translation },
    ...(tenant.bandwidth && { bandwidth: { windowCycles, ...tenant.bandwidth } }),
    ...(tenant.channels && { channels: tenant.channels }),
    arrivalCycle: tenant.arrivalCycle ?? DEFAULT_TENANT.arrivalCycle,
    ...(tenant.departureCycle !== undefined && { departureCycle: tenant.departureCycle }),
    workload: resolveWorkload(tenant.workload ?? {}),
  };
}

function resolveWorkload({
  operators,
  sizes,
  stages,
  ...given
}: NonNullable<TenantDocument['workload']>): WorkloadRequest {
  const table = operators === undefined ? undefined : unpackOperators(operators);
  const { model, iterations, weights, tokens, batch, phase, blocks } = { ...DEFAULT_TENANT.workload, ...given };
  return {
    ...{ model, iterations, weights, tokens, batch, phase, blocks },
    ...(stages && { stages: stages.map(canonicalStage) }),
    ...(table?.ok ? { imported: { graph: table.value, sizes: sizes ?? {} } } : {}),
  };
}

function problemOf(issue: v.BaseIssue<unknown>): Problem {
  const path = (issue.path ?? []).map((item) => showKey(item.key)).join('.');
  return { path, message: issue.message };
}

function problems(all: readonly Problem[]): Result<never> {
  const rest = all.length - MAX_PROBLEMS;
  if (rest <= 0) return { ok: false, problems: all };
  return { ok: false, problems: [...all.slice(0, MAX_PROBLEMS), { path: '', message: `and ${rest} more problems` }] };
}
