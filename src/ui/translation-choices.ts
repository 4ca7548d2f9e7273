/** The four translations that keys 1 to 4 give to the selected tenant; the card's switch has the kinds, its list the entries. */
import type { Translation } from '../model/vnpu.ts';

export const TRANSLATION_CHOICES: readonly Pick<Translation, 'kind' | 'entries'>[] = [
  { kind: 'physical', entries: 4 },
  { kind: 'page', entries: 4 },
  { kind: 'page', entries: 32 },
  { kind: 'vchunk', entries: 4 },
];

export const translationChoice = (index: number): Pick<Translation, 'kind' | 'entries'> | undefined =>
  TRANSLATION_CHOICES[index];

/** Sizes of a TLB that the card offers. */
export const ENTRY_CHOICES = [1, 2, 4, 8, 16, 32, 64] as const;
