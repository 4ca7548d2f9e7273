/**
 * The kinds of field that the document's schema is made of. Each is a valibot schema whose message says which value was given and
 * what would be right, and which tells a key or a choice that a later release will know ("not available yet") from a wrong one.
 */
import * as v from 'valibot';
import { nearest, oneOf, show } from './messages.ts';

/** Lists longer than this are refused before their items are looked at: no chip has more tiles. */
const LONGEST_LIST = 4096;

/** Keys and words of the document format that this build does not have yet, with what holds instead. */
export type Later = Readonly<Record<string, string>>;

interface KeyIssue {
  readonly input: unknown;
  readonly expected: string | null;
}

/** Message of an object schema: an unknown key, a later one, or a missing one. */
function keyMessage(issue: KeyIssue, known: readonly string[], later: Later): string {
  if (issue.expected !== 'never') return `is missing: ${issue.expected} must be given here`;
  const key = String(issue.input);
  if (Object.hasOwn(later, key)) return `is not available yet: ${later[key]}`;
  return `${show(key)} is not a key of this object; the nearest known key is ${show(nearest(key, known))}`;
}

/**
 * An object with exactly these keys.
 * @param what how a message names it, e.g. "a tenant"
 */
export function record<E extends v.ObjectEntries>(what: string, entries: E, later: Later = {}) {
  const known = [...Object.keys(entries), ...Object.keys(later)];
  const isObject = (input: unknown): boolean => typeof input === 'object' && input !== null && !Array.isArray(input);
  return v.pipe(
    v.custom<object>(
      isObject,
      (issue) => `is ${show(issue.input)}; ${what} must be a JSON object with keys such as ${oneOf(known.slice(0, 3))}`,
    ),
    v.strictObject(entries, (issue) => keyMessage(issue, known, later)),
  );
}

/** A whole number from min to max. */
export function whole(min: number, max: number, unit = '') {
  const right = (issue: { input: unknown }): string =>
    `is ${show(issue.input)}; it must be a whole number from ${min} to ${max}${unit === '' ? '' : ` (${unit})`}`;
  return v.pipe(
    v.number(right),
    v.check((value) => Number.isInteger(value) && value >= min && value <= max, right),
    v.transform((value) => value + 0), // -0 becomes 0: JSON cannot tell them apart
  );
}

/** Yes or no. */
export const flag = () => v.boolean(({ input }) => `is ${show(input)}; it must be true or false`);

/** A power of two from min to max. */
export function powerOfTwo(min: number, max: number, unit: string) {
  const right = (issue: { input: unknown }): string =>
    `is ${show(issue.input)}; it must be a power of two from ${min} to ${max} (${unit})`;
  return v.pipe(
    v.number(right),
    v.check((value) => value >= min && value <= max && Number.isInteger(Math.log2(value)), right),
  );
}

/** One of a few words. */
export function choice<const W extends string>(words: readonly W[], later: readonly string[] = []) {
  return v.picklist(words, ({ input }) =>
    typeof input === 'string' && later.includes(input)
      ? `${show(input)} is not available yet; this build knows ${oneOf(words)}`
      : `is ${show(input)}; it must be ${oneOf(words)}`,
  );
}

/** The one value that this build can do, of a key that later releases will widen. */
export function onlyYet<const V extends string | number>(value: V, others: string) {
  return v.literal(
    value,
    ({ input }) => `${show(input)} is not available yet (${others}); it must be ${show(value)} or left out`,
  );
}

// Control characters could steer a terminal; a lone surrogate has no UTF-8 form and would not survive a link.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const UNPRINTABLE_BUT_LINES = /[^\P{Cc}\n\t]|[\p{Cs}\u202a-\u202e\u2066-\u2069]/u;

/** Plain text on one line, or on several; counted in UTF-16 units as an input field counts them. */
export function text(min: number, max: number, lines: 'line' | 'lines' = 'line') {
  const bad = lines === 'line' ? UNPRINTABLE : UNPRINTABLE_BUT_LINES;
  return v.pipe(
    v.string(({ input }) => `is ${show(input)}; it must be a text of ${min} to ${max} characters`),
    v.check(
      (value) => value.length >= min && value.length <= max,
      ({ input }) => `has ${input.length} characters; ${min} to ${max} are right`,
    ),
    v.check(
      (value) => !bad.test(value),
      ({ input }) =>
        `${show(input)} holds a control or half character (U+${input.match(bad)![0].codePointAt(0)!.toString(16)}); plain text is right`,
    ),
  );
}

/** A list of at most `max` items (4096 for any). */
export function list<S extends v.GenericSchema>(item: S, max = LONGEST_LIST) {
  return v.pipe(
    v.custom<unknown[]>(Array.isArray, ({ input }) => `is ${show(input)}; it must be a list, such as []`),
    v.check(
      (items) => items.length <= max,
      ({ input }) => `has ${input.length} items; at most ${max} are right`,
    ),
    v.array(item),
  );
}
