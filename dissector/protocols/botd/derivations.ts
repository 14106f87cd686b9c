import type { Check } from '../../bytes/index.ts';
import type { Derivation, KeyRing, MessageView } from '../../protocol/index.ts';
import { derivedValue, secretValue, wireValue } from '../../protocol/index.ts';
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
  if (!facts.clear) return frame.length < sealedHead ? [] : open(frame.subarray(sealedHead), session?.opening, state);
  const payload = frame.subarray(clearHead);
  if (name === 'Init') return [checksum(frame), ...init(readHello('Init', payload, 0, limits), facts, session, keys)];
  if (name !== 'Ack') return [checksum(frame)];
  const hello = readHello('Ack', payload, 0, limits);
  return [checksum(frame), ...ack(hello, facts, session, keys), sharedPoint(session, keys), derive(session, keys)];
}

const eitherKey = `needs ${ephemeralLabel} of either side, or ${pointLabel}`;
const anyKey = `needs ${ephemeralLabel} of either side, ${pointLabel} or ${aesLabel}`;
const absent = 'it is not in the message';
const noInit = 'the Init is not in the capture';
const noAck = 'the Ack is not in the capture';
const unproven = 'no candidate is proven: no encrypted frame opens yet';

function checksum(frame: Uint8Array): Derivation {
  const payload = frame.subarray(clearHead);
  const check: Check = checksumFits(frame)
    ? { state: 'valid', why: 'the checksum fits' }
    : { state: 'invalid', why: 'SHA-256 of the payload begins otherwise' };
  return {
    formula: 'checksum = first 4 bytes of SHA-256(payload)',
    clause: 'BOTD #1, checksum; FIPS 180-4',
    inputs: [wireValue('payload', payload), wireValue('checksum', frame.subarray(4, clearHead))],
    results: [wireValue('first 4 bytes of SHA-256(payload)', checksumOf(payload))],
    check,
  };
}

function init(hello: Hello, facts: Facts, session: Session | undefined, keys: KeyRing): Derivation[] {
  const { sender, recipient, ephemeralAsIs } = hello;
  const signed = signedInInit(sender, recipient, ephemeralAsIs);
  return [
    ephemeral(hello, 'sender', session?.openerKey, keys),
    ...signature('sender_pubkey, recipient_pubkey, ephemeral_pubkey', signed, 'sender_pubkey', sender, hello, facts, absent),
  ];
}

/** The Ack is signed over the long-term keys as they stand in the Init. */
function ack(hello: Hello, facts: Facts, session: Session | undefined, keys: KeyRing): Derivation[] {
  const init = session?.init;
  const isNamed = init?.id !== undefined && hello.initId === init.id;
  const check: Check =
    init === undefined
      ? { state: 'unchecked', why: noInit }
      : { state: isNamed ? 'valid' : 'invalid', why: isNamed ? `it is that of frame ${init.frame}` : 'it is another' };
  const signed = init && signedInAck(init, hello.ephemeralAsIs);
  return [
    {
      formula: 'init_id = id of the Init',
      clause: 'BOTD #2, Handshake, Ack',
      inputs: [
        derivedValue('id of the Init', init?.id, init === undefined ? noInit : absent),
        derivedValue('init_id', hello.initId, absent),
      ],
      results: [],
      check,
    },
    ephemeral(hello, 'recipient', session?.answererKey, keys),
    ...signature(
      'recipient_pubkey, sender_pubkey, ephemeral_pubkey',
      signed,
      'recipient_pubkey',
      init?.recipient,
      hello,
      facts,
      init === undefined ? noInit : absent,
    ),
  ];
}

function ephemeral(hello: Hello, side: 'sender' | 'recipient', index: string | undefined, keys: KeyRing): Derivation {
  return {
    formula: 'ephemeral_pubkey = d G',
    clause: 'BOTD #2, Handshake: both peers generate an ephemeral keypair; SEC 1, section 3.2.1',
    inputs: [secretValue(`d of the ${side}`, privateOf(index, keys), `needs ${ephemeralLabel} of the ${side}`)],
    results: [derivedValue('ephemeral_pubkey', hello.ephemeralAsIs, absent)],
  };
}

function signature(
  covered: string,
  signed: SignedKeys | undefined,
  signer: string,
  key: Uint8Array | undefined,
  hello: Hello,
  facts: Facts,
  unknown: string,
): Derivation[] {
  return [
    {
      formula: `digest = sha256(${covered})`,
      clause: `BOTD #2, Data Structures, ${hello.message}: signature`,
      inputs: [derivedValue(covered, signed?.covered, unknown)],
      results: [derivedValue('digest', signed?.digest, unknown)],
    },
    {
      formula: `ECDSA-VERIFY(${signer}, digest, signature)`,
      clause: 'BOTD #2, Handshake: MUST close the connection if the signature does not validate; SEC 1, section 4.1.4',
      inputs: [
        derivedValue(signer, key, unknown),
        derivedValue('digest', signed?.digest, unknown),
        derivedValue('signature', hello.signature, absent),
      ],
      results: [],
      ...(facts.signature === undefined ? {} : { check: facts.signature }),
    },
  ];
}

/** Both sides' way to the point that they share. */
function sharedPoint(session: Session | undefined, keys: KeyRing): Derivation {
  const { init, ack, openerKey, answererKey }: Partial<Session> = session ?? {};
  const isWhole = openerKey !== undefined && answererKey !== undefined;
  return {
    formula: 'S = d of the sender * ephemeral_pubkey of the recipient = d of the recipient * ephemeral_pubkey of the sender',
    clause: 'BOTD #2, Shared Secret Generation; SEC 1, section 3.3.1',
    inputs: [
      secretValue('d of the sender', privateOf(openerKey, keys), `needs ${ephemeralLabel} of the sender`),
      derivedValue('ephemeral_pubkey of the recipient', ack?.ephemeralAsIs, noAck),
      secretValue('d of the recipient', privateOf(answererKey, keys), `needs ${ephemeralLabel} of the recipient`),
      derivedValue('ephemeral_pubkey of the sender', init?.ephemeralAsIs, noInit),
    ],
    results: [secretValue('S', pointOf(session, keys), isWhole ? eitherKey : init === undefined ? noInit : eitherKey)],
  };
}

const formulas: Readonly<Record<string, string>> = {
  'sha256-compressed-point': 'key = SHA-256(S, compressed)',
  'x-coordinate': 'key = x-coordinate of S',
  'sha256-x': 'key = SHA-256(x-coordinate of S)',
};

/** The candidates for key and cipher: encrypted frames prove one of them. */
function derive(session: Session | undefined, keys: KeyRing): Derivation {
  const { opening, proof = '' }: Partial<Session> = session ?? {};
  const point = pointOf(session, keys);
  const unknown = point === undefined ? anyKey : unproven;
  return {
    formula: formulas[opening?.derivation ?? ''] ?? 'key = KDF(S)',
    clause: 'BOTD #2, Shared Secret Generation, which names no way from point to key: the candidates of botd.key are tried',
    inputs: [secretValue('S', point, eitherKey)],
    results: [secretValue('key', opening?.key, unknown), derivedValue('cipher', opening?.cipher.id, unknown)],
    check: opening === undefined ? { state: 'unchecked', why: unknown } : { state: 'valid', why: proof },
  };
}

/** What stands in front of the ciphertext, by mode, and what checks the plaintext. */
const modes = {
  'AES-256-GCM': { iv: 'nonce', valid: 'the tag verifies', invalid: 'the tag does not verify' },
  'AES-256-CTR': { iv: 'iv', valid: 'the plaintext parses', invalid: 'the plaintext does not parse' },
  'AES-256-CBC': { iv: 'iv', valid: 'the padding holds', invalid: 'the padding does not hold' },
} as const;

function open(sealed: Uint8Array, opening: DecryptionCandidate | undefined, state: MessageView['state']): Derivation[] {
  const clause = 'BOTD #2, Shared Secret Generation: aes-256';
  if (opening === undefined)
    return [
      {
        formula: 'plaintext = AES-256(key, encrypted)',
        clause,
        inputs: [secretValue('key', undefined, anyKey), wireValue('encrypted', sealed)],
        results: [derivedValue('plaintext', undefined, anyKey)],
        check: { state: 'unchecked', why: anyKey },
      },
    ];
  return [decrypted(sealed, opening, clause, state)];
}

function decrypted(
  sealed: Uint8Array,
  { key, cipher }: DecryptionCandidate,
  clause: string,
  state: MessageView['state'],
): Derivation {
  const { name } = cipher.mode;
  const { iv, valid, invalid } = modes[name];
  const parts = cipher.mode.parts(sealed);
  const plaintext = cipher.mode.open(key, sealed);
  const isValid = plaintext !== undefined && (name !== 'AES-256-CTR' || state === 'decoded');
  return {
    formula: `plaintext = ${name}(key, ${iv}, ciphertext)`,
    clause: `${clause}; NIST SP 800-38${name === 'AES-256-GCM' ? 'D, section 7.2' : 'A, section 6'}`,
    inputs: [
      secretValue('key', key, anyKey),
      wireValue(iv, parts.iv),
      ...(name === 'AES-256-GCM' ? [wireValue('aad', new Uint8Array(0))] : []),
      wireValue('ciphertext', parts.ciphertext),
      ...(parts.tag === undefined ? [] : [wireValue('tag', parts.tag)]),
    ],
    results: [derivedValue('plaintext', plaintext, invalid)],
    check: isValid ? { state: 'valid', why: valid } : { state: 'invalid', why: invalid },
  };
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
