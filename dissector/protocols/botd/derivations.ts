import type { Check } from '../../bytes/index.ts';
import {
  type Derivation,
  decryption,
  derivation,
  derivedValue,
  type KeyRing,
  type MessageView,
  type Quantity,
  secretValue,
  wireValue,
} from '../../protocol/index.ts';
import type { DecryptionCandidate } from './choices.ts';
import { checksumFits, checksumOf } from './cleartext.ts';
import type { Facts } from './facts.ts';
import { type Hello, readHello } from './handshake.ts';
import { aesLabel, ephemeralKind, ephemeralLabel, pointLabel } from './keys.ts';
import { type SignedKeys, signedInAck, signedInInit } from './keyschedule.ts';
import { clearHead, sealedHead } from './messages.ts';
import type { Session } from './session.ts';

/** What both sides compute for a frame. */
export function compute(
  { name, bytes, start, end, state, facts: known, session, limits }: MessageView<Facts, Session>,
  keys: KeyRing,
): Derivation[] {
  const facts: Facts = known ?? {};
  const frame = bytes.subarray(start, end);
  if (state === 'incomplete' || facts.torn || facts.stretch) return [];
  if (!facts.clear) return frame.length < sealedHead ? [] : [open(frame.subarray(sealedHead), session?.opening, state)];
  const payload = frame.subarray(clearHead);
  if (name === 'Init') return [checksum(frame), ...init(readHello('Init', payload, 0, limits), facts, session, keys)];
  if (name !== 'Ack') return [checksum(frame)];
  const hello = readHello('Ack', payload, 0, limits);
  return [checksum(frame), ...ack(hello, facts, session, keys), ...agreed(session, keys)];
}

const eitherKey = `needs ${ephemeralLabel} of either side, or ${pointLabel}`;
const anyKey = `needs ${ephemeralLabel} of either side, ${pointLabel} or ${aesLabel}`;
const absent = 'it is not in the message';
const noInit = 'the Init is not in the capture';
const noAck = 'the Ack is not in the capture';
const unproven = 'no candidate is proven: no encrypted frame opens yet';

function checksum(frame: Uint8Array): Derivation {
  const payload = frame.subarray(clearHead);
  return derivation(
    'checksum = first 4 bytes of SHA-256(payload)',
    'BOTD #1, checksum; FIPS 180-4',
    [wireValue('payload', payload), wireValue('checksum', frame.subarray(4, clearHead))],
    [wireValue('first 4 bytes of SHA-256(payload)', checksumOf(payload))],
    checksumFits(frame)
      ? { state: 'valid', why: 'the checksum fits' }
      : { state: 'invalid', why: 'SHA-256 of the payload begins otherwise' },
  );
}

function init(hello: Hello, facts: Facts, session: Session | undefined, keys: KeyRing): Derivation[] {
  const { sender, recipient, ephemeralAsIs } = hello;
  const signed = signedInInit(sender, recipient, ephemeralAsIs);
  return [
    ephemeral(hello, privateKey('sender', session, keys)),
    ...signature(
      ['sender_pubkey', 'recipient_pubkey', 'ephemeral_pubkey'],
      signed,
      derivedValue('sender_pubkey', sender, absent),
      hello,
      facts,
    ),
  ];
}

/** The Ack is signed over the long-term keys as they stand in the Init. */
function ack(hello: Hello, facts: Facts, session: Session | undefined, keys: KeyRing): Derivation[] {
  const init = session?.init;
  const unknown = init === undefined ? noInit : absent;
  const isNamed = init?.id !== undefined && hello.initId === init.id;
  const check: Check =
    init === undefined
      ? { state: 'unchecked', why: noInit }
      : { state: isNamed ? 'valid' : 'invalid', why: isNamed ? `it is that of frame ${init.frame}` : 'it is another' };
  return [
    derivation(
      'init_id = id of the Init',
      'BOTD #2, Handshake, Ack',
      [derivedValue('id of the Init', init?.id, unknown), derivedValue('init_id', hello.initId, absent)],
      [],
      check,
    ),
    ephemeral(hello, privateKey('recipient', session, keys)),
    ...signature(
      ['recipient_pubkey', 'sender_pubkey', 'ephemeral_pubkey'],
      init && signedInAck(init, hello.ephemeralAsIs),
      derivedValue('recipient_pubkey', init?.recipient, unknown),
      hello,
      facts,
      unknown,
    ),
  ];
}

function ephemeral(hello: Hello, d: Quantity): Derivation {
  return derivation(
    'ephemeral_pubkey = d G',
    'BOTD #2, Handshake: both peers generate an ephemeral keypair; SEC 1, section 3.2.1',
    [d],
    [derivedValue('ephemeral_pubkey', hello.ephemeralAsIs, absent)],
  );
}

function signature(
  names: readonly string[],
  signed: SignedKeys | undefined,
  signer: Quantity,
  hello: Hello,
  facts: Facts,
  unknown = absent,
): Derivation[] {
  const covered = derivedValue(names.join(', '), signed?.covered, unknown);
  const digest = derivedValue('digest', signed?.digest, unknown);
  return [
    derivation(`digest = sha256(${covered.name})`, `BOTD #2, Data Structures, ${hello.message}: signature`, [covered], [digest]),
    derivation(
      `ECDSA-VERIFY(${signer.name}, digest, signature)`,
      'BOTD #2, Handshake: MUST close the connection if the signature does not validate; SEC 1, section 4.1.4',
      [signer, digest, derivedValue('signature', hello.signature, absent)],
      [],
      facts.signature,
    ),
  ];
}

const formulas: Readonly<Record<string, string>> = {
  'sha256-compressed-point': 'key = SHA-256(S, compressed)',
  'x-coordinate': 'key = x-coordinate of S',
  'sha256-x': 'key = SHA-256(x-coordinate of S)',
};

/** Both sides' way to the point that they share, and the candidates for key and cipher: encrypted frames prove one of them. */
function agreed(session: Session | undefined, keys: KeyRing): Derivation[] {
  const { init, ack, openerKey, answererKey, opening, proof = '' }: Partial<Session> = session ?? {};
  const isWhole = openerKey !== undefined && answererKey !== undefined;
  const point = pointOf(session, keys);
  const unknown = point === undefined ? anyKey : unproven;
  return [
    derivation(
      'S = d of the sender * ephemeral_pubkey of the recipient = d of the recipient * ephemeral_pubkey of the sender',
      'BOTD #2, Shared Secret Generation; SEC 1, section 3.3.1',
      [
        privateKey('sender', session, keys),
        derivedValue('ephemeral_pubkey of the recipient', ack?.ephemeralAsIs, noAck),
        privateKey('recipient', session, keys),
        derivedValue('ephemeral_pubkey of the sender', init?.ephemeralAsIs, noInit),
      ],
      [secretValue('S', point, !isWhole && init === undefined ? noInit : eitherKey)],
    ),
    derivation(
      formulas[opening?.derivation ?? ''] ?? 'key = KDF(S)',
      'BOTD #2, Shared Secret Generation, which names no way from point to key: the candidates of botd.key are tried',
      [secretValue('S', point, eitherKey)],
      [secretValue('key', opening?.key, unknown), derivedValue('cipher', opening?.cipher.id, unknown)],
      opening === undefined ? { state: 'unchecked', why: unknown } : { state: 'valid', why: proof },
    ),
  ];
}

/** What stands in front of the ciphertext, by mode, and what checks the plaintext. */
const modes = {
  'AES-256-GCM': { iv: 'nonce', valid: 'the tag verifies', invalid: 'the tag does not verify' },
  'AES-256-CTR': { iv: 'iv', valid: 'the plaintext parses', invalid: 'the plaintext does not parse' },
  'AES-256-CBC': { iv: 'iv', valid: 'the padding holds', invalid: 'the padding does not hold' },
} as const;

function open(sealed: Uint8Array, opening: DecryptionCandidate | undefined, state: MessageView['state']): Derivation {
  const clause = 'BOTD #2, Shared Secret Generation: aes-256';
  const key = secretValue('key', opening?.key, anyKey);
  if (opening === undefined)
    return decryption('plaintext = AES-256(key, encrypted)', clause, [key, wireValue('encrypted', sealed)], () => undefined);
  const { mode } = opening.cipher;
  const { iv, valid, invalid } = modes[mode.name];
  const parts = mode.parts(sealed);
  const isGcm = mode.name === 'AES-256-GCM';
  const opened = decryption(
    `plaintext = ${mode.name}(key, ${iv}, ciphertext)`,
    `${clause}; NIST SP 800-38${isGcm ? 'D, section 7.2' : 'A, section 6'}`,
    [
      ...[key, wireValue(iv, parts.iv), ...(isGcm ? [wireValue('aad', new Uint8Array(0))] : [])],
      wireValue('ciphertext', parts.ciphertext),
      ...(parts.tag === undefined ? [] : [wireValue('tag', parts.tag)]),
    ],
    () => mode.open(opening.key, sealed),
    { valid, invalid },
  );
  // In this mode anything decrypts.
  const isRefused = mode.name === 'AES-256-CTR' && state !== 'decoded';
  return isRefused ? { ...opened, check: { state: 'invalid', why: invalid } } : opened;
}

/** The ephemeral private key of a side: who sent the Init, or the Ack. */
function privateKey(side: 'sender' | 'recipient', session: Session | undefined, keys: KeyRing): Quantity {
  const index = side === 'sender' ? session?.openerKey : session?.answererKey;
  return secretValue(`d of the ${side}`, privateOf(index, keys), `needs ${ephemeralLabel} of the ${side}`);
}

function privateOf(index: string | undefined, keys: KeyRing): Uint8Array | undefined {
  return index === undefined ? undefined : keys.find(ephemeralKind, index)[0]?.secret;
}

/** The shared point of a private key, or the one that the proven key was made of: another one given would be a guess. */
function pointOf(session: Session | undefined, keys: KeyRing): Uint8Array | undefined {
  if (session === undefined) return undefined;
  const { openerKey, answererKey, opening } = session;
  for (const own of [openerKey, answererKey]) {
    const d = privateOf(own, keys);
    const point = d && session.sharedPoint(own!, d);
    if (point !== undefined) return point;
  }
  return opening?.point;
}
