/** Paints rows of causes over time, column by column: only what has become known since the last time, unless the scale changed. */
import { CAUSE_GROUPS } from '../model/causes.ts';
import type { RecentData, TimelineData } from '../engine/snapshot.ts';
import { recentColumns, timelineColumns, type CoreSet, type Span } from '../report/timeline.ts';
import type { Palette } from './mesh/palette.ts';

export interface Row {
  readonly cores: CoreSet;
  readonly top: number;
  readonly height: number;
}

/** What is drawn: causes over a stretch of cycles. */
export interface Series {
  readonly from: number;
  /** Cycles that the whole width stands for. */
  readonly span: number;
  /** The cycle up to which something is known. */
  readonly known: number;
  /** Cycles that cannot be told apart. */
  readonly grain: number;
  columns(cores: CoreSet, span: Span): Float32Array;
}

/** The run from cycle 0: the width doubles when the buckets are full. */
export const wholeRun = (timeline: TimelineData): Series => ({
  from: 0,
  span: timeline.buckets * timeline.bucketCycles,
  known: timeline.cycles,
  grain: timeline.bucketCycles,
  columns: (cores, span) => timelineColumns(timeline, cores, span),
});

/** The last `cycles` cycles, one by one. */
export const lastCycles = (recent: RecentData, cycles: number): Series => ({
  from: recent.from,
  span: cycles,
  known: recent.from + recent.cycles,
  grain: 1,
  columns: (cores, span) => recentColumns(recent, cores, span),
});

const GROUPS = CAUSE_GROUPS.length;
const IDLE = CAUSE_GROUPS.indexOf('idle');

export class TimelinePainter {
  private key = '';
  private paintedTo = 0;

  /** `key` names everything but the data that the picture depends on; another key repaints it whole. */
  paint(
    ctx: CanvasRenderingContext2D,
    series: Series,
    rows: readonly Row[],
    width: number,
    palette: Palette,
    key: string,
  ): void {
    const whole = `${key} ${series.from} ${series.span} ${width}`;
    const columnCycles = series.span / width;
    const last = Math.min(width, Math.ceil((series.known - series.from) / columnCycles));
    if (whole !== this.key || last < this.paintedTo) {
      this.key = whole;
      this.paintedTo = 0;
      for (const { top, height } of rows) ctx.clearRect(0, top, width, height);
    }
    const first = Math.max(0, this.paintedTo - 1);
    if (last <= first) return;
    for (const row of rows) paintRow(ctx, series, row, palette, first, last, columnCycles);
    this.paintedTo = last;
  }
}

function paintRow(
  ctx: CanvasRenderingContext2D,
  series: Series,
  { cores, top, height }: Row,
  palette: Palette,
  first: number,
  last: number,
  columnCycles: number,
): void {
  const [from, to] = [series.from + first * columnCycles, series.from + last * columnCycles];
  const shares = series.columns(cores, { from, to, columns: last - first });
  ctx.clearRect(first, top, last - first, height);
  const bottom = new Float32Array(last - first).fill(top + height);
  for (let group = 0; group < GROUPS; group++) {
    if (group === IDLE) continue;
    ctx.beginPath();
    for (let column = 0; column < last - first; column++) {
      const high = shares[column * GROUPS + group] * height;
      bottom[column] -= high;
      ctx.rect(first + column, bottom[column], 1, high);
    }
    ctx.fillStyle = palette.why[group];
    ctx.fill();
  }
}

/** What lies under a point of a row: the group and its share there, or null. `depth` is 0 at the top and 1 at the bottom. */
export function groupAt(
  series: Series,
  cores: CoreSet,
  cycle: number,
  depth: number,
): { group: (typeof CAUSE_GROUPS)[number]; share: number } | null {
  const shares = series.columns(cores, { from: cycle, to: cycle + series.grain, columns: 1 });
  let reached = 0;
  for (let group = 0; group < GROUPS; group++) {
    reached += shares[group];
    if (shares[group] > 0 && 1 - depth <= reached + 1e-6) return { group: CAUSE_GROUPS[group], share: shares[group] };
  }
  return null;
}
