/** Data goes to stdout, messages and progress to stderr. A reader that closes its end early (`| head`) ends the program quietly. */

/** Call once, before anything is written. */
export function quietWhenClosed(): void {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) =>
    process.exit(code === 'EPIPE' ? process.exitCode : 1),
  );
  process.stderr.on('error', () => {});
}

/** Write data; resolves when the reader has room again, so that output of any length needs little memory. */
export function print(text: string): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.write(text)) resolve();
    else process.stdout.once('drain', resolve);
  });
}

/** One JSON value on stdout, on one line. */
export const printJson = (value: unknown): Promise<void> => print(JSON.stringify(value) + '\n');

/** A message for the person at the terminal. */
export function note(text: string): void {
  process.stderr.write(text + '\n');
}

/** A line that is written over by the next one; nothing where stderr is no terminal. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
