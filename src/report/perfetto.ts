/**
 * A run as Chrome trace events, which Perfetto opens: a process per tenant, a thread per core, a slice per stretch of buckets with
 * the same leading cause, a counter track per tenant with the shares of its time, and a mark for every move or change of size. Buckets are the resolution: single
 * instructions are not in it. Source: "Trace Event Format", Google, 2016. Time stamps are microseconds of the simulated chip.
 */
import { CAUSES, CAUSE_GROUPS } from '../model/causes.ts';
import { shapesOf, type Plan } from '../model/plan.ts';
import type { TimelineData } from '../engine/snapshot.ts';
import { planCores } from './cores.ts';
import { bucketFill, coresByTenant, timelineColumns } from './timeline.ts';

/** Threads of a process are numbered by virtual core, those of its later sizes from multiples of this on. */
const SIZE_THREADS = 1000;

export interface TraceEvent {
  readonly ph: 'M' | 'X' | 'C' | 'i';
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly ts?: number;
  readonly dur?: number;
  /** Of a mark: it is about the whole process. */
  readonly s?: 'p';
  readonly args?: Readonly<Record<string, string | number>>;
}

/** Events one by one, so that a long run can be streamed; put commas between and brackets around them. */
export function* perfettoEvents(plan: Plan, timeline: TimelineData): Iterable<TraceEvent> {
  const cores = planCores(plan);
  for (const [tenant, { name }] of plan.tenants.entries()) {
    yield { ph: 'M', pid: tenant, tid: 0, name: 'process_name', args: { name: `tenant ${name}` } };
    yield* marks(plan, tenant, timeline.cycles);
  }
  for (const [core, { tile, tenant, shape, vcore }] of cores.entries()) {
    const sizes = shapesOf(plan.tenants[tenant]);
    const { programs, topology } = sizes[shape];
    const size = sizes.length > 1 ? ` of ${topology.width} x ${topology.height}` : '';
    const label = `${plan.tenants[tenant].name}${vcore}${size} tile ${tile} ${programs[vcore]?.stage ?? ''}`.trimEnd();
    const thread = { pid: tenant, tid: shape * SIZE_THREADS + vcore };
    yield { ph: 'M', ...thread, name: 'thread_name', args: { name: label } };
    yield* slices(timeline, core, thread, plan.chip.clockMHz);
  }
  const sets = coresByTenant(cores, plan.tenants.length);
  for (const [tenant, set] of sets.entries()) yield* counters(timeline, set, tenant, plan.chip.clockMHz);
}

/** What was asked of a tenant in the cycles that the trace covers. */
function* marks({ tenants, chip }: Plan, pid: number, cycles: number): Iterable<TraceEvent> {
  for (const { cycle, tiles, shape } of tenants[pid].moves ?? []) {
    if (cycle >= cycles) return;
    const name = shape ? `change to ${shape.topology.width} x ${shape.topology.height}` : 'move';
    yield { ph: 'i', pid, tid: 0, s: 'p', name, ts: cycle / chip.clockMHz, args: { tiles: tiles.join(' ') } };
  }
}

/** Cause with the most cycles in one bucket of a core, the first of equals; -1 where it did not have its tile. */
function leadingCause({ buckets, causes }: TimelineData, core: number, bucket: number): number {
  const at = (core * buckets + bucket) * CAUSES.length;
  let leading = 0;
  for (let cause = 1; cause < CAUSES.length; cause++) if (causes[at + cause] > causes[at + leading]) leading = cause;
  return causes[at + leading] > 0 ? leading : -1;
}

function* slices(
  timeline: TimelineData,
  core: number,
  thread: { pid: number; tid: number },
  clockMHz: number,
): Iterable<TraceEvent> {
  const { used, bucketCycles } = timeline;
  let first = 0;
  for (let bucket = 0; bucket < used; bucket++) {
    const cause = leadingCause(timeline, core, bucket);
    if (bucket + 1 < used && leadingCause(timeline, core, bucket + 1) === cause) continue;
    const cycles = (bucket - first) * bucketCycles + bucketFill(timeline, bucket);
    const ts = (first * bucketCycles) / clockMHz;
    if (cause >= 0) yield { ph: 'X', ...thread, name: CAUSES[cause], ts, dur: cycles / clockMHz };
    first = bucket + 1;
  }
}

function* counters(
  timeline: TimelineData,
  cores: readonly number[],
  pid: number,
  clockMHz: number,
): Iterable<TraceEvent> {
  const { used, bucketCycles } = timeline;
  if (used === 0) return;
  const shares = timelineColumns(timeline, cores, { from: 0, to: used * bucketCycles, columns: used });
  for (let bucket = 0; bucket < used; bucket++) {
    const percent = CAUSE_GROUPS.map(
      (group, i) => [group, Math.round(shares[bucket * CAUSE_GROUPS.length + i] * 1000) / 10] as const,
    );
    const ts = (bucket * bucketCycles) / clockMHz;
    yield { ph: 'C', pid, tid: 0, name: 'time by cause, percent', ts, args: Object.fromEntries(percent) };
  }
}
