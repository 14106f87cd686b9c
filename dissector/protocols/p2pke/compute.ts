import { type Check, type Field, fromHex, toHex } from '../../bytes/index.ts';
import { decodeProto } from '../../codec/index.ts';
import { noise, presign } from '../../crypto/index.ts';
import { type Captured, type Computation, type Direction, type KeyRing, secret, shown, told } from '../../session/index.ts';
import { bindingPurpose, childBytes, timestampPurpose } from './claim.ts';
import type { Facts } from './facts.ts';
import { ephemeralLabel, transportLabel } from './keys.ts';
import { ephemeralLength, headerLength, payloads } from './messages.ts';
import { keyOf, Session } from './session.ts';

/** What both sides of Noise NN compute for a message; the symbols are those of the Noise specification, revision 34. */
export function compute(captured: Captured, keys: KeyRing): Computation[] {
  const message = captured.bytes.subarray(captured.start, captured.end);
  const facts = (captured.facts ?? {}) as Facts;
  const session = captured.session instanceof Session ? captured.session : undefined;
  switch (captured.name) {
    case 'InitHello':
      return message.length < headerLength + ephemeralLength ? [] : initHello(message, facts, keys);
    case 'RespHello':
      return message.length < headerLength + ephemeralLength + noise.tagLength ? [] : respHello(message, facts, session, keys);
    case 'undecodable':
      return [];
    default:
      return message.length < headerLength + noise.tagLength ? [] : sealed(captured, message, facts, session);
  }
}

const initiatorKey = `needs ${ephemeralLabel} of the initiator`;
const responderKey = `needs ${ephemeralLabel} of the responder`;
const eitherKey = `needs ${ephemeralLabel} of either side`;
const anyKey = `needs ${ephemeralLabel} of either side, or ${transportLabel}`;
const lowOrder = 'it is zero: the other e is of low order, and both sides give up';
const section = (number: string, what: string): string => `Noise, section ${number}, ${what}`;

function initHello(message: Uint8Array, facts: Facts, keys: KeyRing): Computation[] {
  const e = message.subarray(headerLength, headerLength + ephemeralLength);
  const payload = message.subarray(headerLength + ephemeralLength);
  const { field } = decodeProto(payloads.InitHello, payload);
  const named = noise.initialize();
  const begun = noise.begin();
  const mixed = noise.mixHash(begun.h, e);
  return [
    {
      formula: 'h = protocol_name || zeros, ck = h',
      clause: section('5.2', 'InitializeSymmetric'),
      inputs: [shown('protocol_name', noise.noiseName)],
      results: [shown('h', named.h), shown('ck', named.ck)],
    },
    mixHash('prologue', new Uint8Array(0), named.h, begun.h),
    generate('initiator', e, keys),
    mixHash('e', e, begun.h, mixed),
    mixHash('payload', payload, mixed, noise.readMessage1(begun, e, payload).h),
    ...signature(field, timestampPurpose, 'timestamp_tai64n', childBytes(field, 'timestamp_tai64n'), facts.signature),
  ];
}

function respHello(message: Uint8Array, facts: Facts, session: Session | undefined, keys: KeyRing): Computation[] {
  const e = message.subarray(headerLength, headerLength + ephemeralLength);
  const ciphertext = message.subarray(headerLength + ephemeralLength);
  const hello = helloOf(session);
  const which = 'the InitHello that it answers is not in the capture, or several could be: a key that opens it tells';
  const h1 = hello?.transcript.h;
  const ad = h1 && noise.mixHash(h1, e);
  const ck = noise.initialize().ck;
  const ee = session && exchange(session, e, keys);
  const mixed = ee && noise.mixKey(ck, ee);
  const payload = mixed && ad && noise.open(mixed.key, 0, ad, ciphertext);
  const [i2r, r2i] = mixed === undefined ? [] : noise.split(mixed.ck);
  const initiator = session && fromHex(session.e);
  const own = privateOf(e, keys) ?? (initiator && privateOf(initiator, keys));
  const unknown = own === undefined ? eitherKey : lowOrder;
  const field = payload && decodeProto(payloads.RespHello, payload).field;
  return [
    generate('responder', e, keys),
    mixHash('e', e, h1, ad, which),
    {
      formula: 'ee = DH(e, re)',
      clause: 'Noise, section 4.1, DH; RFC 7748, section 6.1',
      inputs: [
        secret("initiator's private key", initiator && privateOf(initiator, keys), initiatorKey),
        told("initiator's e", initiator, 'its InitHello is not in the capture'),
        secret("responder's private key", privateOf(e, keys), responderKey),
        shown("responder's e", e),
      ],
      results: [secret('ee', ee, unknown)],
    },
    {
      formula: 'ck, k = HKDF(ck, ee, 2)',
      clause: section('5.2', 'MixKey'),
      inputs: [shown('ck', ck), secret('ee', ee, unknown)],
      results: [secret('ck', mixed?.ck, unknown), secret('k', mixed?.key, unknown)],
    },
    decrypt(mixed?.key, 0, ['h', ad, which], ciphertext, payload, unknown, mixed !== undefined && ad !== undefined),
    mixHash('ciphertext', ciphertext, ad, ad && noise.mixHash(ad, ciphertext), which),
    {
      formula: 'k_i2r, k_r2i = HKDF(ck, zerolen, 2)',
      clause: section('5.2', 'Split'),
      inputs: [secret('ck', mixed?.ck, unknown)],
      results: [secret('k_i2r', i2r, unknown), secret('k_r2i', r2i, unknown)],
    },
    ...signature(field, bindingPurpose, 'h after InitHello', h1, facts.signature),
  ];
}

/** InitDone, data, closing: sealed under a transport key, the header as additional data. */
function sealed(captured: Captured, message: Uint8Array, facts: Facts, session: Session | undefined): Computation[] {
  const header = message.subarray(0, headerLength);
  const ciphertext = message.subarray(headerLength);
  const bit = (header[0]! >>> 7) as Direction;
  const counter = (header[0]! & 0x7f) * 0x100_0000 + (header[1]! << 16) + (header[2]! << 8) + header[3]!;
  const given = (session?.transport ?? []).flatMap((pair) => keyOf(pair, bit) ?? []);
  const fitting = given.find((key) => noise.open(key, counter, header, ciphertext) !== undefined);
  // A key that RespHello's tag has proven is the session's, also where a message does not open under it.
  const key = fitting ?? (session?.proven[bit] === true && captured.state !== 'encrypted' ? given[0] : undefined);
  const plaintext = fitting && noise.open(fitting, counter, header, ciphertext);
  const symbol = bit === 0 ? 'k_i2r' : 'k_r2i';
  const field = captured.name === 'InitDone' && plaintext ? decodeProto(payloads.InitDone, plaintext).field : undefined;
  return [
    {
      formula: 'n = counter',
      clause: 'p2pke, Wire Format: the counter is the nonce',
      inputs: [shown('header', header)],
      results: [shown('direction', bit === 0 ? 'initiator to responder' : 'responder to initiator'), shown('n', String(counter))],
    },
    decrypt(key, counter, ['header', header, ''], ciphertext, plaintext, anyKey, key !== undefined, symbol),
    ...(captured.name === 'InitDone' ? signature(field, bindingPurpose, 'h after RespHello', session?.h2, facts.signature) : []),
  ];
}

/** The InitHello of a session that the transcript goes on from: the one that RespHello's tag proved, or the only one. */
function helloOf(session: Session | undefined) {
  return session?.hello ?? (session?.hellos.length === 1 ? session.hellos[0] : undefined);
}

/** The shared secret as the first pass kept it; computed where it kept no more of them. */
function exchange(session: Session, e: Uint8Array, keys: KeyRing): Uint8Array | undefined {
  const kept = session.exchanged.get(toHex(e))?.find((secret) => secret !== undefined);
  if (kept !== undefined) return kept;
  const initiator = fromHex(session.e)!;
  const own = privateOf(initiator, keys);
  if (own !== undefined) return noise.dh(own, e);
  const other = privateOf(e, keys);
  return other && noise.dh(other, initiator);
}

function privateOf(e: Uint8Array, keys: KeyRing): Uint8Array | undefined {
  return keys.find(ephemeralLabel, toHex(e))[0]?.secret as Uint8Array | undefined;
}

function generate(side: 'initiator' | 'responder', e: Uint8Array, keys: KeyRing): Computation {
  const unknown = side === 'initiator' ? initiatorKey : responderKey;
  return {
    formula: 'e = X25519(private key, 9)',
    clause: 'Noise, section 4.1, GENERATE_KEYPAIR; RFC 7748, section 6.1',
    inputs: [secret(`${side}'s private key`, privateOf(e, keys), unknown)],
    results: [shown(`${side}'s e`, e)],
  };
}

function mixHash(
  name: string,
  data: Uint8Array,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
  unknown = '',
): Computation {
  return {
    formula: `h = HASH(h || ${name})`,
    clause: section('5.2', 'MixHash'),
    inputs: [told('h', before, unknown), shown(name, data)],
    results: [told('h', after, unknown)],
  };
}

function decrypt(
  key: Uint8Array | undefined,
  n: number,
  [adName, ad, adUnknown]: readonly [string, Uint8Array | undefined, string],
  ciphertext: Uint8Array,
  plaintext: Uint8Array | undefined,
  unknown: string,
  isTried: boolean,
  symbol = 'k',
): Computation {
  const failed = 'the tag does not verify';
  const check: Check =
    plaintext !== undefined
      ? { state: 'valid', why: 'the tag verifies' }
      : isTried
        ? { state: 'invalid', why: failed }
        : { state: 'unchecked', why: key === undefined ? unknown : adUnknown };
  return {
    formula: `plaintext = DECRYPT(${symbol}, n, ${adName}, ciphertext)`,
    clause: 'Noise, sections 5.1 and 12.3, ChaChaPoly; RFC 8439, section 2.8',
    inputs: [
      secret(symbol, key, unknown),
      shown('nonce', noise.nonce(n)),
      told(adName, ad, adUnknown),
      shown('ciphertext', ciphertext.subarray(0, -noise.tagLength)),
      shown('tag', ciphertext.subarray(-noise.tagLength)),
    ],
    results: [told('plaintext', plaintext, isTried ? failed : check.why)],
    check,
  };
}

/** AuthClaim: what it signs goes through cSHAKE256 first (NIST SP 800-185). Without the payload the claim is yet to be opened. */
function signature(
  payload: Field | undefined,
  purpose: string,
  name: string,
  signed: Uint8Array | undefined,
  check: Check | undefined,
): Computation[] {
  const claim = payload?.children?.find((child) => child.name === 'auth_claim');
  if (payload !== undefined && claim === undefined) return [];
  const missing = payload === undefined ? 'the payload is not opened' : 'it is not in the message';
  const unknown = purpose === timestampPurpose ? missing : `${eitherKey}, which tells the transcript`;
  const digest = signed && presign(purpose, signed);
  return [
    {
      formula: `digest = cSHAKE256(${name}, 512, "", "${purpose}")`,
      clause: 'NIST SP 800-185, section 3; p2pke, Handshake',
      inputs: [told(name, signed, unknown)],
      results: [told('digest', digest, unknown)],
    },
    {
      formula: 'verify(key_x509, digest, sig)',
      clause: 'p2pke, Handshake: an authenticated key exchange',
      inputs: [
        told('key_x509', childBytes(claim, 'key_x509'), missing),
        told('digest', digest, unknown),
        told('sig', childBytes(claim, 'sig'), missing),
      ],
      results: [],
      ...(check === undefined ? {} : { check }),
    },
  ];
}
