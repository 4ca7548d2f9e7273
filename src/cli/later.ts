/** Commands that are promised and not there yet: they say so instead of doing something else. */
import type { Command } from './command.ts';
import { notYet } from './exit.ts';

const later = (name: string, summary: string): Command => ({
  usage: `${name} [...arguments]`,
  summary: `${summary} (not available yet)`,
  options: [],
  run: () => Promise.resolve(notYet(`"vnpu ${name}"`)),
});

export const LATER: readonly Command[] = [
  later('sweep', 'Run the cross product of parameter values'),
  later('figure', "Reproduce one of the paper's experiments"),
  later('figures', 'Reproduce all of them'),
];
