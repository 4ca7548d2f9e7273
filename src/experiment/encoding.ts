/**
 * Text to payload and back for links: UTF-8, raw deflate, base64url, and the CRC-32 that guards them. fflate at level 9 makes the
 * same bytes in Node and in every browser; the platform's own CompressionStream does not, so it is never used.
 * CRC-32 as in ISO 3309 (reflected, polynomial 0xedb88320); base64url as in RFC 4648 section 5, unpadded.
 */
import { Inflate, deflateSync } from 'fflate';
import { fail, ok, type Result } from '../model/problem.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));

/** Compressed bytes go into the inflater so many at a time: deflate grows data at most 1,032 times, so one step stays below 132 KB. */
const STEP_BYTES = 128;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** CRC-32 of the UTF-8 bytes of a text: 8 lower-case hexadecimal digits. */
export function checksum(text: string): string {
  let crc = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff];
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0');
}

export const pack = (text: string): string => toBase64url(deflateSync(new TextEncoder().encode(text), { level: 9 }));

/** The text of a payload; refused when it is not base64url, not deflate, not UTF-8, or inflates beyond `maxBytes`. */
export function unpack(payload: string, maxBytes: number): Result<string> {
  const bytes = fromBase64url(payload);
  if (bytes === undefined) return fail('', 'Its payload is cut or changed: it is not base64url.');
  const inflated = inflate(bytes, maxBytes);
  if (!inflated.ok) return inflated;
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(inflated.value));
  } catch {
    return fail('', 'Its payload is cut or changed: it is not UTF-8 text.');
  }
}

function inflate(bytes: Uint8Array, maxBytes: number): Result<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  const stream = new Inflate((part) => {
    total += part.length;
    parts.push(part);
  });
  try {
    for (let at = 0; at < bytes.length && total <= maxBytes; at += STEP_BYTES) {
      stream.push(bytes.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= bytes.length);
    }
  } catch {
    return fail('', 'Its payload is cut or changed: it does not inflate.');
  }
  if (total > maxBytes)
    return fail('', `It inflates to more than ${maxBytes} bytes, the most that a document may have.`);
  const whole = new Uint8Array(total);
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return ok(whole);
}

function toBase64url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const letters = Math.min(4, bytes.length - at + 1);
    for (let i = 0; i < letters; i++) text += ALPHABET[(group >> (18 - 6 * i)) & 63];
  }
  return text;
}

/** Undefined for foreign letters, impossible lengths, and left-over bits that an encoder leaves zero. */
function fromBase64url(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const letter of text) {
    const value = VALUES.get(letter);
    if (value === undefined) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) bytes[at++] = (held >> (bits -= 8)) & 0xff;
  }
  const leftOver = held & ((1 << bits) - 1);
  return bits === 6 || leftOver !== 0 ? undefined : bytes;
}
