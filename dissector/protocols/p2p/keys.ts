import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { fromBase64, fromHex, toHex } from '../../bytes/index.ts';
import { integer, type PublicKey, readPublicKey } from '../../crypto/index.ts';
import { type KeyKind, rsaPrivateKind } from '../../protocol/index.ts';

export const dhLabel = 'P2P_DH_PRIVATE';
export const secretLabel = 'P2P_SHARED_SECRET';
export const aesLabel = 'P2P_AES_KEY';
export const rsaLabel = 'P2P_RSA_PRIVATE';
export const nodeListLabel = 'P2P_NODE_LIST_KEY';

const vectorLength = 16;

/** Bytes of a number in hex, whose first zero may be left out. */
function numberOf(text: string): Uint8Array | undefined {
  return fromHex(text.length % 2 === 0 ? text : `0${text}`);
}

/** A key of one session, found by its init_vector. */
function bySession(
  label: string,
  doc: string,
  form: string,
  fits: (secret: Uint8Array) => boolean,
  expected: string,
): KeyKind<Uint8Array> {
  return {
    label,
    form: `init_vector, ${form}`,
    doc,
    parse(fields, { modulusBits }) {
      const [session = '', value = ''] = fields;
      // As long as a modulus at most.
      if (value.length * 4 > modulusBits + 7)
        return `a value of ${value.length} digits is over the limit modulusBits of ${modulusBits}`;
      const vector = fromHex(session);
      const secret = numberOf(value);
      if (fields.length !== 2 || vector?.length !== vectorLength)
        return `expected an init_vector of 32 hex digits and ${expected}`;
      return secret === undefined || !fits(secret) ? `expected ${expected}` : { index: toHex(vector), secret };
    },
  };
}

export const dhKind: KeyKind<bigint> = {
  label: dhLabel,
  form: 'DH exponent',
  doc: 'Diffie-Hellman exponent of either side, hex. Found by the public key it yields in the group of a HELLO.',
  parse(fields, { modulusBits }) {
    const [text = ''] = fields;
    if (text.length * 4 > modulusBits + 7)
      return `an exponent of ${text.length} digits is over the limit modulusBits of ${modulusBits}`;
    const bytes = fields.length === 1 && text !== '' ? numberOf(text) : undefined;
    if (bytes === undefined) return 'expected one exponent in hex';
    const exponent = integer(bytes);
    if (exponent === 0n) return 'the exponent is zero';
    // Its public key depends on the group of a session, so nothing public tells exponents apart: a digest does.
    return { index: toHex(sha256(utf8ToBytes(exponent.toString(16))).subarray(0, 8)), secret: exponent };
  },
};

export const secretKind = bySession(
  secretLabel,
  'Diffie-Hellman shared secret Z of a session, hex, big-endian; zeros in front may be left out.',
  'Z',
  (secret) => secret.length > 0,
  'a shared secret in hex',
);

export const aesKind = bySession(
  aesLabel,
  'AES key of a session, 32 bytes in hex.',
  '32-byte key',
  (secret) => secret.length === 32,
  'a key of 64 hex digits',
);

export const rsaKind = rsaPrivateKind(
  rsaLabel,
  "RSA private key of a tunnel's target: opens the tunnel inside TUNNEL_REQ and TUNNEL_DATA.",
);

export const nodeListKind: KeyKind<PublicKey> = {
  label: nodeListLabel,
  form: 'base64 SubjectPublicKeyInfo',
  operations: 1 / 64,
  doc: 'Public key that signs node lists: verifies NLIST_RES, opens nothing.',
  parse(fields) {
    const der = fields.length === 1 ? fromBase64(fields[0]!) : undefined;
    const key = der === undefined ? undefined : readPublicKey(der);
    return der === undefined || typeof key !== 'object' || key.kind !== 'RSA'
      ? 'expected an RSA public key, base64 of SubjectPublicKeyInfo'
      : { index: toHex(der), secret: key };
  },
};

export const keys: readonly KeyKind[] = [dhKind, secretKind, aesKind, rsaKind, nodeListKind];
