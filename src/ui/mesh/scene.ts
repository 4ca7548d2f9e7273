/** What the mesh picture shows besides the counters: the chip, who is where, and what is selected or held. Plain data. */
import type { Chip } from '../../model/chip.ts';
import type { Experiment } from '../../model/experiment.ts';
import type { DragState } from '../drag.ts';
import type { LinkId } from './geometry.ts';

export interface SceneTenant {
  readonly letter: string;
  readonly name: string;
  /** Tile of each virtual core. */
  readonly tiles: readonly number[];
  /** Width of the virtual mesh: which virtual cores are neighbours. */
  readonly width: number;
  /** What each virtual core does; empty until the run has been planned. */
  readonly stages: readonly string[];
  /** Not on the chip now: not yet, or no longer. It is drawn as an outline, and has only tiles that nobody else has. */
  readonly away: boolean;
}

export type Selection =
  | { readonly kind: 'core'; readonly tile: number }
  | { readonly kind: 'link'; readonly link: LinkId }
  | { readonly kind: 'tenant' | 'placement'; readonly tenant: number }
  /** A tenant under every mode. */
  | { readonly kind: 'modes'; readonly tenant: number }
  /** The tables of a tenant, seen from the core at a tile or from its card. */
  | { readonly kind: 'tables'; readonly tenant: number; readonly tile: number | null }
  /** Its operators as a graph instead of the cards. */
  | { readonly kind: 'network'; readonly tenant: number }
  /** The packet that began its way at this tile. */
  | { readonly kind: 'packet'; readonly tile: number }
  | null;

export interface Scene {
  readonly chip: Chip;
  readonly tenants: readonly SceneTenant[];
}

/** @param infos tenants as the run has planned them, with the label of each core's stage */
export const sceneTenants = (
  { tenants }: Pick<Experiment, 'tenants'>,
  letters: readonly string[],
  placements: readonly (readonly number[])[],
  infos: readonly ({ readonly stageLabels: readonly string[] } | undefined)[],
  away: readonly boolean[],
): SceneTenant[] =>
  tenants.map(({ name, topology }, i) => ({
    letter: letters[i],
    name,
    tiles: placements[i] ?? [],
    width: topology.width,
    stages: infos[i]?.stageLabels ?? [],
    away: away[i],
  }));

export interface Owner {
  readonly tenant: number;
  readonly vcore: number;
  /** The other virtual cores that share the tile in turns. */
  readonly others: readonly number[];
}

/** Owner of each tile, or undefined; whoever is away gives way. */
export function owners({ chip, tenants }: Scene): (Owner | undefined)[] {
  const byTile = new Array<Owner | undefined>(chip.tiles.length);
  tenants.forEach(({ tiles, away }, tenant) =>
    tiles.forEach((tile, vcore) => {
      const known = byTile[tile];
      if (known?.tenant === tenant) byTile[tile] = { ...known, others: [...known.others, vcore] };
      else if (!known || !away || tenants[known.tenant].away) byTile[tile] = { tenant, vcore, others: [] };
    }),
  );
  return byTile;
}

/** Tenants whose badge is shown: of those that are away, where its tile is nobody else's. */
export function badged(scene: Scene): (readonly [tenant: number, shown: SceneTenant])[] {
  const owned = owners(scene);
  return [...scene.tenants.entries()].filter(([i, shown]) => owned[badgeTile(shown)]?.tenant === i);
}

/** The tile that carries a tenant's letter badge: the leftmost of its topmost row. */
export const badgeTile = (tenant: SceneTenant): number => Math.min(...tenant.tiles);

/** While something is held, the tile it would leave and where it hovers. */
export interface Held {
  readonly state: Extract<DragState, { phase: 'dragging' }>;
  /** For every tile, may it be dropped there? */
  readonly legal: readonly boolean[];
}

/** One letter per tenant: its name where all names are that short, else A, B, C in order. */
export function lettersOf(names: readonly string[]): string[] {
  const short = names.every((name) => /^\p{L}\p{N}?$/u.test(name)) && new Set(names).size === names.length;
  return short ? [...names] : names.map((_, i) => String.fromCharCode(65 + (i % 26)));
}
