/** `vnpu compare DOC`: one tenant under every mode on one clock, alone or beside its neighbours; all else is as the document says. */
import { modeVariants, type Variant } from '../experiment/comparison.ts';
import { nearest } from '../experiment/messages.ts';
import { parseDocument, resolve } from '../experiment/parse.ts';
import type { ExperimentDocument } from '../experiment/schema.ts';
import { mapperOf } from '../engine/mapping.ts';
import { buildPlan } from '../plan/build.ts';
import {
  comparisonCsv,
  comparisonTable,
  isRefused,
  isSteady,
  modeRow,
  refused,
  type Compared,
} from '../report/comparison.ts';
import { CYCLES_OPTION, JSON_OPTION, cyclesOption, type Command, type Options } from './command.ts';
import { openDocument } from './document.ts';
import { EXIT, inputError, usageError } from './exit.ts';
import { loadKernel, loadMapping } from './kernel.ts';
import { note, print, printJson } from './output.ts';
import { simulate } from './simulate.ts';
import { table } from './table.ts';

export const compareCommand: Command = {
  usage: 'compare <doc>',
  summary: 'Run one tenant under every mode and print a row for each',
  options: [
    ['--tenant <name>', 'which one (default: the first)'],
    ['--alone', 'as the only tenant; else beside the same neighbours'],
    JSON_OPTION,
    ['--csv', 'print comma-separated values'],
    CYCLES_OPTION,
  ],
  run: async ([doc], options) => {
    if (options.json && options.csv) return usageError('--json and --csv exclude each other');
    const cycles = cyclesOption(options);
    if ('exit' in cycles) return cycles.exit;
    const answer = await openDocument(doc);
    if ('exit' in answer) return answer.exit;
    const { document } = answer.opened;
    const tenant = tenantOf(document, options);
    if (typeof tenant === 'string') return inputError(doc, [{ path: 'tenants', message: tenant }]);
    const alone = options.alone === true;
    const variants = modeVariants(document, tenant, alone);
    const rows = variants.map((variant) => runVariant(variant, alone ? 0 : tenant, cycles.value));
    await printRows(document.tenants![tenant].name, alone, rows, options);
    return rows.every(isRefused) ? EXIT.wrong : EXIT.done;
  },
};

/** Index of the tenant asked for, or what is wrong with it. */
function tenantOf({ tenants = [] }: ExperimentDocument, { tenant }: Options): number | string {
  if (tenants.length === 0) return 'there is no tenant to compare; synthetic traffic has no modes';
  if (tenant === undefined) return 0;
  const names = tenants.map(({ name }) => name);
  const index = names.indexOf(String(tenant));
  return index >= 0
    ? index
    : `there is no tenant "${String(tenant)}"; did you mean "${nearest(String(tenant), names)}"?`;
}

function runVariant({ mode, document }: Variant, tenant: number, cycles: number | undefined): Compared {
  const parsed = parseDocument(document);
  const plan = parsed.ok ? buildPlan(resolve(parsed.value), mapperOf(loadMapping())) : parsed;
  if (!plan.ok) return refused(mode, plan.problems);
  const { machine } = simulate(loadKernel(), plan.value, { cycles, tenant });
  return modeRow(mode, plan.value, machine.snapshot(), tenant);
}

async function printRows(name: string, alone: boolean, rows: readonly Compared[], options: Options): Promise<void> {
  for (const row of rows) if (isRefused(row)) note(`${row.mode} cannot be run: ${row.problem}`);
  if (options.json) await printJson({ tenant: name, alone, modes: rows });
  else if (options.csv) await print(comparisonCsv(rows));
  else {
    note(`${name} under every mode, ${alone ? 'alone on the chip' : 'beside the same neighbours'}`);
    note(
      isSteady(rows)
        ? '"of bare" compares the steady figures, which leave out the end of the run, where the pipeline runs empty'
        : '"of bare" compares whole runs: some are too short for a steady figure, and the end of a short run flatters mig; more iterations would be right',
    );
    await print(table(comparisonTable(rows)));
  }
}
