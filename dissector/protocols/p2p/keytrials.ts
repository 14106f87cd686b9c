import { operationsOf, toHex } from '../../bytes/index.ts';
import type { DhPublicKey, RsaPrivateKey } from '../../crypto/index.ts';
import {
  type ExplainedStep,
  type Key,
  type KeyRing,
  type KeySteps,
  keyStep,
  type MessageView,
  neededStep,
  type TriedKey,
  triedKeys,
} from '../../protocol/index.ts';
import { cipherChoice, keyChoice } from './choices.ts';
import { publicValueOf, sharedSecretOf, testOf, tunnelSecretOf } from './costly.ts';
import type { Facts } from './facts.ts';
import { aesKind, dhKind, rsaKind, secretKind } from './keys.ts';
import type { Session } from './session.ts';
import { provesTarget } from './tunnels.ts';

/** Packets that carry bytes of a tunnel; TUNNEL_CLOSE carries a signature. */
const inTunnel = ['TUNNEL_REQ', 'TUNNEL_CREATE', 'TUNNEL_CREATE_ACK', 'TUNNEL_DATA'];

/** What each key of the ring does for a packet: the exchange, the derived key, the proof; for a TUNNEL_REQ the RSA key. */
export function explain(captured: MessageView<Facts, Session>, keys: KeyRing): TriedKey[] {
  const { session } = captured;
  const isClosed = captured.facts?.closed === true;
  const isTunnel = inTunnel.includes(captured.name) && (captured.state !== 'encrypted' || isClosed);
  return triedKeys(
    [
      { keys: keys.all(dhKind), explain: (key) => exponent(key, session, captured) },
      { keys: [...keys.all(secretKind), ...keys.all(aesKind)], explain: (key) => given(key, session, captured) },
      { keys: isTunnel ? keys.all(rsaKind) : [], explain: (key) => target(key, captured) },
    ],
    captured.limits,
  );
}

function* exponent(key: Key<bigint>, session: Session | undefined, captured: MessageView): KeySteps {
  const { a, b }: Partial<Session> = session ?? {};
  if (a === undefined && b === undefined)
    return yield keyStep('find the handshake', {}, 'neither HELLO nor HELLO_ACK of its connection is in the capture', false);
  for (const [name, own, peer] of [
    ['a_peer_public_key', a, b],
    ['b_peer_public_key', b, a],
  ] as const) {
    if (own === undefined) continue;
    const power = publicValueOf(key, own, captured.budget);
    const yields = power?.value === own.y;
    const group = { p: `${own.p.toString(16).length * 4} bits`, g: `0x${own.g.toString(16)}` };
    const result = yields ? 'the exponent yields this public key' : 'another public value';
    yield keyStep(`g^x mod p = ${name}`, group, power === undefined ? notDone(key, captured) : result, yields);
    if (yields) return yield* exchanged(key, peer, session, captured);
  }
}

function* exchanged(
  x: Key<bigint>,
  peer: DhPublicKey | undefined,
  session: Session | undefined,
  captured: MessageView,
): KeySteps {
  if (peer === undefined) return yield keyStep('find the other public key', {}, 'it is not in the capture', false);
  const made = sharedSecretOf(x, peer, captured.budget);
  const z = made?.value;
  const result = made === undefined ? notDone(x, captured) : z === undefined ? 'cannot be computed' : `${z.length} bytes`;
  yield* neededStep('Z = y^x mod p', { y: short(peer.y.toString(16)) }, z, result);
  yield proof(session, captured);
}

function* given(key: Key, session: Session | undefined, captured: MessageView): KeySteps {
  const vector = session?.vector && toHex(session.vector);
  const fits = vector === key.index;
  const inputs = { given: key.index, connection: vector ?? 'no HELLO_ACK in the capture' };
  yield* neededStep('find the session by init_vector', inputs, fits, fits ? 'the same' : 'another session');
  yield proof(session, captured);
}

/** The last step: what the candidates made of the direction's first bytes. */
function proof(session: Session | undefined, { direction, choices }: MessageView): ExplainedStep {
  const opening = session?.openings[direction];
  const inputs = {
    ciphers: idsOf(choices.of(cipherChoice)),
    keys: idsOf(choices.of(keyChoice)),
    iv: session?.vector === undefined ? '' : toHex(session.vector),
  };
  const none = 'no candidate makes FIN and FIN_ACK, or a run of known packet types, of this direction';
  const result = opening === undefined ? none : `${opening.how}: ${session?.proof}`;
  return keyStep('open the direction and look for a proof', inputs, result, opening !== undefined);
}

function idsOf(candidates: readonly { readonly id: string }[]): string {
  return candidates.map(({ id }) => id).join(', ');
}

/** RSA-OAEP of the TUNNEL_REQ that the packet belongs to, with this key: what the first pass did to find the tunnel's key. */
function* target(key: Key<RsaPrivateKey>, captured: MessageView<Facts, Session>): KeySteps {
  const { size } = key.secret;
  const { facts, budget } = captured;
  const tunnel = facts?.belongsTo;
  if (tunnel?.wrapped === undefined)
    return yield keyStep('find the TUNNEL_REQ', {}, 'it is not in the capture as a whole', false);
  const { wrapped, frame } = tunnel;
  const modulus = `${size * 8} bits`;
  const { length } = wrapped.test;
  const test = testOf(key, wrapped.test, budget);
  const isProven = provesTarget(test?.value, wrapped);
  const result =
    test === undefined
      ? notDone(key, captured)
      : isProven
        ? `test_hash of the TUNNEL_REQ in frame ${frame}`
        : length === size
          ? `not test_hash of the TUNNEL_REQ in frame ${frame}: another key`
          : `test_encrypted of the TUNNEL_REQ in frame ${frame} has ${length} bytes, the modulus ${size}`;
  yield* neededStep('RSA-OAEP (SHA-256, MGF1-SHA-1) of test_encrypted, then SHA-256', { modulus }, isProven, result);
  const made = tunnelSecretOf(key, wrapped.shared, budget);
  const opened = made?.value;
  const shared = opened === undefined ? 'the padding does not hold' : `${opened.shared.length} bytes`;
  const is = made === undefined ? notDone(key, captured) : shared;
  yield keyStep('RSA-OAEP of shared_key: AES key and iv', { modulus }, is, opened?.keys !== undefined);
}

function notDone({ origin }: Key, { budget }: MessageView): string {
  return `not done: ${budget.why(operationsOf(origin))}`;
}

function short(hex: string): string {
  return hex.length > 32 ? `${hex.slice(0, 32)}…` : hex;
}
