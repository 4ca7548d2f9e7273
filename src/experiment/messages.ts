/**
 * How errors of the experiment room speak: the value as it was given, cut to a line, and the known word nearest to an unknown one.
 * Nothing here trusts its input: values may be nested a hundred thousand deep, keys a megabyte long.
 */
const SHOWN = 40;

const cut = (text: string): string => (text.length > SHOWN ? text.slice(0, SHOWN) + '…' : text);

/** A short text for a value from outside; never walks into it. Control characters come out escaped. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'string') return JSON.stringify(cut(value));
  return cut(String(value));
}

/** The same for a key in a path: control characters escaped, length cut. */
export const showKey = (key: unknown): string => cut(JSON.stringify(cut(String(key))).slice(1, -1));

/** Levenshtein distance of two words, of which only the first 40 characters count. */
export function editDistance(from: string, to: string): number {
  const a = from.slice(0, SHOWN);
  const b = to.slice(0, SHOWN);
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The word of a non-empty list with the least edit distance; upper and lower case count as equal before all else. */
export function nearest(word: string, words: readonly string[]): string {
  const distance = (known: string): number =>
    editDistance(word.toLowerCase(), known.toLowerCase()) + (known === word ? 0 : 0.5);
  return words.reduce((best, known) => (distance(known) < distance(best) ? known : best));
}

/** `"a", "b" or "c"`. */
export function oneOf(words: readonly (string | number)[]): string {
  const shown = words.map((word) => show(word));
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}
