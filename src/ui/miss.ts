/** The four stages of one translation miss, told from what a core's translation unit holds right now. */
import type { CoreDetail } from '../engine/snapshot.ts';
import type { Chip } from '../model/chip.ts';
import type { TranslationKind } from '../model/vnpu.ts';
import type { TenantInfo } from '../worker/protocol.ts';
import { MISS } from './texts.ts';

export const BURST = 0;
export const LOOK_UP = 1;
export const WALK = 2;
export const DATA = 3;

/** Which stage the core is in: walking, else moving data, else cutting the next burst. */
export function stageOf({ walk, cycle, inFlightBursts, streams }: CoreDetail): number {
  if (walk && cycle < walk.until) return WALK;
  if (walk) return LOOK_UP;
  return inFlightBursts > 0 || streams.length === 0 ? DATA : BURST;
}

/** The stages with their words: which burst, what was looked for, how long the walk still takes, what is under way. */
export function missStages(
  core: CoreDetail,
  chip: Chip,
  kind: TranslationKind,
  ranges: TenantInfo['ranges'],
): { readonly name: string; readonly text: string }[] {
  const stream = core.streams[0];
  const address = core.walk?.address ?? stream?.address;
  const missed = core.walk !== undefined || core.bursts.at(-1)?.miss === true;
  const left = core.walk ? Math.max(0, core.walk.until - core.cycle) : 0;
  const range = ranges.find(
    (r) => address !== undefined && address >= r.virtualBase && address < r.virtualBase + r.bytes,
  );
  const total = kind === 'page' ? chip.walkCycles : null;
  return [
    { name: MISS.burst, text: MISS.burstText(stream?.kind ?? 'load', address, chip.burstBytes) },
    { name: MISS.lookUp, text: (missed ? MISS.lookUpText : MISS.hitText)(kind, core.tlb.length) },
    { name: MISS.walk, text: missed ? MISS.walkText(left, total) : MISS.noWalk },
    { name: MISS.data, text: MISS.dataText(core.inFlightBursts, range?.name) },
  ];
}
