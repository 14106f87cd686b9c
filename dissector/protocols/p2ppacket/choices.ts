import type { Candidate, OpenChoice } from '../../protocol/index.ts';

/** What a signature covers: the bytes of the fields named, one after the other. */
interface Coverage extends Candidate {
  readonly covers: readonly string[];
}

/** The document says that a hello is signed, not over what. `head` is the packet's first two bytes. */
export const helloCoverage: OpenChoice<Coverage> = {
  id: 'p2ppacket.helloSignature',
  doc: "What the signature of p2ppacket's hello covers: the document does not say.",
  candidates: [
    { id: 'both-keys', doc: 'x25519_public, ed25519_public.', covers: ['x25519_public', 'ed25519_public'] },
    { id: 'x25519', doc: 'x25519_public.', covers: ['x25519_public'] },
    {
      id: 'keys-and-cookie',
      doc: 'x25519_public, ed25519_public, cookie.',
      covers: ['x25519_public', 'ed25519_public', 'cookie'],
    },
    {
      id: 'head-and-keys',
      doc: 'The two bytes of head, x25519_public, ed25519_public.',
      covers: ['head', 'x25519_public', 'ed25519_public'],
    },
  ],
};

/** The entry's head changes on its way over the introducer, so it cannot be covered. */
export const introductionCoverage: OpenChoice<Coverage> = {
  id: 'p2ppacket.introductionSignature',
  doc: "What the signature of p2ppacket's introductions covers: the document does not say.",
  candidates: [
    { id: 'both-keys', doc: 'x25519_public, target_ed25519.', covers: ['x25519_public', 'target_ed25519'] },
    { id: 'x25519', doc: 'x25519_public.', covers: ['x25519_public'] },
  ],
};

/** The document exchanges X25519 keys and defines no encryption: sealing is a convention of this program. */
export const dataForm: OpenChoice = {
  id: 'p2ppacket.data',
  doc: 'Whether the data of p2ppacket is plain, as the document has it, or sealed by a convention of its own.',
  candidates: [
    { id: 'plain', doc: 'Entries as they are written.' },
    {
      id: 'sealed',
      doc: 'nonce 12, ciphertext, tag 16: ChaCha20-Poly1305 under BLAKE2s-256 of X25519 and both public keys. Not in the document.',
    },
  ],
};
