// Natural logarithm of a normal number above 0, after fdlibm's e_log.c (Sun Microsystems, 1993): error below one unit in the last place.
// The standard library's uses tables in static memory, where the image stands.

const LN2_HIGH: f64 = 6.93147180369123816490e-1;
const LN2_LOW: f64 = 1.90821492927058770002e-10;

/** x = 2^k (1 + f) with sqrt(1/2) < 1 + f < sqrt(2); log(1 + f) = f - s (f - R), s = f / (2 + f), R a polynomial in s^2. */
export function logarithm(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  // the constant moves the point where k steps from 1 to the square root of 2
  const shifted = bits + (0x3ff00000 - 0x3fe6a09e as u64 << 32);
  const k = ((shifted >> 52) as i32) - 1023;
  const f = reinterpret<f64>((shifted & 0x000fffffffffffff) + (0x3fe6a09e as u64 << 32)) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (0.3999999999940941908 + w * (0.2222219843214978396 + w * 0.1531383769920937332));
  const odd = z * (0.6666666666666735130 + w * (0.2857142874366239149 + w * (0.1818357216161805012 + w * 0.1479819860511658591)));
  const half = 0.5 * f * f;
  return s * (half + even + odd) + k * LN2_LOW - half + f + k * LN2_HIGH;
}
