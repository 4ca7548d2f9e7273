/**
 * What a mode means for the other keys of a tenant: the defaults it sets, and the words it can do. A word that contradicts the mode
 * is an error, so a document never says one thing and runs another. Machine model section 9.
 */
import type { Mapping, Mode, Routing, TranslationKind } from '../model/vnpu.ts';
import { MAPPINGS, ROUTINGS, TRANSLATIONS } from '../model/vnpu.ts';
import type { Problem } from '../model/problem.ts';
import { oneOf, show } from './messages.ts';
import type { TenantDocument } from './schema.ts';

interface ModeRules {
  /** The first of each list is the default. */
  readonly translation: readonly TranslationKind[];
  readonly mapping: readonly Mapping[];
  /** Confined routes stand in a routing table, which only virtual NPUs have. */
  readonly routing: readonly Routing[];
  /** May tiles be named by hand? */
  readonly placement: boolean;
}

export const MODE_RULES: Readonly<Record<Mode, ModeRules>> = {
  vnpu: { translation: TRANSLATIONS, mapping: MAPPINGS, routing: ROUTINGS, placement: true },
  bare: { translation: ['physical'], mapping: MAPPINGS, routing: ['dor'], placement: true },
  uvm: { translation: ['page'], mapping: MAPPINGS, routing: ['dor'], placement: true },
  mig: {
    translation: ['physical', 'page', 'vchunk'],
    mapping: ['exact', 'rowMajor', 'snake'],
    routing: ['dor'],
    placement: false,
  },
  zigzag: { translation: TRANSLATIONS, mapping: ['snake'], routing: ROUTINGS, placement: false },
};

/** What a mode sets where the document is silent. */
export const modeDefaults = (mode: Mode): { mapping: Mapping; translationKind: TranslationKind } => ({
  mapping: MODE_RULES[mode].mapping[0],
  translationKind: MODE_RULES[mode].translation[0],
});

/** Keys of a tenant that its mode cannot do. */
export function modeProblems(tenant: TenantDocument, index: number): Problem[] {
  const mode = tenant.mode ?? 'vnpu';
  const rules = MODE_RULES[mode];
  const problems: Problem[] = [];
  const check = (key: string, word: string | undefined, can: readonly string[]): void => {
    if (word === undefined || can.includes(word)) return;
    const message = `is ${show(word)}, which the mode ${show(mode)} contradicts; it must be ${oneOf(can)} or left out`;
    problems.push({ path: `tenants.${index}.${key}`, message });
  };
  check('translation.kind', tenant.translation?.kind, rules.translation);
  check('mapping', tenant.mapping, rules.mapping);
  check('routing', tenant.routing, rules.routing);
  if (tenant.routes !== undefined && mode === 'uvm') {
    const message = `are ways of messages between cores, of which the mode ${show(mode)} has none; leave them out`;
    problems.push({ path: `tenants.${index}.routes`, message });
  }
  if (tenant.placement !== undefined && !rules.placement) {
    const message = `names tiles, but the mode ${show(mode)} chooses them; leave it out`;
    problems.push({ path: `tenants.${index}.placement`, message });
  }
  return problems;
}

/** The same tenant without what its mode cannot do: after a hand has changed the mode. */
export function withoutContradictions(tenant: TenantDocument): TenantDocument {
  const broken = new Set(modeProblems(tenant, 0).map(({ path }) => path.slice('tenants.0.'.length)));
  return {
    ...tenant,
    ...(broken.has('mapping') && { mapping: undefined }),
    ...(broken.has('routing') && { routing: undefined }),
    ...(broken.has('placement') && { placement: undefined }),
    ...(broken.has('routes') && { routes: undefined }),
    ...(broken.has('translation.kind') && { translation: { ...tenant.translation, kind: undefined } }),
  };
}
