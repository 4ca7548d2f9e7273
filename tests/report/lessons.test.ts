/**
 * Every lesson of the gallery, run on the real machine: the counters decide for the answer that its words explain, and not by a hair.
 */
import { describe, expect, it } from 'vitest';
import { GALLERY, type GalleryEntry } from '../../src/experiment/gallery.ts';
import { parseDocument } from '../../src/experiment/parse.ts';
import { figureOf, verdictOf, type Verdict } from '../../src/report/verdict.ts';
import type { Report } from '../../src/report/report.ts';
import { measureDocument } from '../../src/worker/measure.ts';
import { rooms } from '../support/documents.ts';

/** The answer that the words of each lesson explain. */
const ANSWERS: Readonly<Record<string, string>> = {
  twins: '2 or more',
  'lock-in': 'About as long',
  knee: '5 or more',
  'one-channel': '4 or more',
  deadlock: 'Four',
  'pages-stall': 'No faster',
  'last-v': '2.5 times',
  'foreign-packets': 'Hardly: below a tenth',
  'one-entry': '12 times',
  cap: '1.5 times or more',
};

/** What the words of a lesson say beyond its answer. */
const CLAIMS: Readonly<Record<string, (reports: readonly Report[]) => void>> = {
  'pages-stall': ([few, many]) => {
    expect(many.tenants[0].translation.misses / few.tenants[0].translation.misses).toBeGreaterThan(0.95);
  },
  'foreign-packets': ([open, confined]) => {
    expect(open.tenants[0].foreignLinkFlits).toBeGreaterThan(10_000);
    expect(confined.tenants[0].foreignLinkFlits).toBe(0);
    expect(open.tenants[1].foreignLinkFlits).toBe(0);
  },
  'one-entry': (reports) => {
    const [compact, standard] = reports.map(({ tenants }) => tenants[0].routingBits);
    // 2 x 6 bits of numbers, 4 of a width up to 8 and 3 of a height up to 6; then 12 entries of 2 x 6
    expect([compact, standard]).toEqual([19, 144]);
  },
  cap: ([, capped]) => {
    const windows = Math.ceil(capped.cycles / 10_000);
    expect(capped.tenants[0].transferredBytes).toBeLessThanOrEqual(windows * 400_000 + 9 * 512);
    expect(capped.tenants[0].transferredBytes).toBeGreaterThan(0.95 * windows * 400_000);
    expect(capped.tenants[1].stalls.throttle).toBe(0);
  },
};

const lessons = GALLERY.flatMap((entry) => (entry.lesson ? [{ ...entry, lesson: entry.lesson }] : []));

function reportsOf({ document, lesson }: GalleryEntry): Report[] {
  const documents = [document, ...(lesson!.step ? [lesson!.step.document] : [])];
  return documents.map((each) => {
    const report = measureDocument(rooms, each, lesson!.cycles, () => performance.now());
    if (!report.ok) throw new Error(JSON.stringify(report.problems));
    return report.value;
  });
}

describe('the lessons', () => {
  it('are all answered here', () => {
    expect(Object.keys(ANSWERS).sort()).toEqual(lessons.map(({ name }) => name).sort());
  });

  it.each(lessons)(
    '$name asks well: answers in order, documents that are valid, words for what is measured',
    (entry) => {
      const { choices, measure, figures = {}, step, told } = entry.lesson;
      const limits = choices.map(({ below }) => below);
      expect(limits.at(-1)).toBeUndefined();
      const inner = limits.slice(0, -1) as number[];
      expect([...inner].sort((a, b) => a - b)).toEqual(inner);
      expect(choices.length).toBeGreaterThan(1);
      if (step) {
        expect(parseDocument(step.document)).toEqual({ ok: true, value: step.document });
        expect(step.document).not.toEqual(entry.document);
      }
      const needed = Math.max(measure.value.document, measure.per?.document ?? 0);
      expect(needed).toBe(step ? 1 : 0);
      const numbers = ['measured', 'value', ...(measure.per ? ['per'] : []), ...Object.keys(figures)];
      for (const [, name] of told.matchAll(/\{(\w+)\}/g)) expect(numbers).toContain(name);
    },
  );

  it.each(lessons)(
    '$name is decided by its runs as its words say',
    (entry) => {
      const { lesson, name } = entry;
      const reports = reportsOf(entry);
      const verdict = verdictOf(lesson, reports) as Verdict;
      expect(Object.values(verdict.figures)).not.toContain(null);
      expect(lesson.choices[verdict.right].text).toBe(ANSWERS[name]);
      CLAIMS[name]?.(reports);
      // a little more or less would not change the answer
      for (const near of [0.95, 1.05]) {
        const other = lesson.choices.findIndex(({ below = Infinity }) => verdict.measured * near < below);
        expect(other).toBe(verdict.right);
      }
    },
    300_000,
  );
});

describe('a verdict', () => {
  const entry = lessons.find(({ name }) => name === 'twins')!;
  const reports = [reportsOf({ ...entry, lesson: { ...entry.lesson, cycles: 1000 } })].flat();

  it('is not made before the figures are known', () => {
    expect(verdictOf(entry.lesson, reports)).toBeNull();
  });

  it('refuses a figure that no report has', () => {
    expect(() => figureOf(reports, { document: 0, tenant: 0, metric: 'speed' })).toThrow(
      'no report 0 with a figure "speed"',
    );
    expect(() => figureOf(reports.slice(0, 1), { document: 1, metric: 'cycles' })).toThrow('no report 1');
  });
});
