/**
 * What sentences are made from: figures that stand still for long enough to be read, and the timeline that was asked for with them,
 * which knows all that they speak of. Leaves out the sentences.
 */
import type { TimelineData } from '../engine/snapshot.ts';
import { coresByTenant, totalsAt, totalsBetween } from '../report/timeline.ts';
import type { RunInfo } from '../worker/protocol.ts';
import { SENTENCE_MS } from './cadence.ts';
import { steadyCycles, type Figures, type Spent } from './figures.ts';

export class Settled {
  figures = $state.raw<Figures | null>(null);
  private timeline = $state.raw<TimelineData | null>(null);
  private info = $state.raw<RunInfo | null>(null);
  private since = -Infinity;

  /** A new run: nothing is said of it yet. */
  begin(info: RunInfo): void {
    this.info = info;
    this.figures = this.timeline = null;
  }

  /** Speak of these, at once or when the last ones have stood for long enough. */
  take(figures: Figures, timeline: TimelineData | null, atOnce = false): void {
    const now = performance.now();
    if (!atOnce && this.figures && now - this.since < SENTENCE_MS) return;
    this.since = now;
    this.figures = figures;
    this.timeline = timeline;
  }

  /** What a tenant had spent per cause by a cycle, or as far before it as is known; null before there is a timeline. */
  causesAt(tenant: number, cycle: number): { cycle: number; causes: Float64Array } | null {
    const { timeline, info } = this;
    if (!timeline || !info?.cores) return null;
    const known = Math.min(cycle, timeline.cycles);
    return { cycle: known, causes: totalsAt(timeline, coresByTenant(info.cores, info.tenants.length)[tenant], known) };
  }

  /**
   * What every tenant's measured iterations were spent on, null until all tenants have some; once the run is over, what all of it
   * was spent on.
   */
  spent(over: boolean): readonly Spent[] | null {
    const { figures, timeline, info } = this;
    if (!figures || !timeline || !info?.cores) return null;
    const { cores, tenants } = info;
    const sets = coresByTenant(cores, tenants.length);
    const measured = figures.tenants.every(
      (tenant, i) => steadyCycles(tenant, tenants[i].iterations) > 0 && tenant.measuredFrom < timeline.cycles,
    );
    if (!over && !measured) return null;
    return figures.tenants.map(({ causes, measuredFrom, lastEnd }, i) => {
      const [from, to] = over ? [0, timeline.cycles] : [measuredFrom, lastEnd];
      const coreCauses = sets[i].map((core) => ({
        vcore: cores[core].vcore,
        causes: totalsBetween(timeline, [core], from, to),
      }));
      const all = causes.map((_, cause) => coreCauses.reduce((sum, core) => sum + core.causes[cause], 0));
      return { causes: over ? causes : all, coreCauses };
    });
  }
}
