/** The shape of a command, and how its options are read: each command is one file that exports one of these. */
import { usageError, type Exit } from './exit.ts';

export type Options = Readonly<Record<string, unknown>>;

export interface Command {
  /** Name and arguments, e.g. `run <doc>`. */
  readonly usage: string;
  readonly summary: string;
  /** Option and its description, e.g. `--cycles <n>`. */
  readonly options: readonly (readonly [flag: string, description: string])[];
  readonly run: (args: readonly string[], options: Options) => Promise<Exit>;
}

export const JSON_OPTION = ['--json', 'print one JSON value'] as const;
export const CYCLES_OPTION = ['--cycles <n>', 'stop after n cycles'] as const;

/** A whole number from an option within bounds, undefined when it is absent, or the exit of a usage error. */
export function wholeOption(
  options: Options,
  name: string,
  min: number,
  max: number,
): { value?: number } | { exit: Exit } {
  const value = options[name];
  if (value === undefined) return {};
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return { value };
  return { exit: usageError(`--${name} is ${JSON.stringify(value)}; it must be a whole number from ${min} to ${max}`) };
}

/** The number of cycles asked for by `--cycles`. */
export const cyclesOption = (options: Options): { value?: number } | { exit: Exit } =>
  wholeOption(options, 'cycles', 1, Number.MAX_SAFE_INTEGER);
