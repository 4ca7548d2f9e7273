import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest, oneOf, show } from '../../src/experiment/messages.ts';

/** The textbook recursion, for short words. */
function slowDistance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  if (a[0] === b[0]) return slowDistance(a.slice(1), b.slice(1));
  return 1 + Math.min(slowDistance(a.slice(1), b), slowDistance(a, b.slice(1)), slowDistance(a.slice(1), b.slice(1)));
}

describe('words in messages', () => {
  it('edit distance agrees with the recursion', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    fc.assert(fc.property(word, word, (a, b) => void expect(editDistance(a, b)).toBe(slowDistance(a, b))));
  });

  it('the nearest word is the one a hand meant', () => {
    const words = ['width', 'height', 'walkers', 'walkCycles'];
    expect(nearest('widht', words)).toBe('width');
    expect(nearest('walkcycles', words)).toBe('walkCycles');
    expect(nearest('hight', words)).toBe('height');
  });

  it('values are shown short', () => {
    expect(show({ a: 1 })).toBe('an object');
    expect(show([1, 2])).toBe('a list of 2');
    expect(show('x'.repeat(1000)).length).toBeLessThan(50);
    expect(show('\u001b')).toBe('"\\u001b"');
    expect(oneOf(['a', 'b', 3])).toBe('"a", "b" or 3');
  });
});
