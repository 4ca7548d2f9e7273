/**
 * Every change that a hand can make to an experiment, as a pure step from one document to the next; the result is canonical. An edit
 * does not check what it makes: `parseDocument` does, before a run is started from it. Where an edit makes a hand placement
 * meaningless (another shape, another mesh), the placement goes and the mapping policy decides again; an event goes likewise.
 */
import * as v from 'valibot';
import { resolveChip, type Chip } from '../model/chip.ts';
import type { StageRequest } from '../model/experiment.ts';
import { tileAt, tileX, tileY } from '../model/mesh.ts';
import { vcoreCount, type Translation } from '../model/vnpu.ts';
import { canonical } from './canonical.ts';
import { DEFAULT_TENANT, defaultName } from './defaults.ts';
import { problemsOfEvent } from './events.ts';
import { withoutContradictions } from './modes.ts';
import { resolveTenant } from './parse.ts';
import {
  MAX_TENANTS,
  chipSchema,
  type ChipDocument,
  type EventDocument,
  type ExperimentDocument,
  type TenantDocument,
  type TrafficDocument,
} from './schema.ts';

type TenantChange = Partial<TenantDocument>;

/** Change the address translation of one tenant; what is not named stays. */
export function setTranslation(
  document: ExperimentDocument,
  tenant: number,
  translation: Partial<Translation>,
): ExperimentDocument {
  return editTenant(document, tenant, { translation });
}

/** Put the virtual cores of one tenant onto these tiles by hand; `undefined` gives them back to the mapping policy. Routes made by hand go. */
export function setPlacement(
  document: ExperimentDocument,
  tenant: number,
  tiles: readonly number[] | undefined,
): ExperimentDocument {
  return changeTenant(document, tenant, (old) => ({ ...old, placement: tiles && [...tiles], routes: undefined }));
}

/**
 * Change any keys of one tenant; a new mode takes what contradicts it out. Topology, translation and workload are merged key by key, the others replaced. A placement for
 * another number of cores, or another width, goes, and with it the routes made by hand and the distances to memory, and so do events
 * that no longer fit, and stages of another network or number of cores.
 */
export function editTenant(document: ExperimentDocument, tenant: number, change: TenantChange): ExperimentDocument {
  const edited = changeTenant(document, tenant, (old) => {
    let merged: TenantDocument = {
      ...old,
      ...change,
      topology: { ...old.topology, ...change.topology },
      translation: { ...old.translation, ...change.translation },
      workload: { ...old.workload, ...change.workload },
    };
    if (change.mode !== undefined) merged = withoutContradictions(merged);
    const { topology: before } = resolveTenant(old);
    const { topology: after } = resolveTenant(merged);
    const sameShape = before.width === after.width && vcoreCount(before) === vcoreCount(after);
    const keepsStages = vcoreCount(before) === vcoreCount(after) && networkOf(old) === networkOf(merged);
    if (!keepsStages && change.workload?.stages === undefined)
      merged = { ...merged, workload: { ...merged.workload, stages: undefined } };
    if (sameShape || change.placement !== undefined) return merged;
    const { mappingCosts } = merged;
    return {
      ...merged,
      placement: undefined,
      routes: undefined,
      mappingCosts: mappingCosts && { ...mappingCosts, memoryHops: undefined },
    };
  });
  return withFittingEvents(edited, document.tenants?.[tenant]?.name, tenant);
}

/** Take a tenant to other tiles in a cycle of the run; if its size changes in that cycle, it comes to these tiles with it. */
export function addMove(
  document: ExperimentDocument,
  tenant: number,
  cycle: number,
  tiles: readonly number[],
): ExperimentDocument {
  const { name } = document.tenants![tenant];
  const { events = [] } = document;
  const old = events.find((event) => event.tenant === name && event.cycle === cycle);
  const others = events.filter((event) => event !== old);
  return canonical({ ...document, events: [...others, { ...old, cycle, tenant: name, placement: [...tiles] }] });
}

/** What of a tenant decides its operators. */
function networkOf({
  workload: { model, operators, sizes, tokens, batch, phase, blocks } = {},
}: TenantDocument): string {
  const { workload } = DEFAULT_TENANT;
  return JSON.stringify([
    model ?? workload.model,
    ...[operators, sizes, tokens ?? workload.tokens, batch ?? workload.batch],
    ...[phase ?? workload.phase, blocks ?? workload.blocks],
  ]);
}

/** Cut the network of a tenant into these stages; `undefined` gives that back to the compiler. */
export function setStages(
  document: ExperimentDocument,
  tenant: number,
  stages: readonly StageRequest[] | undefined,
): ExperimentDocument {
  return editTenant(document, tenant, { workload: { stages: stages && [...stages] } });
}

export const renameTenant = (document: ExperimentDocument, tenant: number, name: string): ExperimentDocument =>
  editTenant(document, tenant, { name });

/** Add a tenant at the end; without a name it gets the first free letter. */
export function addTenant(document: ExperimentDocument, tenant: TenantChange = {}): ExperimentDocument {
  const tenants = document.tenants ?? [];
  return canonical({ ...document, tenants: [...tenants, { ...tenant, name: tenant.name ?? freeName(tenants) }] });
}

export function removeTenant(document: ExperimentDocument, tenant: number): ExperimentDocument {
  const name = document.tenants?.[tenant]?.name;
  return canonical({
    ...document,
    tenants: document.tenants?.filter((_, index) => index !== tenant),
    events: document.events?.filter((event) => event.tenant !== name),
  });
}

/**
 * Change keys of the chip; `undefined` gives a key back to the preset. When the mesh gets another width or height, tiles keep their
 * x and y: placements move along, and a placement that no longer lies on core tiles goes, as do named tiles that no longer exist and
 * all routes made by hand.
 */
export function setChip(document: ExperimentDocument, change: ChipDocument): ExperimentDocument {
  const given = { ...document.chip, ...change };
  // What is no chip at all cannot be resolved: the document carries it to parseDocument, which says what is wrong with it.
  if (!v.is(chipSchema, given)) return { ...document, chip: given };
  const before = resolveChip(document.chip ?? {});
  const bare = resolveChip({ ...given, memoryTiles: undefined, disabledTiles: undefined });
  const moved = (tiles: number[] | undefined): number[] | undefined =>
    tiles?.map((tile) => sameSpot(before, bare, tile)).filter((tile) => tile >= 0);
  const chip = {
    ...given,
    memoryTiles: change.memoryTiles ?? moved(given.memoryTiles),
    disabledTiles: change.disabledTiles ?? moved(given.disabledTiles),
  };
  const after = resolveChip(chip);
  const resized = before.width !== after.width || before.height !== after.height;
  const tenants = document.tenants?.map((tenant) => {
    const placement = moved(tenant.placement);
    const stands =
      placement?.length === tenant.placement?.length && placement?.every((tile) => after.tiles[tile] === 'core');
    return { ...tenant, placement: stands ? placement : undefined, ...(resized && { routes: undefined }) };
  });
  const events = document.events?.flatMap((event): EventDocument[] => {
    const placement = moved(event.placement);
    const stands =
      placement?.length === event.placement?.length && placement?.every((tile) => after.tiles[tile] === 'core');
    if (stands ?? true) return [{ ...event, placement }];
    return event.topology ? [{ ...event, placement: undefined }] : [];
  });
  const traffic = resized && document.traffic ? { ...document.traffic, routes: undefined } : document.traffic;
  return canonical({ ...document, chip, tenants, events, ...(traffic && { traffic }) });
}

/** Change synthetic traffic; what is not named stays. */
export const setTraffic = (document: ExperimentDocument, change: TrafficDocument): ExperimentDocument =>
  canonical({ ...document, traffic: { ...document.traffic, ...change } });

/** Title, note, seed and stop. */
export const setExperiment = (
  document: ExperimentDocument,
  change: Partial<Pick<ExperimentDocument, 'title' | 'note' | 'seed' | 'stop'>>,
): ExperimentDocument => canonical({ ...document, ...change });

/** Place all tenants in the order of least total cost, which takes placements by hand and their routes away; or in the given order again. */
export function placeTogether(document: ExperimentDocument, together: boolean): ExperimentDocument {
  const free = (tenant: TenantDocument): TenantDocument => ({ ...tenant, placement: undefined, routes: undefined });
  const tenants = together ? document.tenants?.map(free) : document.tenants;
  return canonical({ ...document, tenants, placementOrder: together ? 'best' : 'given' });
}

function changeTenant(
  document: ExperimentDocument,
  tenant: number,
  change: (old: TenantDocument) => TenantDocument,
): ExperimentDocument {
  const tenants = document.tenants?.map((old, index) => (index === tenant ? change(old) : old));
  return canonical({ ...document, tenants });
}

/** Events of a tenant follow its name; those that its new shape, mode or life contradicts go. */
function withFittingEvents(
  document: ExperimentDocument,
  oldName: string | undefined,
  index: number,
): ExperimentDocument {
  const tenant = document.tenants?.[index];
  if (document.events === undefined || tenant === undefined) return document;
  const named = document.events.map((event) => (event.tenant === oldName ? { ...event, tenant: tenant.name } : event));
  const chip = resolveChip(document.chip ?? {});
  const fits = ({ tenant: name }: EventDocument, event: number): boolean =>
    name !== tenant.name || problemsOfEvent({ ...document, events: named }, chip, event).length === 0;
  return canonical({ ...document, events: named.filter(fits) });
}

function freeName(tenants: readonly TenantDocument[]): string {
  const letters = Array.from({ length: MAX_TENANTS + 1 }, (_, index) => defaultName(index));
  return letters.find((letter) => tenants.every(({ name }) => name !== letter))!;
}

function sameSpot(from: Chip, to: Chip, tile: number): number {
  const x = tileX(from, tile);
  const y = tileY(from, tile);
  return x < to.width && y < to.height ? tileAt(to, x, y) : -1;
}
