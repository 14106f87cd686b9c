import { AsnConvert, AsnIntegerArrayBufferConverter, AsnProp, AsnPropTypes, AsnType, AsnTypeTypes } from '@peculiar/asn1-schema';
import { AlgorithmIdentifier, SubjectPublicKeyInfo } from '@peculiar/asn1-x509';
import { defaultLimits } from '../bytes/index.ts';
import { derInteger } from './der.ts';
import { engine } from './engine.ts';
import { bitsOf, bytesOfInteger, integer } from './integer.ts';
import type { ModulusLimit } from './signature.ts';

/** A public value `y` of Diffie-Hellman in the group of `g` modulo `p` (PKCS #3); none is checked to be in range. */
export interface DhPublicKey {
  readonly p: bigint;
  readonly g: bigint;
  readonly y: bigint;
}

const dhKeyAgreementOid = '1.2.840.113549.1.3.1';
const empty = new ArrayBuffer(0);

/** DHParameter of PKCS #3 section 9. */
class DhParameter {
  prime = empty;
  base = empty;
  privateValueLength?: ArrayBuffer;
}
const number = { type: AsnPropTypes.Integer, converter: AsnIntegerArrayBufferConverter };
AsnType({ type: AsnTypeTypes.Sequence })(DhParameter);
AsnProp(number)(DhParameter.prototype, 'prime');
AsnProp(number)(DhParameter.prototype, 'base');
AsnProp({ ...number, optional: true })(DhParameter.prototype, 'privateValueLength');

/** DHPublicKey, the INTEGER of RFC 3279 section 2.3.3. */
class DhPublicValue {
  value = empty;
}
AsnType({ type: AsnTypeTypes.Choice })(DhPublicValue);
AsnProp(number)(DhPublicValue.prototype, 'value');

/**
 * Reads a DER SubjectPublicKeyInfo (RFC 5280 section 4.1) of algorithm dhKeyAgreement (PKCS #3 section 9); a sentence when it
 * is none, when a number is negative, or when `p` is 0 or longer than the limit `modulusBits`.
 */
export function readDhPublicKey(der: Uint8Array, limits: ModulusLimit = defaultLimits): DhPublicKey | string {
  try {
    const { algorithm, subjectPublicKey } = AsnConvert.parse(der, SubjectPublicKeyInfo);
    if (algorithm.algorithm !== dhKeyAgreementOid) return `the key's algorithm ${algorithm.algorithm} is not Diffie-Hellman`;
    if (!algorithm.parameters) return 'the Diffie-Hellman key has no parameters';
    const { prime, base } = AsnConvert.parse(algorithm.parameters, DhParameter);
    const { value } = AsnConvert.parse(subjectPublicKey, DhPublicValue);
    const numbers = [prime, base, value].map((each) => new Uint8Array(each));
    if (numbers.some((bytes) => (bytes[0] ?? 0) > 0x7f)) return 'a number of the Diffie-Hellman key is negative';
    const [p, g, y] = numbers.map(integer) as [bigint, bigint, bigint];
    return unusable(p, limits) ?? { p, g, y };
  } catch {
    return 'the key is not a DER SubjectPublicKeyInfo of Diffie-Hellman';
  }
}

/** What `readDhPublicKey` reads: DER, y and p and g as INTEGERs. */
export function writeDhPublicKey({ p, g, y }: DhPublicKey): Uint8Array {
  const parameters = new DhParameter();
  parameters.prime = derInteger(p);
  parameters.base = derInteger(g);
  const value = new DhPublicValue();
  value.value = derInteger(y);
  const algorithm = new AlgorithmIdentifier({ algorithm: dhKeyAgreementOid, parameters: AsnConvert.serialize(parameters) });
  const info = new SubjectPublicKeyInfo({ algorithm, subjectPublicKey: AsnConvert.serialize(value) });
  return new Uint8Array(AsnConvert.serialize(info));
}

/** Why nothing is computed modulo `p`; undefined when it can be. */
function unusable(p: bigint, { modulusBits }: ModulusLimit): string | undefined {
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
