/**
 * `vnpu run --equal-weights`: what weighing requested edges by their traffic, or by the bottleneck, has bought. The same experiment is
 * placed again with equal weights and simulated beside the first run.
 */
import { editTenant } from '../experiment/edits.ts';
import type { ExperimentDocument } from '../experiment/schema.ts';
import { buildReport } from '../report/build.ts';
import type { Report } from '../report/report.ts';
import { planOf } from './document.ts';
import { inputError, type Exit } from './exit.ts';
import { loadKernel } from './kernel.ts';
import { simulate } from './simulate.ts';
import { table } from './table.ts';

export const EQUAL_WEIGHTS_OPTION = [
  '--equal-weights',
  'run again with equal edge weights: what other weights have bought',
] as const;

/** What one tenant would have with equal weights. */
export interface EqualWeights {
  readonly name: string;
  readonly editDistance: number;
  readonly cyclesPerIteration: number | null;
}

/** Place and run the experiment with equal weights; an error where there is nothing to compare. */
export function runWithEqualWeights(
  doc: string,
  document: ExperimentDocument,
  cycles: number | undefined,
): { equal: EqualWeights[] } | { exit: Exit } {
  const weighed = (document.tenants ?? []).flatMap(({ edgeWeights }, i) =>
    edgeWeights && edgeWeights !== 'equal' ? [i] : [],
  );
  if (weighed.length === 0) {
    const message =
      'no tenant has edge weights but "equal"; give one "edgeWeights": "traffic" or "bottleneck" to compare with';
    return { exit: inputError(doc, [{ path: 'tenants', message }]) };
  }
  const equal = weighed.reduce((all, i) => editTenant(all, i, { edgeWeights: 'equal' }), document);
  const plan = planOf(equal);
  if (!plan.ok) return { exit: inputError(`${doc} with equal weights`, plan.problems) };
  const { machine, seconds } = simulate(loadKernel(), plan.value, { cycles });
  const { tenants } = buildReport(plan.value, machine.snapshot(), seconds);
  return {
    equal: tenants.map(({ name, editDistance, cyclesPerIteration }) => ({ name, editDistance, cyclesPerIteration })),
  };
}

/** A row per tenant: edit distance and cycles per iteration with equal weights, as run, and the difference. */
export function weightsTable({ tenants }: Report, equal: readonly EqualWeights[]): string {
  const cycles = (value: number | null): string => (value === null ? '-' : Math.round(value).toLocaleString('en-US'));
  const rows = tenants.map(({ name, editDistance, cyclesPerIteration: now }, i) => {
    const then = equal[i].cyclesPerIteration;
    const change = now === null || then === null ? '-' : `${(100 * (now / then - 1)).toFixed(2)} %`;
    return [name, equal[i].editDistance, cycles(then), editDistance, cycles(now), change];
  });
  const head = [
    'tenant',
    'edit distance, equal weights',
    'cycles/iteration',
    'edit distance, as run',
    'cycles/iteration',
    'change',
  ];
  return table([head, ...rows]);
}
