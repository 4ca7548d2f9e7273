/**
 * One tenant under several modes on one clock: a row per mode, each from a run that went on until the tenant was done. The
 * page's panel, the terminal's table, JSON and CSV are made from these rows.
 */
import type { Cause } from '../model/causes.ts';
import type { Plan } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import type { Mode } from '../model/vnpu.ts';
import type { Snapshot } from '../engine/snapshot.ts';
import { csvLine } from './csv.ts';
import type { TenantReport } from './report.ts';
import { activeCycles, causesOf, groupCycles, groupShare } from './shares.ts';
import { tenantReport } from './tenants.ts';

export interface ModeRow {
  readonly mode: Mode;
  readonly status: TenantReport['status'];
  readonly iterations: number;
  /** Null before two iterations are known, unless one was all that was asked for. */
  readonly cyclesPerIteration: number | null;
  /** Without the end of the run; null of runs too short for it. */
  readonly steadyCyclesPerIteration: number | null;
  /** Of the first iteration, from its first instruction to its last. */
  readonly firstLatencyCycles: number | null;
  /** End of its last finished iteration, from cycle 0. */
  readonly endCycle: number;
  readonly setupCycles: number;
  readonly tiles: number;
  /** Cycles per cause over its tiles. */
  readonly stalls: Record<Cause, number>;
  readonly transferredBytes: number;
  readonly switches: number;
}

/** A mode that cannot be run, and why. */
export interface RefusedMode {
  readonly mode: Mode;
  readonly problem: string;
}

export type Compared = ModeRow | RefusedMode;
export const isRefused = (row: Compared): row is RefusedMode => 'problem' in row;

/** The row of one mode, from a run that went on until the tenant was over or the run was. */
export function modeRow(mode: Mode, plan: Plan, snapshot: Snapshot, tenant: number): ModeRow {
  const own = tenantReport(plan, snapshot, tenant);
  return {
    mode,
    status: own.status,
    iterations: own.iterations,
    cyclesPerIteration: own.cyclesPerIteration,
    steadyCyclesPerIteration: own.steadyCyclesPerIteration,
    firstLatencyCycles: own.latencyCycles[0] ?? null,
    endCycle: snapshot.tenants[tenant].iterationEnd.at(-1) ?? 0,
    setupCycles: own.setupCycles,
    tiles: new Set(own.tiles).size,
    stalls: own.stalls,
    transferredBytes: own.transferredBytes,
    switches: own.switches ?? 0,
  };
}

export const refused = (mode: Mode, problems: readonly Problem[]): RefusedMode => ({
  mode,
  problem: problems.map(({ message }) => message).join('; '),
});

/** Do all modes that ran have a steady figure? Else they are compared over the whole run, whose end flatters those that share tiles. */
export const isSteady = (rows: readonly Compared[]): boolean =>
  rows.every((row) => isRefused(row) || row.steadyCyclesPerIteration !== null);

/** The cycles per iteration that modes are compared by: steady ones where all have them. */
export const comparedCycles = (row: ModeRow, rows: readonly Compared[]): number | null =>
  isSteady(rows) ? row.steadyCyclesPerIteration : row.cyclesPerIteration;

/** How many times as long as under mode `bare` an iteration takes; null where either is not known. */
export function timesBare(row: ModeRow, rows: readonly Compared[]): number | null {
  const bare = rows.find((other): other is ModeRow => other.mode === 'bare' && !isRefused(other));
  const [own, reference] = [row, bare].map((one) => one && comparedCycles(one, rows));
  return own && reference ? own / reference : null;
}

const GROUPS = ['work', 'translation', 'memory', 'network', 'dispatch'] as const;
const COLUMNS = [
  'mode',
  'cores',
  'cycles/iteration',
  'steady',
  'of bare',
  'first latency',
  'end',
  ...GROUPS,
  'switches',
] as const;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
type Cell = string | number;

/** For the terminal: a row per mode; of a refused one nothing but its name. */
export function comparisonTable(rows: readonly Compared[]): Cell[][] {
  return [[...COLUMNS], ...rows.map((row) => (isRefused(row) ? [row.mode, 'refused'] : cellsOf(row, rows)))];
}

function cellsOf(row: ModeRow, rows: readonly Compared[]): Cell[] {
  const cycles = groupCycles(causesOf(row.stalls));
  const times = timesBare(row, rows);
  return [
    row.mode,
    row.tiles,
    ...[row.cyclesPerIteration, row.steadyCyclesPerIteration].map((cycles) =>
      cycles === null ? '-' : Math.round(cycles),
    ),
    times === null ? '-' : times.toFixed(3),
    row.firstLatencyCycles ?? '-',
    row.endCycle,
    ...GROUPS.map((group) => (activeCycles(cycles) === 0 ? '-' : percent(groupShare(cycles, group)))),
    row.switches,
  ];
}

/** The same numbers for other programs, with every cause. */
export function comparisonCsv(rows: readonly Compared[]): string {
  const ran = rows.filter((row): row is ModeRow => !isRefused(row));
  const { stalls, ...figures } = ran[0] ?? { stalls: {} };
  const head = [...Object.keys(figures), ...Object.keys(stalls).map((cause) => `stalls.${cause}`)];
  const lines = ran.map(({ stalls: own, ...rest }) => csvLine([...Object.values(rest), ...Object.values(own)]));
  return [csvLine(head), ...lines].join('');
}
