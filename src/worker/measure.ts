/** A document run flat out for its report alone: no pace, no frames, nobody to look at it. Lessons and comparisons ask for it. */
import { ok, type Result } from '../model/problem.ts';
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
