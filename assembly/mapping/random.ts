// Pseudo-random numbers from the problem's seed (xorshift, Marsaglia 2003): the same problem is searched the same way everywhere.
let state: u32 = 1;

export function seedRandom(seed: u32): void {
  state = seed ^ 0x9e3779b9;
  if (state == 0) state = 1;
}

/** A number below `limit`. */
export function random(limit: i32): i32 {
  let x = state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  state = x;
  return (((x as u64) * (limit as u64)) >> 32) as i32;
}
