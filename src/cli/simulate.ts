/**
 * Runs a plan in this thread, flat out, to its end or to a number of cycles. `seconds` is the time inside the kernel. On the way it
 * can take the digest at one cycle, so that a shared result is checked without a second run.
 */
import { Machine } from '../engine/machine.ts';
import type { Plan } from '../model/plan.ts';
import { progress } from './output.ts';

/** Cycles per call: long enough to hide the call, short enough to show progress. */
const SLICE = 200_000;
const PROGRESS_MS = 250;

export interface Simulated {
  readonly machine: Machine;
  readonly seconds: number;
  /** Digest at `digestAt`, if the run came that far. */
  readonly digestThere?: string;
}

/** `cycles`: stop there at the latest; without it at the plan's stop, or when done (or `tenant` is) or deadlocked. */
export function simulate(
  module: WebAssembly.Module,
  plan: Plan,
  { cycles, digestAt, tenant }: { cycles?: number; digestAt?: number; tenant?: number } = {},
): Simulated {
  const machine = Machine.create(module, plan);
  const end = Math.min(cycles ?? Infinity, plan.stopCycles ?? Infinity);
  const shown = { at: performance.now() };
  let seconds = 0;
  let digestThere: string | undefined;
  for (;;) {
    if (machine.cycle === digestAt) digestThere = machine.digest();
    if (machine.outcome !== 'running' || machine.cycle >= end) break;
    if (tenant !== undefined && machine.isOver(tenant)) break;
    const next = digestAt !== undefined && digestAt > machine.cycle ? Math.min(end, digestAt) : end;
    const began = performance.now();
    machine.run(Math.min(SLICE, next - machine.cycle));
    const now = performance.now();
    seconds += (now - began) / 1000;
    if (now - shown.at > PROGRESS_MS) {
      shown.at = now;
      progress(`${machine.cycle.toLocaleString('en-US')} cycles, ${Math.round(machine.cycle / seconds / 1000)} k/s`);
    }
  }
  progress('');
  return { machine, seconds, digestThere };
}
