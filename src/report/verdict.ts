/** Which answer to a lesson's question is right, decided by the reports of its documents and by nothing else. */
import type { Question, Term } from '../model/lesson.ts';
import { METRICS } from './metrics.ts';
import type { Report } from './report.ts';

export interface Verdict {
  /** What was measured: a figure, or a ratio of two. */
  readonly measured: number;
  readonly value: number;
  /** What it was divided by; absent: a figure for itself. */
  readonly per?: number;
  /** The further figures of the question; null where one is not known. */
  readonly figures: Readonly<Record<string, number | null>>;
  /** Index of the right choice. */
  readonly right: number;
}

type Figure = (report: Report) => number | null;

/** Figures of a whole run that a lesson may ask about. */
const RUN_FIGURES: Readonly<Record<string, Figure>> = {
  cycles: ({ cycles }) => cycles,
  packetLatency: ({ traffic }) => traffic?.packetLatency ?? null,
  networkLatency: ({ traffic }) => traffic?.networkLatency ?? null,
  acceptedRate: ({ traffic }) => traffic?.acceptedRate ?? null,
  hops: ({ traffic }) => traffic?.hops ?? null,
  stuckChannels: ({ deadlock }) => deadlock?.circle.length ?? 0,
};

/** The value of a term, or null where the run was too short to know it. Throws for a term that names nothing: a mistake in the lesson. */
export function figureOf(reports: readonly Report[], { document, tenant, metric }: Term): number | null {
  const report = reports[document];
  const figure = tenant === undefined ? RUN_FIGURES[metric] : tenantFigure(metric, tenant);
  if (report === undefined || figure === undefined) throw new Error(`no report ${document} with a figure "${metric}"`);
  return figure(report);
}

function tenantFigure(key: string, tenant: number): Figure | undefined {
  const metric = METRICS.find((row) => row.key === key);
  if (metric === undefined) return undefined;
  return ({ tenants }) => {
    const value = metric.of(tenants[tenant]);
    return typeof value === 'number' ? value : null;
  };
}

/** Is the figure a share, to be written in percent? */
export const isShare = ({ metric }: Term): boolean => METRICS.find(({ key }) => key === metric)?.unit === 'share';

/** The verdict; null where a figure is not known, or would be divided by nothing. */
export function verdictOf({ measure, figures = {}, choices }: Question, reports: readonly Report[]): Verdict | null {
  const value = figureOf(reports, measure.value);
  const per = measure.per && figureOf(reports, measure.per);
  if (value === null || per === null || per === 0) return null;
  const measured = per === undefined ? value : value / per;
  const right = choices.findIndex(({ below = Infinity }) => measured < below);
  const further = Object.entries(figures).map(([name, term]) => [name, figureOf(reports, term)] as const);
  return { measured, value, ...(per !== undefined && { per }), figures: Object.fromEntries(further), right };
}
