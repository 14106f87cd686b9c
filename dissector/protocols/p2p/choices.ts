import { sha256 } from '@noble/hashes/sha2.js';
import { type StreamCipher, streamCiphers } from '../../crypto/index.ts';
import type { Candidate, OpenChoice } from '../../protocol/index.ts';

interface CipherCandidate extends Candidate {
  readonly cipher: StreamCipher;
}

const cipherDocs: Readonly<Record<StreamCipher['name'], string>> = {
  'aes-256-cfb8': 'AES-256 in CFB mode with segments of 8 bits (what the reference implementation sends).',
  'aes-256-cfb': 'AES-256 in CFB mode with segments of 128 bits.',
  'aes-256-ctr': 'AES-256 in counter mode, the init_vector as the first counter block.',
};

/** "AES-256" in the specification names no mode. */
export const cipherChoice: OpenChoice<CipherCandidate> = {
  id: 'p2p.cipher',
  doc: 'How p2p encrypts after the handshake: the specification says AES-256 and names no mode.',
  candidates: streamCiphers.map((cipher) => ({ id: cipher.name, doc: cipherDocs[cipher.name], cipher })),
};

export interface KeyCandidate extends Candidate {
  /** The AES key that the shared secret Z (as long as p) gives; undefined when it is too short. */
  derive(z: Uint8Array): Uint8Array | undefined;
}

/** The specification does not say how a secret of any size becomes a key of 32 bytes. */
export const keyChoice: OpenChoice<KeyCandidate> = {
  id: 'p2p.key',
  doc: "How p2p's shared secret becomes an AES key.",
  candidates: [
    {
      id: 'first-32',
      doc: 'The first 32 bytes of the shared secret (what the reference implementation takes).',
      derive: (z) => (z.length < 32 ? undefined : z.slice(0, 32)),
    },
    { id: 'sha-256', doc: 'SHA-256 of the shared secret.', derive: (z) => sha256(z) },
  ],
};

/** One way in which the bytes after the handshake may be encrypted. The same key and iv serve both directions. */
export interface DecryptionCandidate {
  readonly cipher: StreamCipher;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  /** Candidates and label by which it came about: `aes-256-cfb8, first-32 of P2P_DH_PRIVATE`. */
  readonly how: string;
  /** The shared secret and the candidate that made the key of it; none for a key that was given. */
  readonly from?: { readonly z: Uint8Array; readonly candidate: string };
}

/** A place in a stream cipher's stream. */
export interface Place {
  readonly offset: number;
  readonly lead: Uint8Array;
}
