/** Powers with the exponents that RSA's public keys have, as Node computes them: the padding is for others to judge. */
import { Buffer } from 'node:buffer';
import { constants, createPublicKey, type KeyObject, publicEncrypt } from 'node:crypto';
import { bitsOf, bytesOfInteger, integer } from '../../dissector/crypto/index.ts';

/** Moduli that Node takes in all its builds. */
const LEAST_BITS = 512;
const MOST_BITS = 8192;
/** Of common public keys: other ones are not worth their import. */
const MOST_EXPONENT = 0xffff_ffffn;
const MOST_KEYS = 64;

const keys = new Map<bigint, { readonly exponent: bigint; readonly key: KeyObject }>();

function keyOf(modulus: bigint, exponent: bigint, size: number): KeyObject {
  const known = keys.get(modulus);
  if (known?.exponent === exponent) return known.key;
  const [n, e] = [bytesOfInteger(modulus, size), bytesOfInteger(exponent, Math.ceil(bitsOf(exponent) / 8))].map((bytes) =>
    Buffer.from(bytes).toString('base64url'),
  );
  const key = createPublicKey({ key: { kty: 'RSA', n: n!, e: e! }, format: 'jwk' });
  if (keys.size >= MOST_KEYS) keys.clear();
  keys.set(modulus, { exponent, key });
  return key;
}

/**
 * RSAEP and RSAVP1 (RFC 8017, sections 5.1.1 and 5.2.2): undefined for an exponent that public keys do not have, or a modulus out of
 * bounds. `modulus` is odd, `base` below it. Throws where Node refuses the key.
 */
export function rsaPower(base: bigint, exponent: bigint, modulus: bigint): bigint | undefined {
  if (exponent < 3n || exponent > MOST_EXPONENT || (exponent & 1n) === 0n) return undefined;
  const bits = bitsOf(modulus);
  if (bits < LEAST_BITS || bits > MOST_BITS) return undefined;
  const size = Math.ceil(bits / 8);
  const made = publicEncrypt(
    { key: keyOf(modulus, exponent, size), padding: constants.RSA_NO_PADDING },
    bytesOfInteger(base, size),
  );
  return integer(made);
}
