/**
 * What DOC on the command line means: an existing file, else a link (a whole URL or its fragment, with or without `#`), else the
 * name of a gallery entry; `-` is stdin. A file or stdin may hold a link as well as a document, and name ONNX files beside it.
 */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { galleryEntry, galleryNames } from '../experiment/gallery.ts';
import { decodeLink, type OpenedLink } from '../experiment/link.ts';
import { nearest } from '../experiment/messages.ts';
import { MAX_DOCUMENT, jsonOf, parseDocument, resolve } from '../experiment/parse.ts';
import type { ExperimentDocument } from '../experiment/schema.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Plan } from '../model/plan.ts';
import { mapperOf } from '../engine/mapping.ts';
import { buildPlan } from '../plan/build.ts';
import { inputError, type Exit } from './exit.ts';
import { loadMapping } from './kernel.ts';
import { isFile, readText } from './input.ts';
import { withOperators } from './onnx-file.ts';

/** A UTF-8 character has at most four bytes. */
const MAX_BYTES = 4 * MAX_DOCUMENT;
const LOOKS_LIKE_LINK = /^(#|x\d+\.|[a-z]+:\/\/)/i;
const SHOWN = 60;

/** How messages name what was given. */
const originOf = (doc: string): string =>
  doc === '-' ? 'stdin' : doc.length > SHOWN ? `${doc.slice(0, SHOWN)}...` : doc;

async function openFile(path: string): Promise<Result<OpenedLink>> {
  const text = await readText(path, MAX_BYTES);
  if (!text.ok) return text;
  if (LOOKS_LIKE_LINK.test(text.value.trim())) return decodeLink(text.value.trim());
  const json = jsonOf(text.value);
  if (!json.ok) return json;
  const whole = await withOperators(json.value, path === '-' ? '.' : dirname(path));
  if (!whole.ok) return whole;
  const document = parseDocument(whole.value);
  return document.ok ? ok({ document: document.value }) : document;
}

function openName(name: string): Result<OpenedLink> {
  const entry = galleryEntry(name);
  if (entry) return ok({ document: entry.document, gallery: entry.name });
  if (existsSync(name)) return fail('', 'it is a folder; a document is a file');
  const hint = /[./\\]/.test(name) ? '' : ` did you mean "${nearest(name, galleryNames())}"?`;
  return fail('', `there is no such file, link or gallery entry;${hint} "vnpu list" names what there is`);
}

/** Open a DOC; on a problem say it and give the exit code. */
export async function openDocument(doc: string): Promise<{ opened: OpenedLink } | { exit: Exit }> {
  const open = async (): Promise<Result<OpenedLink>> => {
    if (doc === '-' || isFile(doc)) return openFile(doc);
    return LOOKS_LIKE_LINK.test(doc) ? decodeLink(doc) : openName(doc);
  };
  const result = await open();
  return result.ok ? { opened: result.value } : { exit: inputError(originOf(doc), result.problems) };
}

export const planOf = (document: ExperimentDocument): Result<Plan> =>
  buildPlan(resolve(document), mapperOf(loadMapping()));

/** Open a DOC and plan it; on a problem say it and give the exit code. */
export async function planDocument(doc: string): Promise<{ opened: OpenedLink; plan: Plan } | { exit: Exit }> {
  const answer = await openDocument(doc);
  if ('exit' in answer) return answer;
  const plan = planOf(answer.opened.document);
  return plan.ok ? { ...answer, plan: plan.value } : { exit: inputError(originOf(doc), plan.problems) };
}
