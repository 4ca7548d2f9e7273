/** A report from what the machine counted. Pure: the same plan and snapshot give the same report. */
import type { Plan } from '../model/plan.ts';
import { ENGINE_VERSION } from '../model/version.ts';
import type { Snapshot } from '../engine/snapshot.ts';
import { channelReports, deadlockReport, linkReports } from './network.ts';
import type { Report } from './report.ts';
import { tenantReport } from './tenants.ts';
import { trafficFigures } from './traffic.ts';

/**
 * Build the report of a run that is over or was stopped: a snapshot taken while the machine still runs reads as stopped by cycles.
 * @param seconds time spent inside the kernel
 */
export function buildReport(plan: Plan, snapshot: Snapshot, seconds: number): Report {
  const { deadlock } = snapshot;
  return {
    engine: ENGINE_VERSION,
    outcome: snapshot.outcome === 'running' ? 'cycles' : snapshot.outcome,
    ...(deadlock && { deadlock: deadlockReport(deadlock) }),
    digest: snapshot.digest,
    cycles: snapshot.cycle,
    seconds,
    tenants: plan.tenants.map((_, index) => tenantReport(plan, snapshot, index)),
    ...(plan.traffic &&
      snapshot.traffic && {
        traffic: {
          ...trafficFigures(plan.chip, plan.traffic, snapshot.traffic),
          flitHops: snapshot.traffic.flitHops,
        },
      }),
    ...(plan.memory?.length && {
      memory: plan.memory.map(({ after, pieces, ...state }) => ({
        ...state,
        ...(after && { after: [...after] }),
        pieces: pieces.map((piece) => ({ ...piece })),
      })),
    }),
    links: linkReports(plan, snapshot),
    channels: channelReports(snapshot),
  };
}
