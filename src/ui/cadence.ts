/** How often the page asks, paints and speaks, in milliseconds, and at which pace single cycles are seen. */

/** A frame that took longer than this halves the rate at which pictures are drawn. */
export const SLOW_PAINT_MS = 8;
export const SLOW_PACE = 60;
/** Flat out, painting takes processor time from the simulation, and what is shown is a mean of half a second in ten samples. */
export const FLAT_OUT_FRAME_MS = 50;
export const NUMBERS_MS = 100;
/** Where single cycles can be seen, details follow nearly every frame. */
export const SLOW_DETAIL_MS = 30;
export const CALM_MS = 500;
/** The timeline of so many cores takes milliseconds to unpack: it is asked for once a second only. */
export const MANY_CORES = 64;
/** Sentences change at most once a second: a number that flickers cannot be read. */
export const SENTENCE_MS = 1000;
