/**
 * Virtual cores that share a tile (mode mig) share its scratchpad: landing slots, activations and rings of all of them stay, beside the
 * resident weights of the one whose turn it is. Where that does not fit, each gets an equal part of the scratchpad instead, and weights
 * that do not fit in it are streamed. Leaves out: keeping the weights of some and evicting those of others.
 */
import type { Chip } from '../model/chip.ts';
import type { Compilation, SharedTile } from '../model/plan.ts';
import { ok, type Result } from '../model/problem.ts';
import { RESIDENT_WEIGHTS, type Program } from '../model/program.ts';

export interface Shared {
  readonly compilation: Compilation;
  /** Absent: every virtual core has its own tile. */
  readonly tiles?: readonly SharedTile[];
}

/**
 * Programs for virtual cores on these tiles, some of them perhaps on the same.
 * @param compile compiles for so many bytes of scratchpad
 */
export function compileForTiles(
  { scratchpadBytes }: Chip,
  tiles: readonly number[],
  compile: (scratchpadBytes: number) => Result<Compilation>,
): Result<Shared> {
  const groups = groupsOf(tiles);
  const whole = compile(scratchpadBytes);
  if (groups.length === 0) return whole.ok ? ok({ compilation: whole.value }) : whole;
  const shared = whole.ok ? groups.map((group) => fitted(group, whole.value.programs, scratchpadBytes)) : [];
  if (whole.ok && shared.every((tile) => tile !== undefined)) return ok({ compilation: whole.value, tiles: shared });
  const most = Math.max(...groups.map(({ vcores }) => vcores.length));
  const part = compile(Math.floor(scratchpadBytes / most));
  if (part.ok) return ok({ compilation: part.value, tiles: groups.map((group) => ({ ...group, evicts: false })) });
  const why = `; ${most} virtual cores share a tile and its scratchpad`;
  return { ok: false, problems: part.problems.map(({ path, message }) => ({ path, message: message + why })) };
}

/** Tiles with several virtual cores, in tile order. */
function groupsOf(tiles: readonly number[]): Omit<SharedTile, 'evicts'>[] {
  const groups = new Map<number, number[]>();
  tiles.forEach((tile, vcore) => groups.set(tile, [...(groups.get(tile) ?? []), vcore]));
  return [...groups]
    .map(([tile, vcores]) => ({ tile, vcores }))
    .filter(({ vcores }) => vcores.length > 1)
    .sort((a, b) => a.tile - b.tile);
}

/** The group with what it must evict, or undefined if what stays leaves no room for the largest weights. */
function fitted(
  group: Omit<SharedTile, 'evicts'>,
  programs: readonly Program[],
  scratchpadBytes: number,
): SharedTile | undefined {
  const areas = group.vcores.map((vcore) => programs[vcore].scratchpad);
  const bytes = (isWeights: boolean): number[] =>
    areas.map((own) =>
      own.reduce((sum, { label, bytes }) => sum + ((label === RESIDENT_WEIGHTS) === isWeights ? bytes : 0), 0),
    );
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const room = scratchpadBytes - sum(bytes(false));
  if (Math.max(...bytes(true)) > room) return undefined;
  return { ...group, evicts: sum(bytes(true)) > room };
}
