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

/** An X25519 private key (RFC 7748, 32 bytes in hex or base64), found by the public value that it yields. */
export function x25519PrivateKind(label: string, doc: string): KeyKind<Uint8Array> {
  return {
    label,
    form: 'private key',
    doc,
    operations: 1 / 16,
    isSole: true,
    parse(fields) {
      const secret = bytesOf32(fields);
      if (secret === undefined) return 'expected one private key of 64 hex digits, or base64 of 32 bytes';
      // X25519 clamps a scalar, so the only one that is no key at all is the one nobody draws.
      if (secret.every((byte) => byte === 0)) return 'the private key is zero';
      return { index: toHex(x25519.publicOf(secret)), secret };
    },
  };
}

/** An X25519 public key (32 bytes in hex or base64) that a handshake presupposes and does not carry, found by itself. */
export function x25519PublicKind(label: string, doc: string): KeyKind<Uint8Array> {
  return {
    label,
    form: 'public key',
    doc,
    parse(fields) {
      const secret = bytesOf32(fields);
      return secret === undefined
        ? 'expected one public key of 64 hex digits, or base64 of 32 bytes'
        : { index: toHex(secret), secret };
    },
  };
}

/** A pre-shared symmetric key (32 bytes in hex or base64). Nothing on the wire tells which it is: all of one label are tried. */
export function sharedKeyKind(label: string, doc: string): KeyKind<Uint8Array> {
  return {
    label,
    form: 'pre-shared key',
    doc,
    parse(fields) {
      const secret = bytesOf32(fields);
      return secret === undefined ? 'expected one key of 64 hex digits, or base64 of 32 bytes' : { index: '', secret };
    },
  };
}

/** Base64 of 32 bytes has 44 characters, hex 64: what is longer is not read. */
function bytesOf32(fields: readonly string[]): Uint8Array | undefined {
  const [text = ''] = fields.length === 1 ? fields : [];
  const bytes = text.length > 64 ? undefined : (fromHex(text) ?? fromBase64(text));
  return bytes?.length === 32 ? bytes : undefined;
}
