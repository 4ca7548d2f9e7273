/**
 * What makes a gallery entry a lesson: a question with answers, how the runs decide which of them is right, and, where two runs are
 * compared, the one edit that makes the second document of the first. Words belong to the lesson as a note belongs to a document.
 */
import type { Question } from '../model/lesson.ts';
import { canonical } from './canonical.ts';
import type { ExperimentDocument } from './schema.ts';

interface Words {
  /** What was measured, with {measured}, {value}, {per} and {the names of further figures} in place of the numbers. */
  readonly told: string;
  /** Why it is so. */
  readonly because: string;
  /** What to press or look at next. */
  readonly next?: string;
}

interface StepWords {
  /** On the button. */
  readonly label: string;
  /** Whom the edit is about: the headline compares this tenant with the run before. */
  readonly tenant?: number;
}

/** The one edit that a lesson with two documents applies. */
export interface LessonStep extends StepWords {
  readonly document: ExperimentDocument;
}

export interface Lesson extends Question, Words {
  /** Absent: the first document's run decides alone. */
  readonly step?: LessonStep;
}

export interface LessonSource extends Question, Words {
  readonly step?: StepWords & { readonly change: (document: ExperimentDocument) => ExperimentDocument };
}

/** A gallery entry as it is written down. */
export interface GallerySource {
  readonly name: string;
  readonly summary: string;
  readonly document: ExperimentDocument & { title: string };
  readonly lesson?: LessonSource;
}

/** The lesson that an entry with this document is. */
export function buildLesson({ step, ...words }: LessonSource, document: ExperimentDocument): Lesson {
  if (step === undefined) return words;
  const { label, tenant, change } = step;
  return { ...words, step: { label, ...(tenant !== undefined && { tenant }), document: canonical(change(document)) } };
}
