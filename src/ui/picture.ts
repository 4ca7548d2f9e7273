/** One moment of a run as painters take it. */
import type { Frame } from '../engine/frame.ts';
import type { RateWindow } from './window.ts';

export interface Picture {
  readonly frame: Frame;
  readonly rates: RateWindow;
  /** Cause of the cycle per tile where single cycles can be seen, and packets with it; else null. */
  readonly instant: Uint8Array | null;
}

/** Paints one frame; `null` before the first. */
export type Painter = (picture: Picture | null) => void;
