/** `vnpu probe systolic`: cycles of matrix products on an idle array; one product or a list of them. */
import { systolicCycles, type SystolicQuery } from '../engine/probes.ts';
import { parameter } from '../model/parameters.ts';
import { ok, type Result } from '../model/problem.ts';
import type { Dataflow } from '../model/program.ts';
import { Fields, type Answer } from './probe-fields.ts';
import { table } from './table.ts';

const DATAFLOWS: readonly Dataflow[] = ['ws', 'os', 'is'];
const LARGEST = 2 ** 24;
const MOST_ROWS = 100_000;

function readOne(fields: Fields, json: unknown, path: string): SystolicQuery {
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const row = fields.object(json, path);
  const size = (key: 'M' | 'N' | 'K'): number => fields.whole(row[key], at(key), 1, LARGEST);
  return {
    rows: fields.whole(row.rows, at('rows'), 1, parameter('arrayRows').max),
    cols: fields.whole(row.cols, at('cols'), 1, parameter('arrayColumns').max),
    dataflow: fields.choice(row.dataflow, at('dataflow'), DATAFLOWS),
    M: size('M'),
    N: size('N'),
    K: size('K'),
  };
}

export function parseSystolic(json: unknown): Result<SystolicQuery | SystolicQuery[]> {
  const fields = new Fields();
  const value = Array.isArray(json)
    ? fields.list(json, '', MOST_ROWS).map((row, index) => readOne(fields, row, String(index)))
    : readOne(fields, json, '');
  return fields.result(value);
}

/** `utilization`: multiply-accumulates over cycles times processing elements. */
export function answerSystolic(module: WebAssembly.Module, json: unknown): Result<Answer> {
  const input = parseSystolic(json);
  if (!input.ok) return input;
  const rows = [input.value].flat();
  const results = rows.map((row) => {
    const cycles = systolicCycles(module, row);
    return { cycles, utilization: (row.M * row.N * row.K) / (cycles * row.rows * row.cols) };
  });
  const lines = results.map(({ cycles, utilization }) => [cycles, `${(utilization * 100).toFixed(2)} %`]);
  const text = table([['cycles', 'utilization'], ...lines]);
  return ok({ json: Array.isArray(input.value) ? results : results[0], text });
}
