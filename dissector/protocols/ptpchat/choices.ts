import { type AesMode, aesModes, padOaep, padPkcs1, type Random, unpadOaep, unpadPkcs1 } from '../../crypto/index.ts';
import type { Candidate, OpenChoice } from '../../protocol/index.ts';
import type { Framing } from './framing.ts';

export interface Wrapping extends Candidate {
  readonly title: string;
  /** The key inside a raw RSA result as long as the modulus. */
  unwrap(padded: Uint8Array): Uint8Array | undefined;
  /** What is to be encrypted, `size` bytes as the modulus has them; undefined when the key does not fit. */
  wrap(key: Uint8Array, size: number, random: Random): Uint8Array | undefined;
  /** Fits by no chance: what it unwraps is the key. */
  readonly proves: boolean;
}

/** "Encrypted with the recipient's public key" in the specification names no padding. */
export const wrapping: OpenChoice<Wrapping> = {
  id: 'ptpchat.keyWrapping',
  doc: "How ptpchat's KEY wraps the key of a closed channel with the recipient's RSA key.",
  candidates: [
    {
      id: 'rsa-oaep-sha-1',
      title: 'RSA-OAEP (SHA-1)',
      doc: 'RSA-OAEP with SHA-1 and MGF1-SHA-1 (RFC 8017).',
      unwrap: (padded) => unpadOaep(padded, 'SHA-1'),
      wrap: (key, size, random) => padOaep(key, size, 'SHA-1', random),
      proves: true,
    },
    {
      id: 'rsa-oaep-sha-256',
      title: 'RSA-OAEP (SHA-256)',
      doc: 'RSA-OAEP with SHA-256 and MGF1-SHA-256 (RFC 8017).',
      unwrap: (padded) => unpadOaep(padded, 'SHA-256'),
      wrap: (key, size, random) => padOaep(key, size, 'SHA-256', random),
      proves: true,
    },
    {
      id: 'rsa-pkcs1-v1.5',
      title: 'RSA PKCS #1 v1.5',
      doc: 'PKCS #1 v1.5 (RFC 8017): counts when 32 bytes come out and a MESSAGE opens with them.',
      unwrap: (padded) => unpadPkcs1(padded),
      wrap: padPkcs1,
      proves: false,
    },
  ],
};

interface Cipher extends Candidate {
  readonly mode: AesMode;
}

const cipherDocs: Readonly<Record<AesMode['name'], string>> = {
  'AES-256-CBC': 'AES-256-CBC: iv 16, ciphertext with PKCS #7 padding.',
  'AES-256-GCM': 'AES-256-GCM: nonce 12, ciphertext, tag 16.',
  'AES-256-CTR': 'AES-256-CTR: iv 16 as the first counter block, ciphertext.',
};

export const cipher: OpenChoice<Cipher> = {
  id: 'ptpchat.cipher',
  doc: "How ptpchat's MESSAGE is encrypted in a closed channel; the cipher that a KEY names goes before this.",
  candidates: aesModes.map((mode) => ({ id: mode.name.toLowerCase(), doc: cipherDocs[mode.name], mode })),
};

interface FramingCandidate extends Candidate {
  readonly framing: Framing;
}

export const framing: OpenChoice<FramingCandidate> = {
  id: 'ptpchat.framing',
  doc: 'How JSON objects follow each other on a TCP stream of ptpchat.',
  candidates: [
    { id: 'length', doc: 'A big-endian u32 length before each object.', framing: 'length' },
    { id: 'back-to-back', doc: 'Objects one after the other, white space between them allowed.', framing: 'back-to-back' },
  ],
};
