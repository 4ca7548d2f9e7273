/**
 * Where a text stops being JSON: line and column of the first error, the same in every engine (their own messages differ, and some
 * give no place at all). Runs only on text that JSON.parse has refused. Source of the grammar: RFC 8259.
 */
import { fail, ok, type Result } from '../model/problem.ts';
const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

type Expected = 'value' | 'first item' | 'first key' | 'key' | 'colon' | 'after';

const WORDS: Readonly<Record<Expected, string>> = {
  value: 'a value',
  'first item': 'a value or "]"',
  'first key': 'a key in double quotes or "}"',
  key: 'a key in double quotes',
  colon: '":"',
  after: '"," or the end of the list or object',
};

export interface SyntaxProblem {
  readonly line: number;
  readonly column: number;
  /** What stands there. */
  readonly found: string;
  readonly expected: string;
}

/** The first place at which a text departs from JSON; undefined if it does not. */
export function firstSyntaxError(text: string): SyntaxProblem | undefined {
  const open: string[] = [];
  let at = 0;
  let expected: Expected = 'value';
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.test(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const takeStructure = (): Expected | undefined => {
    const next = structure(text[at], expected, open);
    if (next !== undefined) at++;
    return next;
  };
  for (;;) {
    take(SPACE);
    if (expected === 'after' && open.length === 0)
      return at === text.length ? undefined : problemAt(text, at, 'the end');
    const next: Expected | undefined = takeStructure() ?? scalar(expected, take);
    if (next === undefined) return problemAt(text, at, WORDS[expected]);
    expected = next;
  }
}

/** Step over one of `[ ] { } , :` where it may stand: what must follow, or undefined. */
function structure(mark: string | undefined, expected: Expected, open: string[]): Expected | undefined {
  const value = expected === 'value' || expected === 'first item';
  const inside = open.at(-1);
  if (value && (mark === '[' || mark === '{')) {
    open.push(mark);
    return mark === '[' ? 'first item' : 'first key';
  }
  const closes = (mark === ']' && inside === '[') || (mark === '}' && inside === '{');
  if (closes && (expected === 'after' || expected === 'first item' || expected === 'first key')) {
    open.pop();
    return 'after';
  }
  if (mark === ':' && expected === 'colon') return 'value';
  if (mark === ',' && expected === 'after') return inside === '[' ? 'value' : 'key';
  return undefined;
}

function scalar(expected: Expected, take: (pattern: RegExp) => boolean): Expected | undefined {
  if (expected === 'key' || expected === 'first key') return take(STRING) ? 'colon' : undefined;
  if (expected === 'value' || expected === 'first item') return take(STRING) || take(SCALAR) ? 'after' : undefined;
  return undefined;
}

function problemAt(text: string, at: number, expected: string): SyntaxProblem {
  const before = text.slice(0, at).split('\n');
  const found = at < text.length ? JSON.stringify(String.fromCodePoint(text.codePointAt(at)!)) : 'the end of the text';
  return { line: before.length, column: before.at(-1)!.length + 1, found, expected };
}

/** JSON as a value, or where it breaks. */
export function parseJson(text: string): Result<unknown> {
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    const error = firstSyntaxError(text);
    if (error === undefined)
      return fail('', 'The text is not JSON that this engine can read; is it nested too deeply?');
    const { line, column, found, expected } = error;
    return fail('', `This is not JSON: line ${line}, column ${column} has ${found} where ${expected} should be.`);
  }
}
