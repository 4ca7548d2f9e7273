/**
 * The same workload under every mode: one document per mode, alike in all else. What the tenant's own document says and a mode cannot do
 * (a translation, a placement, a move) is left out there, as it is when a hand changes the mode. Machine model section 9.
 */
import { MODES, type Mode } from '../model/vnpu.ts';
import { canonical } from './canonical.ts';
import { editTenant } from './edits.ts';
import type { ExperimentDocument } from './schema.ts';

export interface Variant {
  readonly mode: Mode;
  readonly document: ExperimentDocument;
}

/**
 * Variants of a document in the order of MODES.
 * @param tenant whose mode varies
 * @param alone as the only tenant, from cycle 0 on; else beside the same neighbours
 */
export function modeVariants(document: ExperimentDocument, tenant: number, alone: boolean): Variant[] {
  const base = alone ? onlyTenant(document, tenant) : document;
  return MODES.map((mode) => ({ mode, document: editTenant(base, alone ? 0 : tenant, { mode }) }));
}

function onlyTenant(document: ExperimentDocument, tenant: number): ExperimentDocument {
  const own = document.tenants!.slice(tenant, tenant + 1);
  return canonical({
    ...document,
    events: document.events?.filter((event) => event.tenant === own[0]?.name),
    tenants: own.map((kept) => ({ ...kept, arrivalCycle: undefined, departureCycle: undefined })),
  });
}
