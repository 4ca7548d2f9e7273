/**
 * THE table of a tenant's figures: key, label, unit, meaning and how a report holds it. The terminal's table, the CSV file and
 * any view that explains a figure read this table. Per-link and per-channel figures are not in it; the JSON report has them.
 */
import { CAUSES } from '../model/causes.ts';
import type { TenantReport } from './report.ts';
import { causesOf, groupCycles, groupShare } from './shares.ts';

export interface Metric {
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly meaning: string;
  /** Shown in the terminal's table; the CSV file has all. */
  readonly brief: boolean;
  /** The value, or null while it is not known. Shares are 0..1. */
  readonly of: (tenant: TenantReport) => number | string | null;
}

const metric = (
  key: string,
  label: string,
  unit: string,
  meaning: string,
  of: Metric['of'],
  brief = false,
): Metric => ({
  key,
  label,
  unit,
  meaning,
  brief,
  of,
});
const BRIEF = true;

const shareOf = (group: Parameters<typeof groupShare>[1]) => (tenant: TenantReport) =>
  groupShare(groupCycles(causesOf(tenant.stalls)), group);

export const METRICS: readonly Metric[] = [
  metric('name', 'tenant', '', 'name in the document', (t) => t.name, BRIEF),
  metric('status', 'status', '', 'how its run ended', (t) => t.status, BRIEF),
  metric(
    'tiles',
    'cores',
    'cores',
    'tiles that it works on, with its last size',
    (t) => new Set(t.sizes?.at(-1)?.tiles ?? t.tiles).size,
    BRIEF,
  ),
  metric(
    'iterations',
    'iterations',
    '',
    'passes through the model that every core has finished',
    (t) => t.iterations,
    BRIEF,
  ),
  metric(
    'cyclesPerIteration',
    'cycles/iteration',
    'cycles',
    'between the ends of two iterations once the pipeline is full',
    (t) => t.cyclesPerIteration,
    BRIEF,
  ),
  metric(
    'steadyCyclesPerIteration',
    'steady cycles/iteration',
    'cycles',
    'the same without the end of the run, where the pipeline runs empty',
    (t) => t.steadyCyclesPerIteration,
  ),
  metric(
    'utilization',
    'array use',
    'share',
    'multiply-accumulates done of those that its arrays could do',
    (t) => t.utilization,
    BRIEF,
  ),
  metric('workShare', 'work', 'share', 'of its active time: array or vector unit at work', shareOf('work'), BRIEF),
  metric(
    'translationShare',
    'translation',
    'share',
    'of its active time: waiting for an address translation',
    shareOf('translation'),
    BRIEF,
  ),
  metric(
    'memoryShare',
    'memory',
    'share',
    'of its active time: waiting for memory or its bandwidth budget',
    shareOf('memory'),
    BRIEF,
  ),
  metric(
    'networkShare',
    'network',
    'share',
    'of its active time: sending, or waiting for another core',
    shareOf('network'),
    BRIEF,
  ),
  metric(
    'dispatchShare',
    'dispatch',
    'share',
    'of its active time: waiting for an instruction or a barrier',
    shareOf('dispatch'),
    BRIEF,
  ),
  metric(
    'editDistance',
    'edit distance',
    '',
    'how far its placement is from the mesh it asked for',
    (t) => t.editDistance,
  ),
  metric(
    'firstLatencyCycles',
    'first latency',
    'cycles',
    'first iteration from first to last instruction',
    (t) => t.latencyCycles[0] ?? null,
  ),
  metric('setupCycles', 'set-up', 'cycles', 'from arrival until its tables are written', (t) => t.setupCycles),
  metric('warmupCycles', 'warm-up', 'cycles', 'from then until resident weights are loaded', (t) => t.warmupCycles),
  metric(
    'migrationCycles',
    'moves',
    'cycles',
    'in which it stood still to move or to change its size',
    (t) => t.migrationCycles,
  ),
  metric(
    'routingBits',
    'routing table',
    'bits',
    "of each core's routing table: virtual core to tile",
    (t) => t.routingBits,
  ),
  metric(
    'tableBytes',
    'tables',
    'bytes',
    "of each core's scratchpad, for routing and range tables",
    (t) => t.tableBytes,
  ),
  metric(
    'switches',
    'switches',
    '',
    'times that a tile went from one of its virtual cores to another',
    (t) => t.switches ?? 0,
  ),
  metric('macs', 'MACs', 'MACs', 'multiply-accumulates of one iteration', (t) => t.macs),
  metric('hits', 'TLB hits', '', 'bursts whose translation was held', (t) => t.translation.hits),
  metric('misses', 'TLB misses', '', 'bursts that had to wait for a walk', (t) => t.translation.misses),
  metric('walkReads', 'walk reads', '', 'table entries read by walks', (t) => t.translation.walkReads),
  metric(
    'plainReads',
    'reads without last_v',
    '',
    'entries that the same walks would have read without last_v',
    (t) => t.translation.plainReads,
  ),
  metric(
    'translationStallCycles',
    'translation stall',
    'core cycles',
    'DMA engines held by a translation, hidden or not',
    (t) => t.translation.stallCycles,
  ),
  metric('memoryBytes', 'memory', 'bytes', 'mapped for it', (t) => t.memoryBytes),
  metric(
    'transferredBytes',
    'transferred',
    'bytes',
    'moved between memory and its scratchpads',
    (t) => t.transferredBytes,
  ),
  metric(
    'foreignLinkFlits',
    'foreign flits',
    'flits',
    'of its data plane over links at tiles of other tenants',
    (t) => t.foreignLinkFlits,
  ),
  metric(
    'interferenceCycles',
    'interference',
    'cycles',
    'in which one of its flits lost to another tenant',
    (t) => t.interferenceCycles,
  ),
  metric('faults', 'faults', '', 'accesses outside its memory or against its permissions', (t) => t.faults.length),
  ...CAUSES.map((cause) =>
    metric(`stalls.${cause}`, cause, 'core cycles', 'cycles of its cores with this cause', (t) => t.stalls[cause]),
  ),
];
