/** A report as comma-separated values after RFC 4180: a row per tenant, a column per metric, the run's figures in front. */
import { METRICS } from './metrics.ts';
import type { Report } from './report.ts';

/** A text that a spreadsheet would read as a formula gets an apostrophe in front; names come from documents of strangers. */
function quote(value: string | number | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line of fields, ended by CR LF. */
export const csvLine = (values: readonly (string | number | null)[]): string => values.map(quote).join(',') + '\r\n';

/** Header and rows, each ended by CR LF; an unknown value is an empty field. */
export function reportCsv(report: Report): string {
  const header = csvLine(['engine', 'outcome', 'digest', 'cycles', ...METRICS.map(({ key }) => key)]);
  const rows = report.tenants.map((tenant) =>
    csvLine([
      report.engine,
      report.outcome,
      report.digest,
      report.cycles,
      ...METRICS.map((metric) => metric.of(tenant)),
    ]),
  );
  return header + rows.join('');
}
