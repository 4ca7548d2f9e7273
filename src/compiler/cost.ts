/**
 * What work costs in cycles, as the machine counts it: the systolic formula (SCALE-Sim v2's compute cycles), vector lanes, links and a
 * core's part of the memory bandwidth. Estimates only choose between plans; the machine counts for itself.
 */
import type { Chip } from '../model/chip.ts';
import { VECTOR_COST, type Dataflow, type VectorOp } from '../model/program.ts';

export interface ArrayShape {
  readonly arrayRows: number;
  readonly arrayColumns: number;
}

/** Cycles of [M,K] x [K,N] on the array: folds x (streamed dimension + fill and drain). */
export function systolicCycles(array: ArrayShape, dataflow: Dataflow, M: number, N: number, K: number): number {
  const { arrayRows: R, arrayColumns: C } = array;
  if (dataflow === 'ws') return Math.ceil(K / R) * Math.ceil(N / C) * (M + 2 * R + C - 2);
  if (dataflow === 'os') return Math.ceil(M / R) * Math.ceil(N / C) * (K + R + C - 2);
  return Math.ceil(K / R) * Math.ceil(M / C) * (N + 2 * R + C - 2);
}

const DATAFLOWS: readonly Dataflow[] = ['ws', 'os', 'is'];

export interface Choice {
  readonly dataflow: Dataflow;
  readonly cycles: number;
}

/** The cheapest dataflow; the first of equals in the order ws, os, is. */
export function bestDataflow(array: ArrayShape, M: number, N: number, K: number): Choice {
  let best: Choice = { dataflow: 'ws', cycles: Infinity };
  for (const dataflow of DATAFLOWS) {
    const cycles = systolicCycles(array, dataflow, M, N, K);
    if (cycles < best.cycles) best = { dataflow, cycles };
  }
  return best;
}

export const vectorCycles = ({ vectorLanes }: Pick<Chip, 'vectorLanes'>, fn: VectorOp, elements: number): number =>
  Math.ceil(elements / vectorLanes) * VECTOR_COST[fn];

/** Cycles that bytes need on one link. */
export const linkCycles = ({ flitBytes }: Pick<Chip, 'flitBytes'>, bytes: number): number =>
  Math.ceil(bytes / flitBytes);

/** Round trip of a burst beside the memory's latency: routers both ways and the queue at a busy interface (our estimate). */
const ROUND_TRIP_CYCLES = 70;

/**
 * Bytes per cycle that one core can draw: what its bursts in flight and its link carry, and never more than the tenant's share.
 * Memory serves whoever asks, so a core may draw more than an even share while others, busy with products, draw less.
 */
export function coreBandwidth(chip: Chip, tenantBytesPerCycle: number): number {
  const inFlight = (chip.outstandingBursts * chip.burstBytes) / (chip.memoryLatencyCycles + ROUND_TRIP_CYCLES);
  return Math.min(tenantBytesPerCycle, inFlight, chip.flitBytes);
}
