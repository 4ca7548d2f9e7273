/** A report for the terminal: one line about the run, one row per tenant. Links and channels are left to `--json`. */
import { METRICS, type Metric } from './metrics.ts';
import type { Report } from './report.ts';
import type { TrafficFigures } from './traffic.ts';

const OUTCOMES: Readonly<Record<Report['outcome'], string>> = {
  done: 'done',
  cycles: 'stopped',
  deadlock: 'deadlocked',
};

/** Text of one value: shares as percent, large numbers with thousands marked, unknown as a dash. */
function cell(metric: Metric, value: number | string | null): string {
  if (value === null) return '-';
  if (typeof value === 'string') return value;
  if (metric.unit === 'share') return `${(value * 100).toFixed(1)} %`;
  return Math.round(value).toLocaleString('en-US');
}

/** Names left, numbers right, columns two blanks apart. */
function align(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const pad = (text: string, column: number): string =>
    column < 2 ? text.padEnd(widths[column]) : text.padStart(widths[column]);
  return rows.map((row) => row.map(pad).join('  ').trimEnd());
}

/** Synthetic traffic: a line for its figures. */
function trafficLines({ packetLatency, networkLatency, acceptedRate, hops, saturated }: TrafficFigures): string[] {
  const shown = (value: number | null): string => value?.toFixed(2) ?? '-';
  return align([
    ['latency', 'in the network', 'accepted', 'links', 'saturated'],
    [shown(packetLatency), shown(networkLatency), acceptedRate.toFixed(4), shown(hops), saturated ? 'yes' : 'no'],
  ]);
}

/** The whole table, ending in a line break. */
export function reportTable(report: Report): string {
  const columns = METRICS.filter(({ brief }) => brief);
  const rows = report.tenants.map((tenant) => columns.map((metric) => cell(metric, metric.of(tenant))));
  const lines = [
    `${OUTCOMES[report.outcome]} after ${report.cycles.toLocaleString('en-US')} cycles, digest ${report.digest}, engine ${report.engine}`,
    ...(report.traffic ? trafficLines(report.traffic) : align([columns.map(({ label }) => label), ...rows])),
    ...report.tenants.flatMap(({ name, faults }) =>
      faults.map(
        (f) =>
          `${name}${f.vcore} faulted at instruction ${f.instruction}, address 0x${f.address.toString(16)}, cycle ${f.cycle}`,
      ),
    ),
    ...(report.deadlock?.waiting ?? []).map((wait) => `${wait.who} waits for ${wait.for}`),
  ];
  return lines.join('\n') + '\n';
}
