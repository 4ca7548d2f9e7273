/** Bytes that compiled programs move in one iteration: from one virtual core to another, the weights of a request's edges, and from memory. */
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

/** From memory to each virtual core. */
export function loadedBytes({ programs, iterations }: Pick<Compilation, 'programs' | 'iterations'>): number[] {
  const bytes = programs.map(() => 0);
  for (const { vcore, steps } of programs) {
    forEachInstruction(steps, (step, times) => {
      if (step.op === 'load') bytes[vcore] += (step.bytes * times) / iterations;
    });
  }
  return bytes;
}
