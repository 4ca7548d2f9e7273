/**
 * Several tenants at once. The policies place one after the other, and an early one can take what a later one needs: here orders are tried
 * and the one of least total cost wins, among equals the one that leaves the largest free rectangle; then each tenant is tried once
 * more among the others. Leaves out placements that take two tenants at once to reach.
 */
import type { Chip } from '../model/chip.ts';
import type { TenantRequest } from '../model/experiment.ts';
import { ok, type Result } from '../model/problem.ts';
import { freeRectangle } from './defragment.ts';
import { placeTenants, type Placement } from './placement.ts';
import type { Searching } from './similar.ts';

/** Up to this many tenants every order is tried; of more, the given one, by size, and some by chance. */
const EVERY_ORDER = 4;
const SOME_ORDERS = 12;

/** Place all tenants in the best order found; what cannot be placed in any order is refused as in the given one. */
export function placeJointly(
  chip: Chip,
  requests: readonly TenantRequest[],
  searching?: Searching,
): Result<Placement[]> {
  let best = placeTenants(chip, requests, searching);
  for (const order of ordersOf(requests, searching?.seed ?? 0)) {
    const placed = inOrderOf(order, chip, requests, searching);
    if (placed.ok && (!best.ok || isBetter(chip, placed.value, best.value))) best = placed;
  }
  return best.ok ? ok(improved(chip, requests, best.value, searching)) : best;
}

/** Each tenant in turn is taken out and placed again among the others, until that betters nothing any more. */
function improved(
  chip: Chip,
  requests: readonly TenantRequest[],
  placements: readonly Placement[],
  searching?: Searching,
): Placement[] {
  let present = [...placements];
  for (let since = 0, i = 0; since < requests.length; since++, i = (i + 1) % requests.length) {
    const among = requests.map((request, j) => (i === j ? request : { ...request, placement: present[j].tiles }));
    const again = placeTenants(chip, among, searching);
    if (!again.ok) continue;
    const other = present.map((placement, j) => (i === j ? again.value[j] : placement));
    if (!isBetter(chip, other, present)) continue;
    present = other;
    since = -1;
  }
  return present;
}

function inOrderOf(order: readonly number[], chip: Chip, requests: readonly TenantRequest[], searching?: Searching) {
  const reordered = searching && { ...searching, transfers: (i: number) => searching.transfers(order[i]) };
  const placed = placeTenants(
    chip,
    order.map((i) => requests[i]),
    reordered,
  );
  if (!placed.ok) return placed;
  return { ok: true, value: requests.map((_, i) => placed.value[order.indexOf(i)]) } as const;
}

const costOf = (placements: readonly Placement[]): number =>
  placements.reduce((sum, { search, editDistance }) => sum + (search?.cost ?? editDistance), 0);

function isBetter(chip: Chip, a: readonly Placement[], b: readonly Placement[]): boolean {
  const difference = costOf(a) - costOf(b);
  return difference < 0 || (difference === 0 && freeAfter(chip, a) > freeAfter(chip, b));
}

const freeAfter = (chip: Chip, placements: readonly Placement[]): number =>
  freeRectangle(
    chip,
    placements.map(({ tiles, partition }) => partition ?? tiles),
  );

function ordersOf(requests: readonly TenantRequest[], seed: number): number[][] {
  const given = requests.map((_, i) => i);
  if (given.length <= EVERY_ORDER) return permutations(given);
  const size = (i: number): number => requests[i].topology.width * requests[i].topology.height;
  const rising = [...given].sort((a, b) => size(a) - size(b));
  const shuffled = Array.from({ length: SOME_ORDERS }, (_, round) => shuffle(given, seed + round));
  return [[...rising].reverse(), rising, ...shuffled];
}

const permutations = (items: readonly number[]): number[][] =>
  items.length === 0
    ? [[]]
    : items.flatMap((first) => permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]));

/** The same items in an order that follows from a seed (a hash of seed and item, sorted). */
const shuffle = (items: readonly number[], seed: number): number[] => {
  const hash = (item: number): number => Math.imul((seed + 1) * 0x9e3779b1 + item * 0x85ebca6b, 0xc2b2ae35) >>> 0;
  return [...items].sort((a, b) => hash(a) - hash(b));
};
