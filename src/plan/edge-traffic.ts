/** Bytes that compiled programs send between pairs of virtual cores in one iteration: the weights of a request's edges. */
import type { Edge } from '../model/mapping.ts';
import type { Compilation } from '../model/plan.ts';
import { forEachInstruction } from '../model/program.ts';

/** Pairs that send to each other, the lower number first, with the bytes of both directions. */
export function trafficEdges({ programs, iterations }: Pick<Compilation, 'programs' | 'iterations'>): Edge[] {
  const bytes = new Map<number, number>();
  const cores = 1 + programs.reduce((most, { vcore }) => Math.max(most, vcore), 0);
  for (const { vcore, steps } of programs) {
    forEachInstruction(steps, (step, times) => {
      if (step.op !== 'send') return;
      const pair = Math.min(vcore, step.peer) * cores + Math.max(vcore, step.peer);
      bytes.set(pair, (bytes.get(pair) ?? 0) + step.bytes * times);
    });
  }
  return [...bytes].map(([pair, sum]): Edge => [Math.floor(pair / cores), pair % cores, sum / iterations]);
}
