import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstSyntaxError } from '../../src/experiment/syntax.ts';

const accepts = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('the place where JSON breaks', () => {
  it.each([
    ['{"a":1,}', 1, 8, 'a key in double quotes'],
    ['{"a" 1}', 1, 6, '":"'],
    ['{\n"a":1\n"b":2}', 3, 1, '","'],
    ['[1,\n2', 2, 2, '","'],
    ['[01]', 1, 3, '","'],
    ["{'a':1}", 1, 2, 'a key in double quotes or "}"'],
    ['{} x', 1, 4, 'the end'],
    ['"a\tb"', 1, 1, 'a value'],
    ['', 1, 1, 'a value'],
  ])('%j: line %d, column %d', (text, line, column, expected) => {
    expect(firstSyntaxError(text)).toMatchObject({ line, column });
    expect(firstSyntaxError(text)!.expected).toContain(expected);
  });

  it('is found exactly when JSON.parse refuses the text', () => {
    const mutated = fc.tuple(fc.json(), fc.nat(), fc.constantFrom(...'[]{},:"0-.e\\ \n')).map(([text, at, letter]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + letter + text.slice(place + (at % 2));
    });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.json(), fc.string()), (text) => {
        expect(firstSyntaxError(text) === undefined).toBe(accepts(text));
      }),
      { numRuns: 2000 },
    );
  });
});
