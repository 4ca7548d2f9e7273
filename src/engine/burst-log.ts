/** The last bursts of a core as its translation looked them up, with the table entries that each walk reads. */
import * as L from '../../assembly/layout.ts';
import type { Translation } from '../model/vnpu.ts';
import type { Kernel } from './kernel.ts';
import type { BurstDetail } from './snapshot.ts';

/** The logged bursts of the core at this address, oldest first. */
export function readBursts(
  kernel: Kernel,
  core: number,
  { kind, lastV = true }: Translation,
  ranges: number,
): BurstDetail[] {
  const guessOf = (log: number): number => (lastV ? kernel.u16(log + L.J_GUESS) : L.NO_RANGE);
  const all = kernel.u64(core + L.C_HITS) + kernel.u64(core + L.C_MISSES);
  const logged = Math.min(all, L.MOST_LOGGED);
  return Array.from({ length: logged }, (_, i) => {
    const number = all - logged + i;
    const log = core + L.C_LOG + (number % L.MOST_LOGGED) * L.J_STRIDE;
    const range = kernel.u16(log + L.J_RANGE);
    const miss = kernel.u16(log + L.J_MISS) !== 0;
    const isWalk = miss && kind === 'vchunk';
    return {
      number,
      cycle: kernel.u64(log + L.J_CYCLE),
      address: kernel.u64(log + L.J_ADDRESS),
      bytes: kernel.u32(log + L.J_BYTES),
      range,
      miss,
      walkCycles: kernel.u32(log + L.J_WALK),
      reads: isWalk ? walkReads(kernel.u16(log + L.J_LEFT), guessOf(log), range, ranges) : [],
    };
  });
}

/** last_v of the range that was left, if it is set, then the entries after that range, wrapping; from entry 0 at a cold start. */
function walkReads(left: number, guess: number, target: number, length: number): number[] {
  if (left === L.NO_RANGE) return Array.from({ length: target + 1 }, (_, i) => i);
  const reads = guess === L.NO_RANGE ? [] : [guess];
  for (let next = (left + 1) % length; !reads.includes(target); next = (next + 1) % length) {
    if (!reads.includes(next)) reads.push(next);
  }
  return reads;
}
