/**
 * The rhythm of one core whose weights stream through two tile buffers: a tile loads while the one before it is used, so an iteration
 * takes longer than both its work and its loads where big tiles meet short work. Followed step by step over a few iterations.
 */

/** A piece of work, after a tile of so many bytes has been loaded (0: it needs none). */
export interface Beat {
  readonly bytes: number;
  readonly cycles: number;
}

export interface Frame {
  /** Cycles in which inputs arrive before the first beat, and results leave after the last. */
  readonly arrival: number;
  readonly departure: number;
  /** The next iteration's loads wait until results have left: they stand behind a store, or behind more sends than a queue holds. */
  readonly loadsWait: boolean;
  readonly bytesPerCycle: number;
}

const FOLLOWED = 4;

/** Cycles between the ends of two iterations once the rhythm is steady. */
export function rhythm(beats: readonly Beat[], { arrival, departure, loadsWait, bytesPerCycle }: Frame): number {
  let [end, loaded, period] = [0, 0, 0];
  /** Ends of the last two uses of a tile: the buffers that the next two tiles take. */
  let [older, newer] = [0, 0];
  for (let iteration = 0; iteration < FOLLOWED; iteration++) {
    const before = end;
    let worked = before + arrival;
    if (loadsWait) loaded = Math.max(loaded, before);
    for (const { bytes, cycles } of beats) {
      if (bytes > 0) loaded = Math.max(loaded, older) + bytes / bytesPerCycle;
      worked = (bytes > 0 ? Math.max(worked, loaded) : worked) + cycles;
      if (bytes > 0) [older, newer] = [newer, worked];
    }
    end = worked + departure;
    period = end - before;
  }
  return Math.ceil(period);
}
