import { type Check, type Field, fromHex, type Limits, toHex } from '../../bytes/index.ts';
import { decodeProto } from '../../codec/index.ts';
import { noise, signatureDigest } from '../../crypto/index.ts';
import { type Derivation, derivedValue, type KeyRing, type MessageView, secretValue, wireValue } from '../../protocol/index.ts';
import { bindingPurpose, childBytes, timestampPurpose } from './claim.ts';
import type { Facts } from './facts.ts';
import { ephemeralKind, ephemeralLabel, transportLabel } from './keys.ts';
import { type ExchangeKeys, exchange, hashMessage2, initial, keyOf, nn, openMessage2, readMessage1 } from './keyschedule.ts';
import { directionNames, helloParts, leastLength, type Name, payloads, readHeader, sealedParts } from './messages.ts';
import type { Session } from './session.ts';

/** What both sides of Noise NN compute for a message; the symbols are those of the Noise specification, revision 34. */
export function compute(captured: MessageView<Facts, Session>, keys: KeyRing): Derivation[] {
  const message = captured.bytes.subarray(captured.start, captured.end);
  const facts: Facts = captured.facts ?? {};
  const { session } = captured;
  const isShort = message.length < leastLength(captured.name as Name);
  switch (captured.name) {
    case 'InitHello':
      return isShort ? [] : initHello(message, facts, keys, captured.limits);
    case 'RespHello':
      return isShort ? [] : respHello(message, facts, session, keys, captured.limits);
    case 'undecodable':
      return [];
    default:
      return isShort ? [] : sealed(captured, message, facts, session);
  }
}

const initiatorKey = `needs ${ephemeralLabel} of the initiator`;
const responderKey = `needs ${ephemeralLabel} of the responder`;
const eitherKey = `needs ${ephemeralLabel} of either side`;
const anyKey = `needs ${ephemeralLabel} of either side, or ${transportLabel}`;
const lowOrder = 'it is zero: the other e is of low order, and both sides give up';
const section = (number: string, what: string): string => `Noise, section ${number}, ${what}`;

function initHello(message: Uint8Array, facts: Facts, keys: KeyRing, limits: Limits): Derivation[] {
  const { e, rest: payload } = helloParts(message);
  const { field } = decodeProto(payloads.InitHello, payload, 0, 0, payload.length, limits);
  const { hE, h } = readMessage1(e, payload);
  return [
    {
      formula: 'h = protocol_name || zeros, ck = h',
      clause: section('5.2', 'InitializeSymmetric'),
      inputs: [wireValue('protocol_name', nn.name)],
      results: [wireValue('h', initial.named), wireValue('ck', initial.ck)],
    },
    mixHash('prologue', initial.prologue, initial.named, initial.h),
    generate('initiator', e, keys),
    mixHash('e', e, initial.h, hE),
    mixHash('payload', payload, hE, h),
    ...signature(field, timestampPurpose, 'timestamp_tai64n', childBytes(field, 'timestamp_tai64n'), facts.signature),
  ];
}

function respHello(message: Uint8Array, facts: Facts, session: Session | undefined, keys: KeyRing, limits: Limits): Derivation[] {
  const { e, rest: ciphertext } = helloParts(message);
  const hello = helloOf(session);
  const which = 'the InitHello that it answers is not in the capture, or several could be: a key that opens it tells';
  const h1 = hello?.h1;
  const message2 = h1 && hashMessage2(h1, e, ciphertext);
  const made = session && exchanged(session, e, keys);
  const payload = made && message2 && openMessage2(message2, ciphertext, made);
  const initiator = session && fromHex(session.e);
  const own = privateOf(e, keys) ?? (initiator && privateOf(initiator, keys));
  const unknown = own === undefined ? eitherKey : lowOrder;
  const field = payload && decodeProto(payloads.RespHello, payload, 0, 0, payload.length, limits).field;
  return [
    generate('responder', e, keys),
    mixHash('e', e, h1, message2?.hE, which),
    {
      formula: 'ee = DH(e, re)',
      clause: 'Noise, section 4.1, DH; RFC 7748, section 6.1',
      inputs: [
        secretValue("initiator's private key", initiator && privateOf(initiator, keys), initiatorKey),
        derivedValue("initiator's e", initiator, 'its InitHello is not in the capture'),
        secretValue("responder's private key", privateOf(e, keys), responderKey),
        wireValue("responder's e", e),
      ],
      results: [secretValue('ee', made?.ee, unknown)],
    },
    {
      formula: 'ck, k = HKDF(ck, ee, 2)',
      clause: section('5.2', 'MixKey'),
      inputs: [wireValue('ck', initial.ck), secretValue('ee', made?.ee, unknown)],
      results: [secretValue('ck', made?.ck, unknown), secretValue('k', made?.k, unknown)],
    },
    decrypt(made?.k, 0, ['h', message2?.hE, which], ciphertext, payload, unknown, made !== undefined && message2 !== undefined),
    mixHash('ciphertext', ciphertext, message2?.hE, message2?.h, which),
    {
      formula: 'k_i2r, k_r2i = HKDF(ck, zerolen, 2)',
      clause: section('5.2', 'Split'),
      inputs: [secretValue('ck', made?.ck, unknown)],
      results: [secretValue('k_i2r', made?.i2r, unknown), secretValue('k_r2i', made?.r2i, unknown)],
    },
    ...signature(field, bindingPurpose, 'h after InitHello', h1, facts.signature),
  ];
}

/** InitDone, data, closing: sealed under a transport key, the header as additional data. */
function sealed(captured: MessageView, message: Uint8Array, facts: Facts, session: Session | undefined): Derivation[] {
  const { bit, counter } = readHeader(message)!;
  const { header, ciphertext } = sealedParts(message);
  const given = (session?.transport ?? []).flatMap((pair) => keyOf(pair, bit) ?? []);
  const fitting = given.find((key) => nn.cipher.decrypt(key, counter, header, ciphertext) !== undefined);
  // A key that RespHello's tag has proven is the session's, also where a message does not open under it.
  const key = fitting ?? (session?.proven[bit] === true && captured.state !== 'encrypted' ? given[0] : undefined);
  const plaintext = fitting && nn.cipher.decrypt(fitting, counter, header, ciphertext);
  const symbol = bit === 0 ? 'k_i2r' : 'k_r2i';
  const field =
    captured.name === 'InitDone' && plaintext
      ? decodeProto(payloads.InitDone, plaintext, 0, 0, plaintext.length, captured.limits).field
      : undefined;
  return [
    {
      formula: 'n = counter',
      clause: 'p2pke, Wire Format: the counter is the nonce',
      inputs: [wireValue('header', header)],
      results: [wireValue('direction', directionNames[bit]), wireValue('n', String(counter))],
    },
    decrypt(key, counter, ['header', header, ''], ciphertext, plaintext, anyKey, key !== undefined, symbol),
    ...(captured.name === 'InitDone' ? signature(field, bindingPurpose, 'h after RespHello', session?.h2, facts.signature) : []),
  ];
}

/** The InitHello of a session that the transcript goes on from: the one that RespHello's tag proved, or the only one. */
function helloOf(session: Session | undefined) {
  return session?.hello ?? (session?.hellos.length === 1 ? session.hellos[0] : undefined);
}

/** What the exchange makes, as the first pass kept it; computed where it kept no more of them. */
function exchanged(session: Session, e: Uint8Array, keys: KeyRing): ExchangeKeys | undefined {
  const kept = session.exchanged.get(toHex(e))?.[0];
  if (kept !== undefined) return kept;
  const initiator = fromHex(session.e)!;
  const own = privateOf(initiator, keys);
  if (own !== undefined) return exchange(own, e);
  const other = privateOf(e, keys);
  return other && exchange(other, initiator);
}

function privateOf(e: Uint8Array, keys: KeyRing): Uint8Array | undefined {
  return keys.find(ephemeralKind, toHex(e))[0]?.secret;
}

function generate(side: 'initiator' | 'responder', e: Uint8Array, keys: KeyRing): Derivation {
  const unknown = side === 'initiator' ? initiatorKey : responderKey;
  return {
    formula: 'e = X25519(private key, 9)',
    clause: 'Noise, section 4.1, GENERATE_KEYPAIR; RFC 7748, section 6.1',
    inputs: [secretValue(`${side}'s private key`, privateOf(e, keys), unknown)],
    results: [wireValue(`${side}'s e`, e)],
  };
}

function mixHash(
  name: string,
  data: Uint8Array,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
  unknown = '',
): Derivation {
  return {
    formula: `h = HASH(h || ${name})`,
    clause: section('5.2', 'MixHash'),
    inputs: [derivedValue('h', before, unknown), wireValue(name, data)],
    results: [derivedValue('h', after, unknown)],
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
): Derivation {
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
      secretValue(symbol, key, unknown),
      wireValue('nonce', nn.cipher.nonce(n)),
      derivedValue(adName, ad, adUnknown),
      wireValue('ciphertext', ciphertext.subarray(0, -noise.tagLength)),
      wireValue('tag', ciphertext.subarray(-noise.tagLength)),
    ],
    results: [derivedValue('plaintext', plaintext, isTried ? failed : check.why)],
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
): Derivation[] {
  const claim = payload?.children?.find((child) => child.name === 'auth_claim');
  if (payload !== undefined && claim === undefined) return [];
  const missing = payload === undefined ? 'the payload is not opened' : 'it is not in the message';
  const unknown = purpose === timestampPurpose ? missing : `${eitherKey}, which tells the transcript`;
  const digest = signed && signatureDigest(purpose, signed);
  return [
    {
      formula: `digest = cSHAKE256(${name}, 512, "", "${purpose}")`,
      clause: 'NIST SP 800-185, section 3; p2pke, Handshake',
      inputs: [derivedValue(name, signed, unknown)],
      results: [derivedValue('digest', digest, unknown)],
    },
    {
      formula: 'verify(key_x509, digest, sig)',
      clause: 'p2pke, Handshake: an authenticated key exchange',
      inputs: [
        derivedValue('key_x509', childBytes(claim, 'key_x509'), missing),
        derivedValue('digest', digest, unknown),
        derivedValue('sig', childBytes(claim, 'sig'), missing),
      ],
      results: [],
      ...(check === undefined ? {} : { check }),
    },
  ];
}
