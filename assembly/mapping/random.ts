// Pseudo-random numbers from the problem's seed (xorshift, Marsaglia 2003): the same problem is searched the same way everywhere.
let state: u32 = 1;

export function seedRandom(seed: u32): void {
  state = seed ^ 0x9e3779b9;
  if (state == 0) state = 1;
}

/** A number below `limit`. */
export function random(limit: i32): i32 {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return (((state as u64) * (limit as u64)) >> 32) as i32;
}
