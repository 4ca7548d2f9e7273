import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical } from '../../src/experiment/canonical.ts';
import { checksum } from '../../src/experiment/encoding.ts';
import { GALLERY, galleryEntry } from '../../src/experiment/gallery.ts';
import { decodeLink, encodeLink, type LinkEnvelope } from '../../src/experiment/link.ts';
import { anyDocument } from './arbitraries.ts';

const twins = galleryEntry('twins')!.document;
const result = { cycle: 123_456, digest: '00112233445566ff' };

const refusal = (link: string): string => {
  const opened = decodeLink(link);
  if (opened.ok) throw new Error('opened');
  return opened.problems.map(({ message }) => message).join('\n');
};

/** A link around any JSON text, rightly packed and checked. */
const forged = (json: string, kind = 'd'): string =>
  `x0.${kind}.${zlib.deflateRawSync(json).toString('base64url')}.${checksum(json)}`;

const envelopes: fc.Arbitrary<LinkEnvelope> = fc.record(
  {
    document: anyDocument,
    engine: fc.constantFrom('0.1.0', '1.0.0-rc.1'),
    result: fc.record({
      cycle: fc.maxSafeNat(),
      digest: fc.bigInt(0n, 2n ** 64n - 1n).map((n) => n.toString(16).padStart(16, '0')),
    }),
  },
  { requiredKeys: ['document'] },
);

describe('a link', () => {
  it('opens to the canonical form of what was shared', () => {
    fc.assert(
      fc.property(envelopes, (envelope) => {
        const { document } = envelope as { document: typeof twins };
        const opened = decodeLink(encodeLink(envelope));
        expect(opened).toEqual({ ok: true, value: { ...envelope, document: canonical(document) } });
      }),
    );
  });

  it('is letters, digits, - and _ between dots, and ends in a digit of its check', () => {
    fc.assert(
      fc.property(envelopes, (envelope) => {
        expect(encodeLink(envelope)).toMatch(/^x0\.d\.[A-Za-z0-9_-]+\.[0-9a-f]{8}$/);
      }),
    );
  });

  it('opens from a whole URL, with and without #, and when ~ came back percent-encoded', () => {
    const link = encodeLink({ document: twins, result }, 'p2s14');
    for (const text of [
      link,
      `#${link}`,
      `https://x.org/a/?embed&ro#${link}`,
      ` ${link}\n`,
      link.replace('~', '%7E'),
    ]) {
      expect(decodeLink(text)).toEqual({ ok: true, value: { document: canonical(twins), result, view: 'p2s14' } });
    }
  });

  it('opens with a bad view, without it', () => {
    const link = encodeLink({ document: twins });
    for (const view of ['', '<script>', 'a.b', 'a~b', '%00', 'ä', 'x'.repeat(10_000)]) {
      expect(decodeLink(`${link}~${view}`)).toEqual({ ok: true, value: { document: canonical(twins) } });
      expect(encodeLink({ document: twins }, view)).toBe(link);
    }
  });

  it('may name a gallery entry', () => {
    for (const { name, document } of GALLERY) {
      const link = encodeLink({ gallery: name, result });
      expect(link).toMatch(/^x0\.e\./);
      expect(decodeLink(link)).toEqual({ ok: true, value: { document, gallery: name, result } });
    }
    expect(refusal(encodeLink({ gallery: 'nothing' }))).toContain('gallery entry "nothing"; this release has "twins"');
  });

  it.each(GALLERY)('of $name stays under 400 characters', ({ document }) => {
    expect(encodeLink({ document }).length).toBeLessThan(400);
  });

  it('is the same text every time in one release', () => {
    expect(encodeLink({ document: JSON.parse(JSON.stringify(twins)) as typeof twins })).toBe(
      encodeLink({ document: twins }),
    );
  });
});

describe('a link that is not whole', () => {
  const link = encodeLink({ document: twins, engine: '0.1.0', result });

  it('is refused wherever it is cut', () => {
    for (let length = 0; length < link.length; length++) expect(decodeLink(link.slice(0, length)).ok).toBe(false);
  });

  it('is refused when a letter of it is changed, or opens to the very same', () => {
    const letters = fc.constantFrom(...'ABCXYZabcxyz0189-_.~#%');
    fc.assert(
      fc.property(fc.nat(link.length - 1), letters, (at, letter) => {
        const opened = decodeLink(link.slice(0, at) + letter + link.slice(at + 1));
        if (opened.ok) expect(opened.value).toEqual({ document: canonical(twins), engine: '0.1.0', result });
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['', 'is not one'],
    ['https://example.org/', 'is not one'],
    ['x0.d.AAAA', 'is not one: it must look like x0.d.<letters>.<8 digits>. Is it cut?'],
    [link.replace('x0', 'x1'), 'It begins with x1; this build reads x0'],
    [link.replace('.d.', '.q.'), 'Its kind is "q"; this build reads "d" or "e"'],
    [link.slice(0, -1) + (link.endsWith('0') ? '1' : '0'), 'it was cut or changed'],
    ['x0.d.' + 'A'.repeat(2_000_000) + '.00000000', 'at most 1572864'],
    [forged('x'.repeat(1 << 20) + 'y'), 'more than 1048576 bytes'],
    [forged('{"doc":'), 'not JSON'],
    [forged('[1]'), 'must be a JSON object'],
    [forged('{}'), 'doc is missing'],
    [forged('{"doc":{"version":1},"html":"<b>"}'), 'html "html" is not a key'],
    [forged('{"doc":{"version":1},"result":{"cycle":-1,"digest":"00"}}'), 'result.cycle is -1'],
    [forged('{"doc":{"version":1},"result":{"cycle":1,"digest":"<b>"}}'), 'result.digest is "<b>"; it must be 16 hex'],
    [forged('{"doc":{"version":2}}'), 'newer release'],
    [forged('{"doc":{"version":1,"__proto__":{"seed":1}}}'), '"__proto__" is not a key'],
    [forged('{"doc":7}', 'e'), 'doc is 7'],
    [forged('{"doc":"toString"}', 'e'), 'gallery entry "toString"'],
    [forged('['.repeat(1_000_000)), 'not JSON'],
  ])('%.40s: %s', (text, message) => {
    expect(refusal(text)).toContain(message);
  });

  it('anything at all is answered, never thrown', () => {
    fc.assert(fc.property(fc.string(), (text) => void expect(decodeLink(text).ok).toBe(false)));
    fc.assert(fc.property(fc.json(), (json) => void decodeLink(forged(json))));
    fc.assert(fc.property(fc.json(), (json) => void decodeLink(forged(`{"doc":${json}}`))));
  });
});
