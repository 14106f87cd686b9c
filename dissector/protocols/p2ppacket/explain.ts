import { fromHex, toHex } from '../../bytes/index.ts';
import { openSealed, sealedKey } from '../../crypto/index.ts';
import { type Captured, type Key, type KeyRing, Trial, type TriedKey, triedKeys } from '../../session/index.ts';
import { privateLabel, sessionLabel } from './keys.ts';
import { headLength } from './messages.ts';
import { Session } from './session.ts';

/** What each key of the ring does for a data packet: the session it belongs to, the exchange, the tag. */
export function explain(captured: Captured, keys: KeyRing): TriedKey[] {
  if (captured.name !== 'data') return [];
  const session = captured.session instanceof Session ? captured.session : undefined;
  return triedKeys([
    { keys: keys.all(privateLabel), explain: (key) => exchange(key, session, captured) },
    { keys: keys.all(sessionLabel), explain: (key) => given(key, session, captured) },
  ]);
}

function exchange(key: Key, session: Session | undefined, captured: Captured): TriedKey {
  const trial = new Trial(key);
  const [i, r] = session?.pair ?? [];
  const known = { initiator: i ?? 'not in the capture', responder: r ?? 'not in the capture' };
  const owner = key.index === i ? 'initiator' : key.index === r ? 'responder' : undefined;
  const found = owner === undefined ? 'no hello of the session carries it' : `the ${owner}'s`;
  if (!trial.step('find the x25519_public that it yields', { public: key.index, ...known }, found, owner !== undefined))
    return trial.tried;
  const peer = owner === 'initiator' ? r : i;
  if (i === undefined || r === undefined || peer === undefined) {
    trial.step('find the other x25519_public', known, 'the other hello is not in the capture', false);
    return trial.tried;
  }
  const secret = sealedKey(key.secret as Uint8Array, fromHex(peer)!, fromHex(i)!, fromHex(r)!);
  const derived = secret === undefined ? 'the exchange gives zero' : '32 bytes';
  const inputs = { peer, formula: 'BLAKE2s-256(X25519 || initiator || responder)' };
  if (trial.step('derive the key', inputs, derived, secret !== undefined)) tag(trial, secret!, captured);
  return trial.tried;
}

function given(key: Key, session: Session | undefined, captured: Captured): TriedKey {
  const trial = new Trial(key);
  const [i] = session?.pair ?? [];
  const fits = i === undefined || i === key.index;
  const result =
    i === undefined ? "the session's hellos are not in the capture: it is tried" : fits ? 'the same' : 'another session';
  const inputs = { given: key.index, session: i ?? 'unknown' };
  if (trial.step("find the session by the initiator's x25519_public", inputs, result, fits))
    tag(trial, key.secret as Uint8Array, captured);
  return trial.tried;
}

function tag(trial: Trial, secret: Uint8Array, { bytes, start, end }: Captured): void {
  const packet = bytes.subarray(start, end);
  const payload = packet.subarray(headLength);
  const ok = openSealed(secret, packet.subarray(0, headLength), payload) !== undefined;
  const inputs = { nonce: toHex(payload.subarray(0, 12)), aad: toHex(packet.subarray(0, headLength)) };
  const result = ok ? 'the tag verifies' : payload.length < 28 ? 'too short for nonce and tag' : 'the tag does not verify';
  trial.step('ChaCha20-Poly1305', inputs, result, ok);
}
