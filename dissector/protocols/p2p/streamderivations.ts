import { concatBytes } from '@noble/hashes/utils.js';
import type { Check } from '../../bytes/index.ts';
import { type Derivation, derivation, derivedValue, type MessageView, secretValue, wireValue } from '../../protocol/index.ts';
import type { DecryptionCandidate, Place } from './choices.ts';
import { aesLabel, dhLabel, secretLabel } from './keys.ts';
import type { Session } from './session.ts';

const anyKey = `needs ${dhLabel} of either side, ${secretLabel} or ${aesLabel}`;
const secretKey = `needs ${dhLabel} of either side, or ${secretLabel}`;
const noVector = 'the HELLO_ACK is not in the capture';
const unproven = 'no candidate is proven: keys or encrypted packets are missing';

const made: Readonly<Record<string, string>> = {
  'first-32': 'key = first 32 bytes of shared_secret',
  'sha-256': 'key = SHA-256(shared_secret)',
};

/** The key that AES-256 takes: which candidate made it shows what came after the handshake. */
export function derive({ openings, z, proof = '' }: Partial<Session>): Derivation {
  const opening = openings?.[0] ?? openings?.[1];
  const unknown = z === undefined ? anyKey : unproven;
  return derivation(
    made[opening?.from?.candidate ?? ''] ?? 'key = KDF(shared_secret)',
    'p2p, Handshake, step 6, which names no way from secret to key: the candidates of p2p.key are tried',
    [secretValue('shared_secret', opening?.from?.z ?? z, secretKey)],
    [secretValue('key', opening?.key, unknown), derivedValue('cipher', opening?.cipher.name, unknown)],
    opening === undefined ? { state: 'unchecked', why: unproven } : { state: 'valid', why: proof },
  );
}

const blockLength = 16;

/** A packet out of the stream of its direction, the type byte included. */
export function decrypt(
  ciphertext: Uint8Array,
  place: Place | undefined,
  opening: DecryptionCandidate | undefined,
  { vector, proof }: Partial<Session>,
  plaintext: Uint8Array | undefined,
  { name, state }: Pick<MessageView, 'name' | 'state'>,
): Derivation {
  const before = 'which byte of the stream it is: what comes before it does not open, or is missing';
  const isProof = name === 'FIN' || name === 'FIN_ACK';
  const decodes = isProof ? `${name} decodes: the handshake has not failed` : `it decodes; the key was proven: ${proof}`;
  const verdict: Check =
    plaintext === undefined
      ? { state: 'unchecked', why: anyKey }
      : state === 'decoded'
        ? { state: 'valid', why: decodes }
        : { state: state === 'malformed' ? 'invalid' : 'unchecked', why: 'it is no whole packet of the specification' };
  return derivation(
    `plaintext = ${opening?.cipher.name ?? 'AES-256'}(key, init_vector, ciphertext at position)`,
    `p2p, Handshake, ${isProof ? 'steps 6 to 9' : 'step 6'}; NIST SP 800-38A, section 6`,
    [
      ...[secretValue('key', opening?.key, anyKey), derivedValue('init_vector', opening?.iv ?? vector, noVector)],
      derivedValue('position', place === undefined ? undefined : `byte ${place.offset} of its direction`, before),
      derivedValue('shift register', registerOf(place, opening), anyKey),
      wireValue('ciphertext', ciphertext),
    ],
    [derivedValue('plaintext', plaintext, opening === undefined ? anyKey : before)],
    verdict,
  );
}

/** What CFB8 enciphers for the first byte: the 16 bytes before it, of init_vector and ciphertext. */
function registerOf(place: Place | undefined, opening: DecryptionCandidate | undefined): Uint8Array | string | undefined {
  if (place === undefined || opening === undefined) return undefined;
  if (opening.cipher.name !== 'aes-256-cfb8') return 'none: this mode has another state';
  return concatBytes(opening.iv, place.lead).slice(-blockLength);
}
