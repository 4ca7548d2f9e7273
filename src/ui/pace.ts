/** The pace slider: 0..1000, logarithmic from one cycle per frame to flat out at the last notch. */
export const SLOWEST = 60;
const FASTEST = 3_000_000;
export const NOTCHES = 1000;

/** Cycles per second of a notch; Infinity at the last one. */
export function paceOf(notch: number): number {
  if (notch >= NOTCHES) return Infinity;
  return Math.round(SLOWEST * (FASTEST / SLOWEST) ** (notch / (NOTCHES - 1)));
}

/** The notch nearest to a pace. */
export function notchOf(pace: number): number {
  if (!Number.isFinite(pace)) return NOTCHES;
  const notch = (Math.log(pace / SLOWEST) / Math.log(FASTEST / SLOWEST)) * (NOTCHES - 1);
  return Math.max(0, Math.min(NOTCHES - 1, Math.round(notch)));
}
