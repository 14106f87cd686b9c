import { defaultLimits } from '../bytes/index.ts';
import { engine } from './engine.ts';
import { bitsOf, bytesOfInteger } from './integer.ts';
import type { ModulusLimit } from './signature.ts';

/** A public value `y` of Diffie-Hellman in the group of `g` modulo `p` (PKCS #3); none is checked to be in range. */
export interface DhPublicKey {
  readonly p: bigint;
  readonly g: bigint;
  readonly y: bigint;
}

/** Why nothing is computed modulo `p`; undefined when it can be. */
export function unusable(p: bigint, { modulusBits }: ModulusLimit): string | undefined {
  if (p <= 0n) return `the modulus p is ${p === 0n ? '0' : 'negative'}`;
  const bits = bitsOf(p);
  return bits > modulusBits ? `a modulus p of ${bits} bits is over the limit modulusBits of ${modulusBits}` : undefined;
}

/** `g` to the `x` modulo `p`; undefined for numbers that are negative, p = 0, and p or x over the limit `modulusBits`. */
export function dhPublic(g: bigint, x: bigint, p: bigint, limits: ModulusLimit = defaultLimits): bigint | undefined {
  if (g < 0n || x < 0n || unusable(p, limits) !== undefined || bitsOf(x) > limits.modulusBits) return undefined;
  return engine.power(g, x, p);
}

/** The shared secret `y` to the `x` modulo `p`, big-endian and as long as `p`; undefined as for `dhPublic`. */
export function dhShared(y: bigint, x: bigint, p: bigint, limits: ModulusLimit = defaultLimits): Uint8Array | undefined {
  const secret = dhPublic(y, x, p, limits);
  return secret === undefined ? undefined : bytesOfInteger(secret, Math.ceil(bitsOf(p) / 8));
}

/** Whether `y` lies in 2 to p - 2, as a public value must (NIST SP 800-56A section 5.6.2.3.1). */
export function dhInRange(y: bigint, p: bigint): boolean {
  return y >= 2n && y <= p - 2n;
}
