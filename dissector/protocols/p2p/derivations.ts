import { type Field, valueIn } from '../../bytes/index.ts';
import { bytesOfInteger, type DhPublicKey, dhInRange } from '../../crypto/index.ts';
import {
  type Derivation,
  derivation,
  derivedValue,
  type KeyRing,
  type MessageView,
  type Quantity,
  secretValue,
  wireValue,
} from '../../protocol/index.ts';
import type { Facts } from './facts.ts';
import { dhLabel, secretLabel } from './keys.ts';
import { packetNamed } from './messages.ts';
import type { Session } from './session.ts';
import { decrypt, derive } from './streamderivations.ts';
import { carried, closed, listed, requested } from './tunnelderivations.ts';

/** What both sides compute for a packet; the clauses count the steps of the specification's handshake. */
export function compute(captured: MessageView<Facts, Session>, keys: KeyRing): Derivation[] {
  const { name, bytes, start, end, direction, state } = captured;
  const facts: Facts = captured.facts ?? {};
  const session: Partial<Session> = captured.session ?? {};
  // A tunnel's first packet is a part of the packet that carries it.
  if (facts.inner !== undefined) return [carried(facts.belongsTo, { offset: 0, plaintext: facts.inner })];
  const message = bytes.subarray(start, end);
  const isSealed = facts.sealed !== undefined || state === 'encrypted';
  const opening = session.openings?.[direction];
  const { sealed } = facts;
  const plaintext = sealed && opening?.cipher.open(opening.key, opening.iv, sealed.lead, sealed.offset, message);
  const packet = isSealed ? plaintext : message;
  const decoded = packet && packetNamed(name)?.decode(packet, 0, 0, packet.length, captured.limits);
  // Of a packet that is cut off, no field is sure to be whole.
  const isWhole = decoded !== undefined && decoded.problem === undefined;
  return [
    ...(isSealed ? [decrypt(message, sealed, opening, session, plaintext, captured)] : []),
    ...(isWhole ? contents(captured, decoded.field, session, facts, keys) : []),
  ];
}

function contents(captured: MessageView, field: Field, session: Partial<Session>, facts: Facts, keys: KeyRing): Derivation[] {
  switch (captured.name) {
    case 'HELLO':
      return hello(field, session);
    case 'HELLO_ACK':
      return [...helloAck(session), agreed(session), derive(session)];
    case 'NLIST_RES':
      return listed(field, facts, keys, captured);
    case 'TUNNEL_REQ':
      return requested(field, facts);
    case 'TUNNEL_DATA':
      return facts.belongsTo === undefined ? [] : [carried(facts.belongsTo, { ...facts.tunnel, data: valueIn(field, 'data') })];
    case 'TUNNEL_CLOSE':
      return [closed(field, facts)];
    default:
      return [];
  }
}

const eitherKey = `needs ${dhLabel} of either side, or ${secretLabel}`;
const noHello = 'the HELLO is not in the capture';
const noHelloAck = 'the HELLO_ACK is not in the capture';

function bytesIn(value: bigint): number {
  return Math.ceil(value.toString(16).length / 2);
}

/** A number as long as the modulus, or longer where it is out of range. */
function sized(value: bigint, { p }: DhPublicKey): Uint8Array {
  return bytesOfInteger(value, Math.max(bytesIn(p), bytesIn(value)));
}

type Side = 'a' | 'b';

/** The exponent of a side: a is the one that opened the connection. */
function exponent(side: Side, { exponents }: Partial<Session>): Quantity {
  const x = exponents?.[side];
  const unknown = `needs ${dhLabel} of ${side === 'a' ? 'outbound' : 'inbound'}`;
  return secretValue(`x_${side}`, x === undefined ? undefined : bytesOfInteger(x, bytesIn(x)), unknown);
}

function publicValue(side: Side, session: Partial<Session>): Quantity {
  const key = session[side];
  return derivedValue(`${side}_peer_public_key`, key && sized(key.y, key), side === 'a' ? noHello : noHelloAck);
}

function hello(field: Field, session: Partial<Session>): Derivation[] {
  const { a } = session;
  if (a === undefined) return [];
  const g = String(valueIn(field, 'param_g') ?? '');
  const isSame = BigInt(`0x${g || '0'}`) === a.g && BigInt(`0x${valueIn(field, 'param_p') || '0'}`) === a.p;
  return [
    derivation(
      'param_g, param_p = those inside a_peer_public_key',
      'p2p, Handshake, steps 1 and 2; PKCS #3, section 9',
      [wireValue('param_g', `0x${g}`), wireValue('param_p', sized(a.p, a))],
      [],
      isSame ? { state: 'valid', why: 'they are the same' } : { state: 'invalid', why: 'they are others' },
    ),
    ...ownKey('a', a, session, 'p2p, Handshake, step 1'),
  ];
}

function helloAck(session: Partial<Session>): Derivation[] {
  const { b, vector } = session;
  const formula = 'init_vector = 16 bytes, of which each connection has its own';
  const init = derivation(formula, 'p2p, Handshake, step 3', [], [derivedValue('init_vector', vector, noHelloAck)]);
  return b === undefined ? [init] : [...ownKey('b', b, session, 'p2p, Handshake, step 3'), init];
}

/** The public key of a side, and whether it leaves the shared secret one. */
function ownKey(side: Side, { g, p, y }: DhPublicKey, session: Partial<Session>, clause: string): Derivation[] {
  const value = publicValue(side, session);
  return [
    derivation(
      `${value.name} = param_g ^ x_${side} mod param_p`,
      `${clause}; PKCS #3, section 7.1`,
      [wireValue('param_g', `0x${g.toString(16)}`), exponent(side, session), wireValue('param_p', bytesOfInteger(p, bytesIn(p)))],
      [value],
    ),
    derivation(
      `2 <= ${value.name} <= param_p - 2`,
      'RFC 7919, section 5.1',
      [value],
      [],
      dhInRange(y, p)
        ? { state: 'valid', why: 'it lies between' }
        : { state: 'invalid', why: 'it does not: the shared secret is no secret' },
    ),
  ];
}

/** Both sides' way to the shared secret: each has its own exponent and the other's public key. */
function agreed(session: Partial<Session>): Derivation {
  const { a, b, openings } = session;
  const group = b ?? a;
  return derivation(
    'shared_secret = b_peer_public_key ^ x_a mod param_p = a_peer_public_key ^ x_b mod param_p',
    'p2p, Handshake, steps 3 and 5; PKCS #3, section 8',
    [
      ...[publicValue('b', session), exponent('a', session), publicValue('a', session), exponent('b', session)],
      derivedValue('param_p', group && sized(group.p, group), noHello),
    ],
    [secretValue('shared_secret', session.z ?? (openings?.[0] ?? openings?.[1])?.from?.z, eitherKey)],
  );
}
