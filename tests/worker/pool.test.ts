/** The pool of workers: how many workers, never more than leave the page and the simulation a processor each. */
import { expect, it } from 'vitest';
import { poolSize } from '../../src/worker/pool.ts';

it.each([
  // jobs, processors, busy
  [24, 8, 0, 7],
  [24, 8, 1, 6],
  [24, 2, 1, 1],
  [24, 1, 1, 1],
  [3, 8, 1, 3],
  [0, 8, 1, 0],
])('%i jobs on %i processors with %i busy: %i workers', (jobs, processors, busy, workers) => {
  expect(poolSize(jobs, processors, busy)).toBe(workers);
});
