/** Other placements of a tenant of an experiment, and moves that gather the free cores: what the page asks for while a hand is on the chip. */
import { MODE_RULES } from '../experiment/modes.ts';
import { alternatives, type Alternative } from '../hypervisor/alternatives.ts';
import { defragment, type Move } from '../hypervisor/defragment.ts';
import type { Grip } from '../hypervisor/move.ts';
import { wantedOf } from '../hypervisor/pick.ts';
import type { Experiment } from '../model/experiment.ts';
import { meet } from '../model/experiment.ts';
import type { Mapper } from '../model/mapping.ts';
import { searchingIn } from './build.ts';

export type { Alternative, Move };

/** What is held of which tenant, and where the hand is. */
export interface Hand extends Grip {
  readonly over: number;
}

/** Tiles of every tenant by virtual core. */
export type Placements = readonly (readonly number[])[];

export function alternativesOf(
  experiment: Experiment,
  placements: Placements,
  hand: Hand,
  mapper: Mapper,
): Alternative[] {
  const { chip, tenants } = experiment;
  const request = tenants[hand.tenant];
  const others = tenants.flatMap((other, i) => (i !== hand.tenant && meet(other, request) ? placements[i] : []));
  const taken = new Set(others);
  const isFree = (tile: number): boolean => chip.tiles[tile] === 'core' && !taken.has(tile);
  const wanted = wantedOf(chip, isFree, request, hand.tenant, searchingIn(experiment, mapper));
  const carried = { tiles: placements[hand.tenant], vcore: hand.vcore, from: hand.tile, over: hand.over };
  return alternatives(chip, isFree, wanted, carried, mapper);
}

export function gatheringMoves({ chip, tenants }: Experiment, placements: Placements): Move[] {
  return defragment(
    chip,
    tenants,
    placements.map((tiles) => ({ tiles })),
    (tenant) => MODE_RULES[tenants[tenant].mode].placement,
  );
}
