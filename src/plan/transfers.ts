/** Bytes that compiled programs move in one iteration: from one virtual core to another, the weights of a request's edges, and from memory. */
import type { Edge, Transfers } from '../model/mapping.ts';
import type { Compilation } from '../model/plan.ts';
import { forEachInstruction } from '../model/program.ts';

export function transfersOf({ programs, iterations }: Pick<Compilation, 'programs' | 'iterations'>): Transfers {
  const loads = programs.map(() => 0);
  const messages = programs.flatMap(({ vcore, steps }) => {
    const bytes = new Map<number, number>();
    forEachInstruction(steps, (step, times) => {
      if (step.op === 'send') bytes.set(step.peer, (bytes.get(step.peer) ?? 0) + step.bytes * times);
      if (step.op === 'load') loads[vcore] += (step.bytes * times) / iterations;
    });
    return [...bytes].map(([peer, sum]): Edge => [vcore, peer, sum / iterations]);
  });
  return { messages, loads };
}
