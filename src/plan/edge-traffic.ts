/** Bytes that compiled programs send from one virtual core to another in one iteration: the weights of a request's edges. */
import type { Edge } from '../model/mapping.ts';
import type { Compilation } from '../model/plan.ts';
import { forEachInstruction } from '../model/program.ts';

/** From sender to receiver; each ordered pair once. */
export function trafficFlows({ programs, iterations }: Pick<Compilation, 'programs' | 'iterations'>): Edge[] {
  return programs.flatMap(({ vcore, steps }) => {
    const bytes = new Map<number, number>();
    forEachInstruction(steps, (step, times) => {
      if (step.op === 'send') bytes.set(step.peer, (bytes.get(step.peer) ?? 0) + step.bytes * times);
    });
    return [...bytes].map(([peer, sum]): Edge => [vcore, peer, sum / iterations]);
  });
}
