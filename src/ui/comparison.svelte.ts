/** A comparison of modes while it is computed: rows as they come in, and how far the others are. Gone with the panel that shows it. */
import type { Variant } from '../experiment/comparison.ts';
import type { Mode } from '../model/vnpu.ts';
import type { Compared } from '../report/comparison.ts';
import { computeComparison } from '../worker/comparison.ts';

export class Comparison {
  rows = $state.raw<readonly Compared[]>([]);
  /** Iterations done by the runs that are not over. */
  progress = $state.raw<Readonly<Partial<Record<Mode, number>>>>({});
  running = $state(false);
  private stopWorkers: (() => void) | null = null;

  start(variants: readonly Variant[], tenant: number): void {
    this.stop();
    this.rows = [];
    this.progress = {};
    this.running = true;
    this.stopWorkers = computeComparison(variants, tenant, {
      onProgress: ({ mode }, { iterations }) => (this.progress = { ...this.progress, [mode]: iterations }),
      onRow: (row) => (this.rows = [...this.rows, row]),
      onEnd: () => (this.running = false),
    });
  }

  stop(): void {
    this.stopWorkers?.();
    this.stopWorkers = null;
    this.running = false;
  }
}
