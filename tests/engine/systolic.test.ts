/** Compute cycles against SCALE-Sim v2 (tests/reference/systolic_public.csv), row by row. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { systolicCycles } from '../../src/engine/probes.ts';
import type { Dataflow } from '../../src/model/program.ts';
import { kernel } from '../support/kernel.ts';

const rows = readFileSync('tests/reference/systolic_public.csv', 'utf8').trim().split('\n').slice(1);

it('all 243 rows of the reference', () => {
  expect(rows).toHaveLength(243);
  for (const row of rows) {
    const [, array, dataflow, , M, N, K, cycles] = row.split(',');
    const [rowsOf, cols] = array.split('x').map(Number);
    const query = { rows: rowsOf, cols, dataflow: dataflow as Dataflow, M: Number(M), N: Number(N), K: Number(K) };
    expect(systolicCycles(kernel, query), row).toBe(Number(cycles));
  }
});
