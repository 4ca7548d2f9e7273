/** Says why a network does not fit: the operator that cannot be split small enough, what it needs and what there is. */
import type { Misfit } from './fit.ts';
import { stageStarts } from './graph.ts';
import { fewestCores } from './partition.ts';
import { isSplittable, type Split } from './split.ts';
import { StageCosts, type CostRequest } from './stage-cost.ts';

const bytes = (count: number): string => `${count.toLocaleString('en-US')} bytes`;

/** One sentence for a request that has no partition; `most` is the largest number of cores that a tenant may have. */
export function explainMisfit(request: CostRequest, most: number): string {
  const { chip, vcores } = request;
  const has = `the scratchpad has ${bytes(chip.scratchpadBytes)}, of which ${bytes(chip.reservedBytes)} are reserved and more hold landing slots`;
  const advice =
    'larger scratchpads, more virtual cores or fewer tokens would help; spilling activations to memory is not available yet';
  const worst = worstOperator(request);
  const reason =
    worst === undefined
      ? tooFewCores(vcores, fewestCores(request, most), most)
      : `${worst.name} needs ${bytes(worst.neededBytes)} at once, however it is split over ${count(vcores)}`;
  return `${reason}; ${has}; ${advice}`;
}

const count = (cores: number): string => `${cores} virtual core${cores === 1 ? '' : 's'}`;

function tooFewCores(vcores: number, fewest: number | undefined, most: number): string {
  const needed = fewest === undefined ? `more than ${count(most)}` : `at least ${count(fewest)}`;
  return `each operator fits, but together they need ${needed}, not ${vcores}`;
}

/** Of the operators that fit in no split, alone or with what follows, the one that needs most. */
function worstOperator(request: CostRequest): { name: string; neededBytes: number } | undefined {
  const { graph, vcores } = request;
  const costs = new StageCosts(request);
  const cuts = [...stageStarts(graph), graph.layers.length];
  let worst: { name: string; neededBytes: number } | undefined;
  for (let from = 0; from + 1 < cuts.length; from++) {
    const misfit = leastMisfit(costs, request, cuts[from], cuts[from + 1] - 1, vcores);
    const joined = cuts[Math.min(from + 2, cuts.length - 1)] - 1;
    if (misfit === undefined || leastMisfit(costs, request, cuts[from], joined, vcores) === undefined) continue;
    if (misfit.neededBytes <= (worst?.neededBytes ?? 0)) continue;
    worst = { name: graph.layers[misfit.layer].name, neededBytes: misfit.neededBytes };
  }
  return worst;
}

/** Undefined if some split fits, else the one that needs least. */
function leastMisfit(
  costs: StageCosts,
  { graph }: CostRequest,
  first: number,
  last: number,
  vcores: number,
): Misfit | undefined {
  let least: Misfit | undefined;
  for (const split of ['whole', 'rows', 'channels'] as Split[]) {
    for (let cores = split === 'whole' ? 1 : 2; cores <= (split === 'whole' ? 1 : vcores); cores++) {
      const shape = { first, last, cores, split };
      if (cores > 1 && !isSplittable(graph, shape)) continue;
      const cost = costs.of(shape);
      if (!('layer' in cost)) return undefined;
      if (least === undefined || cost.neededBytes < least.neededBytes) least = cost;
    }
  }
  return least;
}
