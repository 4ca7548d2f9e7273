/**
 * The lesson that the present document belongs to: the guess before the run, and the reports that answer it. Which lesson it is
 * follows from the document alone, so undo, a link and the gallery all lead back into it. Reports are measured beside the page's run.
 */
import { GALLERY, type GalleryEntry } from '../experiment/gallery.ts';
import { canonicalText } from '../experiment/canonical.ts';
import type { Lesson } from '../experiment/lesson.ts';
import type { ExperimentDocument } from '../experiment/schema.ts';
import type { Problem } from '../model/problem.ts';
import { verdictOf, type Verdict } from '../report/verdict.ts';
import { measureDocuments } from '../worker/measurement.ts';
import { LESSON } from './texts.ts';

/** The part of the session that a lesson looks at and changes. */
interface Page {
  readonly document: ExperimentDocument;
  /** An undoable step, about this tenant if it is about one. */
  edit(document: ExperimentDocument, tenant: number | null): Promise<boolean>;
}

interface Present {
  readonly name: string;
  readonly lesson: Lesson;
  readonly documents: readonly ExperimentDocument[];
  /** Which of its documents the present one is. */
  readonly stage: number;
}

/** What the visitor has done in one lesson. */
interface Answer {
  readonly guess: number;
  /** Null while they are measured. */
  readonly verdict: Verdict | null;
  readonly problems: readonly Problem[];
  /** The step was taken, or there is none: the verdict may be seen. */
  readonly ran: boolean;
}

const documentsOf = ({ document, lesson }: GalleryEntry): ExperimentDocument[] => [
  document,
  ...(lesson?.step ? [lesson.step.document] : []),
];

/** The lesson of a document that is as the gallery has it. */
export function lessonOf(document: ExperimentDocument): Present | null {
  const text = canonicalText(document);
  for (const entry of GALLERY) {
    if (!entry.lesson) continue;
    const documents = documentsOf(entry);
    const stage = documents.findIndex((other) => JSON.stringify(other) === text);
    if (stage >= 0) return { name: entry.name, lesson: entry.lesson, documents, stage };
  }
  return null;
}

export class LessonRun {
  private answers = $state.raw<Readonly<Record<string, Answer>>>({});
  private stopMeasuring = (): void => {};
  readonly present: Present | null = $derived.by(() => lessonOf(this.page.document));
  readonly answer: Answer | null = $derived(this.present && (this.answers[this.present.name] ?? null));
  /** The step that is still to be taken. */
  readonly step = $derived(this.present?.stage === 0 ? (this.present.lesson.step ?? null) : null);
  /** What the runs have decided, once the visitor has guessed and run. */
  readonly verdict: Verdict | null = $derived(
    this.answer && (this.answer.ran || this.step === null) ? this.answer.verdict : null,
  );

  constructor(private readonly page: Page) {}

  /** Guess, or guess again: the measuring begins, or is there already. */
  guess(choice: number): void {
    const { present, answer } = this;
    if (!present) return;
    this.note(present.name, { verdict: null, problems: [], ran: false, ...answer, guess: choice });
    if (!answer) this.measure(present);
  }

  /** The one edit of the lesson. */
  takeStep(): void {
    const { present, answer, step } = this;
    if (!present || !step) return;
    if (answer) this.note(present.name, { ...answer, ran: true });
    void this.page.edit(step.document, step.tenant ?? null);
  }

  private note(name: string, answer: Answer): void {
    this.answers = { ...this.answers, [name]: answer };
  }

  /** One lesson is measured at a time; another that was not done yet is forgotten, guess and all. */
  private measure({ name, lesson, documents }: Present): void {
    this.stopMeasuring();
    const kept = Object.entries(this.answers).filter(([other, { verdict }]) => other === name || verdict !== null);
    this.answers = Object.fromEntries(kept);
    this.stopMeasuring = measureDocuments(documents, lesson.cycles, (reports) => {
      const verdict = reports.ok ? verdictOf(lesson, reports.value) : null;
      const problems = reports.ok ? (verdict ? [] : [{ path: '', message: LESSON.tooShort }]) : reports.problems;
      this.note(name, { ...this.answers[name], verdict, problems });
    });
  }
}
