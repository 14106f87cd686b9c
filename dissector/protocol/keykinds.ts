/** Kinds of keys that more than one protocol has. */
import { fromBase64, fromHex, toHex } from '../bytes/index.ts';
import { type RsaPrivateKey, readRsaPrivateKey, x25519 } from '../crypto/index.ts';
import type { KeyKind } from './keykind.ts';

/** An RSA private key (base64 of PKCS #8), found by its modulus. */
export function rsaPrivateKind(label: string, doc: string): KeyKind<RsaPrivateKey> {
  return {
    label,
    form: 'base64 PKCS #8',
    doc,
    operations: 1 / 16,
    isSole: true,
    parse(fields, limits) {
      const der = fields.length === 1 ? fromBase64(fields[0]!) : undefined;
      const secret = der === undefined ? undefined : readRsaPrivateKey(der, limits);
      return secret === undefined
        ? 'expected an RSA private key, base64 of PKCS #8'
        : { index: secret.modulus.toString(16), secret };
    },
  };
}

/** An X25519 private key (RFC 7748, 32 bytes in hex), found by the public value that it yields. */
export function x25519PrivateKind(label: string, doc: string): KeyKind<Uint8Array> {
  return {
    label,
    form: 'private key',
    doc,
    operations: 1 / 16,
    isSole: true,
    parse(fields) {
      const secret = fields.length === 1 && fields[0]!.length === 64 ? fromHex(fields[0]!) : undefined;
      if (secret?.length !== 32) return 'expected one private key of 64 hex digits';
      // X25519 clamps a scalar, so the only one that is no key at all is the one nobody draws.
      if (secret.every((byte) => byte === 0)) return 'the private key is zero';
      return { index: toHex(x25519.publicOf(secret)), secret };
    },
  };
}
