// Small bit operations that the units share. No state.

/** Round robin: number of the first set bit of `mask` at or after `start`, wrapping. `mask` must not be 0; `start` <= 63. */
// @ts-ignore: decorator
@inline
export function firstFrom(mask: u64, start: u32): u32 {
  const high = mask & (~(0 as u64) << (start as u64));
  return ctz<u64>(high != 0 ? high : mask) as u32;
}

/** The next bit to visit: the lowest, or the highest where units are visited in reverse. `mask` must not be 0. */
// @ts-ignore: decorator
@inline
export function nextBit(mask: u64, reverse: bool): u32 {
  return reverse ? 63 - (clz<u64>(mask) as u32) : (ctz<u64>(mask) as u32);
}

/** Set one bit of a bitset of u64 words. */
// @ts-ignore: decorator
@inline
export function setBit(bitset: usize, index: u32): void {
  setBitIf(bitset, index, true);
}

/** The same if `isSet`, without a branch; else nothing changes. */
// @ts-ignore: decorator
@inline
export function setBitIf(bitset: usize, index: u32, isSet: bool): void {
  const word = bitset + ((index >> 6) << 3);
  store<u64>(word, load<u64>(word) | ((isSet as u64) << ((index & 63) as u64)));
}

/** Bytes of a bitset of u64 words. */
// @ts-ignore: decorator
@inline
export function bitsetBytes(bits: u32): u32 {
  return ((bits + 63) >> 6) << 3;
}

/** Clear one bit of a bitset of u64 words. */
// @ts-ignore: decorator
@inline
export function clearBit(bitset: usize, index: u32): void {
  const word = bitset + ((index >> 6) << 3);
  store<u64>(word, load<u64>(word) & ~((1 as u64) << ((index & 63) as u64)));
}

/** Add to a u32 counter that goes up and down. */
// @ts-ignore: decorator
@inline
export function change(address: usize, by: i32): void {
  store<i32>(address, load<i32>(address) + by);
}

/** Add one to a u64 counter. */
// @ts-ignore: decorator
@inline
export function count(address: usize): void {
  store<u64>(address, load<u64>(address) + 1);
}
