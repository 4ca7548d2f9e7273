/** What a command ends with: the process's exit code, and how a usage error or a list of problems is said on stderr. */
import { nearest } from '../experiment/messages.ts';
import { describeProblems, type Problem } from '../model/problem.ts';
import { note } from './output.ts';

/** `wrong`: the experiment or input; `usage`: the command line itself. */
export const EXIT = { done: 0, wrong: 1, usage: 2, deadlock: 3 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** Say that the command line is wrong. */
export function usageError(message: string): Exit {
  note(`vnpu: ${message}`);
  return EXIT.usage;
}

/** Say that a word is not one of the known ones, and which one is nearest. */
export function unknownWord(what: string, word: string, known: readonly string[]): Exit {
  return usageError(`unknown ${what} "${word}"; did you mean "${nearest(word, known)}"? Known: ${known.join(', ')}.`);
}

/** Say that this release knows a thing and cannot do it. */
export const notYet = (what: string): Exit => usageError(`${what} is not available yet`);

/** Say what is wrong with an input, one line per problem, each beginning with where it came from. */
export function inputError(origin: string, problems: readonly Problem[]): Exit {
  for (const line of describeProblems(problems).split('\n')) note(`${origin}: ${line}`);
  return EXIT.wrong;
}
