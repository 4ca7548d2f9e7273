/**
 * The network as rows: a head for each stage of the pipeline, under it the operators that begin there; and lines beside the rows for
 * what operators read. An operator that the next one reads lies on the spine; what is read later runs in a lane of its own, as branches
 * do in the history of a repository. Leaves out all drawing.
 */
import type { ModelView } from '../../report/model-view.ts';

export type Row =
  { readonly kind: 'stage'; readonly stage: number } | { readonly kind: 'operator'; readonly operator: number };

/** A line from the row that makes a tensor to one that reads it; lane 0 is the spine. */
export interface Line {
  readonly from: number;
  readonly to: number;
  readonly lane: number;
}

export interface Rows {
  readonly rows: readonly Row[];
  /** Row of each operator, and of the head of each stage. */
  readonly ofOperator: readonly number[];
  readonly ofStage: readonly number[];
  readonly lines: readonly Line[];
  /** Lanes beside the spine. */
  readonly lanes: number;
}

/** More lanes than these are drawn over one another. */
const MOST_LANES = 5;

export function rowsOf({ operators, stages }: Pick<ModelView, 'operators' | 'stages'>): Rows {
  const rows: Row[] = [];
  const ofOperator: number[] = [];
  let next = 0;
  const ofStage = stages.map((_, stage) => {
    const head = rows.push({ kind: 'stage', stage }) - 1;
    for (; next < operators.length && operators[next].stages[0] === stage; next++) {
      ofOperator[next] = rows.push({ kind: 'operator', operator: next }) - 1;
    }
    return head;
  });
  return { rows, ofOperator, ofStage, ...linesOf(operators, ofOperator) };
}

function linesOf(
  operators: ModelView['operators'],
  ofOperator: readonly number[],
): { lines: readonly Line[]; lanes: number } {
  const readers: number[][] = operators.map(() => []);
  operators.forEach(({ inputs }, reader) =>
    new Set(inputs).forEach((input) => input >= 0 && readers[input].push(reader)),
  );
  const lines: Line[] = [];
  /** Row at which each lane is free again. */
  const free: number[] = [];
  readers.forEach((own, operator) => {
    const from = ofOperator[operator];
    const later = own.filter((reader) => reader > operator + 1);
    if (later.length < own.length) lines.push({ from, to: ofOperator[operator + 1], lane: 0 });
    if (later.length === 0) return;
    let lane = free.findIndex((row) => row <= from);
    if (lane < 0) lane = free.length < MOST_LANES ? free.length : MOST_LANES - 1;
    free[lane] = Math.max(free[lane] ?? 0, ofOperator[later[later.length - 1]]);
    for (const reader of later) lines.push({ from, to: ofOperator[reader], lane: lane + 1 });
  });
  return { lines, lanes: free.length };
}

/** The path of a line between rows of one height; lane 0 lies at `spine`, the others to the left of it. */
export function linePath({ from, to, lane }: Line, height: number, spine: number, gap: number): string {
  const [top, bottom] = [(from + 0.5) * height, (to + 0.5) * height];
  if (lane === 0) return `M${spine} ${top}V${bottom}`;
  const x = spine - lane * gap;
  const bend = Math.min(gap, height / 2);
  return `M${spine} ${top}Q${x} ${top} ${x} ${top + bend}V${bottom - bend}Q${x} ${bottom} ${spine} ${bottom}`;
}
