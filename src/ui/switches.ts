/** What a host page may switch in the address: `?embed&ro&theme=dark&run=0`. The experiment itself is in the fragment. */
export interface Switches {
  /** Inside another page: the address is never rewritten. */
  readonly embed: boolean;
  /** Read only: no edit, no drag. */
  readonly readOnly: boolean;
  readonly theme: 'light' | 'dark' | null;
  /** Whether the run starts by itself. */
  readonly run: boolean;
}

const on = (value: string | null): boolean => value !== null && value !== '0' && value !== 'false';

export function readSwitches(query: string): Switches {
  const values = new URLSearchParams(query);
  const theme = values.get('theme');
  return {
    embed: on(values.get('embed')),
    readOnly: on(values.get('ro')),
    theme: theme === 'light' || theme === 'dark' ? theme : null,
    run: values.get('run') !== '0',
  };
}
