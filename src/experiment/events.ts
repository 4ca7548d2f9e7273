/**
 * What happens to tenants while they run: an event takes one of them to other tiles. Rules that events must keep, and the moves of a
 * tenant that they make. Whether tiles are free at that time is for the hypervisor to say.
 */
import type { Chip } from '../model/chip.ts';
import type { MoveRequest } from '../model/experiment.ts';
import type { Problem } from '../model/problem.ts';
import { oneOf, show } from './messages.ts';
import { MODE_RULES } from './modes.ts';
import { placementProblems } from './rules.ts';
import type { EventDocument, ExperimentDocument, TenantDocument } from './schema.ts';

/** Every broken rule of the events of a document. */
export const eventProblems = ({ events = [], tenants = [] }: ExperimentDocument, chip: Chip): Problem[] =>
  events.flatMap((event, index) => {
    const path = `events.${index}`;
    const tenant = tenants.find(({ name }) => name === event.tenant);
    if (tenant === undefined) return [{ path: `${path}.tenant`, message: nobody(event.tenant, tenants) }];
    return [
      ...timeProblems(event, tenant, `${path}.cycle`),
      ...repeated(events, index),
      ...modeForbids(tenant, `${path}.placement`),
      ...placementProblems(chip, { placement: event.placement, topology: tenant.topology }, `${path}.placement`),
    ];
  });

/** The moves of a tenant in the order of their cycles, or nothing if it stays. */
export function movesOf({ events = [] }: ExperimentDocument, name: string): { moves?: MoveRequest[] } {
  const moves = events.flatMap(({ cycle, tenant, placement }, event) =>
    tenant === name ? [{ event, cycle, placement }] : [],
  );
  return moves.length === 0 ? {} : { moves: moves.sort((a, b) => a.cycle - b.cycle) };
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

function modeForbids({ name, mode = 'vnpu' }: TenantDocument, path: string): Problem[] {
  if (MODE_RULES[mode].placement) return [];
  const message = `names tiles, but the mode ${show(mode)} of ${show(name)} chooses them; leave the event out`;
  return [{ path, message }];
}
