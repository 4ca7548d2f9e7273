/** Errors between rooms are values: where in the document, what is wrong, what would be right. Throw only for bugs. */
export interface Problem {
  /** Path in the document, e.g. `tenants.0.translation.entries`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly Problem[] };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const fail = (path: string, message: string): Result<never> => ({ ok: false, problems: [{ path, message }] });

/** One line per problem, as the command line and the page print it. */
export const describeProblems = (problems: readonly Problem[]): string =>
  problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n');
