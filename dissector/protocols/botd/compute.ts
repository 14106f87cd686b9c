import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { type Check, equalBytes } from '../../bytes/index.ts';
import type { Captured, Computation, KeyRing } from '../../session/index.ts';
import { secret, shown, told } from '../../session/index.ts';
import { keyChoice, type Opening } from './ciphers.ts';
import { checksumFits, checksumOf } from './clear.ts';
import type { Facts } from './facts.ts';
import { type Hello, readHello } from './handshake.ts';
import { aesLabel, ephemeralLabel, pointLabel } from './keys.ts';
import { clearHead, sealedHead } from './messages.ts';
import { Session } from './session.ts';

/** What both sides compute for a frame. */
export function compute({ name, bytes, start, end, state, facts: known, session: own }: Captured, keys: KeyRing): Computation[] {
  const facts = (known ?? {}) as Facts;
  const session = own instanceof Session ? own : new Session();
  const frame = bytes.subarray(start, end);
  if (state === 'incomplete' || facts.torn || facts.stretch) return [];
  if (!facts.clear) return frame.length < sealedHead ? [] : open(frame.subarray(sealedHead), session, state);
  const payload = frame.subarray(clearHead);
  if (name === 'Init') return [checksum(frame), ...init(readHello('Init', payload, 0), facts, session, keys)];
  if (name !== 'Ack') return [checksum(frame)];
  const hello = readHello('Ack', payload, 0);
  return [checksum(frame), ...ack(hello, facts, session, keys), sharedPoint(session, keys), derive(session, keys)];
}

const eitherKey = `needs ${ephemeralLabel} of either side, or ${pointLabel}`;
const anyKey = `needs ${ephemeralLabel} of either side, ${pointLabel} or ${aesLabel}`;
const absent = 'it is not in the message';
const noInit = 'the Init is not in the capture';
const noAck = 'the Ack is not in the capture';
const unproven = 'no candidate is proven: no encrypted frame opens yet';

function checksum(frame: Uint8Array): Computation {
  const payload = frame.subarray(clearHead);
  const check: Check = checksumFits(frame)
    ? { state: 'valid', why: 'the checksum fits' }
    : { state: 'invalid', why: 'SHA-256 of the payload begins otherwise' };
  return {
    formula: 'checksum = first 4 bytes of SHA-256(payload)',
    clause: 'BOTD #1, checksum; FIPS 180-4',
    inputs: [shown('payload', payload), shown('checksum', frame.subarray(4, clearHead))],
    results: [shown('first 4 bytes of SHA-256(payload)', checksumOf(payload))],
    check,
  };
}

function init(hello: Hello, facts: Facts, session: Session, keys: KeyRing): Computation[] {
  const { sender, recipient, ephemeralAsIs } = hello;
  const parts = [sender, recipient, ephemeralAsIs];
  return [
    ephemeral(hello, 'sender', session.openerKey, keys),
    ...signature('sender_pubkey, recipient_pubkey, ephemeral_pubkey', parts, 'sender_pubkey', sender, hello, facts, absent),
  ];
}

/** The Ack is signed over the long-term keys as they stand in the Init. */
function ack(hello: Hello, facts: Facts, session: Session, keys: KeyRing): Computation[] {
  const { init } = session;
  const isNamed = init?.id !== undefined && hello.initId === init.id;
  const check: Check =
    init === undefined
      ? { state: 'unchecked', why: noInit }
      : { state: isNamed ? 'valid' : 'invalid', why: isNamed ? `it is that of frame ${init.frame}` : 'it is another' };
  const parts = [init?.recipient, init?.sender, hello.ephemeralAsIs];
  return [
    {
      formula: 'init_id = id of the Init',
      clause: 'BOTD #2, Handshake, Ack',
      inputs: [told('id of the Init', init?.id, init === undefined ? noInit : absent), told('init_id', hello.initId, absent)],
      results: [],
      check,
    },
    ephemeral(hello, 'recipient', session.answererKey, keys),
    ...signature(
      'recipient_pubkey, sender_pubkey, ephemeral_pubkey',
      parts,
      'recipient_pubkey',
      init?.recipient,
      hello,
      facts,
      init === undefined ? noInit : absent,
    ),
  ];
}

function ephemeral(hello: Hello, side: 'sender' | 'recipient', index: string | undefined, keys: KeyRing): Computation {
  return {
    formula: 'ephemeral_pubkey = d G',
    clause: 'BOTD #2, Handshake: both peers generate an ephemeral keypair; SEC 1, section 3.2.1',
    inputs: [secret(`d of the ${side}`, privateOf(index, keys), `needs ${ephemeralLabel} of the ${side}`)],
    results: [told('ephemeral_pubkey', hello.ephemeralAsIs, absent)],
  };
}

function signature(
  covered: string,
  parts: readonly (Uint8Array | undefined)[],
  signer: string,
  key: Uint8Array | undefined,
  hello: Hello,
  facts: Facts,
  unknown: string,
): Computation[] {
  const whole = parts.filter((part) => part !== undefined);
  const message = whole.length === parts.length ? concatBytes(...whole) : undefined;
  const digest = message && sha256(message);
  return [
    {
      formula: `digest = sha256(${covered})`,
      clause: `BOTD #2, Data Structures, ${hello.message}: signature`,
      inputs: [told(covered, message, unknown)],
      results: [told('digest', digest, unknown)],
    },
    {
      formula: `ECDSA-VERIFY(${signer}, digest, signature)`,
      clause: 'BOTD #2, Handshake: MUST close the connection if the signature does not validate; SEC 1, section 4.1.4',
      inputs: [told(signer, key, unknown), told('digest', digest, unknown), told('signature', hello.signature, absent)],
      results: [],
      ...(facts.signature === undefined ? {} : { check: facts.signature }),
    },
  ];
}

/** Both sides' way to the point that they share. */
function sharedPoint(session: Session, keys: KeyRing): Computation {
  const { init, ack, openerKey, answererKey } = session;
  const isWhole = openerKey !== undefined && answererKey !== undefined;
  return {
    formula: 'S = d of the sender * ephemeral_pubkey of the recipient = d of the recipient * ephemeral_pubkey of the sender',
    clause: 'BOTD #2, Shared Secret Generation; SEC 1, section 3.3.1',
    inputs: [
      secret('d of the sender', privateOf(openerKey, keys), `needs ${ephemeralLabel} of the sender`),
      told('ephemeral_pubkey of the recipient', ack?.ephemeralAsIs, noAck),
      secret('d of the recipient', privateOf(answererKey, keys), `needs ${ephemeralLabel} of the recipient`),
      told('ephemeral_pubkey of the sender', init?.ephemeralAsIs, noInit),
    ],
    results: [secret('S', pointOf(session, keys), isWhole ? eitherKey : init === undefined ? noInit : eitherKey)],
  };
}

const formulas: Readonly<Record<string, string>> = {
  'sha256-compressed-point': 'key = SHA-256(S, compressed)',
  'x-coordinate': 'key = x-coordinate of S',
  'sha256-x': 'key = SHA-256(x-coordinate of S)',
};

/** The candidates for key and cipher: encrypted frames prove one of them. */
function derive(session: Session, keys: KeyRing): Computation {
  const { opening, proof } = session;
  const point = pointOf(session, keys);
  const unknown = point === undefined ? anyKey : unproven;
  return {
    formula: formulas[opening?.derivation ?? ''] ?? 'key = KDF(S)',
    clause: 'BOTD #2, Shared Secret Generation, which names no way from point to key: the candidates of botd.key are tried',
    inputs: [secret('S', point, eitherKey)],
    results: [secret('key', opening?.key, unknown), told('cipher', opening?.cipher.id, unknown)],
    check: opening === undefined ? { state: 'unchecked', why: unknown } : { state: 'valid', why: proof },
  };
}

/** What stands in front of the ciphertext and behind it, by mode, and what checks the plaintext. */
const modes = {
  'AES-256-GCM': { iv: 'nonce', length: 12, tag: 16, valid: 'the tag verifies', invalid: 'the tag does not verify' },
  'AES-256-CTR': { iv: 'iv', length: 16, tag: 0, valid: 'the plaintext parses', invalid: 'the plaintext does not parse' },
  'AES-256-CBC': { iv: 'iv', length: 16, tag: 0, valid: 'the padding holds', invalid: 'the padding does not hold' },
} as const;

function open(sealed: Uint8Array, { opening }: Session, state: Captured['state']): Computation[] {
  const clause = 'BOTD #2, Shared Secret Generation: aes-256';
  if (opening === undefined)
    return [
      {
        formula: 'plaintext = AES-256(key, encrypted)',
        clause,
        inputs: [secret('key', undefined, anyKey), shown('encrypted', sealed)],
        results: [told('plaintext', undefined, anyKey)],
        check: { state: 'unchecked', why: anyKey },
      },
    ];
  return [decrypted(sealed, opening, clause, state)];
}

function decrypted(sealed: Uint8Array, { key, cipher }: Opening, clause: string, state: Captured['state']): Computation {
  const { name } = cipher.mode;
  const { iv, length, tag, valid, invalid } = modes[name];
  const plaintext = cipher.mode.open(key, sealed);
  const isValid = plaintext !== undefined && (name !== 'AES-256-CTR' || state === 'decoded');
  return {
    formula: `plaintext = ${name}(key, ${iv}, ciphertext)`,
    clause: `${clause}; NIST SP 800-38${name === 'AES-256-GCM' ? 'D, section 7.2' : 'A, section 6'}`,
    inputs: [
      secret('key', key, anyKey),
      shown(iv, sealed.subarray(0, length)),
      ...(name === 'AES-256-GCM' ? [shown('aad', new Uint8Array(0))] : []),
      shown('ciphertext', sealed.subarray(length, Math.max(length, sealed.length - tag))),
      ...(tag === 0 ? [] : [shown('tag', sealed.subarray(Math.max(length, sealed.length - tag)))]),
    ],
    results: [told('plaintext', plaintext, invalid)],
    check: isValid ? { state: 'valid', why: valid } : { state: 'invalid', why: invalid },
  };
}

function privateOf(index: string | undefined, keys: KeyRing): Uint8Array | undefined {
  const found = index === undefined ? undefined : keys.find(ephemeralLabel, index)[0]?.secret;
  return found instanceof Uint8Array ? found : undefined;
}

/** The shared point of a private key, or the one given that makes the proven key: another one given would be a guess. */
function pointOf(session: Session, keys: KeyRing): Uint8Array | undefined {
  const { openerKey, answererKey, opening } = session;
  for (const own of [openerKey, answererKey]) {
    const d = privateOf(own, keys);
    const point = d && session.sharedPoint(own!, d);
    if (point !== undefined) return point;
  }
  const kdf = keyChoice.candidates.find(({ id }) => id === opening?.derivation);
  if (openerKey === undefined || opening === undefined || kdf === undefined) return undefined;
  const given = keys.find(pointLabel, openerKey).map((key) => key.secret as Uint8Array);
  return given.find((point) => equalBytes(kdf.derive(point), opening.key));
}
