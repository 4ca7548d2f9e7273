/** The one thing that the page suggests next, chosen from the same counters as the headline. Suggests, never judges a design. */
import type { BlameTenant, Headline } from './blame.ts';
import { groupCycles, groupShare } from './shares.ts';

export type Action =
  | { readonly kind: 'restart' }
  | { readonly kind: 'undo' }
  | { readonly kind: 'setTranslation'; readonly tenant: number; readonly translation: 'vchunk' }
  /** Drag one of its cores: away from what slows it (`slow`), or to see what a longer way costs (`try`). */
  | { readonly kind: 'move'; readonly tenant: number; readonly reason: 'slow' | 'try' }
  | { readonly kind: 'none' };

/** Below this share of its time a tenant has nothing to gain from another translation. */
const WORTH_A_CHANGE = 0.05;

/**
 * Choose the action for the tenants of a headline.
 * @param over the run has come to its end: all that is left is to run it again
 */
export function suggestAction(tenants: readonly BlameTenant[], headline: Headline, over: boolean): Action {
  switch (headline.kind) {
    case 'starting':
      return { kind: 'none' };
    case 'deadlock':
    case 'fault':
      return { kind: 'undo' };
  }
  if (over) return { kind: 'restart' };
  const paged = mostTranslating(tenants);
  if (paged !== undefined) return { kind: 'setTranslation', tenant: paged, translation: 'vchunk' };
  if (headline.kind === 'twins') return { kind: 'move', tenant: headline.slow, reason: 'slow' };
  if (headline.kind === 'even') return { kind: 'move', tenant: headline.first, reason: 'try' };
  return { kind: 'none' };
}

/** The tenant under page translation that loses the largest share of its time to it, if that is worth a change. */
function mostTranslating(tenants: readonly BlameTenant[]): number | undefined {
  const shares = tenants.map(({ translation, causes }) =>
    translation === 'page' ? groupShare(groupCycles(causes), 'translation') : 0,
  );
  const most = Math.max(...shares);
  return most >= WORTH_A_CHANGE ? shares.indexOf(most) : undefined;
}
