/** Undo, pace, switches, letters, sentences and the address: the parts of the page that are functions of their arguments. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GALLERY } from '../../src/experiment/gallery.ts';
import { decodeLink } from '../../src/experiment/link.ts';
import { canonical } from '../../src/experiment/canonical.ts';
import type { Bottleneck } from '../../src/report/blame.ts';
import { setTranslation } from '../../src/experiment/edits.ts';
import { fragmentFor, readAddress } from '../../src/ui/address.ts';
import { History } from '../../src/ui/history.ts';
import { lettersOf } from '../../src/ui/mesh/scene.ts';
import { brief, count, ratio } from '../../src/ui/numbers.ts';
import { notchOf, NOTCHES, paceOf, SLOWEST } from '../../src/ui/pace.ts';
import { readSwitches } from '../../src/ui/switches.ts';
import { dragSentence, GROUP_NAME, headline, HEADLINE, previewText } from '../../src/ui/texts.ts';

describe('History', () => {
  it('gives back every present by as many undos and redos', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 30 }), (values) => {
        let history = History.of(-1);
        for (const value of values) history = history.push(value);
        for (const value of [...values].reverse()) {
          expect(history.present).toBe(value);
          history = history.undo();
        }
        expect(history.canUndo).toBe(false);
        for (const value of values) {
          history = history.redo();
          expect(history.present).toBe(value);
        }
        expect(history.canRedo).toBe(false);
      }),
    );
  });

  it('forgets what could be redone after a new step', () => {
    expect(History.of(0).push(1).undo().push(2).canRedo).toBe(false);
  });
});

describe('pace', () => {
  it('goes from one cycle per frame to flat out, and back to the same notch', () => {
    expect(paceOf(0)).toBe(SLOWEST);
    expect(paceOf(NOTCHES)).toBe(Infinity);
    for (let notch = 100; notch <= NOTCHES; notch++) expect(notchOf(paceOf(notch))).toBe(notch);
  });
});

it('reads the switches of the host', () => {
  expect(readSwitches('')).toEqual({ embed: false, readOnly: false, theme: null, run: true });
  expect(readSwitches('?embed&ro&theme=dark&run=0')).toEqual({
    embed: true,
    readOnly: true,
    theme: 'dark',
    run: false,
  });
  expect(readSwitches('?embed=0&theme=pink').embed).toBe(false);
  expect(readSwitches('?theme=pink').theme).toBeNull();
});

it('gives every tenant a letter of its own', () => {
  expect(lettersOf(['A', 'B'])).toEqual(['A', 'B']);
  expect(lettersOf(['ResNet', 'GPT'])).toEqual(['A', 'B']);
  expect(lettersOf(['B', 'long'])).toEqual(['A', 'B']);
});

it('writes numbers with groups, ratios with the digits that matter', () => {
  expect(count(1234567.2)).toBe('1,234,567');
  expect([1.4, 1.38, 2.04, 2.5, 12].map(ratio)).toEqual(['1.4', '1.38', '2', '2.5', '12']);
  expect([950, 60_000, 1_234_567].map(brief)).toEqual(['950', '60 k', '1.23 M']);
});

describe('sentences', () => {
  it('say who is slow, how much and why', () => {
    const facts = { kind: 'twins', slow: 0, fast: 1, ratio: 1.4, basis: 'iterations', cause: 'translation' } as const;
    const said = (waitShare: number) =>
      headline({ ...facts, slowShare: 0.312, fastShare: 0.018, waitShare }, ['A', 'B']);
    const start = 'Same network, same cores. A takes 1.4 times as long: 31 % goes to address translation (B: 2 %)';
    expect(said(0.01)).toBe(`${start}.`);
    expect(said(0.26)).toBe(`${start}, 26 % to messages it delays.`);
    expect(headline({ ...facts, slowShare: 0.02, fastShare: 0.03, waitShare: 0 }, ['A', 'B'])).toBe(
      'Same network, same cores. A takes 1.4 times as long.',
    );
  });

  it('say what the cores of a tenant wait for, where one of them holds the others up', () => {
    const facts = { kind: 'single', tenant: 0, workShare: 0.36, cause: 'network', share: 0.38 } as const;
    const said = (bottleneck: Bottleneck | null) => headline({ ...facts, bottleneck }, ['A']);
    expect(said(null)).toBe(`A works 36 % of its time; 38 % goes to ${GROUP_NAME.network}.`);
    expect(said({ vcore: 8, cause: 'translation', share: 0.71 })).toBe(
      'A works 36 % of its time; its cores wait for core 8, which loses 71 % to address translation.',
    );
    expect(said({ vcore: 4, cause: 'work', share: 0.97 })).toBe(
      'A works 36 % of its time; its cores wait for core 4, which works 97 % of its own.',
    );
  });

  it('say what an edit has brought', () => {
    expect(HEADLINE.changed('A', 1.38)).toBe('A: 1.38 times faster.');
    expect(HEADLINE.changed('A', 0.5)).toBe('A: 2 times slower.');
    expect(HEADLINE.changed('A', 1.001)).toBe('A: as fast as before.');
  });

  it('say each step of a move', () => {
    const grip = { tenant: 0, vcore: 4, tile: 10 };
    const before = { hops: 12, editDistance: 1, stretched: [{ from: 0, to: 1, hops: 2 }], pieces: 1 };
    const stretched = [1, 3].map((to) => ({ from: 4, to, hops: 2 }));
    const preview = {
      ok: true,
      tiles: [12],
      before,
      after: { hops: 14, editDistance: 3, stretched, pieces: 2 },
    } as const;
    expect(dragSentence({ kind: 'over', grip, over: 12, preview }, 'A4')).toBe(
      'A4 over tile 12, free, 2 hops more, edit distance 1 to 3: 2 edges lost, 1 edge regained, 1 extra, torn into 2 pieces',
    );
    const better = { hops: 11, editDistance: 0, stretched: [], pieces: 1 };
    expect(previewText(12, { ...preview, after: better, swappedWith: 2 })).toEqual([
      'tile 12: swap, 1 hop fewer',
      'edit distance 1 to 0: 1 edge regained',
    ]);
    expect(previewText(12, { ...preview, after: before })[1]).toBe('edit distance 1 as before');
    const reason = 'tile 8 is a memory interface';
    expect(previewText(8, { ...preview, ok: false, reason })).toEqual([reason]);
  });
});

describe('address', () => {
  it('names a gallery entry while the document is one, and holds the document after an edit', () => {
    const [{ name, document }] = GALLERY;
    const link = fragmentFor(document, { cycle: 5, digest: '0123456789abcdef' });
    expect(decodeLink(link)).toMatchObject({ ok: true, value: { gallery: name, result: { cycle: 5 } } });
    const edited = setTranslation(document, 0, { kind: 'physical' });
    const opened = readAddress(`#${fragmentFor(edited)}`);
    expect(opened.ok && opened.value.document).toEqual(canonical(edited));
    expect(fragmentFor(edited).length).toBeLessThan(400);
  });

  it('opens the default without a fragment and says what is wrong with a cut one', () => {
    expect(readAddress('').ok).toBe(true);
    expect(readAddress(`#${fragmentFor(GALLERY[0].document).slice(0, -2)}`).ok).toBe(false);
  });
});
