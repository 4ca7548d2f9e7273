/**
 * Share links: `x0.<d|e>.<payload>.<check>~<view>` in a URL's fragment. Kind d carries a document, kind e the name of a gallery
 * entry; either may carry the engine's version and a result (the cycle where the sharer stood, and the digest there). The payload
 * packs one line of canonical JSON, `check` is its CRC-32, so a cut or changed link is refused. The view is how it was looked at:
 * never part of the experiment, and a bad one is dropped. Prefix x0 promises nothing across releases; x1 will.
 */
import * as v from 'valibot';
import { fail, ok, type Result } from '../model/problem.ts';
import { canonical } from './canonical.ts';
import { checksum, pack, unpack } from './encoding.ts';
import { record, text as plainText, whole } from './fields.ts';
import { galleryEntry, galleryNames } from './gallery.ts';
import { oneOf, show } from './messages.ts';
import { MAX_DOCUMENT, parseDocument } from './parse.ts';
import type { ExperimentDocument } from './schema.ts';
import { parseJson } from './syntax.ts';

const PREFIX = 'x0';
/** A payload longer than this is not looked at: 1 MB that deflate could not shrink, in base64. */
const LONGEST_LINK = 1.5 * MAX_DOCUMENT;
const SHAPE = /^x(\d{1,9})\.([a-z])\.([^.~]*)\.([^.~]*)(?:~(.*))?$/s;
const VIEW = /^[A-Za-z0-9]{1,200}$/;

export interface SharedResult {
  readonly cycle: number;
  /** 16 hexadecimal digits. */
  readonly digest: string;
}

interface Shared {
  /** Version of the engine that made the result. */
  readonly engine?: string;
  readonly result?: SharedResult;
}

/** What a sharer puts into a link: a document, or the name of a gallery entry. */
export type LinkEnvelope = Shared & ({ readonly document: ExperimentDocument } | { readonly gallery: string });

/** What an opener finds in it. `gallery` is the entry's name if the link named one. */
export interface OpenedLink extends Shared {
  readonly document: ExperimentDocument;
  readonly view?: string;
  readonly gallery?: string;
}

const sharedEntries = {
  engine: v.optional(plainText(1, 40)),
  result: v.optional(
    record('a result', {
      cycle: whole(0, Number.MAX_SAFE_INTEGER, 'cycle'),
      digest: v.pipe(
        v.string(({ input }) => `is ${show(input)}; it must be 16 hexadecimal digits`),
        v.regex(/^[0-9a-f]{16}$/, ({ input }) => `is ${show(input)}; it must be 16 hexadecimal digits`),
      ),
    }),
  ),
};
const documentEnvelope = record('an envelope', { doc: v.unknown(), ...sharedEntries });
const galleryEnvelope = record('an envelope', { doc: v.optional(plainText(1, 40)), ...sharedEntries });

/** The fragment, without `#`. Equal envelopes give equal text in one release. */
export function encodeLink(envelope: LinkEnvelope, view?: string): string {
  const kind = 'gallery' in envelope ? 'e' : 'd';
  const doc = 'gallery' in envelope ? envelope.gallery : canonical(envelope.document);
  const { engine, result } = envelope;
  const json = JSON.stringify({ doc, engine, result: result && { cycle: result.cycle, digest: result.digest } });
  const tail = view !== undefined && VIEW.test(view) ? `~${view}` : '';
  return `${PREFIX}.${kind}.${pack(json)}.${checksum(json)}${tail}`;
}

/** Open a whole URL or its fragment, with or without `#`. Never throws; every refusal says what is wrong with the link. */
export function decodeLink(link: string): Result<OpenedLink> {
  if (link.length > LONGEST_LINK)
    return refuse(`It has ${link.length} characters; at most ${LONGEST_LINK} can be one.`);
  const fragment = link
    .slice(link.indexOf('#') + 1)
    .trim()
    .replace(/%7e/i, '~');
  const parts = SHAPE.exec(fragment);
  if (parts === null)
    return refuse(`${show(fragment)} is not one: it must look like ${PREFIX}.d.<letters>.<8 digits>. Is it cut?`);
  const [, version, kind, payload, check, view] = parts;
  if (`x${version}` !== PREFIX)
    return refuse(
      `It begins with x${version}; this build reads ${PREFIX}. Open it with the release that made it, or a newer one.`,
    );
  if (kind !== 'd' && kind !== 'e') return refuse(`Its kind is ${show(kind)}; this build reads ${oneOf(['d', 'e'])}.`);
  const json = unpack(payload, MAX_DOCUMENT);
  if (!json.ok) return refuse(json.problems[0].message);
  const sum = checksum(json.value);
  if (sum !== check)
    return refuse(`Its check is ${show(check)}, its content gives "${sum}": it was cut or changed. Ask for it again.`);
  const opened = openEnvelope(kind, json.value);
  return opened.ok && view !== undefined && VIEW.test(view) ? ok({ ...opened.value, view }) : opened;
}

const refuse = (why: string): Result<never> => fail('', `The link cannot be opened. ${why}`);

function openEnvelope(kind: 'd' | 'e', text: string): Result<OpenedLink> {
  const json = parseJson(text);
  if (!json.ok) return refuse(json.problems[0].message);
  const envelope = v.safeParse(kind === 'd' ? documentEnvelope : galleryEnvelope, json.value, { abortPipeEarly: true });
  if (!envelope.success) {
    const [issue] = envelope.issues;
    return refuse(`${v.getDotPath(issue) ?? 'Its content'} ${issue.message}.`);
  }
  const { doc, engine, result } = envelope.output;
  const shared = { ...(engine === undefined ? {} : { engine }), ...(result === undefined ? {} : { result }) };
  if (kind === 'd') {
    const document = parseDocument(doc);
    return document.ok ? ok({ document: document.value, ...shared }) : document;
  }
  const entry = galleryEntry(String(doc));
  if (entry === undefined)
    return refuse(`It names the gallery entry ${show(doc)}; this release has ${oneOf(galleryNames())}.`);
  return ok({ document: entry.document, gallery: entry.name, ...shared });
}
