import { type Budget, type Check, fromBase64, type Limits } from '../../bytes/index.ts';
import type { JsonNode } from '../../codec/index.ts';
import { bytesOfInteger, hashOf, type PublicKey, readCertificate, readSignedData } from '../../crypto/index.ts';
import {
  type Derivation,
  decryption,
  derivation,
  derivedValue,
  type KeyRing,
  type MessageView,
  type Quantity,
  rsaPrivateValues,
  secretValue,
  wireValue,
} from '../../protocol/index.ts';
import { wrapping } from './choices.ts';
import { written } from './conformance/connect.ts';
import type { ConnectStep, Facts } from './facts.ts';
import { channelLabel, rsaKind, rsaLabel } from './keys.ts';
import { member, parse, textOf } from './parse.ts';
import type { SignedText } from './signed.ts';
import { paddedKeyOf } from './unwrapping.ts';

/** What the nodes compute for a message. */
export function compute(captured: MessageView<Facts>, keys: KeyRing): Derivation[] {
  const { verb, data } = parse(captured.bytes, captured.start, captured.end, captured.limits);
  const facts: Partial<Facts> = captured.facts ?? {};
  switch (verb?.name) {
    case 'ACK':
      return [acknowledged(data, facts)];
    case 'CERTIFICATE':
      return [certificate(data)];
    case 'KEY':
      return key(data, facts, keys, captured.budget);
    case 'MESSAGE':
      return message(data, facts, captured.limits);
    case 'CONNECT':
      return [connect(data, facts.connect)];
    default:
      return [];
  }
}

function elementOf(data: JsonNode | undefined, name: string): string | undefined {
  return textOf(member(data, name)?.value);
}

const absent = 'it is not in the message';

function acknowledged(data: JsonNode | undefined, { links = [] }: Partial<Facts>): Derivation {
  const frame = links.find(({ name }) => name === 'acknowledges')?.frame;
  return derivation(
    'msg_id = msg_id of the received message',
    'ptpchat, ACK: it MUST include the message ID of the received message',
    [],
    [derivedValue('msg_id', elementOf(data, 'msg_id'), absent)],
    frame === undefined
      ? { state: 'unchecked', why: 'no message with this id that waits for an ACK is in the capture' }
      : { state: 'valid', why: `it is that of the message in frame ${frame}` },
  );
}

function certificate(data: JsonNode | undefined): Derivation {
  const bytes = fromBase64(elementOf(data, 'certificate') ?? '');
  const read = bytes && readCertificate(bytes);
  const problem = typeof read === 'string' ? read : 'it is no base64';
  const own = typeof read === 'object' ? read : undefined;
  return derivation(
    'public key = subjectPublicKeyInfo of base64(certificate)',
    'ptpchat, CERTIFICATE; RFC 5280, section 4.1',
    [derivedValue('certificate', bytes, problem)],
    [derivedValue('subject', own?.subject, problem), ...publicKey(typeof own?.key === 'object' ? own.key : undefined, problem)],
  );
}

function publicKey(own: PublicKey | undefined, unknown: string): Quantity[] {
  if (own?.kind === 'Ed25519') return [wireValue('Ed25519 key', own.bytes)];
  if (own?.kind === 'ECDSA') return [wireValue(`point on ${own.curve}`, own.point)];
  return [
    derivedValue('n', own && bytesOfInteger(own.modulus, Math.ceil(own.bits / 8)), unknown),
    derivedValue('e', own?.exponent.toString(), unknown),
  ];
}

/** KEY: RSA by the recipient's private key, then the padding, which the specification does not name. */
function key(data: JsonNode | undefined, facts: Partial<Facts>, keys: KeyRing, budget: Budget): Derivation[] {
  const wrapped = fromBase64(elementOf(data, 'key') ?? '');
  const unknown = `needs ${rsaLabel} of ${elementOf(data, 'recipient_id') ?? 'the recipient'}`;
  const found = facts.by === undefined ? undefined : keys.all(rsaKind).find(({ fingerprint }) => fingerprint === facts.by);
  const padded = found && wrapped && paddedKeyOf(found, wrapped, budget)?.value;
  const candidate = wrapping.candidates.find(({ title }) => title === facts.how);
  const paddedValue = secretValue('padded', padded, unknown);
  return [
    derivation(
      'padded = RSADP(K, base64(key))',
      "ptpchat, KEY: encrypted with the target's public key; RFC 8017, section 5.1.2",
      [...rsaPrivateValues(found?.secret, unknown), derivedValue('base64(key)', wrapped, absent)],
      [paddedValue],
    ),
    derivation(
      `channel key = unpad(padded)${candidate === undefined ? '' : `, ${candidate.title}`}`,
      'ptpchat, KEY, which names no padding: the candidates of ptpchat.keyWrapping are tried; RFC 8017, section 7',
      [paddedValue],
      [secretValue('channel key', facts.key, unknown), derivedValue('cipher', elementOf(data, 'cipher'), absent)],
      facts.key === undefined
        ? { state: 'unchecked', why: unknown }
        : { state: 'valid', why: candidate?.proves === false ? 'a MESSAGE opens with the key' : 'the padding fits' },
    ),
  ];
}

/** MESSAGE: the text is signed, then encrypted with its signature. */
function message(data: JsonNode | undefined, facts: Partial<Facts>, limits: Limits): Derivation[] {
  const bytes = fromBase64(elementOf(data, 'message') ?? '');
  if (bytes === undefined) return [];
  const isEncrypted = facts.encrypted === true;
  const decrypted = isEncrypted ? [decrypt(bytes, facts)] : [];
  return [...decrypted, ...signature(facts.signed, isEncrypted ? facts.plaintext : bytes, facts.signature, limits)];
}

const channelKey = `needs ${channelLabel}, or ${rsaLabel} of a node that a KEY of the channel was sent to`;
const modes = {
  'AES-256-CBC': { iv: 'iv', clause: 'NIST SP 800-38A, section 6.2', valid: 'the padding holds' },
  'AES-256-GCM': { iv: 'nonce', clause: 'NIST SP 800-38D, section 7.2', valid: 'the tag verifies' },
  'AES-256-CTR': { iv: 'iv', clause: 'NIST SP 800-38A, section 6.5', valid: 'it reads as signed text' },
} as const;
const open = 'ptpchat, MESSAGE and KEY: cipher';

function decrypt(sealed: Uint8Array, { opening, plaintext }: Partial<Facts>): Derivation {
  const key = secretValue('channel key', opening?.secret, channelKey);
  if (opening === undefined) {
    const inputs = [key, wireValue('base64(message)', sealed)];
    return decryption('plaintext = cipher(channel key, base64(message))', open, inputs, () => undefined);
  }
  const { name } = opening.mode;
  const { iv, clause, valid } = modes[name];
  const parts = opening.mode.parts(sealed);
  return decryption(
    `plaintext = ${name}(channel key, ${iv}, ciphertext)`,
    `${open}; ${clause}`,
    [
      ...[key, wireValue(iv, parts.iv), wireValue('ciphertext', parts.ciphertext)],
      ...(parts.tag === undefined ? [] : [wireValue('tag', parts.tag)]),
    ],
    () => plaintext,
    { valid, invalid: channelKey },
  );
}

const signedBy = "ptpchat, MESSAGE: it must be signed by the sender's private key, in a form that is left open";

/** What is signed: the text, or, in CMS, the attributes that hold its digest. */
function signature(
  signed: SignedText | undefined,
  whole: Uint8Array | undefined,
  check: Check | undefined,
  limits: Limits,
): Derivation[] {
  if (signed === undefined || whole === undefined) {
    const inputs = ['text', 'signature'].map((name) => derivedValue(name, undefined, channelKey));
    return [derivation('verify(public key of the sender, text, signature)', signedBy, inputs, [], check)];
  }
  const { text, form, by } = signed;
  if (form === 'text alone') return [];
  if (form === 'CMS SignedData') {
    const cms = readSignedData(whole, limits);
    const key = typeof cms?.signer?.key === 'object' ? cms.signer.key : undefined;
    const missing = 'the first signer names no hash that is known';
    return [
      digest(cms?.covered?.hash, wireValue('content', text), missing),
      derivation(
        'verify(public key of the certificate, signedAttrs, signature)',
        `${signedBy}; RFC 5652, section 5.4`,
        [
          ...publicKey(key, "the signer's certificate is not inside"),
          derivedValue('signedAttrs', cms?.covered?.message, missing),
          derivedValue('signature', cms?.covered?.signature, missing),
        ],
        [],
        check,
      ),
    ];
  }
  const length = whole.length - text.length;
  const sender = 'the certificate of the sender that verifies it is not in the capture';
  const covered = wireValue('text', text);
  const sent = form === 'signature, text' ? whole.subarray(0, length) : whole.subarray(text.length);
  return [
    digest(by?.hash, covered, sender),
    derivation(
      'RSASSA-PKCS1-v1_5-VERIFY(public key of the sender, text, signature)',
      `${signedBy}: here ${form}; RFC 8017, section 8.2.2`,
      [...publicKey(by?.signer, sender), covered, wireValue('signature', sent)],
      [],
      check,
    ),
  ];
}

function digest(hash: Parameters<typeof hashOf>[0] | undefined, covered: Quantity, unknown: string): Derivation {
  const value = hash && hashOf(hash, covered.value as Uint8Array);
  return derivation(
    `digest = ${hash ?? 'HASH'}(${covered.name})`,
    'ptpchat, MESSAGE, which names no hash; FIPS 180-4',
    [covered],
    [derivedValue('digest', value, unknown)],
  );
}

/** What dst and src are in each step. */
const sockets: Readonly<Record<ConnectStep['step'], string>> = {
  1: "dst = B's IP, src = A's port",
  2: "dst = A's IP:A's port, src = B's IP",
  3: "dst = A's IP:A's port, src = B's port",
  4: "dst = B's IP:B's port, src = A's IP:A's port",
};

function connect(data: JsonNode | undefined, known: ConnectStep | undefined): Derivation {
  const results = ['dst', 'src'].map((name) => derivedValue(name, elementOf(data, name), absent));
  if (known === undefined) {
    const check = { state: 'unchecked', why: 'which step it is cannot be told' } as const;
    return derivation('dst, src = sockets of one of the four steps', 'ptpchat, CONNECT', [], results, check);
  }
  const { path, step, breach } = known;
  const later = 'B has not told it yet, or its step 3 is not in the capture';
  return derivation(
    sockets[step],
    `ptpchat, CONNECT, step ${step}`,
    [
      ...[wireValue("A's IP and port", written(path.origin)), wireValue("B's IP", path.target)],
      ...(step < 3 ? [] : [derivedValue("B's port", path.answer && String(path.answer.port), later)]),
    ],
    results,
    breach === undefined ? { state: 'valid', why: 'the sockets are those of the step' } : { state: 'invalid', why: breach },
  );
}
