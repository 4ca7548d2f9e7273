/** A document run flat out for its report alone: no pace, no frames, nobody to look at it. Lessons and comparisons ask for it. */
import { fail, ok, type Result } from '../model/problem.ts';
import type { CoreDetail } from '../engine/snapshot.ts';
import { buildReport } from '../report/build.ts';
import type { Report } from '../report/report.ts';
import type { Rooms } from './simulated.ts';
import { Stepper } from './stepper.ts';

/**
 * The report of a document at a cycle, or at the end of its run if that comes first. Blocks until it is there.
 * @param now milliseconds on a clock that never goes back
 */
export function measureDocument(rooms: Rooms, document: unknown, cycle: number, now: () => number): Result<Report> {
  const opened = rooms.open(document);
  if (!opened.ok) return opened;
  const plan = rooms.plan(opened.value);
  if (!plan.ok) return plan;
  const machine = rooms.machine(plan.value);
  const stepper = new Stepper(machine, now);
  stepper.run(Math.min(cycle, plan.value.stopCycles ?? Infinity), Infinity);
  return ok(buildReport(plan.value, machine.snapshot(), stepper.seconds));
}

/** Cycles per call while nothing has to be met exactly. */
const STEP = 200;

/**
 * The core at a tile right after so many of its bursts have been looked up, or at the end of the run if that comes first: what it was
 * doing then, with its last bursts. A core looks up at most one burst a cycle, so nothing is overshot.
 */
export function coreAfterBursts(rooms: Rooms, document: unknown, tile: number, bursts: number): Result<CoreDetail> {
  const opened = rooms.open(document);
  if (!opened.ok) return opened;
  const plan = rooms.plan(opened.value);
  if (!plan.ok) return plan;
  const machine = rooms.machine(plan.value);
  const end = plan.value.stopCycles ?? Infinity;
  for (;;) {
    const core = machine.core(tile);
    if (core === null) return fail('', `Tile ${tile} has no core in this experiment.`);
    const left = Math.min(bursts - core.hits - core.misses, end - machine.cycle, STEP);
    if (left <= 0 || machine.outcome !== 'running') return ok(core);
    machine.run(left);
  }
}
