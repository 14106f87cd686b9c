import {
  makeSignedData,
  type RsaPrivateKey,
  readSignedData,
  rsaPublicOf,
  rsaSign,
  withOtherContent,
} from '../../crypto/index.ts';
import { isSameKey } from './session.ts';
import type { SignedText } from './signed.ts';

/** Another text in the place of one that was signed. */
export interface Resigned {
  /** The signed form of it. */
  make(text: Uint8Array): Uint8Array | undefined;
  /** Its signature fits it, or it had none. */
  readonly isSigned: boolean;
}

/** How a text is signed again in its form: with its sender's private key, where that is one of `keys`; else with the signature that it had. */
export function resigned(whole: Uint8Array, { text, form, by, inside }: SignedText, keys: readonly RsaPrivateKey[]): Resigned {
  if (form === 'text alone') return { make: (other) => other, isSigned: true };
  const signer = inside ?? by?.signer;
  const key = keys.find((each) => signer !== undefined && isSameKey(rsaPublicOf(each), signer));
  if (form === 'CMS SignedData') {
    const certificate = readSignedData(whole)?.certificate;
    if (key === undefined || certificate === undefined)
      return { make: (other) => withOtherContent(whole, other), isSigned: false };
    return { make: (other) => makeSignedData(other, certificate, key), isSigned: true };
  }
  const isFirst = form === 'signature, text';
  const old = isFirst ? whole.subarray(0, whole.length - text.length) : whole.subarray(text.length);
  const isSigned = key !== undefined && by !== undefined;
  const make = (other: Uint8Array): Uint8Array => {
    const signature = isSigned ? rsaSign(key, by.hash, other) : old;
    return Uint8Array.from(isFirst ? [...signature, ...other] : [...other, ...signature]);
  };
  return { make, isSigned };
}
