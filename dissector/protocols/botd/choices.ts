import { sha256 } from '@noble/hashes/sha2.js';
import type { KeyOrigin } from '../../bytes/index.ts';
import { type AesMode, aesModes } from '../../crypto/index.ts';
import type { Candidate, OpenChoice } from '../../protocol/index.ts';

export interface KeyCandidate extends Candidate {
  /** The AES key that a shared point (compressed, 33 bytes) gives. */
  derive(point: Uint8Array): Uint8Array;
}

/** The specification does not say how the shared point becomes a key. */
export const keyChoice: OpenChoice<KeyCandidate> = {
  id: 'botd.key',
  doc: "How botd's shared point becomes an AES key.",
  candidates: [
    { id: 'sha256-compressed-point', doc: 'SHA-256 of the compressed shared point, 33 bytes.', derive: (point) => sha256(point) },
    { id: 'x-coordinate', doc: 'The x-coordinate of the shared point.', derive: (point) => point.slice(1) },
    { id: 'sha256-x', doc: 'SHA-256 of the x-coordinate of the shared point.', derive: (point) => sha256(point.subarray(1)) },
  ],
};

export interface CipherCandidate extends Candidate {
  readonly mode: AesMode;
}

const mode = (name: AesMode['name']): AesMode => aesModes.find((one) => one.name === name)!;

/** "AES-256" in the specification names no mode. */
export const cipherChoice: OpenChoice<CipherCandidate> = {
  id: 'botd.cipher',
  doc: 'How botd encrypts after the handshake: the specification says aes-256 and names no mode.',
  candidates: [
    { id: 'aes-256-gcm', doc: 'AES-256-GCM: nonce 12, ciphertext, tag 16; no AAD.', mode: mode('AES-256-GCM') },
    {
      id: 'aes-256-ctr',
      doc: 'AES-256 in counter mode: iv 16 (the first counter block), ciphertext.',
      mode: mode('AES-256-CTR'),
    },
    { id: 'aes-256-cbc', doc: 'AES-256-CBC with PKCS #7 padding: iv 16, ciphertext.', mode: mode('AES-256-CBC') },
  ],
};

/** One way in which the frames of a session may be encrypted. */
export interface DecryptionCandidate {
  readonly key: Uint8Array;
  /** Who brought it, or what it was made of. */
  readonly origin: KeyOrigin;
  readonly cipher: CipherCandidate;
  /** Id of the key candidate, and the shared point (compressed) that it made the key of; none for an AES key that was given. */
  readonly derivation?: string;
  readonly point?: Uint8Array;
  /** Candidates and label by which it came about: `aes-256-gcm, sha256-x of BOTD_SHARED_POINT`. */
  readonly how: string;
}
