import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksum, pack, unpack } from '../../src/experiment/encoding.ts';

const words = fc.string({ unit: 'grapheme', maxLength: 300 }).filter((text) => !/\p{Cs}/u.test(text));

describe('payloads', () => {
  it('are what Node inflates and base64url knows', () => {
    fc.assert(
      fc.property(words, (text) => {
        const payload = pack(text);
        expect(payload).toMatch(/^[A-Za-z0-9_-]*$/);
        expect(zlib.inflateRawSync(Buffer.from(payload, 'base64url')).toString()).toBe(text);
        expect(unpack(payload, 1 << 20)).toEqual({ ok: true, value: text });
      }),
    );
  });

  it('made by another deflate open too', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 0, max: 9 }), (text, level) => {
        const payload = zlib.deflateRawSync(text, { level }).toString('base64url');
        expect(unpack(payload, 1 << 20)).toEqual({ ok: true, value: text });
      }),
    );
  });

  it('inflate up to the limit and not a byte further', () => {
    const megabyte = zlib.deflateRawSync('x'.repeat(1 << 20), { level: 9 }).toString('base64url');
    expect(unpack(megabyte, 1 << 20)).toMatchObject({ ok: true });
    expect(unpack(megabyte, (1 << 20) - 1)).toMatchObject({ ok: false });
  });

  it('a bomb of 1 GB is stopped early', () => {
    const block = zlib.deflateRawSync(Buffer.alloc(64 << 20), { level: 9, finishFlush: zlib.constants.Z_SYNC_FLUSH });
    const bomb = Buffer.concat(Array<Buffer>(16).fill(block)).toString('base64url');
    expect(JSON.stringify(unpack(bomb, 1 << 20))).toContain('more than 1048576 bytes');
  });

  it('left-over bits, foreign letters and impossible lengths are refused', () => {
    expect(unpack('AAAAB', 100).ok).toBe(false);
    expect(unpack('AwB', 100).ok).toBe(false);
    expect(unpack('Aw+A', 100).ok).toBe(false);
    expect(unpack('Aw==', 100).ok).toBe(false);
  });

  it('anything else is answered, never thrown', () => {
    fc.assert(fc.property(fc.string(), (text) => void unpack(text, 1000)));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const result = unpack(Buffer.from(bytes).toString('base64url'), 1000);
        if (result.ok) expect(Buffer.byteLength(result.value)).toBeLessThanOrEqual(1000);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the check', () => {
  it('is the CRC-32 of everyone else', () => {
    // The published check value of this polynomial.
    expect(checksum('123456789')).toBe('cbf43926');
    fc.assert(fc.property(words, (text) => void expect(parseInt(checksum(text), 16)).toBe(zlib.crc32(text))));
  });
});
