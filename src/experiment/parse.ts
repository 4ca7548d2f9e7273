/**
 * The door of the document: anything from outside becomes a document or a list of problems with paths, and a document becomes an
 * experiment with every default filled in. Nothing that comes in here is trusted; nothing that leaves needs another look.
 */
import * as v from 'valibot';
import { resolveChip } from '../model/chip.ts';
import type { Experiment, TenantRequest } from '../model/experiment.ts';
import { parameter } from '../model/parameters.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import { DEFAULT_TRAFFIC } from '../model/traffic.ts';
import { withoutUndefined } from './canonical.ts';
import { DEFAULT_NOTE, DEFAULT_SEED, DEFAULT_STOP, DEFAULT_TENANT, DEFAULT_TITLE, defaultName } from './defaults.ts';
import { showKey } from './messages.ts';
import { modeDefaults } from './modes.ts';
import { brokenRules } from './rules.ts';
import { documentSchema, type ExperimentDocument, type TenantDocument } from './schema.ts';
import { firstSyntaxError } from './syntax.ts';

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

/** The same for the text of a file or an editor, up to 1 MB; text that is not JSON is refused with line and column. */
export function parseText(text: string): Result<ExperimentDocument> {
  if (text.length > MAX_DOCUMENT) {
    return fail('', `The text has ${text.length} characters; a document has at most ${MAX_DOCUMENT}.`);
  }
  const json = parseJson(text.replace(/^\ufeff/, ''));
  return json.ok ? parseDocument(json.value) : json;
}

/** JSON as a value, or where it breaks. */
export function parseJson(text: string): Result<unknown> {
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    const error = firstSyntaxError(text);
    if (error === undefined)
      return fail('', 'The text is not JSON that this engine can read; is it nested too deeply?');
    const { line, column, found, expected } = error;
    return fail('', `This is not JSON: line ${line}, column ${column} has ${found} where ${expected} should be.`);
  }
}

/** Every default filled in. The document has passed `parseDocument`. */
export function resolve(document: ExperimentDocument): Experiment {
  const chip = resolveChip(document.chip ?? {});
  return {
    title: document.title ?? DEFAULT_TITLE,
    note: document.note ?? DEFAULT_NOTE,
    seed: document.seed ?? DEFAULT_SEED,
    chip,
    tenants: (document.tenants ?? []).map((tenant) => resolveTenant(tenant, chip.windowCycles)),
    ...(document.traffic && { traffic: { ...DEFAULT_TRAFFIC, ...document.traffic } }),
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
  const { topology, translation, workload } = DEFAULT_TENANT;
  const mode = tenant.mode ?? DEFAULT_TENANT.mode;
  const { mapping, translationKind } = modeDefaults(mode);
  return {
    name: tenant.name,
    mode,
    topology: { ...topology, ...tenant.topology },
    mapping: tenant.mapping ?? mapping,
    ...(tenant.placement === undefined ? {} : { placement: tenant.placement }),
    routing: tenant.routing ?? DEFAULT_TENANT.routing,
    dispatch: tenant.dispatch ?? DEFAULT_TENANT.dispatch,
    translation: { ...translation, kind: translationKind, ...tenant.translation },
    ...(tenant.bandwidth && { bandwidth: { windowCycles, ...tenant.bandwidth } }),
    ...(tenant.channels && { channels: tenant.channels }),
    arrivalCycle: tenant.arrivalCycle ?? DEFAULT_TENANT.arrivalCycle,
    ...(tenant.departureCycle !== undefined && { departureCycle: tenant.departureCycle }),
    workload: {
      model: tenant.workload?.model ?? workload.model,
      iterations: tenant.workload?.iterations ?? workload.iterations,
      weights: tenant.workload?.weights ?? workload.weights,
      tokens: tenant.workload?.tokens ?? workload.tokens,
    },
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
