/**
 * What happens to tenants while they run: an event takes one of them to other tiles, or gives it another size. Rules that events must
 * keep, and what they make of a tenant's life. Whether tiles are free at that time is for the hypervisor to say.
 */
import type { Chip } from '../model/chip.ts';
import type { MoveRequest } from '../model/experiment.ts';
import type { Problem } from '../model/problem.ts';
import type { Topology } from '../model/vnpu.ts';
import { DEFAULT_TENANT } from './defaults.ts';
import { oneOf, show } from './messages.ts';
import { MODE_RULES } from './modes.ts';
import { placementProblems } from './rules.ts';
import type { EventDocument, ExperimentDocument, TenantDocument } from './schema.ts';

/** Every broken rule of the events of a document. */
export const eventProblems = (document: ExperimentDocument, chip: Chip): Problem[] =>
  (document.events ?? []).flatMap((_, index) => problemsOfEvent(document, chip, index));

/** The rules that one event breaks. */
export function problemsOfEvent(
  { events = [], tenants = [] }: ExperimentDocument,
  chip: Chip,
  index: number,
): Problem[] {
  const event = events[index];
  const path = `events.${index}`;
  const tenant = tenants.find(({ name }) => name === event.tenant);
  if (tenant === undefined) return [{ path: `${path}.tenant`, message: nobody(event.tenant, tenants) }];
  const topology = topologyAfter(events, tenant, event);
  return [
    ...timeProblems(event, tenant, `${path}.cycle`),
    ...repeated(events, index),
    ...nothing(event, path),
    ...modeForbids(event, tenant, path),
    ...sameSize(events, tenant, event, `${path}.topology`),
    ...placementProblems(chip, { placement: event.placement, topology }, `${path}.placement`),
  ];
}

/** The moves and changes of size of a tenant in the order of their cycles, or nothing if it stays as it is. */
export function movesOf(document: ExperimentDocument, own: TenantDocument): { moves?: MoveRequest[] } {
  const { events = [] } = document;
  const moves = events.flatMap((event, index): MoveRequest[] => {
    const { cycle, tenant, placement, topology } = event;
    if (tenant !== own.name) return [];
    return [
      {
        ...{ event: index, cycle },
        ...(placement && { placement }),
        ...(topology && { topology: topologyAfter(events, own, event) }),
      },
    ];
  });
  return moves.length === 0 ? {} : { moves: moves.sort((a, b) => a.cycle - b.cycle) };
}

/** The size of a tenant after an event: a change that names a width or a height alone keeps the other. */
function topologyAfter(events: readonly EventDocument[], tenant: TenantDocument, after: EventDocument): Topology {
  const changes = events.filter((event) => event.tenant === tenant.name && event.cycle <= after.cycle);
  return [tenant, ...changes.sort((a, b) => a.cycle - b.cycle)].reduce(
    (size, { topology }): Topology => ({ ...size, ...topology }),
    DEFAULT_TENANT.topology as Topology,
  );
}

function nobody(name: string, tenants: readonly TenantDocument[]): string {
  if (tenants.length === 0) return `names ${show(name)}, but there are no tenants`;
  return `${show(name)} is no tenant; it must be ${oneOf(tenants.map((tenant) => tenant.name))}`;
}

function timeProblems({ cycle }: EventDocument, tenant: TenantDocument, path: string): Problem[] {
  const { name, arrivalCycle = 0, departureCycle = Infinity } = tenant;
  if (cycle > arrivalCycle && cycle <= departureCycle) return [];
  const until = departureCycle === Infinity ? '' : ` and at the latest in its last cycle ${departureCycle}`;
  return [{ path, message: `is ${cycle}; it must be after ${show(name)} arrives in cycle ${arrivalCycle}${until}` }];
}

function repeated(events: readonly EventDocument[], index: number): Problem[] {
  const { cycle, tenant } = events[index];
  const first = events.findIndex((other) => other.tenant === tenant && other.cycle === cycle);
  if (first === index) return [];
  const message = `event ${first} moves ${show(tenant)} in cycle ${cycle} already; name another cycle`;
  return [{ path: `events.${index}.cycle`, message }];
}

function nothing({ placement, topology }: EventDocument, path: string): Problem[] {
  if (placement !== undefined || topology !== undefined) return [];
  const message = 'says nothing; it must name other tiles ("placement"), another size ("topology"), or both';
  return [{ path, message }];
}

function modeForbids(event: EventDocument, { name, mode = 'vnpu', routes }: TenantDocument, path: string): Problem[] {
  if (event.placement !== undefined && !MODE_RULES[mode].placement) {
    const message = `names tiles, but the mode ${show(mode)} of ${show(name)} chooses them; leave the event out`;
    return [{ path: `${path}.placement`, message }];
  }
  if (event.topology === undefined) return [];
  const why =
    mode === 'mig'
      ? `the mode "mig" of ${show(name)} keeps its partition`
      : routes && `the routes made by hand of ${show(name)} are between the cores that it has`;
  if (why === undefined) return [];
  return [{ path: `${path}.topology`, message: `is another size, but ${why}; leave one of them out` }];
}

function sameSize(
  events: readonly EventDocument[],
  tenant: TenantDocument,
  event: EventDocument,
  path: string,
): Problem[] {
  if (event.topology === undefined) return [];
  const others = events.filter((other) => other !== event && other.cycle < event.cycle);
  const before = topologyAfter(others, tenant, event);
  const after = topologyAfter(events, tenant, event);
  if (before.width !== after.width || before.height !== after.height) return [];
  const size = `${before.width} x ${before.height}`;
  return [
    { path, message: `is ${size}, which ${show(tenant.name)} has already; name another size, or only "placement"` },
  ];
}
