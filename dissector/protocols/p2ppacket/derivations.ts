import { concatBytes } from '@noble/hashes/utils.js';
import { bytesIn, type Field, fromHex, toHex } from '../../bytes/index.ts';
import { openSealed, sealedLength, sealedParts } from '../../crypto/index.ts';
import {
  type Derivation,
  derivedValue,
  type KeyRing,
  type MessageView,
  type Quantity,
  secretValue,
  wireValue,
} from '../../protocol/index.ts';
import type { Facts, Signed } from './facts.ts';
import { privateKind, privateLabel, sessionLabel } from './keys.ts';
import { type ExchangeKeys, exchange } from './keyschedule.ts';
import { headLength, type Layouts, standard } from './messages.ts';
import { parseData } from './parse.ts';
import type { Session } from './session.ts';

/** What both sides compute for a packet. The document names no algorithm but the keys'; what it leaves open says so. */
export function compute(captured: MessageView<Facts, Session>, keys: KeyRing): Derivation[] {
  const { name, bytes, start, end, state, session } = captured;
  const packet = bytes.subarray(start, end);
  const facts: Facts = captured.facts ?? {};
  const layouts = session?.layouts ?? standard;
  if (state === 'incomplete' || (state === 'malformed' && name !== 'data')) return [];
  switch (name) {
    case 'hello':
      return hello(
        packet,
        layouts.payload.hello(packet, 0, headLength, packet.length, captured.limits).field,
        facts,
        session,
        keys,
      );
    case 'hello_retry':
    case 'ping':
      return cookie(name, layouts.payload[name](packet, 0, headLength, packet.length, captured.limits).field, facts);
    case 'data':
      return data(captured, packet, layouts, facts, session, keys);
    default:
      return [];
  }
}

const eitherKey = `needs ${privateLabel} of either side`;
const anyKey = `${eitherKey}, or ${sessionLabel}`;
const lowOrder = 'it is zero: the other x25519_public is of low order';
const otherHello = 'the other hello is not in the capture';

function hello(packet: Uint8Array, payload: Field, facts: Facts, session: Session | undefined, keys: KeyRing): Derivation[] {
  const x = bytesIn(payload, 'x25519_public')!;
  const given = bytesIn(payload, 'cookie')!;
  const isFirst = given.every((byte) => byte === 0);
  const unknown = `needs ${privateLabel} of the sender`;
  return [
    {
      formula: 'x25519_public = X25519(private key, 9)',
      clause: 'p2p packet, hello; RFC 7748, section 6.1',
      inputs: [secretValue("sender's private key", privateOf(x, keys), unknown)],
      results: [wireValue('x25519_public', x)],
    },
    {
      formula: isFirst ? 'cookie = zeros' : 'cookie = cookie of the hello retry',
      clause: '2p2 protocol, handshake',
      inputs: [],
      results: [wireValue('cookie', given)],
      ...(facts.cookie === undefined ? {} : { check: facts.cookie }),
    },
    signature('p2p packet, hello: signature', facts, packet, payload, bytesIn(payload, 'ed25519_public')),
    // With both hellos there, both sides have what an exchange takes.
    ...(session?.initiator !== undefined && session.pair[1] === toHex(x) ? agreed(session, keys) : []),
  ];
}

function cookie(name: 'hello_retry' | 'ping', payload: Field, facts: Facts): Derivation[] {
  const isAnswer = name === 'ping' && facts.answers !== undefined;
  return [
    {
      formula: isAnswer ? 'cookie = cookie of the other ping' : 'cookie = bytes that only its receiver can repeat',
      clause: name === 'ping' ? '2p2 protocol, ping' : '2p2 protocol, handshake',
      inputs: [],
      results: [wireValue('cookie', bytesIn(payload, 'cookie')!)],
      ...(isAnswer ? { check: { state: 'valid', why: `it is that of the ping in frame ${facts.answers}` } } : {}),
    },
  ];
}

function data(
  captured: MessageView,
  packet: Uint8Array,
  layouts: Layouts,
  facts: Facts,
  session: Session | undefined,
  keys: KeyRing,
): Derivation[] {
  if (!captured.encrypted) return entries(layouts, packet, headLength, facts);
  if (session === undefined || packet.length < headLength + sealedLength) return [];
  const plaintext = session.reopen(packet);
  return [
    ...agreed(session, keys),
    unseal(packet, keyOf(session, keys), plaintext),
    ...(plaintext === undefined ? [] : entries(layouts, plaintext, 0, facts)),
  ];
}

/** The exchange of X25519, and the key that this program's convention makes of it. */
function agreed(session: Session, keys: KeyRing): Derivation[] {
  const [i, r] = session.pair.map((x) => (x === undefined ? undefined : fromHex(x)));
  const made = exchanged(session, keys);
  const own = (i && privateOf(i, keys)) ?? (r && privateOf(r, keys));
  const unknown = i === undefined || r === undefined ? otherHello : own === undefined ? eitherKey : lowOrder;
  const secret: Derivation = {
    formula: 'Z = X25519(private key, x25519_public)',
    clause: 'p2p packet, hello: public key diffie-hellman x25519; RFC 7748, section 6.1',
    inputs: [
      secretValue("initiator's private key", i && privateOf(i, keys), `needs ${privateLabel} of the initiator`),
      derivedValue("initiator's x25519_public", i, otherHello),
      secretValue("responder's private key", r && privateOf(r, keys), `needs ${privateLabel} of the responder`),
      derivedValue("responder's x25519_public", r, otherHello),
    ],
    results: [secretValue('Z', made?.z, unknown)],
  };
  if (session.form === 'plain') return [secret];
  const derived: Derivation = {
    formula: "key = BLAKE2s-256(Z || initiator's x25519_public || responder's x25519_public)",
    clause: 'a convention of this program: the document defines no encryption; RFC 7693, section 3.3',
    inputs: [
      secretValue('Z', made?.z, unknown),
      derivedValue("initiator's x25519_public", i, otherHello),
      derivedValue("responder's x25519_public", r, otherHello),
    ],
    results: [secretValue('key', keyOf(session, keys), unknown === eitherKey ? anyKey : unknown)],
  };
  return [secret, derived];
}

function unseal(packet: Uint8Array, key: Uint8Array | undefined, opened: Uint8Array | undefined): Derivation {
  const aad = packet.subarray(0, headLength);
  const payload = packet.subarray(headLength);
  const { nonce, ciphertext, tag } = sealedParts(payload);
  const plaintext = opened ?? (key && openSealed(key, aad, payload));
  const failed = 'the tag does not verify';
  const why = key === undefined ? anyKey : plaintext === undefined ? failed : 'the tag verifies';
  return {
    formula: 'plaintext = ChaCha20-Poly1305(key, nonce, aad, ciphertext)',
    clause: 'a convention of this program: the document defines no encryption; RFC 8439, section 2.8',
    inputs: [
      secretValue('key', key, anyKey),
      wireValue('nonce', nonce),
      wireValue('aad', aad),
      wireValue('ciphertext', ciphertext),
      wireValue('tag', tag),
    ],
    results: [derivedValue('plaintext', plaintext, why)],
    check: { state: key === undefined ? 'unchecked' : plaintext === undefined ? 'invalid' : 'valid', why },
  };
}

/** The signatures of introductions: the requester's, which its introducer carries on. */
function entries(layouts: Layouts, payload: Uint8Array, start: number, facts: Facts): Derivation[] {
  return parseData(layouts, payload, start).entries.flatMap(({ index, type, field }) => {
    if (type !== 'introduction_request' && type !== 'introduction') return [];
    const known = facts.entries?.[index] ?? {};
    const signer = known.signer === undefined ? undefined : fromHex(known.signer);
    return [signature(`p2p packet, ${type}: signature`, known, new Uint8Array(0), field, signer)];
  });
}

function signature(
  clause: string,
  { signature: check, covers }: Signed,
  packet: Uint8Array,
  fields: Field,
  key?: Uint8Array,
): Derivation {
  const parts = (covers ?? []).map((name) => (name === 'head' ? packet.subarray(0, headLength) : bytesIn(fields, name)));
  const signed = covers && concatBytes(...parts.map((part) => part ?? new Uint8Array(0)));
  const by = "the signer's hello is not in the capture";
  const inputs: Quantity[] = [
    derivedValue('ed25519_public', key, by),
    derivedValue('message', signed, by),
    derivedValue('signature', bytesIn(fields, 'signature'), 'it is not in the packet'),
  ];
  return {
    formula: `verify(ed25519_public, ${covers?.join(' || ') ?? 'message'}, signature)`,
    clause: `${clause}, over what it leaves open; RFC 8032, section 5.1.7`,
    inputs,
    results: [],
    ...(check === undefined ? {} : { check }),
  };
}

function privateOf(x: Uint8Array, keys: KeyRing): Uint8Array | undefined {
  return keys.find(privateKind, toHex(x))[0]?.secret;
}

/** What the exchange makes, by the private key of either side. */
function exchanged({ pair }: Session, keys: KeyRing): ExchangeKeys | undefined {
  const [initiator, responder] = pair.map((x) => (x === undefined ? undefined : fromHex(x)));
  if (initiator === undefined || responder === undefined) return undefined;
  const publics = { initiator, responder };
  const side = privateOf(initiator, keys) === undefined ? 'responder' : 'initiator';
  const own = privateOf(publics[side], keys);
  return own && exchange(side, own, publics);
}

/** The key that opened the session's data, or the one that the exchange gives. */
function keyOf(session: Session, keys: KeyRing): Uint8Array | undefined {
  return session.key ?? exchanged(session, keys)?.key;
}
