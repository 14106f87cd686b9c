import { concatBytes } from '@noble/hashes/utils.js';
import { bytesIn, type Check, type Field, fromHex, toHex } from '../../bytes/index.ts';
import { openSealed, sealedLength, sealedParts } from '../../crypto/index.ts';
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
import type { Facts, Signed } from './facts.ts';
import { privateKind, privateLabel, sessionLabel } from './keys.ts';
import { exchange } from './keyschedule.ts';
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
      return [cookie(name, layouts.payload[name](packet, 0, headLength, packet.length, captured.limits).field, facts)];
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
const convention = 'a convention of this program: the document defines no encryption';

function hello(packet: Uint8Array, payload: Field, facts: Facts, session: Session | undefined, keys: KeyRing): Derivation[] {
  const x = bytesIn(payload, 'x25519_public')!;
  const given = bytesIn(payload, 'cookie')!;
  const isFirst = given.every((byte) => byte === 0);
  return [
    derivation(
      'x25519_public = X25519(private key, 9)',
      'p2p packet, hello; RFC 7748, section 6.1',
      [secretValue("sender's private key", privateOf(x, keys), `needs ${privateLabel} of the sender`)],
      [wireValue('x25519_public', x)],
    ),
    repeated(isFirst ? 'zeros' : 'cookie of the hello retry', '2p2 protocol, handshake', given, facts.cookie),
    signature('p2p packet, hello: signature', facts, packet, payload, bytesIn(payload, 'ed25519_public')),
    // With both hellos there, both sides have what an exchange takes.
    ...(session?.initiator !== undefined && session.pair[1] === toHex(x) ? agreed(session, keys).steps : []),
  ];
}

function cookie(name: 'hello_retry' | 'ping', payload: Field, { answers }: Facts): Derivation {
  const given = bytesIn(payload, 'cookie')!;
  const clause = name === 'ping' ? '2p2 protocol, ping' : '2p2 protocol, handshake';
  if (name !== 'ping' || answers === undefined) return repeated('bytes that only its receiver can repeat', clause, given);
  return repeated('cookie of the other ping', clause, given, {
    state: 'valid',
    why: `it is that of the ping in frame ${answers}`,
  });
}

function repeated(what: string, clause: string, given: Uint8Array, check?: Check): Derivation {
  return derivation(`cookie = ${what}`, clause, [], [wireValue('cookie', given)], check);
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
  const { steps, key } = agreed(session, keys);
  const plaintext = session.reopen(packet);
  return [
    ...steps,
    unseal(packet, secretValue('key', key, anyKey), plaintext),
    ...(plaintext === undefined ? [] : entries(layouts, plaintext, 0, facts)),
  ];
}

/** The exchange of X25519, and the key that this program's convention makes of it: the one that opened the session's data, or that one. */
function agreed(session: Session, keys: KeyRing): { readonly steps: Derivation[]; readonly key: Uint8Array | undefined } {
  const [initiator, responder] = session.pair.map((x) => (x === undefined ? undefined : fromHex(x)));
  const [i, r] = [initiator, responder].map((x) => x && privateOf(x, keys));
  const own = i ?? r;
  const isWhole = initiator !== undefined && responder !== undefined;
  const made = isWhole && own ? exchange(i ? 'initiator' : 'responder', own, { initiator, responder }) : undefined;
  const key = session.key ?? made?.key;
  const unknown = !isWhole ? otherHello : own === undefined ? eitherKey : lowOrder;
  const publics = [
    derivedValue("initiator's x25519_public", initiator, otherHello),
    derivedValue("responder's x25519_public", responder, otherHello),
  ] as const;
  const z = secretValue('Z', made?.z, unknown);
  const exchanged = derivation(
    'Z = X25519(private key, x25519_public)',
    'p2p packet, hello: public key diffie-hellman x25519; RFC 7748, section 6.1',
    [
      ...[secretValue("initiator's private key", i, `needs ${privateLabel} of the initiator`), publics[0]],
      ...[secretValue("responder's private key", r, `needs ${privateLabel} of the responder`), publics[1]],
    ],
    [z],
  );
  const derived = derivation(
    "key = BLAKE2s-256(Z || initiator's x25519_public || responder's x25519_public)",
    `${convention}; RFC 7693, section 3.3`,
    [z, ...publics],
    [secretValue('key', key, unknown === eitherKey ? anyKey : unknown)],
  );
  return { steps: session.form === 'plain' ? [exchanged] : [exchanged, derived], key };
}

function unseal(packet: Uint8Array, key: Quantity, opened: Uint8Array | undefined): Derivation {
  const aad = packet.subarray(0, headLength);
  const payload = packet.subarray(headLength);
  const { nonce, ciphertext, tag } = sealedParts(payload);
  return decryption(
    'plaintext = ChaCha20-Poly1305(key, nonce, aad, ciphertext)',
    `${convention}; RFC 8439, section 2.8`,
    [key, ...Object.entries({ nonce, aad, ciphertext, tag }).map(([name, value]) => wireValue(name, value))],
    () => opened ?? openSealed(key.value as Uint8Array, aad, payload),
  );
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
  return derivation(
    `verify(ed25519_public, ${covers?.join(' || ') ?? 'message'}, signature)`,
    `${clause}, over what it leaves open; RFC 8032, section 5.1.7`,
    [
      derivedValue('ed25519_public', key, by),
      derivedValue('message', signed, by),
      derivedValue('signature', bytesIn(fields, 'signature'), 'it is not in the packet'),
    ],
    [],
    check,
  );
}

function privateOf(x: Uint8Array, keys: KeyRing): Uint8Array | undefined {
  return keys.find(privateKind, toHex(x))[0]?.secret;
}
