/** IEEE 754 binary16. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** The 16 bits of a number that has such; undefined for one that needs more. */
export function toHalf(value: number): number | undefined {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  if (size > 65_504) return undefined;
  // Below the least normal one, all have the same exponent.
  const exponent = Math.max(Math.floor(Math.log2(size || 1)), -14);
  // The logarithm of what is next to a power of two may be rounded to it.
  const right = size !== 0 && 2 ** exponent > size && exponent > -14 ? exponent - 1 : exponent;
  const fraction = size * 2 ** (10 - right);
  if (!Number.isInteger(fraction) || fraction >= 2048) return undefined;
  return sign | (fraction < 1024 ? fraction : ((right + 15) << 10) | (fraction - 1024));
}
