/**
 * The experiment in the address: opened from the fragment, written back half a second after an edit, never when embedded. A link
 * that is pasted over it loads as one undoable step. The query belongs to the host and is never touched.
 */
import { fail, ok, type Result } from '../model/problem.ts';
import { ENGINE_VERSION } from '../model/version.ts';
import { canonicalText } from '../experiment/canonical.ts';
import { DEFAULT_ENTRY, GALLERY, galleryEntry } from '../experiment/gallery.ts';
import { decodeLink, encodeLink, type OpenedLink, type SharedResult } from '../experiment/link.ts';
import type { ExperimentDocument } from '../experiment/schema.ts';

export const WRITE_AFTER_MS = 500;

/** What a fragment names; without one the default experiment. */
export function readAddress(hash: string): Result<OpenedLink> {
  if (hash.length > 1) return decodeLink(hash);
  const entry = galleryEntry(DEFAULT_ENTRY);
  return entry ? ok({ document: entry.document, gallery: entry.name }) : fail('', DEFAULT_ENTRY);
}

/** The gallery entry that a document still equals. */
export function sameAsGallery(document: ExperimentDocument): string | undefined {
  const text = canonicalText(document);
  return GALLERY.find((entry) => canonicalText(entry.document) === text)?.name;
}

/** The fragment for a document, with a result where there is one. */
export function fragmentFor(document: ExperimentDocument, result?: SharedResult): string {
  const gallery = sameAsGallery(document);
  const shared = result ? { engine: ENGINE_VERSION, result } : {};
  return encodeLink(gallery === undefined ? { document, ...shared } : { gallery, ...shared });
}

/** Put a document into the address bar; hosts may forbid it, which costs nothing but the address. */
export function writeAddress(document: ExperimentDocument): void {
  try {
    history.replaceState(null, '', `#${fragmentFor(document)}`);
  } catch {
    // A sandboxed frame, or a browser that limits how often: the experiment itself is not touched.
  }
}
