import { AsnConvert, AsnIntegerArrayBufferConverter, AsnProp, AsnPropTypes, AsnType, AsnTypeTypes } from '@peculiar/asn1-schema';
import { AlgorithmIdentifier, SubjectPublicKeyInfo } from '@peculiar/asn1-x509';
import { defaultLimits } from '../bytes/index.ts';
import { derInteger } from './der.ts';
import { type DhPublicKey, unusable } from './dh.ts';
import { integer } from './integer.ts';
import type { ModulusLimit } from './signature.ts';

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
