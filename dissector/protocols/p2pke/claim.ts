import type { Check, Field } from '../../bytes/index.ts';
import { readPublicKey, signatureDigest, verificationCost, verifyDigest } from '../../crypto/index.ts';
import type { Verifications } from '../../protocol/index.ts';

export interface Claim {
  readonly key: Uint8Array;
  readonly check: Check;
}

export const timestampPurpose = 'p2pke/timestamp';
export const bindingPurpose = 'p2pke/sig-channel-binding';

/** The bytes of a named child of a payload, where it is there. */
export function childBytes(field: Field | undefined, name: string): Uint8Array | undefined {
  const value = field?.children?.find((child) => child.name === name)?.value;
  return value instanceof Uint8Array ? value : undefined;
}

/**
 * Verifies the AuthClaim of a payload over the bytes that its message binds; `signed` is undefined where they are not known
 * (the handshake hash, when only transport keys were given).
 */
export function readClaim(
  payload: Field,
  purpose: string,
  signed: Uint8Array | undefined,
  verifications: Verifications,
): Claim | undefined {
  const claim = payload.children?.find((child) => child.name === 'auth_claim');
  if (claim === undefined) return undefined;
  const der = childBytes(claim, 'key_x509');
  const sig = childBytes(claim, 'sig');
  return { key: der ?? new Uint8Array(0), check: checkClaim(der, sig, purpose, signed, verifications) };
}

/** The verdict on a claim's DER key and signature; `verifications` bound what others make this program compute. */
export function checkClaim(
  der: Uint8Array | undefined,
  sig: Uint8Array | undefined,
  purpose: string,
  signed: Uint8Array | undefined,
  verifications?: Verifications,
): Check {
  if (der === undefined || sig === undefined)
    return { state: 'invalid', why: `the claim has no ${der === undefined ? 'key_x509' : 'sig'}` };
  if (signed === undefined)
    return { state: 'unchecked', why: 'the handshake hash that it covers needs an ephemeral private key' };
  const key = readPublicKey(der);
  if (typeof key === 'string') return { state: 'unchecked', why: key };
  const digest = signatureDigest(purpose, signed);
  const verify = (): Check => verifyDigest(key, digest, sig, verifications?.limits);
  return verifications?.check([der, digest, sig], verificationCost(key), verify) ?? verify();
}
