/**
 * Mixture of experts: how many tokens each expert gets. No paper says how uneven routers are in service, so the load follows a power
 * law with an assumed exponent; an expert takes at most its capacity, and tokens beyond that are sent on to experts with room, as the
 * recycle routing of Hunyuan-Large does. Leaves out which token goes where.
 * Source: Sun et al., "Hunyuan-Large", arXiv 2411.02265 (recycle routing).
 */

export interface Routing {
  readonly tokens: number;
  readonly experts: number;
  /** Experts of one token. */
  readonly topK: number;
  /** Room of an expert as a multiple of the mean load. */
  readonly capacityFactor: number;
}

/** Load of the i-th busiest expert falls with i to this power; 0 would be even. Assumed. */
const SKEW = 0.5;

/** Tokens of each expert, the busiest first; they add up to tokens x topK. No expert sees a token twice. */
export function expertLoads({ tokens, experts, topK, capacityFactor }: Routing): number[] {
  const total = tokens * topK;
  const room = Math.min(tokens, Math.ceil((capacityFactor * total) / experts));
  const weights = Array.from({ length: experts }, (_, expert) => (expert + 1) ** -SKEW);
  const sum = weights.reduce((a, b) => a + b, 0);
  const loads: number[] = [];
  let wanted = 0;
  let given = 0;
  for (const weight of weights) {
    wanted += (total * weight) / sum;
    const load = Math.min(room, Math.round(wanted) - given);
    given += Math.round(wanted) - given;
    loads.push(load);
  }
  let left = total - loads.reduce((a, b) => a + b, 0);
  // What overflowed goes to the experts with room, the emptiest last in line first.
  for (let expert = experts - 1; left > 0; expert--) {
    const more = Math.min(left, room - loads[expert]);
    loads[expert] += more;
    left -= more;
  }
  return loads;
}
