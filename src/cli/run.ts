/** `vnpu run DOC`: simulate, then print the table of tenants, the report or rows; `--trace` writes what Perfetto opens. */
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { perfettoEvents } from '../report/perfetto.ts';
import { buildReport } from '../report/build.ts';
import { reportCsv } from '../report/csv.ts';
import { reportTable } from '../report/table.ts';
import type { OpenedLink } from '../experiment/link.ts';
import { ENGINE_VERSION } from '../model/version.ts';
import { CYCLES_OPTION, cyclesOption, JSON_OPTION, type Command, type Options } from './command.ts';
import { planDocument } from './document.ts';
import { EXIT, inputError, usageError, type Exit } from './exit.ts';
import { fileReason } from './input.ts';
import { loadKernel } from './kernel.ts';
import { note, print, printJson } from './output.ts';
import { simulate, type Simulated } from './simulate.ts';
import { EQUAL_WEIGHTS_OPTION, runWithEqualWeights, weightsTable, type EqualWeights } from './weights.ts';

export const runCommand: Command = {
  usage: 'run <doc>',
  summary: 'Simulate an experiment to its end and print what each tenant got',
  options: [
    JSON_OPTION,
    ['--csv', 'print a row per tenant'],
    ['--trace <file>', 'write a trace that ui.perfetto.dev opens'],
    CYCLES_OPTION,
    EQUAL_WEIGHTS_OPTION,
  ],
  run: async ([doc], options) => {
    if (options.json && options.csv) return usageError('--json and --csv exclude each other');
    const cycles = cyclesOption(options);
    if ('exit' in cycles) return cycles.exit;
    const answer = await planDocument(doc);
    if ('exit' in answer) return answer.exit;
    const trace = await openTrace(options);
    if (trace && 'exit' in trace) return trace.exit;
    const done = simulate(loadKernel(), answer.plan, { cycles: cycles.value, digestAt: answer.opened.result?.cycle });
    const { document } = answer.opened;
    const other = options['equal-weights'] ? runWithEqualWeights(doc, document, cycles.value) : undefined;
    if (other && 'exit' in other) return other.exit;
    await printReport(done, options, other?.equal);
    compare(answer.opened, done);
    const written = trace ? await writeTrace(trace.file, done) : EXIT.done;
    return done.machine.outcome === 'deadlock' ? EXIT.deadlock : written;
  },
};

async function printReport(
  { machine, seconds }: Simulated,
  { json, csv }: Options,
  equal?: readonly EqualWeights[],
): Promise<void> {
  const report = buildReport(machine.plan, machine.snapshot(), seconds);
  if (json) return printJson(equal ? { ...report, equalWeights: equal } : report);
  await print(csv ? reportCsv(report) : reportTable(report));
  if (equal && !csv) await print(weightsTable(report, equal));
}

/** Say whether a result that came with the link was reproduced. */
function compare({ result, engine }: OpenedLink, { digestThere }: Simulated): void {
  if (!result) return;
  const where = `the shared result at cycle ${result.cycle}`;
  if (digestThere === undefined) note(`${where} was not reached`);
  else if (digestThere === result.digest) note(`reproduced: ${where} has the same digest`);
  else note(`differs: ${where} was made by engine ${engine ?? 'unknown'}, this is ${ENGINE_VERSION}`);
}

/** Open the trace's file before the run: a wrong path must not cost a long simulation. */
async function openTrace({ trace }: Options): Promise<{ file: WriteStream } | { exit: Exit } | undefined> {
  if (trace === undefined) return undefined;
  const file = createWriteStream(String(trace));
  try {
    await once(file, 'open');
    return { file };
  } catch (error) {
    return { exit: inputError(`--trace ${String(trace)}`, [{ path: '', message: fileReason(error) }]) };
  }
}

/** Event by event, waiting for the disk: the whole trace is never in memory. */
async function writeTrace(file: WriteStream, { machine }: Simulated): Promise<Exit> {
  const failed = once(file, 'error').then(([error]) => error as unknown);
  const write = async (): Promise<undefined> => {
    let separator = '[\n';
    for (const event of perfettoEvents(machine.plan, machine.timeline())) {
      if (!file.write(separator + JSON.stringify(event))) await once(file, 'drain');
      separator = ',\n';
    }
    file.end(separator === '[\n' ? '[]\n' : '\n]\n');
    await once(file, 'finish');
  };
  const error = await Promise.race([failed, write()]);
  return error === undefined ? EXIT.done : inputError(String(file.path), [{ path: '', message: fileReason(error) }]);
}
