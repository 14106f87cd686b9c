import { type Field, type Limits, valueIn } from '../../bytes/index.ts';
import { bitsOf, type DhPublicKey, dhInRange, readDhPublicKey } from '../../crypto/index.ts';
import type { Rule } from '../../protocol/index.ts';
import type { KeyExchanges } from './keyexchange.ts';
import { rules } from './rules.ts';
import type { Session } from './session.ts';

/** Tells a breach of a rule by the packet that is being read. */
export type Tell = (rule: Rule, text: string) => void;

const safeBits = 2048;

/** HELLO: outbound's public key and the group; what is wrong or weak about them, and whether the modulus was not tested. */
export function readHello(
  field: Field,
  session: Session,
  groups: KeyExchanges,
  tell: Tell,
  limits: Limits,
): { isUntested: boolean } {
  const key = valueIn(field, 'a_peer_public_key');
  const p = BigInt(`0x${valueIn(field, 'param_p') || '0'}`);
  const g = BigInt(`0x${valueIn(field, 'param_g') || '0'}`);
  if (p === 0n) tell(rules.malformed, 'param_p is 0: no group has that modulus');
  const isUntested = p !== 0n && !checkGroup(p, groups, tell);
  const a = readKey(key, 'a_peer_public_key', tell, limits);
  if (a === undefined) return { isUntested };
  session.a = a;
  if (a.p !== p || a.g !== g) tell(rules.parametersDiffer, 'the parameters inside a_peer_public_key are not param_p and param_g');
  checkRange(a, 'a_peer_public_key', tell);
  return { isUntested };
}

/** HELLO_ACK: inbound's public key and the initialisation vector. */
export function readHelloAck(field: Field, session: Session, tell: Tell, limits: Limits): void {
  const vector = valueIn(field, 'init_vector');
  if (vector instanceof Uint8Array) session.vector = vector.slice();
  tell(rules.sharedVector, 'both directions are encrypted with one key and one init_vector: equal beginnings give equal bytes');
  const b = readKey(valueIn(field, 'b_peer_public_key'), 'b_peer_public_key', tell, limits);
  if (b === undefined) return;
  session.b = b;
  const { a } = session;
  if (a !== undefined && (a.p !== b.p || a.g !== b.g))
    tell(rules.parametersDiffer, 'the parameters inside b_peer_public_key are not those of HELLO');
  checkRange(b, 'b_peer_public_key', tell);
}

function readKey(der: Field['value'], name: string, tell: Tell, limits: Limits): DhPublicKey | undefined {
  const key = readDhPublicKey(der instanceof Uint8Array ? der : new Uint8Array(0), limits);
  if (typeof key !== 'string') return key;
  tell(rules.malformed, `${name}: ${key}`);
  return undefined;
}

function checkRange({ y, p }: DhPublicKey, name: string, tell: Tell): void {
  if (!dhInRange(y, p)) tell(rules.publicKeyRange, `${name} holds a value outside 2..p-2, so the shared secret is no secret`);
}

/** False where it is not known whether the modulus is prime. */
function checkGroup(p: bigint, groups: KeyExchanges, tell: Tell): boolean {
  const bits = bitsOf(p);
  if (bits < safeBits) tell(rules.smallGroup, `param_p has ${bits} bits, fewer than ${safeBits}`);
  const isPrime = groups.isPrime(p);
  if (isPrime === false) tell(rules.compositeModulus, 'param_p is not prime');
  return isPrime !== undefined;
}
