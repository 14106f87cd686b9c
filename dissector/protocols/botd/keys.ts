import { fromHex, toHex } from '../../bytes/index.ts';
import { secp256k1 } from '../../crypto/index.ts';
import type { KeyKind } from '../../protocol/index.ts';

export const ephemeralLabel = 'BOTD_EPHEMERAL_PRIVATE';
export const pointLabel = 'BOTD_SHARED_POINT';
export const aesLabel = 'BOTD_AES_KEY';

/** The point that a text names in either encoding, compressed: one point has one index. */
function readPoint(text: string | undefined): Uint8Array | undefined {
  const bytes = fromHex(text ?? '');
  return bytes === undefined ? undefined : secp256k1.readPoint(bytes);
}

/** A secret of one session, found by the opener's ephemeral key. */
function bySession(
  label: string,
  form: string,
  doc: string,
  expected: string,
  read: (text: string) => Uint8Array | undefined,
): KeyKind<Uint8Array> {
  return {
    label,
    form: `opener's ephemeral_pubkey, ${form}`,
    doc,
    // A compressed point takes a square root.
    operations: 1 / 16,
    parse(fields) {
      const point = readPoint(fields[0]);
      if (fields.length !== 2 || point === undefined)
        return `expected the opener's ephemeral_pubkey (a point of secp256k1 in hex) and ${expected}`;
      const secret = read(fields[1]!);
      return secret === undefined ? `expected ${expected}` : { index: toHex(point), secret };
    },
  };
}

export const ephemeralKind: KeyKind<Uint8Array> = {
  label: ephemeralLabel,
  form: 'private key',
  doc: 'secp256k1 ephemeral private key of either side, 32 bytes in hex. Found by the public key it yields.',
  operations: 1 / 8,
  isSole: true,
  parse(fields) {
    const secret = fields.length === 1 && fields[0]!.length === 64 ? fromHex(fields[0]!) : undefined;
    if (secret?.length !== 32) return 'expected one private key of 64 hex digits';
    const point = secp256k1.publicOf(secret);
    return point === undefined ? "the private key is zero or not below the curve's order" : { index: toHex(point), secret };
  },
};

export const pointKind = bySession(
  pointLabel,
  'compressed point',
  'The point that both ephemeral keys yield, in hex.',
  'a point of secp256k1 in hex',
  readPoint,
);

export const aesKind = bySession(
  aesLabel,
  '32-byte key',
  'AES key of a session, 32 bytes in hex.',
  'a key of 64 hex digits',
  (text) => {
    const key = fromHex(text);
    return key?.length === 32 ? key : undefined;
  },
);

/** In the order in which they are tried. */
export const keys = [ephemeralKind, pointKind, aesKind] as const;
