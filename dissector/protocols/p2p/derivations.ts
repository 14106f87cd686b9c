import { type Field, valueIn } from '../../bytes/index.ts';
import { bytesOfInteger, type DhPublicKey, dhInRange } from '../../crypto/index.ts';
import { type Derivation, derivedValue, type KeyRing, type MessageView, secretValue, wireValue } from '../../protocol/index.ts';
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
  if (facts.inner !== undefined) return carried(facts.belongsTo, { offset: 0, plaintext: facts.inner });
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
    ...(isSealed ? decrypt(message, sealed, opening, session, plaintext, captured) : []),
    ...(isWhole ? contents(captured, decoded.field, session, facts, keys) : []),
  ];
}

function contents(captured: MessageView, field: Field, session: Partial<Session>, facts: Facts, keys: KeyRing): Derivation[] {
  switch (captured.name) {
    case 'HELLO':
      return hello(field, session);
    case 'HELLO_ACK':
      return [...helloAck(session), ...agreed(session), ...derive(session)];
    case 'NLIST_RES':
      return listed(field, facts, keys, captured);
    case 'TUNNEL_REQ':
      return requested(field, facts);
    case 'TUNNEL_DATA':
      return facts.belongsTo === undefined ? [] : carried(facts.belongsTo, { ...facts.tunnel, data: valueIn(field, 'data') });
    case 'TUNNEL_CLOSE':
      return closed(field, facts);
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

function exponentOf(x: bigint | undefined): Uint8Array | undefined {
  return x === undefined ? undefined : bytesOfInteger(x, bytesIn(x));
}

function hello(field: Field, { a, exponents }: Partial<Session>): Derivation[] {
  if (a === undefined) return [];
  const g = String(valueIn(field, 'param_g') ?? '');
  const isSame = BigInt(`0x${g || '0'}`) === a.g && BigInt(`0x${valueIn(field, 'param_p') || '0'}`) === a.p;
  return [
    {
      formula: 'param_g, param_p = those inside a_peer_public_key',
      clause: 'p2p, Handshake, steps 1 and 2; PKCS #3, section 9',
      inputs: [wireValue('param_g', `0x${g}`), wireValue('param_p', sized(a.p, a))],
      results: [],
      check: isSame ? { state: 'valid', why: 'they are the same' } : { state: 'invalid', why: 'they are others' },
    },
    publicKey('a', a, exponents?.a, 'outbound', 'p2p, Handshake, step 1'),
    inRange('a', a),
  ];
}

function helloAck({ b, exponents, vector }: Partial<Session>): Derivation[] {
  const init: Derivation = {
    formula: 'init_vector = 16 bytes, of which each connection has its own',
    clause: 'p2p, Handshake, step 3',
    inputs: [],
    results: [derivedValue('init_vector', vector, noHelloAck)],
  };
  if (b === undefined) return [init];
  return [publicKey('b', b, exponents?.b, 'inbound', 'p2p, Handshake, step 3'), inRange('b', b), init];
}

function publicKey(side: 'a' | 'b', key: DhPublicKey, x: bigint | undefined, who: string, clause: string): Derivation {
  return {
    formula: `${side}_peer_public_key = param_g ^ x_${side} mod param_p`,
    clause: `${clause}; PKCS #3, section 7.1`,
    inputs: [
      wireValue('param_g', `0x${key.g.toString(16)}`),
      secretValue(`x_${side}`, exponentOf(x), `needs ${dhLabel} of ${who}`),
      wireValue('param_p', sized(key.p, key)),
    ],
    results: [wireValue(`${side}_peer_public_key`, sized(key.y, key))],
  };
}

function inRange(side: 'a' | 'b', key: DhPublicKey): Derivation {
  const isIn = dhInRange(key.y, key.p);
  return {
    formula: `2 <= ${side}_peer_public_key <= param_p - 2`,
    clause: 'RFC 7919, section 5.1',
    inputs: [wireValue(`${side}_peer_public_key`, sized(key.y, key))],
    results: [],
    check: isIn
      ? { state: 'valid', why: 'it lies between' }
      : { state: 'invalid', why: 'it does not: the shared secret is no secret' },
  };
}

/** Both sides' way to the shared secret: each has its own exponent and the other's public key. */
function agreed(session: Partial<Session>): Derivation[] {
  const { a, b, exponents, openings } = session;
  const group = b ?? a;
  return [
    {
      formula: 'shared_secret = b_peer_public_key ^ x_a mod param_p = a_peer_public_key ^ x_b mod param_p',
      clause: 'p2p, Handshake, steps 3 and 5; PKCS #3, section 8',
      inputs: [
        derivedValue('b_peer_public_key', b && sized(b.y, b), noHelloAck),
        secretValue('x_a', exponentOf(exponents?.a), `needs ${dhLabel} of outbound`),
        derivedValue('a_peer_public_key', a && sized(a.y, a), noHello),
        secretValue('x_b', exponentOf(exponents?.b), `needs ${dhLabel} of inbound`),
        derivedValue('param_p', group && sized(group.p, group), noHello),
      ],
      results: [secretValue('shared_secret', session.z ?? (openings?.[0] ?? openings?.[1])?.from?.z, eitherKey)],
    },
  ];
}
