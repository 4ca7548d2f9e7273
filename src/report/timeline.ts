/**
 * Where the time went, as columns to paint and as totals up to a cycle. Works on the bucketed timeline, so within one bucket time
 * is taken as evenly spread: exact at bucket borders and at the end, interpolated between. Leaves out colours and pixels.
 */
import { CAUSES, CAUSE_GROUPS } from '../model/causes.ts';
import type { RecentData, TimelineData } from '../engine/snapshot.ts';
import type { CoreId } from './cores.ts';
import { groupIndex } from './shares.ts';

const STRIDE = CAUSES.length;

/** Indices of cores that are added up in one row: all of a tenant, or a single one. */
export type CoreSet = readonly number[];

/** One set per tenant, in tenant order. */
export function coresByTenant(cores: readonly CoreId[], tenants: number): CoreSet[] {
  const sets: number[][] = Array.from({ length: tenants }, () => []);
  cores.forEach(({ tenant }, core) => sets[tenant].push(core));
  return sets;
}

/** Cycles that a bucket holds: the bucket width, and less in the one that is being filled. */
export const bucketFill = ({ bucketCycles, cycles }: TimelineData, bucket: number): number =>
  Math.min(bucketCycles, cycles - bucket * bucketCycles);

/** Add the part of the timeline between two cycles to `into`, cycles per cause. */
function accumulate(timeline: TimelineData, cores: CoreSet, from: number, to: number, into: Float64Array): void {
  const { bucketCycles, buckets, used, causes } = timeline;
  for (let bucket = Math.floor(from / bucketCycles); bucket < used && bucket * bucketCycles < to; bucket++) {
    const start = bucket * bucketCycles;
    const fill = bucketFill(timeline, bucket);
    const overlap = Math.min(to - start, fill) - Math.max(from - start, 0);
    if (overlap <= 0) continue;
    for (const core of cores) {
      const at = (core * buckets + bucket) * STRIDE;
      for (let cause = 0; cause < STRIDE; cause++) into[cause] += (causes[at + cause] * overlap) / fill;
    }
  }
}

/** Cycles per cause of a set of cores between two cycles: what some iterations were spent on. */
export function totalsBetween(timeline: TimelineData, cores: CoreSet, from: number, to: number): Float64Array {
  const totals = new Float64Array(STRIDE);
  accumulate(timeline, cores, from, to, totals);
  return totals;
}

/** From cycle 0 up to a cycle: a ghost compared at equal cycles. */
export const totalsAt = (timeline: TimelineData, cores: CoreSet, cycle: number): Float64Array =>
  totalsBetween(timeline, cores, 0, cycle);

/** Cycles per cause of single cycles, added up over a set of cores. */
function count(recent: RecentData, cores: CoreSet, from: number, to: number, into: Float64Array): void {
  const first = Math.max(0, from - recent.from);
  const end = Math.min(recent.cycles, to - recent.from);
  for (const core of cores)
    for (let i = core * recent.cycles + first; i < core * recent.cycles + end; i++) into[recent.causes[i]]++;
}

/** Columns of equal width between two cycles. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly columns: number;
}

/**
 * Shares of the cause groups per column, at [column * CAUSE_GROUPS.length + group]; a column adds up to 1, or to 0 where nothing
 * has run yet. Here idle is a share like any other, because a row shows every cycle.
 */
export const timelineColumns = (timeline: TimelineData, cores: CoreSet, span: Span): Float32Array =>
  columnsOf(span, (from, to, into) => accumulate(timeline, cores, from, to, into));

/** The same of single cycles: a column shows the whole cycles that begin in it, or, narrower than a cycle, the one that it lies in. */
export const recentColumns = (recent: RecentData, cores: CoreSet, span: Span): Float32Array =>
  columnsOf(span, (from, to, into) => {
    const first = Math.floor(from + 1e-9);
    count(recent, cores, first, Math.max(first + 1, Math.floor(to + 1e-9)), into);
  });

function columnsOf(
  { from, to, columns }: Span,
  add: (from: number, to: number, into: Float64Array) => void,
): Float32Array {
  const groups = CAUSE_GROUPS.length;
  const shares = new Float32Array(columns * groups);
  const width = (to - from) / columns;
  const totals = new Float64Array(STRIDE);
  for (let column = 0; column < columns; column++) {
    totals.fill(0);
    add(from + column * width, from + (column + 1) * width, totals);
    const sum = totals.reduce((a, b) => a + b, 0);
    if (sum === 0) continue;
    for (let cause = 0; cause < STRIDE; cause++) shares[column * groups + groupIndex(cause)] += totals[cause] / sum;
  }
  return shares;
}
