import { fromHex, toHex } from '../../bytes/index.ts';
import { openSealed, sealedLength, sealedParts } from '../../crypto/index.ts';
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
import type { Facts } from './facts.ts';
import { privateKind, sessionKind } from './keys.ts';
import { exchange, type Publics } from './keyschedule.ts';
import { headLength } from './messages.ts';
import type { Session } from './session.ts';

/** What each key of the ring does for a data packet: the session it belongs to, the exchange, the tag. */
export function explain(captured: MessageView<Facts, Session>, keys: KeyRing): TriedKey[] {
  if (captured.name !== 'data') return [];
  const { session } = captured;
  return triedKeys(
    [
      { keys: keys.all(privateKind), explain: (key) => byPrivateKey(key, session, captured) },
      { keys: keys.all(sessionKind), explain: (key) => bySessionKey(key, session, captured) },
    ],
    captured.limits,
  );
}

function* byPrivateKey(key: Key<Uint8Array>, session: Session | undefined, captured: MessageView): KeySteps {
  const [i, r] = session?.pair ?? [];
  const known = { initiator: i ?? 'not in the capture', responder: r ?? 'not in the capture' };
  const owner: keyof Publics | undefined = key.index === i ? 'initiator' : key.index === r ? 'responder' : undefined;
  const found = owner === undefined ? 'no hello of the session carries it' : `the ${owner}'s`;
  const side = yield* neededStep('find the x25519_public that it yields', { public: key.index, ...known }, owner, found);
  if (i === undefined || r === undefined)
    return yield keyStep('find the other x25519_public', known, 'the other hello is not in the capture', false);
  const made = exchange(side, key.secret, { initiator: fromHex(i)!, responder: fromHex(r)! });
  const derived = made === undefined ? 'the exchange gives zero' : '32 bytes';
  const inputs = { peer: side === 'initiator' ? r : i, formula: 'BLAKE2s-256(X25519 || initiator || responder)' };
  yield tag((yield* neededStep('derive the key', inputs, made, derived)).key, captured);
}

function* bySessionKey(key: Key<Uint8Array>, session: Session | undefined, captured: MessageView): KeySteps {
  const [i] = session?.pair ?? [];
  const fits = i === undefined || i === key.index;
  const result =
    i === undefined ? "the session's hellos are not in the capture: it is tried" : fits ? 'the same' : 'another session';
  const inputs = { given: key.index, session: i ?? 'unknown' };
  yield* neededStep("find the session by the initiator's x25519_public", inputs, fits, result);
  yield tag(key.secret, captured);
}

function tag(secret: Uint8Array, { bytes, start, end }: MessageView): ExplainedStep {
  const packet = bytes.subarray(start, end);
  const payload = packet.subarray(headLength);
  const ok = openSealed(secret, packet.subarray(0, headLength), payload) !== undefined;
  const inputs = { nonce: toHex(sealedParts(payload).nonce), aad: toHex(packet.subarray(0, headLength)) };
  const failed = payload.length < sealedLength ? 'too short for nonce and tag' : 'the tag does not verify';
  return keyStep('ChaCha20-Poly1305', inputs, ok ? 'the tag verifies' : failed, ok);
}
