import { type Budget, type Check, fromBase64, type Limits } from '../../bytes/index.ts';
import type { JsonNode } from '../../codec/index.ts';
import { bytesOfInteger, hashOf, type PublicKey, readCertificate, readSignedData } from '../../crypto/index.ts';
import {
  type Derivation,
  derivedValue,
  type KeyRing,
  type MessageView,
  type Quantity,
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
      return acknowledged(data, facts);
    case 'CERTIFICATE':
      return certificate(data);
    case 'KEY':
      return key(data, facts, keys, captured.budget);
    case 'MESSAGE':
      return message(data, facts, captured.limits);
    case 'CONNECT':
      return connect(data, facts.connect);
    default:
      return [];
  }
}

function elementOf(data: JsonNode | undefined, name: string): string | undefined {
  return textOf(member(data, name)?.value);
}

const absent = 'it is not in the message';

function acknowledged(data: JsonNode | undefined, { links = [] }: Partial<Facts>): Derivation[] {
  const frame = links.find(({ name }) => name === 'acknowledges')?.frame;
  return [
    {
      formula: 'msg_id = msg_id of the received message',
      clause: 'ptpchat, ACK: it MUST include the message ID of the received message',
      inputs: [],
      results: [derivedValue('msg_id', elementOf(data, 'msg_id'), absent)],
      check:
        frame === undefined
          ? { state: 'unchecked', why: 'no message with this id that waits for an ACK is in the capture' }
          : { state: 'valid', why: `it is that of the message in frame ${frame}` },
    },
  ];
}

function certificate(data: JsonNode | undefined): Derivation[] {
  const bytes = fromBase64(elementOf(data, 'certificate') ?? '');
  const read = bytes && readCertificate(bytes);
  const problem = typeof read === 'string' ? read : 'it is no base64';
  const own = typeof read === 'object' ? read : undefined;
  return [
    {
      formula: 'public key = subjectPublicKeyInfo of base64(certificate)',
      clause: 'ptpchat, CERTIFICATE; RFC 5280, section 4.1',
      inputs: [derivedValue('certificate', bytes, problem)],
      results: [
        derivedValue('subject', own?.subject, problem),
        ...publicKey(typeof own?.key === 'object' ? own.key : undefined, problem),
      ],
    },
  ];
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
  const own = found?.secret;
  const padded = found && wrapped && paddedKeyOf(found, wrapped, budget)?.value;
  const candidate = wrapping.candidates.find(({ title }) => title === facts.how);
  const check: Check =
    facts.key === undefined
      ? { state: 'unchecked', why: unknown }
      : { state: 'valid', why: candidate?.proves === false ? 'a MESSAGE opens with the key' : 'the padding fits' };
  const size = (value: bigint): number => Math.ceil(value.toString(16).length / 2);
  return [
    {
      formula: 'padded = RSADP(K, base64(key))',
      clause: "ptpchat, KEY: encrypted with the target's public key; RFC 8017, section 5.1.2",
      inputs: [
        secretValue('p of K', own && bytesOfInteger(own.p, size(own.p)), unknown),
        secretValue('q of K', own && bytesOfInteger(own.q, size(own.q)), unknown),
        derivedValue('n of K', own && bytesOfInteger(own.modulus, own.size), unknown),
        derivedValue('base64(key)', wrapped, absent),
      ],
      results: [secretValue('padded', padded, unknown)],
    },
    {
      formula: `channel key = unpad(padded)${candidate === undefined ? '' : `, ${candidate.title}`}`,
      clause: 'ptpchat, KEY, which names no padding: the candidates of ptpchat.keyWrapping are tried; RFC 8017, section 7',
      inputs: [secretValue('padded', padded, unknown)],
      results: [secretValue('channel key', facts.key, unknown), derivedValue('cipher', elementOf(data, 'cipher'), absent)],
      check,
    },
  ];
}

/** MESSAGE: the text is signed, then encrypted with its signature. */
function message(data: JsonNode | undefined, facts: Partial<Facts>, limits: Limits): Derivation[] {
  const bytes = fromBase64(elementOf(data, 'message') ?? '');
  if (bytes === undefined) return [];
  const signed = facts.signed;
  const whole = facts.encrypted === true ? facts.plaintext : bytes;
  const check = facts.signature;
  return [
    ...(facts.encrypted === true ? [decrypt(bytes, facts)] : []),
    ...(signed === undefined || whole === undefined ? [hidden(check)] : signature(signed, whole, check, limits)),
  ];
}

const channelKey = `needs ${channelLabel}, or ${rsaLabel} of a node that a KEY of the channel was sent to`;
const modes = {
  'AES-256-CBC': { iv: 'iv', clause: 'NIST SP 800-38A, section 6.2', valid: 'the padding holds' },
  'AES-256-GCM': { iv: 'nonce', clause: 'NIST SP 800-38D, section 7.2', valid: 'the tag verifies' },
  'AES-256-CTR': { iv: 'iv', clause: 'NIST SP 800-38A, section 6.5', valid: 'it reads as signed text' },
} as const;
const open = 'ptpchat, MESSAGE and KEY: cipher';

function decrypt(sealed: Uint8Array, { opening, plaintext }: Partial<Facts>): Derivation {
  if (opening === undefined)
    return {
      formula: 'plaintext = cipher(channel key, base64(message))',
      clause: open,
      inputs: [secretValue('channel key', undefined, channelKey), wireValue('base64(message)', sealed)],
      results: [derivedValue('plaintext', undefined, channelKey)],
      check: { state: 'unchecked', why: channelKey },
    };
  const { name } = opening.mode;
  const { iv, clause, valid } = modes[name];
  const parts = opening.mode.parts(sealed);
  return {
    formula: `plaintext = ${name}(channel key, ${iv}, ciphertext)`,
    clause: `${open}; ${clause}`,
    inputs: [
      secretValue('channel key', opening.secret, channelKey),
      wireValue(iv, parts.iv),
      wireValue('ciphertext', parts.ciphertext),
      ...(parts.tag === undefined ? [] : [wireValue('tag', parts.tag)]),
    ],
    results: [derivedValue('plaintext', plaintext, channelKey)],
    check: { state: 'valid', why: valid },
  };
}

const signedBy = "ptpchat, MESSAGE: it must be signed by the sender's private key, in a form that is left open";

function hidden(check: Check | undefined): Derivation {
  return {
    formula: 'verify(public key of the sender, text, signature)',
    clause: signedBy,
    inputs: [derivedValue('text', undefined, channelKey), derivedValue('signature', undefined, channelKey)],
    results: [],
    ...(check === undefined ? {} : { check }),
  };
}

/** What is signed: the text, or, in CMS, the attributes that hold its digest. */
function signature({ text, form, by }: SignedText, whole: Uint8Array, check: Check | undefined, limits: Limits): Derivation[] {
  const verdict = check === undefined ? {} : { check };
  if (form === 'CMS SignedData') {
    const cms = readSignedData(whole, limits);
    const missing = 'the first signer names no hash that is known';
    const covered = cms?.covered;
    return [
      digest(covered?.hash, 'content', text, covered && hashOf(covered.hash, text), missing),
      {
        formula: 'verify(public key of the certificate, signedAttrs, signature)',
        clause: `${signedBy}; RFC 5652, section 5.4`,
        inputs: [
          ...publicKey(
            typeof cms?.signer?.key === 'object' ? cms.signer.key : undefined,
            "the signer's certificate is not inside",
          ),
          derivedValue('signedAttrs', covered?.message, missing),
          derivedValue('signature', covered?.signature, missing),
        ],
        results: [],
        ...verdict,
      },
    ];
  }
  if (form === 'text alone') return [];
  const isFirst = form === 'signature, text';
  const length = whole.length - text.length;
  const sender = 'the certificate of the sender that verifies it is not in the capture';
  return [
    digest(by?.hash, 'text', text, by && hashOf(by.hash, text), sender),
    {
      formula: 'RSASSA-PKCS1-v1_5-VERIFY(public key of the sender, text, signature)',
      clause: `${signedBy}: here ${form}; RFC 8017, section 8.2.2`,
      inputs: [
        ...publicKey(by?.signer, sender),
        wireValue('text', text),
        wireValue('signature', isFirst ? whole.subarray(0, length) : whole.subarray(text.length)),
      ],
      results: [],
      ...verdict,
    },
  ];
}

function digest(
  hash: string | undefined,
  name: string,
  text: Uint8Array,
  value: Uint8Array | undefined,
  unknown: string,
): Derivation {
  return {
    formula: `digest = ${hash ?? 'HASH'}(${name})`,
    clause: 'ptpchat, MESSAGE, which names no hash; FIPS 180-4',
    inputs: [wireValue(name, text)],
    results: [derivedValue('digest', value, unknown)],
  };
}

/** What dst and src are in each step. */
const sockets: Readonly<Record<ConnectStep['step'], string>> = {
  1: "dst = B's IP, src = A's port",
  2: "dst = A's IP:A's port, src = B's IP",
  3: "dst = A's IP:A's port, src = B's port",
  4: "dst = B's IP:B's port, src = A's IP:A's port",
};

function connect(data: JsonNode | undefined, known: ConnectStep | undefined): Derivation[] {
  const results = ['dst', 'src'].map((name) => derivedValue(name, elementOf(data, name), absent));
  if (known === undefined)
    return [
      {
        formula: 'dst, src = sockets of one of the four steps',
        clause: 'ptpchat, CONNECT',
        inputs: [],
        results,
        check: { state: 'unchecked', why: 'which step it is cannot be told' },
      },
    ];
  const { path, step, breach } = known;
  const later = 'B has not told it yet, or its step 3 is not in the capture';
  return [
    {
      formula: sockets[step],
      clause: `ptpchat, CONNECT, step ${step}`,
      inputs: [
        wireValue("A's IP and port", written(path.origin)),
        wireValue("B's IP", path.target),
        ...(step < 3 ? [] : [derivedValue("B's port", path.answer && String(path.answer.port), later)]),
      ],
      results,
      check:
        breach === undefined ? { state: 'valid', why: 'the sockets are those of the step' } : { state: 'invalid', why: breach },
    },
  ];
}
