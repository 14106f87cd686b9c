import { concatBytes } from '@noble/hashes/utils.js';
import { type Field, fromHex, toHex } from '../../bytes/index.ts';
import { noise, openSealed, sealedKeyFrom } from '../../crypto/index.ts';
import { type Captured, type Computation, type KeyRing, type Quantity, secret, shown, told } from '../../session/index.ts';
import type { Facts, Signed } from './facts.ts';
import { privateLabel, sessionLabel } from './keys.ts';
import { headLength, type Layouts, standard } from './messages.ts';
import { bytesIn } from './nodes.ts';
import { parseData } from './parse.ts';
import { Session, sealedLength } from './session.ts';

/** What both sides compute for a packet. The document names no algorithm but the keys'; what it leaves open says so. */
export function compute(captured: Captured, keys: KeyRing): Computation[] {
  const { name, bytes, start, end, state } = captured;
  const packet = bytes.subarray(start, end);
  const facts = (captured.facts ?? {}) as Facts;
  const session = captured.session instanceof Session ? captured.session : undefined;
  const layouts = session?.layouts ?? standard;
  if (state === 'incomplete' || (state === 'malformed' && name !== 'data')) return [];
  switch (name) {
    case 'hello':
      return hello(packet, layouts.payload.hello(packet, 0, headLength).field, facts, session, keys);
    case 'hello_retry':
    case 'ping':
      return cookie(name, layouts.payload[name](packet, 0, headLength).field, facts);
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

function hello(packet: Uint8Array, payload: Field, facts: Facts, session: Session | undefined, keys: KeyRing): Computation[] {
  const x = bytesIn(payload, 'x25519_public')!;
  const given = bytesIn(payload, 'cookie')!;
  const isFirst = given.every((byte) => byte === 0);
  const unknown = `needs ${privateLabel} of the sender`;
  return [
    {
      formula: 'x25519_public = X25519(private key, 9)',
      clause: 'p2p packet, hello; RFC 7748, section 6.1',
      inputs: [secret("sender's private key", privateOf(x, keys), unknown)],
      results: [shown('x25519_public', x)],
    },
    {
      formula: isFirst ? 'cookie = zeros' : 'cookie = cookie of the hello retry',
      clause: '2p2 protocol, handshake',
      inputs: [],
      results: [shown('cookie', given)],
      ...(facts.cookie === undefined ? {} : { check: facts.cookie }),
    },
    signature('p2p packet, hello: signature', facts, packet, payload, bytesIn(payload, 'ed25519_public')),
    // With both hellos there, both sides have what an exchange takes.
    ...(session?.initiator !== undefined && session.pair[1] === toHex(x) ? exchange(session, keys) : []),
  ];
}

function cookie(name: 'hello_retry' | 'ping', payload: Field, facts: Facts): Computation[] {
  const isAnswer = name === 'ping' && facts.answers !== undefined;
  return [
    {
      formula: isAnswer ? 'cookie = cookie of the other ping' : 'cookie = bytes that only its receiver can repeat',
      clause: name === 'ping' ? '2p2 protocol, ping' : '2p2 protocol, handshake',
      inputs: [],
      results: [shown('cookie', bytesIn(payload, 'cookie')!)],
      ...(isAnswer ? { check: { state: 'valid', why: `it is that of the ping in frame ${facts.answers}` } } : {}),
    },
  ];
}

function data(
  captured: Captured,
  packet: Uint8Array,
  layouts: Layouts,
  facts: Facts,
  session: Session | undefined,
  keys: KeyRing,
): Computation[] {
  if (!captured.encrypted) return entries(layouts, packet, headLength, facts);
  if (session === undefined || packet.length < headLength + sealedLength) return [];
  const plaintext = session.reopen(packet);
  return [
    ...exchange(session, keys),
    unseal(packet, keyOf(session, keys), plaintext),
    ...(plaintext === undefined ? [] : entries(layouts, plaintext, 0, facts)),
  ];
}

/** The exchange of X25519, and the key that this program's convention makes of it. */
function exchange(session: Session, keys: KeyRing): Computation[] {
  const [i, r] = session.pair.map((x) => (x === undefined ? undefined : fromHex(x)));
  const shared = sharedOf(session, keys);
  const own = (i && privateOf(i, keys)) ?? (r && privateOf(r, keys));
  const unknown = i === undefined || r === undefined ? otherHello : own === undefined ? eitherKey : lowOrder;
  const agreed: Computation = {
    formula: 'Z = X25519(private key, x25519_public)',
    clause: 'p2p packet, hello: public key diffie-hellman x25519; RFC 7748, section 6.1',
    inputs: [
      secret("initiator's private key", i && privateOf(i, keys), `needs ${privateLabel} of the initiator`),
      told("initiator's x25519_public", i, otherHello),
      secret("responder's private key", r && privateOf(r, keys), `needs ${privateLabel} of the responder`),
      told("responder's x25519_public", r, otherHello),
    ],
    results: [secret('Z', shared, unknown)],
  };
  if (session.form === 'plain') return [agreed];
  const derived: Computation = {
    formula: "key = BLAKE2s-256(Z || initiator's x25519_public || responder's x25519_public)",
    clause: 'a convention of this program: the document defines no encryption; RFC 7693, section 3.3',
    inputs: [
      secret('Z', shared, unknown),
      told("initiator's x25519_public", i, otherHello),
      told("responder's x25519_public", r, otherHello),
    ],
    results: [secret('key', keyOf(session, keys), unknown === eitherKey ? anyKey : unknown)],
  };
  return [agreed, derived];
}

function unseal(packet: Uint8Array, key: Uint8Array | undefined, opened: Uint8Array | undefined): Computation {
  const aad = packet.subarray(0, headLength);
  const payload = packet.subarray(headLength);
  const plaintext = opened ?? (key && openSealed(key, aad, payload));
  const failed = 'the tag does not verify';
  const why = key === undefined ? anyKey : plaintext === undefined ? failed : 'the tag verifies';
  return {
    formula: 'plaintext = ChaCha20-Poly1305(key, nonce, aad, ciphertext)',
    clause: 'a convention of this program: the document defines no encryption; RFC 8439, section 2.8',
    inputs: [
      secret('key', key, anyKey),
      shown('nonce', payload.subarray(0, 12)),
      shown('aad', aad),
      shown('ciphertext', payload.subarray(12, -noise.tagLength)),
      shown('tag', payload.subarray(-noise.tagLength)),
    ],
    results: [told('plaintext', plaintext, why)],
    check: { state: key === undefined ? 'unchecked' : plaintext === undefined ? 'invalid' : 'valid', why },
  };
}

/** The signatures of introductions: the requester's, which its introducer carries on. */
function entries(layouts: Layouts, payload: Uint8Array, start: number, facts: Facts): Computation[] {
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
): Computation {
  const parts = (covers ?? []).map((name) => (name === 'head' ? packet.subarray(0, headLength) : bytesIn(fields, name)));
  const signed = covers && concatBytes(...parts.map((part) => part ?? new Uint8Array(0)));
  const by = "the signer's hello is not in the capture";
  const inputs: Quantity[] = [
    told('ed25519_public', key, by),
    told('message', signed, by),
    told('signature', bytesIn(fields, 'signature'), 'it is not in the packet'),
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
  return keys.find(privateLabel, toHex(x))[0]?.secret as Uint8Array | undefined;
}

function sharedOf({ pair }: Session, keys: KeyRing): Uint8Array | undefined {
  const [i, r] = pair.map((x) => (x === undefined ? undefined : fromHex(x)));
  if (i === undefined || r === undefined) return undefined;
  const [own, other] = [privateOf(i, keys), privateOf(r, keys)];
  return own === undefined ? other && noise.dh(other, i) : noise.dh(own, r);
}

/** The key that opened the session's data, or the one that the exchange gives. */
function keyOf(session: Session, keys: KeyRing): Uint8Array | undefined {
  const shared = sharedOf(session, keys);
  const [i, r] = session.pair;
  return session.key ?? (shared && sealedKeyFrom(shared, fromHex(i!)!, fromHex(r!)!));
}
