import type { Field } from '../../bytes/index.ts';
import { bytesOfInteger, type DhPublicKey, dhInRange } from '../../crypto/index.ts';
import { type Captured, type Computation, type KeyRing, secret, shown, told } from '../../session/index.ts';
import { decrypt, derive } from './computestream.ts';
import { carried, closed, listed, requested } from './computetunnels.ts';
import type { Facts } from './facts.ts';
import { valueIn } from './handshake.ts';
import { dhLabel, secretLabel } from './keys.ts';
import { packetNamed } from './messages.ts';
import { Session } from './session.ts';

/** What both sides compute for a packet; the clauses count the steps of the specification's handshake. */
export function compute(captured: Captured, keys: KeyRing): Computation[] {
  const { name, bytes, start, end, direction, state } = captured;
  const facts = (captured.facts ?? {}) as Facts;
  const session = captured.session instanceof Session ? captured.session : new Session();
  // A tunnel's first packet is a part of the packet that carries it.
  if (facts.inner !== undefined) return carried(facts.belongsTo, { offset: 0, plaintext: facts.inner });
  const message = bytes.subarray(start, end);
  const isSealed = facts.sealed !== undefined || state === 'encrypted';
  const opening = session.openings[direction];
  const { sealed } = facts;
  const plaintext = sealed && opening?.cipher.open(opening.key, opening.iv, sealed.lead, sealed.offset, message);
  const packet = isSealed ? plaintext : message;
  const decoded = packet && packetNamed(name)?.decode(packet);
  // Of a packet that is cut off, no field is sure to be whole.
  const isWhole = decoded !== undefined && decoded.problem === undefined;
  return [
    ...(isSealed ? decrypt(message, sealed, opening, session, plaintext, captured) : []),
    ...(isWhole ? contents(name, decoded.field, session, facts, keys) : []),
  ];
}

function contents(name: string, field: Field, session: Session, facts: Facts, keys: KeyRing): Computation[] {
  switch (name) {
    case 'HELLO':
      return hello(field, session);
    case 'HELLO_ACK':
      return [...helloAck(session), ...agreed(session), ...derive(session)];
    case 'NLIST_RES':
      return listed(field, facts, keys);
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

function hello(field: Field, { a, exponents }: Session): Computation[] {
  if (a === undefined) return [];
  const g = String(valueIn(field, 'param_g') ?? '');
  const isSame = BigInt(`0x${g || '0'}`) === a.g && BigInt(`0x${valueIn(field, 'param_p') || '0'}`) === a.p;
  return [
    {
      formula: 'param_g, param_p = those inside a_peer_public_key',
      clause: 'p2p, Handshake, steps 1 and 2; PKCS #3, section 9',
      inputs: [shown('param_g', `0x${g}`), shown('param_p', sized(a.p, a))],
      results: [],
      check: isSame ? { state: 'valid', why: 'they are the same' } : { state: 'invalid', why: 'they are others' },
    },
    publicKey('a', a, exponents.a, 'outbound', 'p2p, Handshake, step 1'),
    inRange('a', a),
  ];
}

function helloAck({ b, exponents, vector }: Session): Computation[] {
  const init: Computation = {
    formula: 'init_vector = 16 bytes, of which each connection has its own',
    clause: 'p2p, Handshake, step 3',
    inputs: [],
    results: [told('init_vector', vector, noHelloAck)],
  };
  if (b === undefined) return [init];
  return [publicKey('b', b, exponents.b, 'inbound', 'p2p, Handshake, step 3'), inRange('b', b), init];
}

function publicKey(side: 'a' | 'b', key: DhPublicKey, x: bigint | undefined, who: string, clause: string): Computation {
  return {
    formula: `${side}_peer_public_key = param_g ^ x_${side} mod param_p`,
    clause: `${clause}; PKCS #3, section 7.1`,
    inputs: [
      shown('param_g', `0x${key.g.toString(16)}`),
      secret(`x_${side}`, exponentOf(x), `needs ${dhLabel} of ${who}`),
      shown('param_p', sized(key.p, key)),
    ],
    results: [shown(`${side}_peer_public_key`, sized(key.y, key))],
  };
}

function inRange(side: 'a' | 'b', key: DhPublicKey): Computation {
  const isIn = dhInRange(key.y, key.p);
  return {
    formula: `2 <= ${side}_peer_public_key <= param_p - 2`,
    clause: 'RFC 7919, section 5.1',
    inputs: [shown(`${side}_peer_public_key`, sized(key.y, key))],
    results: [],
    check: isIn
      ? { state: 'valid', why: 'it lies between' }
      : { state: 'invalid', why: 'it does not: the shared secret is no secret' },
  };
}

/** Both sides' way to the shared secret: each has its own exponent and the other's public key. */
function agreed(session: Session): Computation[] {
  const { a, b, exponents, openings } = session;
  const group = b ?? a;
  return [
    {
      formula: 'shared_secret = b_peer_public_key ^ x_a mod param_p = a_peer_public_key ^ x_b mod param_p',
      clause: 'p2p, Handshake, steps 3 and 5; PKCS #3, section 8',
      inputs: [
        told('b_peer_public_key', b && sized(b.y, b), noHelloAck),
        secret('x_a', exponentOf(exponents.a), `needs ${dhLabel} of outbound`),
        told('a_peer_public_key', a && sized(a.y, a), noHello),
        secret('x_b', exponentOf(exponents.b), `needs ${dhLabel} of inbound`),
        told('param_p', group && sized(group.p, group), noHello),
      ],
      results: [secret('shared_secret', session.z ?? (openings[0] ?? openings[1])?.from?.z, eitherKey)],
    },
  ];
}
