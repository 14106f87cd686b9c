import { fromHex, toHex } from '../../bytes/index.ts';
import { noise } from '../../crypto/index.ts';
import type { KeyKind } from '../../session/index.ts';

export const privateLabel = 'P2PPACKET_X25519_PRIVATE';
export const sessionLabel = 'P2PPACKET_SESSION_KEY';

export const keys: readonly KeyKind[] = [
  {
    label: privateLabel,
    form: 'private key',
    doc: 'X25519 private key of either side, 32 bytes in hex. Found by the public key it yields.',
    parse(fields) {
      const secret = fields.length === 1 ? fromHex(fields[0]!) : undefined;
      if (secret?.length !== 32) return 'expected one private key of 64 hex digits';
      if (secret.every((byte) => byte === 0)) return 'the private key is zero';
      return { index: toHex(noise.publicOf(secret)), secret };
    },
  },
  {
    label: sessionLabel,
    form: "initiator's x25519_public, 32-byte key",
    doc: 'Key of a session whose data is sealed, 32 bytes in hex.',
    parse(fields) {
      const [session, secret] = fields.map((field) => fromHex(field));
      if (fields.length !== 2 || session?.length !== 32 || secret?.length !== 32)
        return "expected the initiator's x25519_public and a key, 64 hex digits each";
      return { index: toHex(session), secret };
    },
  },
];
