/** One tenant under every mode, computed in the pool of workers; each run says how far it is. */
import { proxy } from 'comlink';
import type { Variant } from '../experiment/comparison.ts';
import type { Compared } from '../report/comparison.ts';
import { runPool } from './pool.ts';
import type { ComparisonApi, VariantProgress } from './protocol.ts';

export interface ComparisonEvents {
  readonly onProgress: (variant: Variant, progress: VariantProgress) => void;
  readonly onRow: (row: Compared) => void;
  /** All rows are there, or a worker could not be run. */
  readonly onEnd: () => void;
}

/** Start; returns the way to stop it. */
export const computeComparison = (
  variants: readonly Variant[],
  tenant: number,
  { onProgress, onRow, onEnd }: ComparisonEvents,
): (() => void) =>
  runPool<ComparisonApi, Variant, Compared>({
    jobs: variants,
    start: () => new Worker(new URL('./comparison-worker.ts', import.meta.url), { type: 'module' }),
    ask: (api, variant) =>
      api.run(
        variant,
        tenant,
        proxy((progress: VariantProgress) => onProgress(variant, progress)),
      ),
    onAnswer: onRow,
    onEnd,
  });
