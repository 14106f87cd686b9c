import { fromHex, toHex } from '../../bytes/index.ts';
import { type KeyKind, x25519PrivateKind } from '../../protocol/index.ts';

export const privateLabel = 'P2PPACKET_X25519_PRIVATE';
export const sessionLabel = 'P2PPACKET_SESSION_KEY';

export const privateKind = x25519PrivateKind(
  privateLabel,
  'X25519 private key of either side, 32 bytes in hex. Found by the public key it yields.',
);

export const sessionKind: KeyKind<Uint8Array> = {
  label: sessionLabel,
  form: "initiator's x25519_public, 32-byte key",
  doc: 'Key of a session whose data is sealed, 32 bytes in hex.',
  parse(fields) {
    const [session, secret] = fields.map((field) => fromHex(field));
    if (fields.length !== 2 || session?.length !== 32 || secret?.length !== 32)
      return "expected the initiator's x25519_public and a key, 64 hex digits each";
    return { index: toHex(session), secret };
  },
};

export const keys: readonly KeyKind[] = [privateKind, sessionKind];
