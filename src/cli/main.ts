/**
 * The command line `vnpu`: finds the command, checks its options, runs it and turns what it says into an exit code. Exit 0 done,
 * 1 the experiment or input is wrong, 2 wrong usage, 3 deadlock. No stack trace ever reaches a user.
 */
import { cac, type CAC } from 'cac';
import { ENGINE_VERSION } from '../model/version.ts';
import type { Command, Options } from './command.ts';
import { compareCommand } from './compare.ts';
import { EXIT, unknownWord, usageError, type Exit } from './exit.ts';
import { LATER } from './later.ts';
import { listCommand } from './list.ts';
import { modelCommand } from './model.ts';
import { openCommand } from './open.ts';
import { note } from './output.ts';
import { planCommand } from './plan.ts';
import { probeCommand } from './probe.ts';
import { runCommand } from './run.ts';
import { serveCommand } from './serve.ts';
import { shareCommand } from './share.ts';

const COMMANDS: readonly Command[] = [
  runCommand,
  compareCommand,
  shareCommand,
  openCommand,
  planCommand,
  listCommand,
  modelCommand,
  serveCommand,
  probeCommand,
  ...LATER,
];

/** Stands for a lone `-` (stdin) while options are parsed: the parser would drop it. */
const STDIN = '\0-';
const hideStdin = (word: string): string => (word === '-' ? STDIN : word);
const showStdin = <T>(word: T | string): T | string => (word === STDIN ? '-' : word);

const nameOf = ({ usage }: Command): string => usage.split(' ')[0];
/** The parser writes `--one-flag` as oneFlag. */
const dashed = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const flagOf = (raw: string): string => raw.replace(/^--/, '').split(' ')[0];

function register(program: CAC): void {
  for (const command of COMMANDS) {
    const registered = program.command(command.usage, command.summary, { allowUnknownOptions: true });
    for (const [flag, description] of command.options) registered.option(flag, description);
  }
  program.help();
  program.version(ENGINE_VERSION);
}

/** A usage error in the arguments or options of a command that was found, or undefined. */
function misuse(command: Command, args: readonly string[], options: Options): Exit | undefined {
  const [name, ...wanted] = command.usage.split(' ');
  const flags = command.options.map(([raw]) => flagOf(raw));
  const unknown = Object.keys(options).find((key) => key !== '--' && !flags.includes(key));
  if (unknown !== undefined && !LATER.includes(command)) {
    const typed = (flag: string): string => (flag.length === 1 ? `-${flag}` : `--${flag}`);
    return unknownWord(`option of vnpu ${name}`, typed(unknown), [...flags, 'help'].map(typed));
  }
  for (const [raw] of command.options) {
    const value = options[flagOf(raw)];
    if (Array.isArray(value)) return usageError(`--${flagOf(raw)} is given twice`);
    const takesValue = raw.includes('<');
    if (takesValue && (value === true || value === '')) return usageError(`${raw} needs a value`);
    if (!takesValue && value !== undefined && typeof value !== 'boolean') return usageError(`${raw} takes no value`);
  }
  const required = wanted.filter((argument) => argument.startsWith('<'));
  if (args.length < required.length) return usageError(`missing ${required[args.length]}: vnpu ${command.usage}`);
  const open = wanted.some((argument) => argument.includes('...'));
  if (!open && args.length > wanted.length)
    return usageError(`unexpected "${args[wanted.length]}": vnpu ${command.usage}`);
  return undefined;
}

/** Run the command line. `argv` as in `process.argv`. */
export async function main(argv: readonly string[]): Promise<Exit> {
  const program = cac('vnpu');
  register(program);
  program.parse(argv.map(hideStdin), { run: false });
  if (program.options.help || program.options.version) return EXIT.done;
  const command = COMMANDS.find((candidate) => nameOf(candidate) === program.matchedCommandName);
  if (!command) return noCommand(program);
  const { '--': rest = [], ...given } = program.options;
  const options = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [dashed(key), showStdin<unknown>(value)]),
  );
  const args = [...program.args, ...(rest as string[])].map((word) => String(showStdin(word)));
  return misuse(command, args, options) ?? command.run(args, options);
}

function noCommand(program: CAC): Exit {
  const [word] = program.args;
  if (word !== undefined) return unknownWord('command', word, COMMANDS.map(nameOf));
  return usageError('a command is missing; "vnpu --help" lists them');
}

/** The same, for the process: nothing but a sentence comes out of a bug. */
export async function mainSafely(argv: readonly string[]): Promise<number> {
  try {
    return await main(argv);
  } catch (error) {
    note(`vnpu: ${error instanceof Error ? error.message : String(error)} (this is a bug in vnpu)`);
    return EXIT.wrong;
  }
}
